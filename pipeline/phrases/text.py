"""Text for matching: only what is spoken, with the way back to the words and their times."""

from __future__ import annotations

import bisect
import itertools
import logging
import os
import re
import tempfile
import unicodedata
import warnings
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.types import Role, Seconds, Span, Utterance, Word

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

TURN_PAUSE_S: Seconds = 1.0
"""The longest pause inside a turn; speech detection already cuts at 0.4 s (our choice)."""


_DIGITS = str.maketrans("0123456789幺", "零一二三四五六七八九一")
"""Digits as they are spoken, one character for one, so that 12345 and 一二三四五 are the same
text."""

_SPOKEN = {chr(written): chr(said) for written, said in _DIGITS.items()}

_PERCENT = re.compile(r"([0-9]{1,3})%")


@dataclass(frozen=True, slots=True)
class SpokenText:
    """``plain``: letters and ideographs, half-width, lower case, digits as ideographs.
    ``owners[i]``: index of the word that character i belongs to. ``clause_starts``: where a clause
    begins in ``plain``. ``quoted``: characters between quotation marks."""

    plain: str
    owners: tuple[int, ...]
    clause_starts: frozenset[int]
    quoted: frozenset[int] = frozenset()


def spoken_text(words: Sequence[Word], *, breaks: Collection[int] = ()) -> SpokenText:
    """The text of words as it is matched. A clause begins after punctuation and at the words
    ``breaks``.

    >>> spoken_text([Word("您", 0, 1, 1.0), Word("好，", 1, 2, 1.0), Word("Ａ1", 2, 3, 1.0)]).plain
    '您好a一'
    >>> spoken_text([Word("100%", 0, 1, 1.0)]).plain
    '百分之百'
    """
    written: list[tuple[str, int]] = []
    for index, word in enumerate(words):
        written += [(character, index) for character in _half_width(word.text)]
    plain: list[str] = []
    owners: list[int] = []
    clauses = {0}
    quoted: set[int] = set()
    opened = -1
    for character, index in _as_said(written):
        if owners and index in breaks and owners[-1] < index:
            clauses.add(len(plain))
        if character.isalnum():
            plain.append(character)
            owners.append(index)
            continue
        clauses.add(len(plain))
        if character in CLOSING and opened >= 0:
            quoted |= set(range(opened, len(plain)))
            opened = -1
        elif character in OPENING:
            opened = len(plain)
    return SpokenText("".join(plain), tuple(owners), frozenset(clauses), frozenset(quoted))


OPENING, CLOSING = '“「『‘"', '”」』’"'
"""Quotation marks; the straight one is both."""


@lru_cache(maxsize=20_000)
def _half_width(word: str) -> str:
    """NFKC and lower case; a language has few words of one character, and each is seen over and
    over."""
    return unicodedata.normalize("NFKC", word).lower()


def fold(text: str) -> str:
    """A written text in the form in which texts are compared: half-width, lower case, digits as
    ideographs.

    >>> fold("Ａ1幺")
    'a一一'
    """
    return unicodedata.normalize("NFKC", text).lower().translate(_DIGITS)


