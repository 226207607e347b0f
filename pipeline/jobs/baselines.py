"""Baselines as a file, which ``callqa tone baselines`` writes and ``callqa score --baselines``
reads."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pipeline.errors import BaselineError
from pipeline.types import Baselines, SitePace, VoiceBaseline

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = "callqa-baselines"
VERSION = 1


def save_baselines(history: Baselines, path: Path) -> None:
    """Write the history as JSON. Raises ``BaselineError``."""
    voices = [
        {"agent_id": agent_id, "kind": kind, **asdict(baseline)}
        for (agent_id, kind), baseline in history.voices.items()
    ]
    site = asdict(history.site_pace) if history.site_pace else None
    whole = {
        "format": FORMAT,
        "version": VERSION,
        "voices": voices,
        "paces": dict(history.paces),
        "site_pace": site,
    }
    try:
        path.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise BaselineError(
            f"{path}: cannot be written ({error.strerror}); choose another file"
        ) from error


def load_baselines(path: Path) -> Baselines:
    """The history in a file that ``save_baselines`` wrote. Raises ``BaselineError``: unreadable,
    damaged, or of another version."""
    remedy = "write it again with `callqa tone baselines`"
    try:
        raw: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BaselineError(
            f"{path}: cannot be read as a baseline file: {error}; {remedy}"
        ) from error
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise BaselineError(f"{path}: this is no baseline file of callqa; {remedy}")
    if raw.get("version") != VERSION:
        raise BaselineError(
            f"{path}: baselines of version {raw.get('version')!r}, this callqa reads {VERSION}; {remedy}"
        )
    try:
        return Baselines(
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
        raise BaselineError(
            f"{path}: the baseline file is damaged ({error!r}); {remedy}"
        ) from error


def _numbers(raw: Any) -> dict[str, float]:
    return {str(name): float(value) for name, value in raw.items()}
