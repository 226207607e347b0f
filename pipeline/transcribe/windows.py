"""Pack stretches of speech into windows for Whisper, and map times in a window back to the call.

Whisper's encoder costs the same for 3 s as for 30 s unless the window is cut to its own length, and
its decoder loops on windows much shorter than 10 s. So neighbouring stretches of one track share a
window of up to ``TARGET_S`` with a short silence between them.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.types import SAMPLE_RATE, Samples, Seconds, Series, Span, Track

if TYPE_CHECKING:
    from collections.abc import Sequence

TARGET_S: Seconds = 15.0
"""Speech in a window. The error rate on calls/dev is 0.133 with 15 s, 0.150 with 10 s, and 0.133
but slower with 20 s. Windows of equal length, instead of full ones, lost a 您好 on calls/dev
(0.0998 against 0.0975)."""

LIKE = 0.7
"""Least length of a window in a batch, as a share of the longest. The decoder works through the
longest window's states for each window (our choice)."""

LONGEST_S: Seconds = 26.0
"""A longer stretch without a pause is cut, since with its padding it must fit Whisper's 30 s."""

JOIN_S: Seconds = 0.5
"""Silence between two stretches of a window. 0.2 and 1.0 gave the same error rate."""

JOIN_SAMPLES = int(JOIN_S * SAMPLE_RATE)

ANCHOR_S: Seconds = 0.08
"""A word is certainly audible this long before its end: half of a short syllable."""

PAD_S: Seconds = 0.2
"""Sound included before and after a stretch, so that weak onsets are not cut."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The place of a stretch in its window. ``index``: in the track's speech. ``span``: in the
    call, with its padding. ``offset_s``: its start in the window."""

    index: int
    span: Span
    offset_s: Seconds

    @property
    def inside(self) -> slice:
        """Its samples in the call."""
        return slice(int(self.span.start_s * SAMPLE_RATE), int(self.span.end_s * SAMPLE_RATE))


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """A window of one channel. ``source``: the samples of the whole track; only this window's
    samples are read, on demand."""

    channel: int
    source: Series
    pieces: tuple[Piece, ...]

    @property
    def length_s(self) -> Seconds:
        last = self.pieces[-1]
        # in whole samples: a frame more or less changes the recognised text
        return (
            round(last.offset_s * SAMPLE_RATE) + len(range(len(self.source))[last.inside])
        ) / SAMPLE_RATE

    @property
    def samples(self) -> Samples:
        """float32 (n,), at most 30 s: the pieces with silence between them."""
        silence = np.zeros(JOIN_SAMPLES, np.float32)
        parts = [part for piece in self.pieces for part in (silence, self.source[piece.inside])]
        return np.concatenate(parts[1:])

    @property
    def speech_s(self) -> Seconds:
        return sum(piece.span.duration_s for piece in self.pieces)

    def locate(self, start_s: Seconds, end_s: Seconds) -> tuple[Piece, Span]:
        """The piece of a word of this window, and the word's place in the call.

        The end of the word decides: alignment counts the silence before a word as part of it.
        """
        anchor_s = max(start_s, end_s - ANCHOR_S)
        begun = [piece for piece in self.pieces if piece.offset_s <= anchor_s]
        piece = begun[-1] if begun else self.pieces[0]
        start, end = (
            min(
                max(piece.span.start_s + time_s - piece.offset_s, piece.span.start_s),
                piece.span.end_s,
            )
            for time_s in (start_s, end_s)
        )
        return piece, Span(start, end)


def pack_windows(track: Track) -> tuple[Window, ...]:
    """Windows that hold all the speech of a track, in order."""
    windows: list[Window] = []
    pending: list[tuple[int, Span]] = []
    length_s = 0.0
    for index, span in _padded(track):
        if pending and length_s + span.duration_s > TARGET_S:
            windows.append(_join(track, pending))
            pending, length_s = [], 0.0
        pending.append((index, span))
        length_s += span.duration_s + JOIN_S
    if pending:
        windows.append(_join(track, pending))
    return tuple(windows)


def batches_of(windows: Sequence[Window], *, most: int) -> list[list[Window]]:
    """Group windows of similar length, up to ``most`` in a batch. A channel's windows are in order
    of length."""
    batches: list[list[Window]] = []
    for window in sorted(windows, key=lambda window: -window.length_s):
        if (
            not batches
            or len(batches[-1]) == most
            or window.length_s < LIKE * batches[-1][0].length_s
        ):
            batches.append([])
        batches[-1].append(window)
    return batches


def _padded(track: Track) -> list[tuple[int, Span]]:
    """The stretches widened by ``PAD_S``, never into a neighbour, and cut if too long."""
    end_s = len(track.samples) / SAMPLE_RATE
    out: list[tuple[int, Span]] = []
    for index, span in enumerate(track.speech):
        low = (track.speech[index - 1].end_s + span.start_s) / 2 if index else 0.0
        last = index + 1 == len(track.speech)
        high = end_s if last else (span.end_s + track.speech[index + 1].start_s) / 2
        wide = Span(max(low, span.start_s - PAD_S), min(high, span.end_s + PAD_S))
        out += [(index, part) for part in _cut(wide)]
    return out


def _cut(span: Span) -> Sequence[Span]:
    parts = int(np.ceil(span.duration_s / LONGEST_S)) or 1
    edges = np.linspace(span.start_s, span.end_s, parts + 1)
    return [Span(float(a), float(b)) for a, b in itertools.pairwise(edges)]


def _join(track: Track, stretches: Sequence[tuple[int, Span]]) -> Window:
    pieces: list[Piece] = []
    at = 0
    for index, span in stretches:
        piece = Piece(index, span, at / SAMPLE_RATE)
        pieces.append(piece)
        at += len(range(len(track.samples))[piece.inside]) + JOIN_SAMPLES
    return Window(track.channel, track.samples, tuple(pieces))
