"""One side of a call in progress: its last minute of sound, and the stretches of speech in it."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.transcribe import STEREO_PAUSE_S, SpeechStream
from pipeline.types import SAMPLE_RATE, Seconds, Span, join_spans

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from pipeline.telephony import Side
    from pipeline.types import Samples

KEPT_S: Seconds = 90.0
"""Sound that is at hand for recognition and for a second look (our choice): 3 MB a side."""

LATE_S: Seconds = 1.0
"""A side that sends nothing is silent up to so long before the other one's last sample (our
choice): a jitter buffer holds less."""

MOST_UNHEARD_S: Seconds = 60.0
"""More that nobody could look at yet is left to the end of the call."""


JOINED_S: Seconds = 0.1
"""Late sound with a shorter pause is one stretch."""

ROUND_S: Seconds = 0.005
"""Pieces may overlap by so much, since their times are rounded (our choice)."""


class RecentSound:
    """A ``Series`` of a side at ``SAMPLE_RATE``: its places are those of the call, and what is older
    than ``KEPT_S`` reads as silence. Any thread may read."""

    def __init__(self, kept_s: Seconds = KEPT_S) -> None:
        self._kept = int(kept_s * SAMPLE_RATE)
        self._data = np.zeros(2 * self._kept, np.int16)
        self._first, self._end = 0, 0
        self._lock = threading.Lock()

    def append(self, samples: NDArray[np.int16]) -> None:
        with self._lock:
            for start in range(0, len(samples), self._kept):
                self._add(samples[start : start + self._kept])

    def _add(self, samples: NDArray[np.int16]) -> None:
        used = self._end - self._first
        if used + len(samples) > len(self._data):
            kept = min(used, self._kept)
            self._data[:kept] = self._data[used - kept : used]
            self._first, used = self._end - kept, kept
        self._data[used : used + len(samples)] = samples
        self._end += len(samples)

    def __len__(self) -> int:
        return self._end

    @property
    def first_s(self) -> Seconds:
        """What comes before is not at hand any more."""
        with self._lock:
            return self._first / SAMPLE_RATE

    def __getitem__(self, where: slice, /) -> Samples:
        with self._lock:
            first, end, _ = where.indices(self._end)
            out = np.zeros(max(0, end - first), np.float32)
            low = max(first, self._first)
            if low < end:
                out[low - first :] = self._data[low - self._first : end - self._first]
        return out / np.float32(32768)


class Resampler:
    """Samples of one rate as those of another, one part after the other."""

    def __init__(self, rate: int, wanted: int) -> None:
        import av  # noqa: PLC0415 - slow to load

        self._rate, self._frame = rate, av.AudioFrame
        made: Any = av.AudioResampler("s16", "mono", wanted)
        self._resampler = made if rate != wanted else None

    def convert(self, samples: NDArray[np.int16]) -> NDArray[np.int16]:
        if self._resampler is None or not len(samples):
            return samples
        frame = self._frame.from_ndarray(np.ascontiguousarray(samples)[None], "s16", "mono")
        frame.sample_rate = self._rate
        parts = [out.to_ndarray().reshape(-1) for out in self._resampler.resample(frame)]
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)


@dataclass
class CallSide:
    """``number``: names the side among all calls' sides, as a channel does; ``rate``: of the samples
    that come in. The telephone system's thread puts sound in, another one listens."""

    side: Side
    number: int
    rate: int
    sound: RecentSound = field(default_factory=RecentSound)
    stream: SpeechStream = field(default_factory=SpeechStream)
    speech: list[Span] = field(default_factory=list)
    """The stretches so far, as a finished recording has them: one that was cut for its length, or ended
    with a short pause so that its words need not wait, is one with the next."""
    too_late: list[Span] = field(default_factory=list)
    """What came when its place had been listened to, as silence or as other sound: nobody searched it
    for numbers."""
    _guessed: list[tuple[int, int]] = field(default_factory=list)
    """Places that were taken for silence, in samples."""
    _coming: deque[tuple[int, NDArray[np.int16]]] = field(default_factory=deque)
    _unheard: int = 0
    _place: int = 0
    _put_end: int = 0
    """Up to here sound was put in."""
    _late_lock: threading.Lock = field(default_factory=threading.Lock)
    _resampler: Resampler = field(init=False)

    def __post_init__(self) -> None:
        self._resampler = Resampler(self.rate, SAMPLE_RATE)

    def put(self, at: int, samples: NDArray[np.int16]) -> bool:
        """Take sound that begins at sample ``at`` of the call; ``False`` where too much waits."""
        if self.is_late(at):
            self._add_late(at, min(at + len(samples), max(self._place, self._put_end)))
        self._put_end = max(self._put_end, at + len(samples))
        if self._unheard + len(samples) > MOST_UNHEARD_S * self.rate:
            self._note_late(at, len(samples))
            return False
        self._unheard += len(samples)
        self._coming.append((at, samples))
        return True

    def is_late(self, at: int) -> bool:
        """Whether other sound, or silence, was listened to at a place, or waits for it."""
        return at < max(self._place, self._put_end) - ROUND_S * self.rate

    def late_so_far(self) -> list[Span]:
        """What came too late, also of what was not listened to yet. Where the side may be listened to
        meanwhile the caller holds ``Waiting.lock``."""
        for at, samples in list(self._coming):
            self._note_late(at, len(samples))
        return list(self.too_late)

    def listen(self, newest_s: Seconds) -> list[Span]:
        """Listen to what has come; ``newest_s``: the last moment that any side has sent. Returns the
        stretches of speech that have ended."""
        parts: list[NDArray[np.int16]] = []
        for _ in range(len(self._coming)):
            at, samples = self._next()
            if at > self._place:
                parts.append(self._guess(at - self._place))
            new = samples[self._place - at :] if at < self._place else samples
            parts.append(new)
            self._place += len(new)
        silent = int((newest_s - LATE_S) * self.rate) - self._place
        if silent > 0:
            parts.append(self._guess(silent))
        if not parts:
            return []
        samples = self._resampler.convert(np.concatenate(parts))
        self.sound.append(samples)
        return self._found(self.stream.feed(samples.astype(np.float32) / np.float32(32768)))

    def pass_over(self) -> None:
        """Listen to nothing of what has come: a call that is given up."""
        for _ in range(len(self._coming)):
            self._next()

    def _next(self) -> tuple[int, NDArray[np.int16]]:
        at, samples = self._coming.popleft()
        self._unheard -= len(samples)
        self._note_late(at, len(samples))
        return at, samples

    def _guess(self, count: int) -> NDArray[np.int16]:
        """Take so many samples for silence."""
        first, end = self._place, self._place + count
        if self._guessed and self._guessed[-1][1] == first:
            first = self._guessed.pop()[0]
        self._guessed.append((first, end))
        self._place = end
        return np.zeros(count, np.int16)

    def _note_late(self, at: int, count: int) -> None:
        """Sound that was put in time, and whose place was taken for silence before it was listened
        to."""
        for first, end in reversed(self._guessed):
            if end <= at:
                break
            if first < at + count:
                self._add_late(max(first, at), min(end, at + count))

    def _add_late(self, first: int, end: int) -> None:
        late = Span(first / self.rate, end / self.rate)
        with self._late_lock:
            known = self.too_late[-1] if self.too_late else None
            gap_s = (
                max(late.start_s, known.start_s) - min(late.end_s, known.end_s) if known else 1.0
            )
            if known is not None and gap_s < JOINED_S:
                start_s, end_s = min(known.start_s, late.start_s), max(known.end_s, late.end_s)
                self.too_late[-1] = Span(start_s, end_s)
            else:
                self.too_late.append(late)

    def finish(self) -> list[Span]:
        """No more will come: the stretch that goes on."""
        return self._found(self.stream.finish())

    def stretches(self, since_s: Seconds) -> list[Span]:
        """The speech that has not ended before ``since_s``; what goes on ends now."""
        found: list[Span] = []
        begun_s = self.stream.since_s
        if begun_s is not None:
            found.append(Span(begun_s, max(begun_s, self.stream.at_s)))
        for span in reversed(self.speech):
            if span.end_s < since_s:
                break
            found.append(span)
        return list(join_spans(found, STEREO_PAUSE_S))

    def _found(self, spans: list[Span]) -> list[Span]:
        for span in spans:
            if self.speech and span.start_s - self.speech[-1].end_s < STEREO_PAUSE_S:
                self.speech[-1] = Span(self.speech[-1].start_s, span.end_s)
            else:
                self.speech.append(span)
        return spans
