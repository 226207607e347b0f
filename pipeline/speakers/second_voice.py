"""A second voice on the agent's side: somebody takes over without a word of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.sound import Acoustics
    from pipeline.speakers.voices import FloatArray, VoiceModel
    from pipeline.types import Seconds, Span

LEAST_SPEECH_S: Seconds = 6.0
"""Least speech before and after the place, for both voices to be known (our choice)."""

LEAST_STRETCHES = 3
"""Least stretches of speech on either side of it (our choice)."""

SHORTEST_S: Seconds = 0.5
"""Shorter stretches are left out: their voice varies too much."""

APART = 1.25
"""Least distance of the two voices, in units of ``VoiceModel.clear_distance``. With ``SPREAD`` none of
18 stretches of one voice are taken for two (docs/recordings.md)."""

SPREAD = 2.0
"""Least distance of the two voices, as a multiple of the mean distance of stretches to their own
voice."""


def find_second_voice(
    acoustics: Acoustics, spans: Sequence[Span], *, voices: VoiceModel
) -> Seconds | None:
    """Where another voice takes over in the speech of one side, ``None`` if it is one voice as far
    as can be told. ``spans``: that speech, in order of time."""
    spoken = [span for span in spans if span.duration_s >= SHORTEST_S]
    if len(spoken) < 2 * LEAST_STRETCHES:
        return None
    rows = voices.embed(acoustics, spoken)
    lengths = np.array([span.duration_s for span in spoken])
    best: tuple[float, int] | None = None
    for at in range(LEAST_STRETCHES, len(spoken) - LEAST_STRETCHES + 1):
        if min(lengths[:at].sum(), lengths[at:].sum()) < LEAST_SPEECH_S:
            continue
        distance, spread = _apart(rows, lengths, at)
        if distance < APART * voices.clear_distance or distance < SPREAD * spread:
            continue
        if best is None or distance / spread > best[0]:
            best = (distance / spread, at)
    return spoken[best[1]].start_s if best else None


def _apart(rows: FloatArray, lengths: FloatArray, at: int) -> tuple[float, float]:
    """The distance of the voices before and after a place, and the mean distance of stretches to
    their own."""
    before, after = (
        np.average(rows[part], axis=0, weights=lengths[part])
        for part in (slice(0, at), slice(at, None))
    )
    own = np.concatenate(
        [np.linalg.norm(rows[:at] - before, axis=1), np.linalg.norm(rows[at:] - after, axis=1)]
    )
    spread = max(float(np.average(own, weights=lengths)), 1e-6)
    return float(np.linalg.norm(before - after)), spread
