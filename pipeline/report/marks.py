"""The text of an utterance cut at what was found in it, so that each place can be marked and
clicked.

A mark goes by the characters of the finding and not by its time alone: in a chat with times to the
minute several messages share a time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.privacy import MASK

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.types import Finding, Utterance

MARKED = ("required", "forbidden", "pii")
"""Kinds of findings that have a place in the text."""


@dataclass(frozen=True, slots=True)
class MarkedPart:
    """A piece of an utterance's text. ``finding`` is the index of its finding."""

    text: str
    finding: int | None = None


def parts_of(utterance: Utterance, findings: Sequence[Finding]) -> list[MarkedPart]:
    """The text cut at findings with a quote; of two at one place the first."""
    marks: dict[int, int] = {}
    middles = [(word.start_s + word.end_s) / 2 for word in utterance.words]
    first, last = min(middles, default=math.inf), max(middles, default=-math.inf)
    for index, finding in enumerate(findings):
        if finding.start_s > last or finding.end_s < first:
            continue
        if finding.kind in MARKED and finding.role in (utterance.role, "unknown"):
            for at in _words_of(finding, utterance):
                marks.setdefault(at, index)
    parts: list[MarkedPart] = []
    for at, piece in enumerate(_word_pieces(utterance)):
        mark = marks.get(at)
        if parts and parts[-1].finding == mark:
            parts[-1] = MarkedPart(parts[-1].text + piece, mark)
        else:
            parts.append(MarkedPart(piece, mark))
    return parts


def _words_of(finding: Finding, utterance: Utterance) -> Iterable[int]:
    """The numbers of the words that a finding covers: those with its characters, and where a quote
    goes over several utterances, the words at its time that are a part of it."""
    timed = [
        at
        for at, word in enumerate(utterance.words)
        if finding.start_s <= (word.start_s + word.end_s) / 2 <= finding.end_s
    ]
    if not timed:
        return ()
    quote = _plain(finding.quote)
    owners = [at for at, word in enumerate(utterance.words) for _ in _plain(word.text)]
    text = "".join(_plain(word.text) for word in utterance.words)
    places = [at for at in range(len(text)) if quote and text.startswith(quote, at)]
    covered = [range(owners[at], owners[at + len(quote) - 1] + 1) for at in places]
    said = [words for words in covered if not set(words).isdisjoint(timed)]
    if said:
        return max(said, key=lambda words: len(set(words).intersection(timed)))
    here = "".join(_plain(utterance.words[at].text) for at in timed)
    if not quote or MASK in quote or MASK in here:  # what is hidden cannot be compared
        return timed
    return timed if here and here in quote else ()


def _plain(text: str) -> str:
    return "".join(c for c in text if c.isalnum() or c == MASK)


def _word_pieces(utterance: Utterance) -> list[str]:
    """The utterance's text cut so that piece i belongs to word i."""
    pieces: list[str] = []
    at = 0
    for word in utterance.words:
        start = at
        for character in _plain(word.text):
            found = utterance.text.find(character, at)
            at = found + 1 if found >= 0 else at
        pieces.append(utterance.text[start:at])
    if pieces:
        pieces[-1] += utterance.text[at:]
    return pieces or [utterance.text]
