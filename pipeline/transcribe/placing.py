"""Place a window's words at their times in the call, and find stretches whose words are missing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipeline.transcribe.guard import plain
from pipeline.transcribe.script import simplify
from pipeline.types import Seconds, Word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.transcribe.windows import Piece, Window

WORDLESS_S: Seconds = 1.5
"""A stretch of this length must have words (our choice)."""

SPARSE_S: Seconds = 1.5
SPARSE = 0.6
"""A stretch of ``SPARSE_S`` with less than this share of its window's characters a second may have
lost words. It is decoded again, alone."""

_BROKEN = "\N{REPLACEMENT CHARACTER}"
"""Half a character: decoding stopped inside it."""


def find_wordless(window: Window, words: Sequence[tuple[int, Word]]) -> tuple[Piece, ...]:
    """The stretches of ``WORDLESS_S`` and more without a word: the decoder ended too early."""
    with_words = {index for index, _ in words}
    return tuple(
        p for p in window.pieces if p.index not in with_words and p.span.duration_s >= WORDLESS_S
    )


def find_sparse(window: Window, words: Sequence[tuple[int, Word]]) -> tuple[Piece, ...]:
    """The stretches of ``SPARSE_S`` and more with no text, or with much less text a second than the
    window."""
    if not words:
        return ()
    least = SPARSE * len(plain(text_of(words))) / window.speech_s
    return tuple(
        piece
        for piece in window.pieces
        if piece.span.duration_s >= SPARSE_S
        and len(plain(text_of([w for w in words if w[0] == piece.index])))
        < least * piece.span.duration_s
    )


def text_of(words: Sequence[tuple[int, Word]]) -> str:
    return "".join(word.text for _, word in words)


def place_words(window: Window, parts: Sequence[dict[str, Any]]) -> list[tuple[int, Word]]:
    """Turn aligned parts of a window into words at their times in the call. Punctuation joins the
    word before it."""
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