def _as_said(written: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Characters with their owners in the order of speech: percentages are the one place where
    writing has another."""
    text = "".join(character for character, _ in written)
    said: list[tuple[str, int]] = []
    at = 0
    for percent in _PERCENT.finditer(text) if len(text) == len(written) else ():
        said += written[at : percent.start()]
        said += [
            (character, written[percent.start()][1])
            for character in f"百分之{_reading(int(percent[1]))}"
        ]
        at = percent.end()
    return [
        (_SPOKEN.get(character, character), owner) for character, owner in (*said, *written[at:])
    ]


def _reading(number: int) -> str:
    """0 to 999 as it is said after 百分之.

    >>> _reading(100), _reading(95), _reading(10), _reading(8)
    ('百', '九十五', '十', '八')
    """
    if number >= 100:
        return "百" if number == 100 else str(number).translate(_DIGITS)
    tens, ones = divmod(number, 10)
    if not tens:
        return str(ones).translate(_DIGITS)
    return f"{tens if tens > 1 else ''}十{ones or ''}".translate(_DIGITS)


WHOLE_S: Seconds = 6.0
"""Utterances up to this length are put to the recording as a whole."""

BEFORE, AFTER = 8, 6
"""Characters of context in longer ones, for time: of 21 true sound-alikes the median difference of
log probabilities is -1.3 with them and -0.5 with the whole utterance."""


@dataclass(frozen=True, slots=True)
class TextPart:
    """Characters ``low``..``high`` of a turn and when they are said."""

    low: int
    high: int
    span: Span


@dataclass(frozen=True, slots=True)
class Turn:
    """Utterances of one side in a row: ``first`` is the number of the first among all utterances.
    ``words`` are those of all of them, which the owners in ``text`` count; ``begins[i]`` is the
    number of the first word of utterance i."""

    utterances: tuple[Utterance, ...]
    first: int
    words: tuple[Word, ...]
    begins: tuple[int, ...]
    text: SpokenText

    @property
    def role(self) -> Role:
        return self.utterances[0].role

    def number_at(self, character: int) -> int:
        """The number, among all utterances, of the one that a character of the text lies in."""
        return self.first + bisect.bisect_right(self.begins, self.text.owners[character]) - 1

    def part(self, start: int, end: int) -> TextPart:
        """Where characters ``start``..``end`` are put to the recording: the utterances that they
        touch, of long ones only the words around."""
        low, high = self.number_at(start) - self.first, self.number_at(end - 1) - self.first
        begins = [*self.begins, len(self.words)]
        own = [
            i for i, owner in enumerate(self.text.owners) if begins[low] <= owner < begins[high + 1]
        ]
        first, last = own[0], own[-1]
        span = Span(self.utterances[low].start_s, self.utterances[high].end_s)
        if span.duration_s > WHOLE_S and start - BEFORE > first:
            first = start - BEFORE
            span = Span(self._word(first).start_s, span.end_s)
        if span.duration_s > WHOLE_S and end + AFTER - 1 < last:
            last = end + AFTER - 1
            span = Span(span.start_s, self._word(last).end_s)
        return TextPart(first, last + 1, span)

    def _word(self, character: int) -> Word:
        return self.words[self.text.owners[character]]


def turns_of(utterances: Sequence[Utterance]) -> tuple[Turn, ...]:
    """Utterances, sorted by time, as turns: joined where the same side goes on within
    ``TURN_PAUSE_S``."""
    groups: list[list[int]] = []
    for index, utterance in enumerate(utterances):
        before = utterances[groups[-1][-1]] if groups else None
        goes_on = (
            before is not None
            and (before.role, before.channel) == (utterance.role, utterance.channel)
            and utterance.start_s - before.end_s <= TURN_PAUSE_S
        )
        if goes_on:
            groups[-1].append(index)
        else:
            groups.append([index])
    return tuple(_turn(utterances, group) for group in groups)


def _turn(utterances: Sequence[Utterance], group: Sequence[int]) -> Turn:
    members = tuple(utterances[index] for index in group)
    words = tuple(word for utterance in members for word in utterance.words)
    begins = tuple(itertools.accumulate((len(u.words) for u in members[:-1]), initial=0))
    return Turn(members, group[0], words, begins, spoken_text(words, breaks=begins))


def as_spoken(text: str) -> SpokenText:
    """A written sentence as if each character were a word; for examples and imported
    transcripts."""
    return spoken_text([Word(character, i, i + 1, 1.0) for i, character in enumerate(text)])


def covered_words(
    text: SpokenText, start: int, end: int, words: Sequence[Word]
) -> tuple[Word, ...]:
    """The words that characters ``start``..``end`` of the plain text belong to."""
    return tuple(words[index] for index in sorted(set(text.owners[start:end])))


def span_of(words: Sequence[Word]) -> Span:
    """From the first word's start to the last word's end. ``words`` must not be empty."""
    return Span(words[0].start_s, max(word.end_s for word in words))


def word_edges(plain: str) -> frozenset[int]:
    """Offsets at which jieba's dictionary puts an edge between words, both ends included.

    Without its guesses at unknown words (HMM), which join 请 to whatever stands beside it.

    >>> 1 in word_edges("申请表")
    False
    """
    edges = {0}
    at = 0
    for token in _segmenter().cut(plain, HMM=False):
        at += len(token)
        edges.add(at)
    return frozenset(edges)


def cut_words(text: str) -> tuple[str, ...]:
    """The words of a text by jieba's dictionary, without punctuation.

    >>> cut_words("我要退款，谢谢。")
    ('我', '要', '退款', '谢谢')
    """
    return tuple(word for word in _segmenter().cut(text, HMM=False) if word.isalnum())


def count_of(word: str) -> int:
    """How often jieba's dictionary counts a word; 0 for none.

    >>> count_of("街道") > 50, count_of("东西街")
    (True, 0)
    """
    count: int = _segmenter().FREQ.get(word, 0)
    return count


def edges_in(text: SpokenText) -> frozenset[int]:
    """Offsets at which a word begins or ends; no word goes over a clause.

    >>> 4 in edges_in(as_spoken("我来帮您换。请您稍等")), 5 in edges_in(as_spoken("我来帮您换。请您稍等"))
    (True, True)
    """
    starts = sorted(text.clause_starts | {0})
    ends = [*starts[1:], len(text.plain)]
    return frozenset(
        a + edge for a, b in zip(starts, ends, strict=True) for edge in word_edges(text.plain[a:b])
    )


@cache
def _segmenter() -> Any:
    """jieba with its cache in a folder of this user's own, and without its start-up messages."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba  # noqa: PLC0415 - takes a third of a second, and warns
    jieba.setLogLevel(logging.WARNING)
    private = Path(tempfile.gettempdir(), f"callqa-jieba-{os.getuid()}")
    private.mkdir(mode=0o700, parents=True, exist_ok=True)
    jieba.dt.tmp_dir = str(private)
    jieba.dt.initialize()
    return jieba.dt
