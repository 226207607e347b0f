"""Phrases to fit confidences on: pieces of what was said, and pieces of what was said in other calls.

The calls have few taboo phrases that the recogniser lost. Any piece of a line is such a phrase as
well, and a piece of another call is one that was not said, in words as natural as a rule's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from pipeline.ear import toneless
from pipeline.lexicon import Phrase, Rule, fold_you
from pipeline.phrases import PhraseMatcher
from pipeline.phrases.text import as_spoken

LENGTHS = (3, 4, 5, 6, 7)
"""Syllables of a piece, as most phrases of the lexicon have."""

STEP = 2
"""Characters from the begin of one piece of a line to the next."""

Truth = dict[str, Any]


def said_in(truth: Truth) -> tuple[str, ...]:
    """Pieces of the agent's lines, of each length in turn."""
    return tuple(dict.fromkeys(_one_after_another(_lines(truth, "agent"))))


def said_elsewhere(truth: Truth, others: Sequence[Truth]) -> tuple[str, ...]:
    """All pieces of the lines of other calls that sound like nothing in this one."""
    own = [toneless(line) for line in (*_lines(truth, "agent"), *_lines(truth, "customer"))]
    here = {
        sounds[at : at + length]
        for sounds in own
        for length in LENGTHS
        for at in range(len(sounds) - length + 1)
    }
    pieces = (
        line[at : at + length]
        for other in others
        for role in ("agent", "customer")
        for line in _lines(other, role)
        for length in LENGTHS
        for at in range(len(line) - length + 1)
    )
    wanted = [piece for piece in dict.fromkeys(pieces) if _is_spoken(piece)]
    return tuple(piece for piece in wanted if toneless(piece) not in here)


def matcher_of(pieces: Iterable[str], model: Rule) -> PhraseMatcher:
    """Finds the pieces as a forbidden rule like ``model``, without exceptions."""
    phrases = tuple(Phrase(piece) for piece in pieces)
    return PhraseMatcher([replace(model, phrases=phrases, exceptions=(), negated_by=False)])


def _one_after_another(lines: Iterable[str]) -> Iterator[str]:
    number = 0
    for line in lines:
        for at in range(0, len(line), STEP):
            piece = line[at : at + LENGTHS[number % len(LENGTHS)]]
            number += 1
            if len(piece) >= LENGTHS[0] and _is_spoken(piece):
                yield piece


def _lines(truth: Truth, role: str) -> list[str]:
    own = [line["text"] for line in truth["lines"] if line["role"] == role]
    return [fold_you(as_spoken(text).plain) for text in own]


def _is_spoken(piece: str) -> bool:
    """Whether it is ideographs alone."""
    return all("一" <= character <= "鿿" for character in piece)
