"""Words of a window at their times in the call, and stretches whose words are missing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipeline.transcribe.guard import plain
from pipeline.transcribe.script import simplify
from pipeline.types import Seconds, Word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.transcribe.windows import Piece, Window

UNHEARD_S: Seconds = 1.5
"""A stretch so long has words in it (our choice)."""

THIN_S: Seconds = 1.5
THIN = 0.6
"""A stretch with less than so much of its window's characters a second may have lost some beside
the others, and is heard alone."""

_BROKEN = "\N{REPLACEMENT CHARACTER}"
"""Half a character: what is left where decoding stopped inside one."""


def unheard(window: Window, words: Sequence[tuple[int, Word]]) -> tuple[Piece, ...]:
    """The stretches of ``UNHEARD_S`` and more that have no word: the decoder ended before its
    time."""
    with_words = {index for index, _ in words}
    return tuple(
        p for p in window.pieces if p.index not in with_words and p.span.duration_s >= UNHEARD_S
    )


def thin(window: Window, words: Sequence[tuple[int, Word]]) -> tuple[Piece, ...]:
    """The stretches of ``THIN_S`` and more whose text is much thinner than the window's, or that
    have none."""
    if not words:
        return ()
    least = THIN * len(plain(text_of(words))) / window.speech_s
    return tuple(
        piece
        for piece in window.pieces
        if piece.span.duration_s >= THIN_S
        and len(plain(text_of([w for w in words if w[0] == piece.index])))
        < least * piece.span.duration_s
    )


def text_of(words: Sequence[tuple[int, Word]]) -> str:
    return "".join(word.text for _, word in words)


def place(window: Window, parts: Sequence[dict[str, Any]]) -> list[tuple[int, Word]]:
    """Aligned parts of a window as words at their times in the call; punctuation joins the word
    before."""
    text = simplify("".join(part["word"] for part in parts)).replace(_BROKEN, " ")
    placed: list[tuple[int, Word]] = []
    at = 0
    for part in parts:
        piece_text = text[at : at + len(part["word"])]
        at += len(part["word"])
        if not any(c.isalnum() for c in piece_text):
            if placed:
                index, before = placed[-1]
                placed[-1] = (index, replace(before, text=before.text + piece_text))
            continue
        piece, span = window.locate(float(part["start"]), float(part["end"]))
        confidence = min(1.0, float(part["probability"]))
        placed.append((piece.index, Word(piece_text, span.start_s, span.end_s, confidence)))
    return placed
