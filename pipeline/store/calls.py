"""The calls of a site: metadata as corrected by imports, outcomes, agents; and their records."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from pipeline.store.finding_labels import WITH_FACTS
from pipeline.store.review_state import refresh_standing
from pipeline.types import FACTS, CallMeta, CallRecord, CustomerOutcome, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlite_utils import Database

    from pipeline.store.prepared import Ready

META = tuple(f.name for f in fields(CallMeta))
OUTCOME = tuple(f.name for f in fields(CustomerOutcome))

LASTS = """coalesce(json_extract(results.recording, '$.stretch.end_s')
            - json_extract(results.recording, '$.stretch.start_s'),
        json_extract(results.recording, '$.duration_s'))"""
"""Seconds of a call, or of one agent's part of a recording."""

COUNTED = f"""
    SELECT calls.result_id, calls.sha256, json_extract(results.recording, '$.path') AS path,
        {LASTS} AS duration_s, results.attitude, results.total, results.fatal,
        calls.call_id, calls.agent_id, agents.name AS agent_name, agents.team, calls.customer_id, calls.queue,
        calls.started_at, results.grade, results.scoring_version AS sheet, results.doubtful, results.forbidden,
        results.missing, results.agent_chars_per_min AS chars_per_min,
        results.response_latency_median_s AS latency_s,
        CASE WHEN results.no_talk IS NULL THEN results.silence_s END AS silence_s, results.customer_arousal,
        results.customer_upset, calls.rating, calls.resolved, calls.complaints > 0 AS complaint,
        calls.reviewed, calls.sampled, results.flags, results.no_talk IS NOT NULL AS no_talk,
        calls.direction, calls.answer, calls.ringing_s, calls.hung_up_by, calls.transferred_to,
        CASE WHEN calls.hung_up_by = 'agent' THEN EXISTS (SELECT 1 FROM findings
            WHERE findings.result_id = results.id AND rule = 'process.agent_hung_up') ELSE 0 END AS hung_up_early,
        results.measured_share, {{told}} AS told
    FROM calls JOIN results ON results.id = calls.result_id LEFT JOIN agents ON agents.agent_id = calls.agent_id
    WHERE {{where}} ORDER BY calls.moment, calls.result_id
"""

TOLD_IN_ONE = f"""EXISTS (SELECT 1 FROM findings WHERE findings.result_id = results.id
    AND findings.role = 'customer' AND findings.rule GLOB '{FACTS}*')"""
TOLD_IN_MANY = f"results.id IN {WITH_FACTS}"
"""Whether the customer told a fact. With 100,000 calls the first takes 15 us a call; the second takes
13 ms at once, and 2 us a call."""

SWITCHES = ("fatal", "customer_upset", "reviewed", "sampled", "no_talk", "hung_up_early", "told")

PARTS_NAMED = "calls.call_id > ? AND calls.call_id < ? AND calls.call_id GLOB '*#[0-9]*'"
"""The calls between ``C100#`` and ``C100$``: an index finds them."""

OF_FIRST = ("answer", "ringing_s", "agent_id", "transferred_to")
OF_LAST = ("hung_up_by", *OUTCOME)
"""What a table says of a call is so of the first part of its recording, or of the last one: there the
customer was asked."""


def put_call(db: Database, prepared: Ready, result_id: int) -> None:
    """Make ``result_id`` the effective result of its recording. Values set by an import stay;
    otherwise newer metadata replaces older."""
    sha256, scored_at = prepared.row["sha256"], prepared.row["scored_at"]
    meta = dict(prepared.call)
    meta["started_at"] = meta["started_at"] and on_site_clock(meta["started_at"])
    found = db.execute(
        f"SELECT {', '.join(META)}, imported FROM calls WHERE sha256 = ?", [sha256]
    ).fetchone()
    if found:
        imported = set(json.loads(found[-1]))
        for name, present in zip(META, found, strict=False):
            meta[name] = present if name in imported or meta[name] is None else meta[name]
        sets = ", ".join(f"{name} = ?" for name in META)
        moment = meta["started_at"] or on_site_clock(scored_at)
        db.execute(
            f"UPDATE calls SET result_id = ?, moment = ?, {sets} WHERE sha256 = ?",
            [result_id, moment, *meta.values(), sha256],
        )
        refresh_standing(db, sha256)
        return
    row = {
        "sha256": sha256,
        "result_id": result_id,
        "moment": meta["started_at"] or on_site_clock(scored_at),
        **meta,
        **prepared.outcome,
    }
    db.execute(
        f"INSERT INTO calls ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
        list(row.values()),
    )
    refresh_standing(db, sha256)


def on_site_clock(moment: str) -> str:
    """An ISO 8601 time on the clock of the site, without its zone: days of reports begin by it. A
    text that is no time, or has no zone, stays."""
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return parsed.astimezone().replace(tzinfo=None).isoformat() if parsed.tzinfo else moment


def make_effective(db: Database, sha256: str, result_id: int) -> None:
    """Make another result of a call the effective one. All else about the call stays."""
    db.execute("UPDATE calls SET result_id = ? WHERE sha256 = ?", [result_id, sha256])
    refresh_standing(db, sha256)


def call_of(db: Database, sha256: str) -> tuple[CallMeta, CustomerOutcome] | None:
    """Metadata and outcome of a recording in their present state; ``None`` if it was never
    scored."""
    found = db.execute(
        f"SELECT {', '.join((*META, *OUTCOME))} FROM calls WHERE sha256 = ?", [sha256]
    ).fetchone()
    if found is None:
        return None
    rating, resolved, praises, complaints = found[len(META) :]
    return CallMeta(*found[: len(META)]), CustomerOutcome(
        rating, None if resolved is None else bool(resolved), praises, complaints
    )


