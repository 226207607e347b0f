"""Encode sound to the states that Whisper's decoder reads. States are cached, so nothing is encoded
twice.

The encoder's work grows with the length of a window, so every window is encoded at its own length.
Windows of several lengths are still decoded together: the states of a shorter window are padded
with its last state, which is silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from ctranslate2 import DataType, Device, StorageView

from pipeline.ear import Reading, States, StatesWindow, Stretch
from pipeline.transcribe.windows import PAD_S, Piece, Window
from pipeline.types import SAMPLE_RATE, Samples, Seconds, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

FRAMES_PER_S = 100
"""Feature frames a second (hop of 160 samples)."""

STATES_PER_S = 50
"""States for each second: the second convolution of the encoder halves the frames."""

WHISPER_S: Seconds = 30.0
"""The length that Whisper was trained on. No window is longer."""

CACHED_S: Seconds = 600.0
"""Seconds of sound whose states are cached for ``weigh``, at 0.1 MB a second. In a longer call the
other stretches are encoded again before they are weighed (our choice)."""


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """A window with its states. ``reading``: of a second ear, ``None`` where none listened."""

    window: Window
    states: States
    reading: Reading | None = None

    @property
    def length_s(self) -> Seconds:
        return len(self.states) / STATES_PER_S

    def as_heard(self) -> StatesWindow:
        """The states with the stretches of the call that they are of, for a second ear."""
        stretches = [
            Stretch(
                round(piece.offset_s * STATES_PER_S),
                round((piece.offset_s + piece.span.duration_s) * STATES_PER_S),
                piece.span.start_s,
            )
            for piece in self.window.pieces
        ]
        return StatesWindow(self.window.channel, self.states, tuple(stretches))

    def part(self, span: Span, tail_s: Seconds) -> States | None:
        """The states of a stretch of the call with a little sound around it, and up to ``tail_s``
        of the sound that follows in the window.

        ``None`` if the window does not hold the whole stretch.
        """
        inside = [piece for piece in self.window.pieces if piece.span.overlap_s(span) > 0]
        if (
            not inside
            or inside[0].span.start_s > span.start_s + EDGE_S
            or inside[-1].span.end_s < span.end_s - EDGE_S
        ):
            return None
        low_s = _place_of(inside[0], span.start_s - PAD_S)
        high_s = _place_of(inside[-1], span.end_s + PAD_S) + tail_s
        return self.states[round(low_s * STATES_PER_S) : round(high_s * STATES_PER_S)]


EDGE_S: Seconds = 0.05
"""A window holds a stretch if it misses less than this at its ends (our choice)."""


def _place_of(piece: Piece, time_s: Seconds) -> Seconds:
    """The place of a time of the call in the window."""
    return (
        piece.offset_s + min(max(time_s, piece.span.start_s), piece.span.end_s) - piece.span.start_s
    )


class Encoder:
    """The encoder of a loaded faster-whisper model."""

    def __init__(self, model: Any) -> None:
        self._model = model

    def encode(self, samples: Samples, length_s: Seconds) -> States:
        """States of the samples, cut or padded with silence to ``length_s``."""
        frames = int(min(WHISPER_S, length_s) * FRAMES_PER_S) // 2 * 2
        padded = np.zeros(frames * SAMPLE_RATE // FRAMES_PER_S, np.float32)
        padded[: len(samples)] = samples[: len(padded)]
        features = self._model.feature_extractor(padded, padding=0)[:, :frames]
        encoded = self._model.encode(np.ascontiguousarray(features))
        if encoded.device != "cpu" or encoded.dtype != DataType.float32:
            encoded = encoded.to_device(Device.cpu).to(DataType.float32)
        states: States = np.array(encoded)[0]
        return states


def stack_states(states: Sequence[States]) -> StorageView:
    """States of several windows as one batch. Shorter ones are padded with their last state."""
    longest = max(map(len, states))
    filled = [
        np.concatenate((own, np.repeat(own[-1:], longest - len(own), axis=0))) for own in states
    ]
    return StorageView.from_array(np.ascontiguousarray(np.stack(filled)))
