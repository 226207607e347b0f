"""Text as it sounds: one code a syllable, without tone and without the pairs that telephones blur.

Whisper often writes the right sound with the wrong characters (不规我管 for 不归我管). What matches
in sound only is never charged: it goes to a person who listens.
"""

from __future__ import annotations

from functools import cache

from pypinyin import lazy_pinyin

LEAST_SYLLABLES = 4
"""Shorter phrases have too many harmless sound-alikes (our choice)."""

_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
"""Initials that speakers and 300-3400 Hz lines merge."""
_FINALS = (("ing", "in"), ("eng", "en"))

_CODES_START = 0xE000
"""The first code point for private use: codes never meet real text."""


def sound_of(text: str) -> str:
    """As many characters as ``text``: a code for each syllable, other characters as they are.

    >>> sound_of("不规我管") == sound_of("不归我管"), sound_of("我知道") == sound_of("我只到")
    (True, True)
    >>> sound_of("找零钱去") == sound_of("找领导去")
    False
    """
    syllables = _syllables(text)
    if len(syllables) != len(text):
        syllables = [_syllables(character)[0] for character in text]
    return "".join(_code(_blur(syllable)) for syllable in syllables)


def _syllables(text: str) -> list[str]:
    """Toneless pinyin; what has none stays as it is, one character at a time."""
    return lazy_pinyin(text, errors=list)  # type: ignore[arg-type]  # a list is allowed, its types say otherwise


@cache
def _blur(syllable: str) -> str:
    for written, heard in _INITIALS:
        if syllable.startswith(written):
            syllable = heard + syllable.removeprefix(written)
            break
    for written, heard in _FINALS:
        if syllable.endswith(written):
            return syllable.removesuffix(written) + heard
    return syllable


_codes: dict[str, str] = {}


def _code(syllable: str) -> str:
    """A character of its own for each syllable of two letters and more; the same one all the time."""
    if len(syllable) == 1 and not syllable.isalpha():
        return syllable
    return _codes.setdefault(syllable, chr(_CODES_START + len(_codes)))