def find_calls(db: Database, key: str) -> list[str]:
    """SHA-256 of the recordings that ``key`` names: by call id, by that of a call in parts, else by
    file name with or without its suffix; parts in their order."""
    name = PurePath(key.replace("\\", "/")).name
    for where, values in (
        ("calls.call_id = ?", [key]),
        (PARTS_NAMED, [f"{key}#", f"{key}$"]),
        ("recordings.name = ?", [name]),
        ("recordings.stem = ?", [name]),
    ):
        rows = db.execute(
            f"SELECT sha256 FROM calls JOIN recordings USING (sha256) WHERE {where} ORDER BY calls.call_id",
            values,
        ).fetchall()
        if rows:
            return [row[0] for row in rows]
    return []


def share_values(
    db: Database, calls: Sequence[str], values: Mapping[str, Any]
) -> list[tuple[str, dict[str, Any]]] | None:
    """What a table says of a call, or of a recording in which agents follow each other for each part;
    ``None`` without a call, and for several that are no parts of one recording. An agent whom a part
    has already stays there."""
    if len(calls) < 2:
        return [(one, dict(values)) for one in calls] or None
    marks = ", ".join("?" * len(calls))
    found = db.execute(
        f"""SELECT calls.sha256, calls.agent_id, json_extract(recording, '$.stretch.start_s'),
            coalesce(nullif(json_extract(recording, '$.file_sha256'), ''), calls.sha256)
        FROM calls JOIN results ON results.id = calls.result_id WHERE calls.sha256 IN ({marks})
        ORDER BY 3""",
        list(calls),
    ).fetchall()
    if any(row[2] is None for row in found) or len({row[3] for row in found}) != 1:
        return None
    shared = []
    for at, (sha256, _, begins_s, _) in enumerate(found):
        own = dict(values)
        for name in (*(OF_FIRST if at else ()), *(OF_LAST if at + 1 < len(found) else ())):
            own.pop(name, None)
        if values.get("agent_id") in [row[1] for row in found]:
            own.pop("agent_id", None)
        if own.get("call_id"):
            own["call_id"] = f"{own['call_id']}#{at + 1}"
        if own.get("started_at") and at:
            own["started_at"] = _later(own["started_at"], begins_s)
        shared.append((sha256, own))
    return shared


def _later(moment: str, by_s: float) -> str:
    try:
        return (datetime.fromisoformat(moment) + timedelta(seconds=int(by_s))).isoformat()
    except ValueError:
        return moment


def correct_call(db: Database, sha256: str, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Set metadata or outcome of a call. Returns the changes as ``{column: [before, after]}``."""
    names = list(values)
    before = db.execute(
        f"SELECT {', '.join(names)}, imported FROM calls WHERE sha256 = ?", [sha256]
    ).fetchone()
    changed = {
        name: [old, values[name]]
        for name, old in zip(names, before, strict=False)
        if old != values[name]
    }
    imported = json.dumps(sorted({*json.loads(before[-1]), *names}))
    if changed or imported != before[-1]:
        sets = ", ".join(f"{name} = ?" for name in names)
        db.execute(
            f"UPDATE calls SET {sets}, imported = ? WHERE sha256 = ?",
            [*values.values(), imported, sha256],
        )
    if values.get("started_at"):
        db.execute("UPDATE calls SET moment = started_at WHERE sha256 = ?", [sha256])
    return changed


def where_of(scope: Scope) -> tuple[str, list[Any]]:
    """The SQL condition of a scope on ``calls`` and ``agents``, with its values."""
    parts, values = ["1"], []
    for column, value in (
        ("calls.moment >= ?", scope.since and scope.since.isoformat()),
        ("calls.moment < ?", scope.until and (scope.until + timedelta(days=1)).isoformat()),
        ("calls.agent_id = ?", scope.agent),
        ("agents.team = ?", scope.team),
        ("calls.queue = ?", scope.queue),
    ):
        if value is not None:
            parts.append(column)
            values.append(value)
    return " AND ".join(parts), values


def read_records(db: Database, scope: Scope) -> Iterator[CallRecord]:
    """The records of the calls in a scope, in order of time. Raises ``sqlite3.Error``."""
    where, values = where_of(scope)
    yield from read_calls(db, where, values, told=TOLD_IN_MANY)


def read_calls(
    db: Database, where: str, values: Sequence[Any], *, told: str = TOLD_IN_ONE
) -> Iterator[CallRecord]:
    """The records of the calls that an SQL condition selects, in order of time. Raises
    ``sqlite3.Error``."""
    names = [f.name for f in fields(CallRecord)]
    found = db.execute(COUNTED.format(where=where, told=told), values)
    columns = [column[0] for column in found.description]
    order = [columns.index(name) for name in names]
    flags, switches = names.index("flags"), [names.index(name) for name in SWITCHES]
    maybe = [names.index(n) for n in ("resolved", "complaint")]
    for row in found:
        values = [row[at] for at in order]
        values[flags] = _texts(values[flags])
        for at in switches:
            values[at] = bool(values[at])
        for at in maybe:
            values[at] = None if values[at] is None else bool(values[at])
        yield CallRecord(*values)


@lru_cache(maxsize=4096)
def _texts(array: str) -> tuple[str, ...]:
    """The texts of a JSON array. Most calls share their flags with many others."""
    return tuple(json.loads(array))
