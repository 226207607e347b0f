"""A tone over what personal numbers sound like, so that a call can be played to others."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence

import numpy as np

from pipeline.privacy.find import Personal
from pipeline.spans import join_spans
from pipeline.types import SAMPLE_RATE, Hertz, Samples, Seconds, Span

with warnings.catch_warnings():
    warnings.simplefilter("ignore", RuntimeWarning)  # it looks for ffmpeg, which decoded samples do not need
    from pydub import AudioSegment
    from pydub.generators import Sine

TONE_HZ: Hertz = 1000
LEVEL_DBFS = -26.0
"""Peak. Quieter than speech on most calls, so that nobody takes the headset off (our choice)."""

WIDER_S: Seconds = 0.1
"""On both sides: the recogniser's times of words are off by about so much."""

FADE_MS = 10
FULL_SCALE = 32_768


def beep(samples: Samples, spans: Sequence[Span]) -> Samples:
    """A copy of a channel, float32 (n,), with a tone instead of the sound in every span, widened by ``WIDER_S``.

    Everything outside is the same bit by bit; no spans give an equal copy. Parts beyond the sound are left out.

    >>> sound = np.ones(SAMPLE_RATE, np.float32)
    >>> masked = beep(sound, [Span(0.4, 0.6)])
    >>> bool((masked[:4800] == 1).all()), float(abs(masked[4800:11200]).max()) < 0.06
    (True, True)
    """
    masked = samples.copy()
    wider = [Span(span.start_s - WIDER_S, span.end_s + WIDER_S) for span in spans]
    for span in join_spans(wider, 0.0):
        start = max(0, math.floor(span.start_s * SAMPLE_RATE))
        end = min(len(samples), math.ceil(span.end_s * SAMPLE_RATE))
        if start < end:
            masked[start:end] = _make_tone(end - start)
    return masked


def beep_channels(channels: Sequence[Samples], personal: Sequence[Personal]) -> tuple[Samples, ...]:
    """All channels with a tone wherever a personal number is said: each side leaks into the other's channel."""
    spans = [Span(number.start_s, number.end_s) for number in personal]
    return tuple(beep(samples, spans) for samples in channels)


def _make_tone(length: int) -> Samples:
    """A sine of ``length`` samples, float32, faded in and out over ``FADE_MS``."""
    duration_ms = math.ceil(length * 1000 / SAMPLE_RATE)
    whole = Sine(TONE_HZ, sample_rate=SAMPLE_RATE, bit_depth=16).to_audio_segment(duration_ms, volume=LEVEL_DBFS)
    data = np.array(whole.get_array_of_samples(), np.int16)[:length].tobytes()
    tone = AudioSegment(data, sample_width=2, frame_rate=SAMPLE_RATE, channels=1)
    fade_ms = min(FADE_MS, len(tone) // 2)
    if fade_ms:
        tone = tone.fade_in(fade_ms).fade_out(fade_ms)
    return np.resize(np.array(tone.get_array_of_samples(), np.float32) / FULL_SCALE, length)
