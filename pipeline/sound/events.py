"""Sound events of a channel, which are not speech: ringing, busy and key tones, hold music."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.sound.keys import find_keys, group_keys
from pipeline.sound.music import find_music
from pipeline.sound.tones import find_cadences
from pipeline.types import Series, SoundEvent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.sound.spectrum import Spectrum

REPEATED = 0.8
"""A cadence with a higher confidence was repeated, so it cannot be a note of a tune."""


DIALLED = 3
"""Keys inside one piece of music that are a number and not notes (our choice)."""


def find_sound_events(channel: int, samples: Series, spectrum: Spectrum) -> tuple[SoundEvent, ...]:
    """Find the event events of one channel, in order of time, seconds.

    No samples give no events. A single ring or key inside music is a note of the music. A repeated
    cadence is not music. Events do not overlap, but for a number that is keyed while music plays: it
    must not be heard, so it is an event beside the music.
    """
    cadences = find_cadences(channel, spectrum)
    tones = np.zeros(spectrum.frames, np.bool_)
    for event in cadences:
        tones[spectrum.inside(event.span)] = event.confidence > REPEATED
    music = [
        SoundEvent(found.span.start_s, found.span.end_s, channel, "music", found.confidence)
        for found in find_music(spectrum, tones)
    ]
    pressed = find_keys(samples, spectrum)
    keys = group_keys(channel, pressed)
    sure = [event for event in cadences if event.confidence > REPEATED]
    unsure = [event for event in cadences if event.confidence <= REPEATED]
    found = _without_overlap([*sure, *music, *unsure, *keys])
    dialled = [
        key
        for tune in music
        if len(inside := [one for one in pressed if one.span.overlap_s(tune.span) > 0]) >= DIALLED
        for key in group_keys(channel, inside)
    ]
    return tuple(sorted({*found, *dialled}))


def _without_overlap(events: Iterable[SoundEvent]) -> tuple[SoundEvent, ...]:
    """The events that overlap no event before them in ``events``, in order of time."""
    chosen: list[SoundEvent] = []
    for event in events:
        if all(event.span.overlap_s(other.span) == 0 for other in chosen):
            chosen.append(event)
    return tuple(sorted(chosen))
