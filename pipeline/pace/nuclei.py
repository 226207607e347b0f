"""Count syllable nuclei in the signal without knowing the text.

After De Jong & Wempe (2009): a nucleus is a peak of the level in a voiced frame, with a dip before
it. A Mandarin character is one syllable, so nuclei and characters of the same speech should agree.
If they do not, the transcript lost text or invented some.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pipeline.sound import HOP_S, Acoustics, Spectrum

if TYPE_CHECKING:
    from pipeline.types import Span

LOW_HZ, HIGH_HZ = 300.0, 2500.0
"""The band in which vowels are strong and fricatives weak."""

DIP_DB = 1.5
"""Least fall of the level between two nuclei (De Jong & Wempe use 2 dB on clean speech)."""

BELOW_PEAK_DB = 25.0
"""Peaks this far under the speech's loud end (95th percentile) are not nuclei. De Jong & Wempe use
25 dB too."""

SMOOTH = np.array([0.25, 0.5, 0.25])
"""Three frames (48 ms) are averaged: a syllable lasts 150 ms and more."""


def find_nuclei(acoustics: Acoustics) -> npt.NDArray[np.float64]:
    """Times of the syllable nuclei in a track's speech, shape (n,), seconds, in order."""
    found = [_in_stretch(span, acoustics) for span in acoustics.track.speech]
    return np.concatenate(found) if found else np.zeros(0)


def _in_stretch(span: Span, acoustics: Acoustics) -> npt.NDArray[np.float64]:
    inside = acoustics.spectrum.inside(span)
    level = Spectrum(acoustics.spectrum.power[inside]).band_db(LOW_HZ, HIGH_HZ)
    if len(level) < 3:
        return np.zeros(0)
    smooth = np.convolve(np.pad(level, 1, "edge"), SMOOTH, "valid")
    voiced = acoustics.pitch.voiced[inside]
    floor = np.percentile(level, 95) - BELOW_PEAK_DB
    times: list[int] = []
    lowest = smooth[0]
    candidate: int | None = None
    for at in range(len(smooth)):
        lowest = min(lowest, smooth[at])
        if candidate is None:
            if smooth[at] - lowest >= DIP_DB or at == 0:
                candidate = at
        elif smooth[at] > smooth[candidate]:
            candidate = at
        elif smooth[candidate] - smooth[at] >= DIP_DB:
            if smooth[candidate] >= floor and voiced[max(0, candidate - 1) : candidate + 2].any():
                times.append(candidate)
            candidate, lowest = None, smooth[at]
    if (
        candidate is not None
        and smooth[candidate] >= floor
        and voiced[max(0, candidate - 1) : candidate + 2].any()
    ):
        times.append(candidate)
    return (np.array(times, np.float64) + float(inside.start)) * HOP_S
