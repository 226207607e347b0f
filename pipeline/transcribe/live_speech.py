"""Speech of one side while it goes on: the stretches that have ended, with Silero VAD frame by
frame."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from faster_whisper.vad import get_vad_model

from pipeline.transcribe.speech_spans import FRAME, MIN_SPEECH_S, STEREO_PAUSE_S
from pipeline.types import SAMPLE_RATE, Samples, Seconds, Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

SPEECH, SILENCE = 0.5, 0.35
"""Probabilities from which speech begins, and below which it ends; as Silero's own search has
them."""

CONTEXT = 64
"""Samples before a frame that Silero looks at."""

LONG_S: Seconds = 3.0
SHORT_PAUSE_S: Seconds = 0.2
"""A stretch of this length ends with a shorter pause already, so that its words need not wait (our
choice)."""

LONGEST_S: Seconds = 6.0
"""Speech without a pause is cut, at its quietest place of the last ``BACK_S`` (issue of the
supervisors' wall: words within 3 s)."""

BACK_S: Seconds = 1.5
EARLY_S: Seconds = 0.15
"""Silero begins late on soft onsets, by 0.1 s on average."""

FRAME_S: Seconds = FRAME / SAMPLE_RATE
QUIET = 10 ** (-60 / 20)
"""Root mean square below which a frame is silence without a look: -60 dBFS is under the noise of
any line on which somebody speaks (our choice)."""


@dataclass
class SpeechStream:
    """``at_s``: so much has been heard; ``since_s``: of the speech that goes on, ``None`` in silence;
    ``ended_s``: of the last speech, ``None`` before the first."""

    at_s: Seconds = 0.0
    since_s: Seconds | None = None
    ended_s: Seconds | None = None
    _rest: Samples = field(default_factory=lambda: np.zeros(0, np.float32))
    _context: Samples = field(default_factory=lambda: np.zeros(CONTEXT, np.float32))
    _state: tuple[Any, Any] = field(default_factory=lambda: (_zeros(), _zeros()))
    _pause_from: Seconds | None = None
    _levels: deque[float] = field(default_factory=lambda: deque(maxlen=round(BACK_S / FRAME_S)))

    def feed(self, samples: Samples) -> list[Span]:
        """Take the next samples, at ``SAMPLE_RATE``, and return the stretches that have ended by
        now, in order. A stretch that was cut goes on in the next one."""
        whole = np.concatenate([self._rest, samples])
        count = len(whole) // FRAME
        frames, self._rest = whole[: count * FRAME].reshape(count, FRAME), whole[count * FRAME :]
        levels = np.sqrt(np.mean(np.square(frames), axis=1, dtype=np.float32))
        found: list[Span] = []
        for probability, level in zip(self._probabilities(frames, levels), levels, strict=True):
            found += self._step(float(probability), float(level))
        return found

    def finish(self) -> list[Span]:
        """The stretch that goes on, where no more sound will come."""
        if self.since_s is None:
            return []
        return self._end(self._pause_from or self.at_s)

    @property
    def settled_s(self) -> Seconds:
        """What lies before is silence, or in a stretch that was given."""
        return self.at_s - STEREO_PAUSE_S if self.since_s is None else self.since_s

    def _probabilities(self, frames: NDArray[np.float32], levels: Samples) -> NDArray[np.float32]:
        if not len(frames):
            return np.zeros(0, np.float32)
        if self.since_s is None and float(levels.max()) < QUIET:
            self._context = frames[-1, -CONTEXT:]
            return np.zeros(len(frames), np.float32)
        before = np.concatenate([self._context[None], frames[:-1, -CONTEXT:]])
        self._context = frames[-1, -CONTEXT:]
        given = {
            "input": np.concatenate([before, frames], 1).astype(np.float32),
            "h": self._state[0],
            "c": self._state[1],
        }
        out, *state = get_vad_model().session.run(None, given)
        self._state = (state[0], state[1])
        return np.asarray(out, np.float32).reshape(-1)

    def _step(self, probability: float, level: float) -> list[Span]:
        start_s = self.at_s
        self.at_s += FRAME_S
        self._levels.append(level)
        if probability >= SPEECH:
            self._pause_from = None
            if self.since_s is None:
                self.since_s = max(self.ended_s or 0.0, start_s - EARLY_S)
        if self.since_s is None:
            return []
        if probability < SILENCE and self._pause_from is None:
            self._pause_from = start_s
        length_s = self.at_s - self.since_s
        pause_s = SHORT_PAUSE_S if length_s >= LONG_S else STEREO_PAUSE_S
        if self._pause_from is not None and self.at_s - self._pause_from >= pause_s:
            return self._end(self._pause_from)
        if length_s >= LONGEST_S:
            cut_s = self._quietest_s()
            span, self.since_s = Span(self.since_s, cut_s), cut_s
            return [span]
        return []

    def _end(self, end_s: Seconds) -> list[Span]:
        assert self.since_s is not None
        span = Span(self.since_s, max(self.since_s, end_s))
        self.since_s = self._pause_from = None
        self.ended_s = span.end_s
        return [span] if span.duration_s >= MIN_SPEECH_S else []

    def _quietest_s(self) -> Seconds:
        """The middle of the quietest three frames of the last ``BACK_S``."""
        levels = np.convolve(np.array(self._levels), np.ones(3), "same")[1:-1]
        return self.at_s - (len(levels) - int(levels.argmin()) + 0.5) * FRAME_S


def _zeros() -> NDArray[np.float32]:
    return np.zeros((1, 1, 128), np.float32)
