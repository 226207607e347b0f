"""Place a window's words at their times in the call, and find stretches whose words are missing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

from pipeline.transcribe.guard import is_invented, is_loop, is_too_dense, plain
from pipeline.transcribe.recogniser import Recognition
from pipeline.transcribe.script import simplify
from pipeline.types import Seconds, Track, Word

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from pipeline.transcribe.windows import Piece, Window

AlignedPart: TypeAlias = dict[str, Any]
"""A part of a text in its window, as faster-whisper gives it: ``word``, ``start``, ``end`` in
seconds, ``probability`` 0..1."""

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


def place_words(window: Window, parts: Sequence[AlignedPart]) -> list[tuple[int, Word]]:
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


def gather(
    tracks: Sequence[Track],
    found: Iterable[tuple[Window, list[tuple[int, Word]]]],
    inventions: Collection[str],
) -> tuple[Recognition, ...]:
    """The words of windows by the stretches of their tracks. What nobody can have said is dropped."""
    words: dict[int, dict[int, list[Word]]] = {track.channel: {} for track in tracks}
    for window, placed in found:
        for index, word in sorted(placed, key=lambda pair: pair[1].start_s):
            words[window.channel].setdefault(index, []).append(word)
    return tuple(
        Recognition(
            track.channel,
            span,
            _guard(words[track.channel].get(index, ()), span.duration_s, inventions),
        )
        for track in tracks
        for index, span in enumerate(track.speech)
    )


def _guard(
    words: Sequence[Word], speech_s: Seconds, inventions: Collection[str]
) -> tuple[Word, ...]:
    text = "".join(word.text for word in words)
    if is_loop(text) or is_too_dense(text, speech_s) or is_invented(text, inventions):
        return ()
    return tuple(words)
