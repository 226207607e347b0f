"""The usual voice of a speaker: from earlier calls if there are enough, else from this call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.tone.features import FEATURES, RawWindow
from pipeline.types import Baselines, TonePart, VoiceBaseline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MATURE_CALLS = 5
"""Earlier calls that are enough to know an agent's usual voice (our choice)."""

PRIOR_CALLS = 10
"""Calls that the prior scales below count for against an agent's own (our choice)."""

PRIOR_SCALE: Mapping[str, float] = {
    "pitch_st": 1.2,
    "pitch_range_st": 1.8,
    "level_db": 2.0,
    "level_spread_db": 0.9,
    "tilt_db": 2.5,
    "cpp_db": 0.9,
    "rate_cps": 0.6,
    "pause_share": 0.06,
}
"""Standard deviation of a window around the speaker's own median.

Two people reading 19 sentences (AISHELL) vary by 0.8, 1.3, -, 0.7, 2.7, 0.7, 0.3, 0.05, and 121
sides of synthetic calls by less. The values are wider, since people vary more in talking than in
reading (our choice).
"""


@dataclass(frozen=True, slots=True)
class Usual:
    """``location`` and ``scale`` of each feature, in the order of ``FEATURES``. ``calls``: number
    of earlier calls; 0 if it is this call's own median."""

    location: tuple[float | None, ...]
    scale: tuple[float, ...]
    calls: int

    @property
    def is_mature(self) -> bool:
        return self.calls >= MATURE_CALLS


def usual_voice(windows: Sequence[RawWindow], baseline: VoiceBaseline | None) -> Usual:
    """The speaker's usual voice: a mature baseline, else the median of these windows.

    The scale is the prior's, moved towards the baseline's own by its number of calls.
    """
    calls = baseline.calls if baseline else 0
    mature = baseline is not None and calls >= MATURE_CALLS
    own = _medians(windows)
    location = tuple(
        own[at]
        if not mature or name == "level_db" or baseline is None
        else baseline.location.get(name)
        for at, name in enumerate(FEATURES)
    )
    scale = tuple(_scale(name, baseline) for name in FEATURES)
    return Usual(location, scale, calls if mature else 0)


def baseline_of(history: Baselines, agent_id: str | None, kind: str) -> VoiceBaseline | None:
    """The baseline of an agent on recordings of one kind."""
    return history.voices.get((agent_id, kind)) if agent_id is not None else None


def compare_with_baseline(values: Sequence[float | None], usual: Usual) -> tuple[TonePart, ...]:
    """Each available measure compared with the usual."""
    return tuple(
        TonePart(name, value, middle, (value - middle) / scale)
        for name, value, middle, scale in zip(
            FEATURES, values, usual.location, usual.scale, strict=True
        )
        if value is not None and middle is not None
    )


def weighted_means(windows: Sequence[RawWindow]) -> tuple[float | None, ...]:
    """Mean of each measure over the windows, weighted by their speech."""
    means: list[float | None] = []
    for at in range(len(FEATURES)):
        known = [(w.values[at], w.speech_s) for w in windows if w.values[at] is not None]
        whole = sum(seconds for _, seconds in known)
        means.append(
            sum(value * seconds for value, seconds in known if value is not None) / whole
            if whole
            else None
        )
    return tuple(means)


def _medians(windows: Sequence[RawWindow]) -> tuple[float | None, ...]:
    columns = [
        [w.values[at] for w in windows if w.values[at] is not None] for at in range(len(FEATURES))
    ]
    return tuple(
        float(np.median(np.array(column, float))) if column else None for column in columns
    )


def _scale(name: str, baseline: VoiceBaseline | None) -> float:
    own = baseline.scale.get(name) if baseline else None
    if baseline is None or own is None:
        return PRIOR_SCALE[name]
    weighed = PRIOR_CALLS * PRIOR_SCALE[name] ** 2 + baseline.calls * own**2
    return float(np.sqrt(weighed / (PRIOR_CALLS + baseline.calls)))
