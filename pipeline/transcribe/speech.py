"""Where somebody speaks: Silero VAD, as faster-whisper ships it."""

from __future__ import annotations

from faster_whisper.vad import VadOptions, get_speech_timestamps

from pipeline.types import SAMPLE_RATE, Samples, Seconds, Span

STEREO_PAUSE_S: Seconds = 0.4
"""Pause that ends a stretch on a channel of one speaker; 2 s (the default) merges turns
(SYSTRAN/faster-whisper #1261)."""

MONO_PAUSE_S: Seconds = 0.2
"""On a mix the pause between two speakers is short: 0.2 s kept all turns of 16 mixed calls apart."""

MIN_SPEECH_S: Seconds = 0.1
"""Shorter bursts are clicks and key tones (our choice)."""


def find_speech(samples: Samples, *, pause_s: Seconds) -> tuple[Span, ...]:
    """Stretches of speech with no pause of ``pause_s`` or more inside, in order, without padding.

    Times are exact to one VAD frame (0.032 s). Silence, noise and empty input give ``()``.
    """
    if len(samples) == 0:
        return ()
    options = VadOptions(
        min_silence_duration_ms=round(pause_s * 1000),
        min_speech_duration_ms=round(MIN_SPEECH_S * 1000),
        speech_pad_ms=0,
    )
    found = get_speech_timestamps(samples, options)
    return tuple(Span(piece["start"] / SAMPLE_RATE, piece["end"] / SAMPLE_RATE) for piece in found)
