"""The level of each utterance in dBFS (0 is full scale)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.types import SAMPLE_RATE, Track, Utterance

if TYPE_CHECKING:
    from collections.abc import Sequence

QUIETEST_DBFS = -90.0
"""The level of digital silence: below 16-bit noise, and below any recorder."""


def measure_levels(
    tracks: Sequence[Track], utterances: Sequence[Utterance]
) -> tuple[float | None, ...]:
    """For each utterance the root mean square of its channel from its start to its end, in dBFS.

    ``None`` if the channel is not among the tracks or the utterance has no length. On a mix the
    level is that of all sound at that time.
    """
    by_channel = {track.channel: track.samples for track in tracks}
    levels: list[float | None] = []
    for utterance in utterances:
        samples = by_channel.get(utterance.channel)
        low, high = int(utterance.start_s * SAMPLE_RATE), int(utterance.end_s * SAMPLE_RATE)
        if samples is None or not len(samples[low:high]):
            levels.append(None)
            continue
        power = float(np.mean(np.square(samples[low:high], dtype=np.float64)))
        levels.append(max(QUIETEST_DBFS, 10.0 * np.log10(max(power, 1e-12))))
    return tuple(levels)
