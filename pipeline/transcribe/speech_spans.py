"""Find where somebody speaks, with Silero VAD as faster-whisper ships it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from faster_whisper.vad import VadOptions, get_speech_timestamps

from pipeline.sound import HOP_S, Spectrum
from pipeline.types import SAMPLE_RATE, Seconds, Series, Span, join_spans

if TYPE_CHECKING:
    from collections.abc import Sequence

STEREO_PAUSE_S: Seconds = 0.4
"""A pause that ends a stretch on a channel of one speaker. 2 s (the default) merges turns
(SYSTRAN/faster-whisper #1261)."""

MONO_PAUSE_S: Seconds = 0.2
"""The same for a mix, where the pause between two speakers is short: 0.2 s separated all turns of
16 mixed calls."""

MIN_SPEECH_S: Seconds = 0.1
"""Shorter bursts are clicks and key tones (our choice)."""

FRAME = 512
"""Samples of one frame of Silero."""

BLOCK = 300 * SAMPLE_RATE // FRAME * FRAME
"""Samples that are searched together, limited for their memory (90 MB): five minutes, longer than
most calls."""

RUN_UP = 64 * FRAME
"""Two seconds of the block before, so that Silero knows the sound that leads up to a block."""

LOW_HZ, HIGH_HZ = 250.0, 4000.0
WIDEN_S: Seconds = 0.3
"""Most that a stretch is widened. Silero begins late on soft onsets (s, sh, zh through a telephone:
0.1 s on average, up to 0.4 s)."""

OVER_NOISE_DB = 6.0
"""Sound next to a stretch belongs to it if it is louder than the noise by this much. This and
``WIDEN_S`` bring the worst error of a side's speaking time from 0.18 to 0.07 on 52 stereo calls,
and from 0.15 to 0.06 on 50 others."""

LEAST_NOISE_FRAMES = 30
"""Half a second without speech gives the noise level. With less, the quietest tenth of all frames
gives it."""


def find_speech(samples: Series, *, pause_s: Seconds) -> tuple[Span, ...]:
    """Find stretches of speech with no pause of ``pause_s`` or more inside, in order, without
    padding.

    Times are exact to one VAD frame (0.032 s). Silence, noise and empty input give ``()``.
    """
    options = VadOptions(
        min_silence_duration_ms=round(pause_s * 1000),
        min_speech_duration_ms=round(MIN_SPEECH_S * 1000),
        speech_pad_ms=0,
    )
    found: list[Span] = []
    at = 0
    while True:
        block = samples[at : at + BLOCK]
        pieces = (
            [(piece["start"], piece["end"]) for piece in get_speech_timestamps(block, options)]
            if len(block)
            else []
        )
        is_last = at + len(block) >= len(samples)
        following = len(block)
        if not is_last and pieces and pieces[-1][1] == len(block) and pieces[-1][0] > RUN_UP:
            following, _ = pieces.pop()  # it goes on: the next block searches it from its start
        found += [
            Span((at + start) / SAMPLE_RATE, (at + end) / SAMPLE_RATE) for start, end in pieces
        ]
        if is_last:
            return join_spans(found, FRAME / SAMPLE_RATE)
        at += following - RUN_UP


def widen_speech(speech: Sequence[Span], spectrum: Spectrum) -> tuple[Span, ...]:
    """The stretches with the onsets and ends that speech detection missed, never into a
    neighbour."""
    if not speech:
        return ()
    level = np.convolve(
        np.pad(spectrum.band_db(LOW_HZ, HIGH_HZ), 1, "edge"), (0.25, 0.5, 0.25), "valid"
    )
    loud = level > _noise_db(level, speech, spectrum) + OVER_NOISE_DB
    wide: list[Span] = []
    for number, span in enumerate(speech):
        least_s = max(span.start_s - WIDEN_S, wide[-1].end_s if wide else 0.0)
        most_s = min(
            span.end_s + WIDEN_S, speech[number + 1].start_s if number + 1 < len(speech) else np.inf
        )
        first, end = (int(np.ceil(time_s / HOP_S)) for time_s in (span.start_s, span.end_s))
        while first > 0 and (first - 1) * HOP_S >= least_s and loud[first - 1]:
            first -= 1
        while end < len(loud) and end * HOP_S <= most_s and loud[end]:
            end += 1
        wide.append(
            Span(min(span.start_s, first * HOP_S), max(span.end_s, min(most_s, end * HOP_S)))
        )
    return tuple(wide)


def _noise_db(level: npt.NDArray[np.float64], speech: Sequence[Span], spectrum: Spectrum) -> float:
    quiet = np.ones(len(level), bool)
    for span in speech:
        quiet[spectrum.inside(Span(max(0.0, span.start_s - 0.5), span.end_s + 0.5))] = False
    return float(
        np.median(level[quiet]) if quiet.sum() >= LEAST_NOISE_FRAMES else np.percentile(level, 10)
    )
