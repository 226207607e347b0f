"""Compute the baselines (the usual values of earlier calls) from the store."""

from __future__ import annotations

import json
from collections import defaultdict
from statistics import fmean, median
from typing import TYPE_CHECKING

import numpy as np

from pipeline.types import Baselines, SitePace, VoiceBaseline

if TYPE_CHECKING:
    from sqlite_utils import Database

LAST_CALLS = 50
"""Number of last calls that define an agent's usual: voices change with months and headsets (our
choice)."""

PACE_LEAST_S = 5.0
"""Calls in which the agent speaks for less do not count for a usual pace (our choice)."""

VOICES = """
    SELECT agent_id, kind, measured FROM (
        SELECT *, row_number() OVER (PARTITION BY agent_id, kind ORDER BY result_id DESC) AS place FROM voices
        WHERE result_id IN (SELECT coalesce(heard_id, id) FROM results WHERE id IN (SELECT result_id FROM calls)))
    WHERE place <= ? ORDER BY result_id
"""

PACES = """
    SELECT agent_id, agent_chars_per_min FROM results
    WHERE agent_chars_per_min IS NOT NULL AND agent_speaking_s >= ?
        AND id IN (SELECT result_id FROM calls)
    ORDER BY id DESC
"""


def read_baselines(db: Database) -> Baselines:
    """The baselines of a site. Raises ``sqlite3.Error``."""
    own: dict[tuple[str, str], list[dict[str, list[float]]]] = defaultdict(list)
    for agent_id, kind, measured in db.execute(VOICES, [LAST_CALLS]).fetchall():
        own[agent_id, kind].append(json.loads(measured))
    paces: dict[str, list[float]] = defaultdict(list)
    every: list[float] = []
    for agent_id, rate in db.execute(PACES, [PACE_LEAST_S]).fetchall():
        every.append(rate)
        if agent_id is not None and len(paces[agent_id]) < LAST_CALLS:
            paces[agent_id].append(rate)
    low, high = np.percentile(every, [5, 95]).tolist() if every else (0.0, 0.0)
    return Baselines(
        voices={key: _baseline(calls) for key, calls in own.items()},
        paces={agent_id: median(rates) for agent_id, rates in paces.items()},
        site_pace=SitePace(low, high, len(every)) if every else None,
    )


def _baseline(calls: list[dict[str, list[float]]]) -> VoiceBaseline:
    """Median of the calls' medians, and the root mean square of their standard deviations."""
    names = sorted({name for call in calls for name in call})
    return VoiceBaseline(
        calls=len(calls),
        location={name: median(call[name][0] for call in calls if name in call) for name in names},
        scale={
            name: fmean(call[name][1] ** 2 for call in calls if name in call) ** 0.5
            for name in names
        },
    )
