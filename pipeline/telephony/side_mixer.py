"""Several streams of one side as one: who listens in, or nobody said who is who."""

from __future__ import annotations

import numpy as np

from pipeline.telephony.rtp_stream import Piece

WAIT_S, STILL_S = 0.4, 1.0
"""A stream that is behind another one, or behind the time, is waited for so long; then it counts as
silent. Our choice: above what the jitter buffer holds back."""


class SideMixer:
    """Pieces of each stream in order become pieces of their sum, in order. A single stream goes
    through unchanged."""

    def __init__(self) -> None:
        self._ends: dict[str, float] = {}
        self._rate = 0
        self._begin = 0
        self._sum = np.zeros(0, dtype=np.int32)
        self._lost_s = 0.0

    def join(self, name: str) -> None:
        """A stream belongs to the side from now on."""
        self._ends.setdefault(name, 0.0)

    def leave(self, name: str) -> None:
        """A stream sends no more."""
        self._ends.pop(name, None)

    def add(self, name: str, piece: Piece) -> list[Piece]:
        """Take a piece of a stream; the pieces that are complete with it."""
        self._ends[name] = max(self._ends.get(name, 0.0), piece.end_s)
        if len(self._ends) == 1 and not len(self._sum):
            return [piece]
        out = []
        self._rate = self._rate or piece.rate
        if len(self._sum) and piece.start_s > self._end_s + 1.0:
            out += self.rest()
        self._put(piece)
        return out + self._cut()

    @property
    def _end_s(self) -> float:
        return (self._begin + len(self._sum)) / self._rate

    def _put(self, piece: Piece) -> None:
        samples = _at_rate(piece, self._rate)
        start = round(piece.start_s * self._rate)
        if not len(self._sum):
            self._begin = max(start, self._begin)
        samples = samples[max(0, self._begin - start) :]
        offset = max(start - self._begin, 0)
        missing = offset + len(samples) - len(self._sum)
        if missing > 0:
            self._sum = np.concatenate([self._sum, np.zeros(missing, dtype=np.int32)])
        self._sum[offset : offset + len(samples)] += samples
        self._lost_s += piece.lost_s

    def _cut(self) -> list[Piece]:
        ends = self._ends.values()
        until = max(min(ends), max(ends) - WAIT_S)
        return self._take(round(until * self._rate) - self._begin)

    def due(self, elapsed_s: float) -> list[Piece]:
        """The pieces that wait for a stream that says nothing, so long after the begin."""
        until = elapsed_s - STILL_S
        return self._take(round(until * self._rate) - self._begin) if len(self._sum) else []

    def rest(self) -> list[Piece]:
        """All that is left."""
        return self._take(len(self._sum))

    def _take(self, count: int) -> list[Piece]:
        count = min(count, len(self._sum))
        if count <= 0:
            return []
        sound = np.clip(self._sum[:count], -32768, 32767).astype(np.int16)
        piece = Piece(self._begin / self._rate, sound, self._rate, self._lost_s)
        self._begin, self._sum, self._lost_s = self._begin + count, self._sum[count:], 0.0
        return [piece]


def _at_rate(piece: Piece, rate: int) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    if piece.rate == rate:
        return piece.samples
    count = round(len(piece.samples) * rate / piece.rate)
    places = np.arange(count) * piece.rate / rate
    heard = np.interp(places, np.arange(len(piece.samples)), piece.samples)
    return heard.astype(np.int16)
