"""What earlier calls of a site say about the usual: pace of the site and of each agent, and their voices.

Read from the store or from a file that ``callqa tone baselines`` wrote, before a run; a call is never
compared with itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import HistoryError

FORMAT = "callqa-baselines"
VERSION = 1


@dataclass(frozen=True, slots=True)
class SitePace:
    """5th and 95th percentile of the agents' rate over ``calls`` calls, characters a minute."""

    low: float
    high: float
    calls: int


@dataclass(frozen=True, slots=True)
class VoiceBaseline:
    """An agent's usual voice on recordings of one kind, over ``calls`` calls: for each measure of
    ``pipeline.tone.FEATURES`` the median of the calls' medians, and the usual standard deviation within a call."""

    calls: int
    location: Mapping[str, float]
    scale: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class History:
    """``voices`` by agent id and recording kind, ``paces`` (characters a minute) by agent id."""

    voices: Mapping[tuple[str, str], VoiceBaseline] = field(default_factory=dict)
    paces: Mapping[str, float] = field(default_factory=dict)
    site_pace: SitePace | None = None


def save_history(history: History, path: Path) -> None:
    """Write the history as JSON. Raises ``HistoryError``."""
    voices = [
        {"agent_id": agent_id, "kind": kind, **asdict(baseline)}
        for (agent_id, kind), baseline in history.voices.items()
    ]
    site = asdict(history.site_pace) if history.site_pace else None
    whole = {"format": FORMAT, "version": VERSION, "voices": voices, "paces": dict(history.paces), "site_pace": site}
    try:
        path.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise HistoryError(f"{path}: cannot be written ({error.strerror}); choose another file") from error


def load_history(path: Path) -> History:
    """The history in a file that ``save_history`` wrote. Raises ``HistoryError``: unreadable, damaged, or of
    another version."""
    remedy = "write it again with `callqa tone baselines`"
    try:
        raw: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise HistoryError(f"{path}: cannot be read as a baseline file: {error}; {remedy}") from error
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise HistoryError(f"{path}: this is no baseline file of callqa; {remedy}")
    if raw.get("version") != VERSION:
        raise HistoryError(
            f"{path}: baselines of version {raw.get('version')!r}, this callqa reads {VERSION}; {remedy}"
        )
    try:
        return History(
            voices={
                (str(v["agent_id"]), str(v["kind"])): VoiceBaseline(
                    int(v["calls"]), _numbers(v["location"]), _numbers(v["scale"])
                )
                for v in raw["voices"]
            },
            paces=_numbers(raw["paces"]),
            site_pace=SitePace(**raw["site_pace"]) if raw["site_pace"] else None,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise HistoryError(f"{path}: the baseline file is damaged ({error!r}); {remedy}") from error


def _numbers(raw: Any) -> dict[str, float]:
    return {str(name): float(value) for name, value in raw.items()}
