"""Text for matching: only what is spoken, with the way back to the words and their times."""

from __future__ import annotations

import logging
import os
import tempfile
import unicodedata
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.types import Span, Word


@dataclass(frozen=True, slots=True)
class SpokenText:
    """``plain``: letters, digits and ideographs, half-width and lower case. ``owners[i]``: index of
    the word that character i belongs to. ``clause_starts``: where a clause begins in ``plain``."""

    plain: str
    owners: tuple[int, ...]
    clause_starts: frozenset[int]


def spoken_text(words: Sequence[Word]) -> SpokenText:
    """The text of words as it is matched.

    >>> spoken_text([Word("您", 0, 1, 1.0), Word("好，", 1, 2, 1.0), Word("Ａ", 2, 3, 1.0)]).plain
    '您好a'
    """
    plain: list[str] = []
    owners: list[int] = []
    clauses = {0}
    for index, word in enumerate(words):
        for character in unicodedata.normalize("NFKC", word.text).lower():
            if character.isalnum():
                plain.append(character)
                owners.append(index)
            else:
                clauses.add(len(plain))
    return SpokenText("".join(plain), tuple(owners), frozenset(clauses))


def as_spoken(text: str) -> SpokenText:
    """A written sentence as if each character were a word; for examples and imported transcripts."""
    return spoken_text([Word(character, i, i + 1, 1.0) for i, character in enumerate(text)])


def covered_words(text: SpokenText, start: int, end: int, words: Sequence[Word]) -> tuple[Word, ...]:
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


@cache
def _segmenter() -> Any:
    """jieba with its cache in a folder of this user's own, and without its start-up messages."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba  # noqa: PLC0415 - takes a third of a second, and warns
    jieba.setLogLevel(logging.WARNING)
    private = os.path.join(tempfile.gettempdir(), f"callqa-jieba-{os.getuid()}")
    os.makedirs(private, mode=0o700, exist_ok=True)
    jieba.dt.tmp_dir = private
    jieba.dt.initialize()
    return jieba.dt
