"""How far two syllables of Mandarin sound apart, on a telephone and across its accents.

A syllable is an initial, a final and a tone. Its parts are compared by what speakers merge (zh/z,
n/l, h/f, in/ing) and what 300-3400 Hz lines blur (aspiration, s/sh, place of nasals), so that 勤奖
lies close to 请讲 and 不规我管 close to 不归我管. Distances are 0 (the same) to 1 (nothing shared).
"""

from __future__ import annotations

from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pipeline.ear import pinyin_reader, words_to_read

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Costs = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int32]

INITIAL_WEIGHT, FINAL_WEIGHT, TONE_WEIGHT = 0.42, 0.46, 0.12
"""Parts of a syllable's distance; together 1. Our choice: finals carry most of the energy that a
telephone passes, and the recogniser's language model overrules tones easily."""

_INITIAL_PAIRS = {
    0.15: "zh-z ch-c sh-s",
    0.25: "n-l",
    0.35: "h-f r-l zh-j ch-q sh-x z-j c-q s-x m-n",
    0.45: "b-p d-t g-k j-q zh-ch z-c zh-c z-ch r-n r-zh r-z k-h g-h",
    0.6: "c-s ch-sh q-x z-s zh-sh j-x b-d p-t d-g t-k m-b n-d l-d b-m r-y f-p h-k zh-d z-d ch-t c-t",
}
"""Initials by distance: merged by accents, blurred by the line, differing in one feature."""

_FINAL_PAIRS = {
    0.1: "in-ing en-eng uen-ueng",
    0.2: "an-ang ian-iang uan-uang ong-eng en-ong uen-ong",
    0.3: "in-ian ing-iang i-v ie-ve ian-van in-vn e-o uo-o ou-uo e-uo ai-ei ei-uei en-uen an-uan ang-uang a-ua iong-ong"
    " ing-iong v-iou iou-ou iao-ao ia-a ie-e ii-e ii-i",
    0.45: "an-ai en-ei a-an a-ai a-ang ao-ou iao-iou ao-a e-en e-ei e-a o-u ou-u uo-u uei-i i-in i-ie i-ing ian-ie"
    " uei-uen uai-uei uan-uen u-v o-ong u-ong ai-uai er-e ie-ei ian-an iang-ang in-en ing-eng",
}

_NONE = 1.0
_WEAK = frozenset("了的吗啊吧呢嘛呀就都也还个一儿是那这有给把过着得我你")
"""Syllables that are said so lightly that the recogniser drops them."""

WEAK_GAP, GAP = 0.45, 0.8
"""Cost of a syllable of the phrase that is not in the text, and of one too many in the text."""


@cache
def _pair_distances(kind: str) -> dict[frozenset[str], float]:
    pairs = _INITIAL_PAIRS if kind == "initial" else _FINAL_PAIRS
    return {frozenset(pair.split("-")): cost for cost, row in pairs.items() for pair in row.split()}


def _part(kind: str, a: str, b: str) -> float:
    if a == b:
        return 0.0
    if kind == "initial" and not (a and b):
        return 0.5
    return _pair_distances(kind).get(frozenset((a, b)), _NONE)


Syllable = tuple[str, str, str]
"""Initial, final, tone; a character without a reading is its own final with no tone."""


def syllables(text: str) -> list[Syllable]:
    """The reading of each character in its context, as many as characters.

    >>> syllables("请讲")
    [('q', 'ing', '3'), ('j', 'iang', '3')]
    """
    readings = _read(text)
    if len(readings) != len(text):
        readings = [reading for character in text for reading in _read(character)[:1]]
    return [_syllable(r, character) for r, character in zip(readings, text, strict=True)]


def _read(text: str) -> list[str]:
    """The readings with their tone marks; what has none is its own reading."""
    return [reading for word in words_to_read(text) for reading in _read_word(word)]


@lru_cache(maxsize=50_000)
def _read_word(word: str) -> tuple[str, ...]:
    from pypinyin import Style  # noqa: PLC0415 - its tables take a third of a second to load

    return tuple(pinyin_reader()(word, style=Style.TONE, strict=True, errors=list))


@cache
def _parts(reading: str) -> tuple[str, str]:
    """Initial and final with its tone as a digit. The 1,300 syllables are divided once each: for all
    phrases of the lexicon that takes 0.4 s of processor instead of 1.2."""
    from pypinyin import Style  # noqa: PLC0415
    from pypinyin.style import convert  # noqa: PLC0415

    initial, final = (convert(reading, s, True) for s in (Style.INITIALS, Style.FINALS_TONE3))
    return initial, final if not final or final[-1].isdigit() else f"{final}5"


