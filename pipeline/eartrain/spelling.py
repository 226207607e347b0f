"""Spell Chinese text in the units of the second ear: syllables without tones, their initials, finals
and tones.

Characters come from GB 2312, so every syllable that a rule or a caller can use has a unit, also one
that the training speech lacks. Unit 0 is the blank: no syllable begins or lasts here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

BLANK = "<blank>"

INITIALS = (
    *("zh", "ch", "sh"),  # before z, c and s, with which they begin
    *("b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "r", "z", "c", "s"),
    *("y", "w"),  # as they are written; what matters is that the pair gives the syllable
)

TONES = 6
"""Tones 1 to 5 (5: neutral) and 0 for no syllable."""

_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_OTHER_LETTERS = re.compile(r"[A-Za-zＡ-Ｚａ-ｚ]")


@dataclass(frozen=True, slots=True)
class Units:
    """The units in order, the blank first. ``parts``: initials (``zh``) and finals (``-ang``)."""

    syllables: tuple[str, ...]
    parts: tuple[str, ...]

    def number(self, syllables: Sequence[str]) -> list[int] | None:
        """The numbers of syllables. ``None`` if one of them is no unit."""
        at = _numbers(self.syllables)
        found = [at[s] for s in syllables if s in at]
        return found if len(found) == len(syllables) else None

    def number_parts(self, syllables: Sequence[str]) -> list[int]:
        """The numbers of the initials and finals of known syllables, in the order of speech."""
        at = _numbers(self.parts)
        return [at[part] for syllable in syllables for part in split(syllable)]

    def composition(self) -> list[tuple[int, int]]:
        """For each syllable the numbers of its initial (0: none) and of its final. The blank has
        (0, 0)."""
        at = _numbers(self.parts)
        pairs = [split(s) for s in self.syllables[1:]]
        return [(0, 0), *((at[p[0]] if len(p) == 2 else 0, at[p[-1]]) for p in pairs)]


def split(syllable: str) -> tuple[str, ...]:
    """The initial and the final of a syllable.

    >>> split("zhang"), split("er")
    (('zh', '-ang'), ('-er',))
    """
    for initial in INITIALS:
        if syllable.startswith(initial) and len(syllable) > len(initial):
            return initial, "-" + syllable[len(initial) :]
    return ("-" + syllable,)


def characters(text: str) -> str:
    """The Chinese characters of a text, with digits read one by one.

    >>> characters("您好，3号线。")
    '您好三号线'
    """
    return "".join(_CHINESE.findall(text.translate(_DIGITS)))


def can_be_spelt(text: str) -> bool:
    """Whether a text has Chinese characters and no Latin letters, whose sound is not known."""
    return bool(characters(text)) and not _OTHER_LETTERS.search(text)


def spell(text: str) -> list[str]:
    """The syllables of the Chinese characters of a text; ü is ``v``.

    >>> spell("请您稍等")
    ['qing', 'nin', 'shao', 'deng']
    """
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - its tables take a third of a second to load

    return list(lazy_pinyin(characters(text)))


def spell_tones(text: str) -> list[int]:
    """The tone of each character as the dictionary has it, 1 to 5.

    >>> spell_tones("您好吗")
    [2, 3, 5]
    """
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 - see above

    spelt = lazy_pinyin(characters(text), style=Style.TONE3, neutral_tone_with_five=True)
    return [int(s[-1]) if s[-1].isdigit() else 5 for s in spelt]


@cache
def make_units() -> Units:
    """All syllables of the characters of GB 2312, and their initials and finals."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - see above

    found = {lazy_pinyin(c)[0] for c in _gb2312()}
    syllables = sorted(s for s in found if s.isascii() and s.isalpha() and set(s) & set("aeiouv"))
    parts = sorted({part for s in syllables for part in split(s)})
    return Units((BLANK, *syllables), (BLANK, *parts))


def _gb2312() -> list[str]:
    """The Chinese characters of GB 2312."""
    codes = (bytes([high, low]) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))
    decoded = (code.decode("gb2312", errors="ignore") for code in codes)
    return [c for c in decoded if c]


@cache
def _numbers(units: tuple[str, ...]) -> dict[str, int]:
    return {unit: number for number, unit in enumerate(units)}
