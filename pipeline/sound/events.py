"""Sounds on a channel that nobody says: ringing, busy and key tones, hold music."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.sound.music import find_music
from pipeline.sound.tones import dialled, find_cadences, find_keys
from pipeline.types import Series, SoundEvent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.sound.spectrum import Spectrum

REPEATED = 0.8
"""Confidence of a cadence that was heard more than once: it cannot be a note of a tune."""


def find_sound_events(channel: int, samples: Series, spectrum: Spectrum) -> tuple[SoundEvent, ...]:
    """The sounds of one channel in order of time, none over another, seconds. No samples give none.

    A single ring or a key inside music is a note of it; a repeated cadence is no music.
    """
    cadences = find_cadences(channel, spectrum)
    tones = np.zeros(spectrum.frames, np.bool_)
    for sound in cadences:
        tones[spectrum.inside(sound.span)] = sound.confidence > REPEATED
    music = [
        SoundEvent(found.span.start_s, found.span.end_s, channel, "music", found.confidence)
        for found in find_music(spectrum, tones)
    ]
    keys = dialled(channel, find_keys(samples, spectrum))
    sure = [sound for sound in cadences if sound.confidence > REPEATED]
    unsure = [sound for sound in cadences if sound.confidence <= REPEATED]
    return _without_overlap([*sure, *music, *unsure, *keys])


def _without_overlap(sounds: Iterable[SoundEvent]) -> tuple[SoundEvent, ...]:
    """Those that meet none before them in ``sounds``, in order of time."""
    kept: list[SoundEvent] = []
    for sound in sounds:
        if all(sound.span.overlap_s(other.span) == 0 for other in kept):
            kept.append(sound)
    return tuple(sorted(kept))