def _syllable(reading: str, character: str) -> Syllable:
    initial, final = ("", "") if reading == character else _parts(reading)
    if not final:
        return "", character, ""
    stem, tone = final[:-1], final[-1]
    if stem == "i" and initial in ("zh", "ch", "sh", "r", "z", "c", "s"):
        stem = "ii"
    return initial, stem, tone


def distance(a: Syllable, b: Syllable) -> float:
    """0 for the same syllable to 1; a character without a reading is far from all others.

    >>> distance(("zh", "ong", "1"), ("z", "ong", "1")) < 0.1 < distance(("k", "e", "4"), ("zh", "ong", "1"))
    True
    """
    if a == b:
        return 0.0
    if not (a[2] and b[2]):
        return _NONE
    return (
        INITIAL_WEIGHT * _part("initial", a[0], b[0])
        + FINAL_WEIGHT * _part("final", a[1], b[1])
        + TONE_WEIGHT * _tones_apart(a[2], b[2])
    )  # fmt: skip


def _tones_apart(a: str, b: str) -> float:
    return 0.0 if a == b else 0.5 if "5" in (a, b) else 1.0


def distances(ones: Sequence[Syllable], others: Sequence[Syllable]) -> Costs:
    """float32 (ones, others): ``distance`` of each pair of syllables that have a reading."""
    measures: tuple[Callable[[str, str], float], ...] = (
        partial(_part, "initial"),
        partial(_part, "final"),
        _tones_apart,
    )
    initial, final, tone = (
        _by_parts(measure, [one[at] for one in ones], [other[at] for other in others])
        for at, measure in enumerate(measures)
    )
    apart = INITIAL_WEIGHT * initial + FINAL_WEIGHT * final + TONE_WEIGHT * tone
    return apart.astype(np.float32)


def _by_parts(
    apart: Callable[[str, str], float], ones: Sequence[str], others: Sequence[str]
) -> npt.NDArray[np.float64]:
    """(ones, others): each different pair is measured once."""
    rows, columns = sorted(set(ones)), sorted(set(others))
    table = np.array([[apart(row, column) for column in columns] for row in rows])
    at = {part: number for number, part in enumerate(rows)}
    beside = {part: number for number, part in enumerate(columns)}
    picked: npt.NDArray[np.float64] = table[
        np.ix_([at[one] for one in ones], [beside[other] for other in others])
    ]
    return picked


class Soundboard:
    """Syllables as numbers, and the distances between those met so far as one table.

    The table grows with what it meets, up to the 1,300 syllables of Mandarin and the characters
    that have no reading, which all share the number 0: equal to none.
    """

    def __init__(self) -> None:
        self._numbers: dict[Syllable, int] = {}
        self._known: list[Syllable] = []
        self._table: Costs = np.ones((1, 1), np.float32)

    def ids(self, text: str) -> Ids:
        """int32 (n,): a number for each character's syllable."""
        found = syllables(text)
        for syllable in found:
            if syllable[2] and syllable not in self._numbers:
                self._known.append(syllable)
                self._numbers[syllable] = len(self._known)
        return np.array([self._numbers.get(syllable, 0) for syllable in found], np.int32)

    def ids_of_all(self, texts: Sequence[str]) -> list[Ids]:
        """The same for many texts, read in one go, which takes half the time."""
        numbers = self.ids("，".join(texts))
        ends = np.cumsum([len(text) + 1 for text in texts])
        return [
            numbers[end - len(text) - 1 : end - 1] for text, end in zip(texts, ends, strict=True)
        ]

    def table(self) -> Costs:
        """float32 (k, k): distance of any two numbers given so far; [0, x] is 1, also for x = 0."""
        done, size = len(self._table), len(self._known) + 1
        if done < size:
            grown = np.ones((size, size), np.float32)
            grown[:done, :done] = self._table
            new = distances(self._known[done - 1 :], self._known)
            grown[done:, 1:], grown[1:, done:] = new, new.T
            self._table = grown
        return self._table

    @staticmethod
    def gaps(text: str) -> Costs:
        """float32 (n,): what it costs to leave out each character."""
        return np.array([WEAK_GAP if character in _WEAK else GAP for character in text], np.float32)
