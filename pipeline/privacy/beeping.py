"""Cover the sound of personal numbers by a tone, so that a call can be played to others."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.privacy.personal import Personal, find_personal
from pipeline.types import (
    CUSTOMERS,
    SAMPLE_RATE,
    Hertz,
    Kinds,
    Samples,
    Seconds,
    Series,
    SoundEvent,
    Span,
    join_spans,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.types import CallResult

with warnings.catch_warnings():
    warnings.simplefilter(
        "ignore", RuntimeWarning
    )  # pydub looks for ffmpeg, which decoded samples do not need
    from pydub import AudioSegment
    from pydub.generators import Sine

TONE_HZ: Hertz = 1000
LEVEL_DBFS = -26.0
"""Peak level of the tone. It is quieter than speech on most calls, so listeners keep their headset
on (our choice)."""

WIDER_S: Seconds = 0.1
"""Extension on both sides: the recogniser's times of words are off by about this much."""

KEY_GAP_S: Seconds = 3.0
"""Somebody who reads a number off a card presses a key every second or two (our choice)."""

KEY_WIDER_S: Seconds = 0.25
"""Further extension around keys: the first and the last may be found late or not at all."""

FADE_MS = 10
FULL_SCALE = 32_768


@dataclass(frozen=True, slots=True, eq=False)
class Beeped:
    """A series (n,) with a tone instead of the sound in ``spans``, which are in order and do not
    overlap."""

    samples: Series
    spans: tuple[Span, ...]

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, where: slice, /) -> Samples:
        first, last, _ = where.indices(len(self.samples))
        masked = self.samples[where].copy()
        for span in self.spans:
            start = max(0, math.floor(span.start_s * SAMPLE_RATE))
            end = min(len(self.samples), math.ceil(span.end_s * SAMPLE_RATE))
            low, high = max(start, first), min(end, last)
            if low < high:
                masked[low - first : high - first] = _make_tone(end - start)[
                    low - start : high - start
                ]
        return masked


def beep(samples: Series, spans: Sequence[Span]) -> Beeped:
    """A channel, float32 (n,), with a tone instead of the sound in every span, widened by
    ``WIDER_S``.

    Sound outside the spans is the same bit by bit; without spans all of it is. Parts beyond the
    sound are left out.

    >>> sound = np.ones(SAMPLE_RATE, np.float32)
    >>> masked = beep(sound, [Span(0.4, 0.6)])[:]
    >>> bool((masked[:4800] == 1).all()), float(abs(masked[4800:11200]).max()) < 0.06
    (True, True)
    """
    return Beeped(
        samples,
        join_spans([Span(span.start_s - WIDER_S, span.end_s + WIDER_S) for span in spans], 0.0),
    )


def beep_channels(
    channels: Sequence[Series], personal: Sequence[Personal | Span]
) -> tuple[Beeped, ...]:
    """All channels with a tone wherever a personal number is said or keyed: each side is audible in
    the other's channel."""
    spans = [Span(number.start_s, number.end_s) for number in personal]
    return tuple(beep(samples, spans) for samples in channels)


def find_personal_sound(result: CallResult, *, kinds: Kinds = CUSTOMERS) -> tuple[Span, ...]:
    """The stretches of a call that nobody may hear: what is said of these kinds, and pressed keys.

    Keys that follow each other within ``KEY_GAP_S`` are one number, with what lies between: a key
    that was missed there must not be heard either.
    """
    said = [
        Span(number.start_s, number.end_s)
        for number in find_personal(result.utterances, kinds=kinds)
    ]
    return (*said, *find_keyed(result.sounds))


def find_keyed(sounds: Sequence[SoundEvent]) -> tuple[Span, ...]:
    """The stretches in which keys are pressed.

    >>> find_keyed([SoundEvent(1.0, 1.5, 1, "keys", 0.9), SoundEvent(3.0, 3.2, 1, "keys", 0.9)])
    (Span(start_s=0.75, end_s=3.45),)
    """
    keys = [
        Span(max(0.0, sound.start_s - KEY_WIDER_S), sound.end_s + KEY_WIDER_S)
        for sound in sounds
        if sound.kind == "keys"
    ]
    return join_spans(keys, KEY_GAP_S)


def _make_tone(length: int) -> Samples:
    """A sine of ``length`` samples, float32, faded in and out over ``FADE_MS``."""
    duration_ms = math.ceil(length * 1000 / SAMPLE_RATE)
    whole = Sine(TONE_HZ, sample_rate=SAMPLE_RATE, bit_depth=16).to_audio_segment(
        duration_ms, volume=LEVEL_DBFS
    )
    data = np.array(whole.get_array_of_samples(), np.int16)[:length].tobytes()
    tone = AudioSegment(data, sample_width=2, frame_rate=SAMPLE_RATE, channels=1)
    fade_ms = min(FADE_MS, len(tone) // 2)
    if fade_ms:
        tone = tone.fade_in(fade_ms).fade_out(fade_ms)
    return np.resize(np.array(tone.get_array_of_samples(), np.float32) / FULL_SCALE, length)
