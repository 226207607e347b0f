"""What a new event is told by: its call, its agent, and a key that tells it from others."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from datetime import date
from typing import TYPE_CHECKING

from pipeline.errors import EventError
from pipeline.store.calls import find_calls
from pipeline.types import OF_CALL, ServiceEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlite_utils import Database

    from pipeline.types import EventLine

STORED = tuple(f.name for f in fields(ServiceEvent) if f.name not in ("id", "call_id", "result_id"))
"""The columns of an event."""

SAID = tuple(n for n in STORED if n not in ("key", "origin", "state", "actor", "at"))
"""What an event says, without how it came."""


def keyed(db: Database, line: EventLine, seen: Mapping[str, str]) -> ServiceEvent:
    """The event of a line with its key; ``seen``: the lines before it by their keys. Raises
    ``EventError`` with file and line."""
    event = _complete(db, line)
    key = event.key or fingerprint(event, seen)
    if event.key and key in seen:
        named = line.call or event.key.removeprefix("id ")
        raise EventError(
            f"{line.where}: the same event ({named}) stands in {seen[key]}; keep one line of each "
            "event; nothing was imported"
        )
    return replace(event, key=key)


def _complete(db: Database, line: EventLine) -> ServiceEvent:
    """The event of a line with its call, and the agent and day of the call where the line has
    none."""
    event = line.event
    if line.call:
        found = find_calls(db, line.call)
        if len(found) != 1:
            many = "不止一通电话叫这个名字" if found else "没有这通电话"
            raise EventError(
                f"{line.where}: {many}：{line.call}；请填唯一的通话编号；没有导入任何内容"
            )
        agent, moment = db.execute(
            "SELECT agent_id, moment FROM calls WHERE sha256 = ?", [found[0]]
        ).fetchone()
        event = replace(
            event,
            sha256=found[0],
            agent_id=event.agent_id or (None if event.team else agent),
            day=event.day if line.has_day else date.fromisoformat(moment[:10]),
            key=f"call {found[0]} {event.kind}" if event.key == OF_CALL else event.key,
        )
    check_known(db, event, f"{line.where}: ")
    return event


def check_known(db: Database, event: ServiceEvent, where: str) -> None:
    """Raises ``EventError`` where agent or team is not known here."""
    if event.agent_id is None and event.team is None:
        raise EventError(f"{where}没有工号，也没有班组；请填写其中一个")
    if event.agent_id is not None:
        known = db.execute(
            "SELECT 1 FROM agents WHERE agent_id = ?1 UNION ALL SELECT 1 FROM calls WHERE agent_id = ?1 LIMIT 1",
            [event.agent_id],
        ).fetchone()
        if known is None:
            raise EventError(
                f"{where}没有工号为“{event.agent_id}”的客服；请更正工号，或先导入客服名单"
                "（callqa import agents）；没有保存任何内容"
            )
    elif not db.execute("SELECT 1 FROM agents WHERE team = ?", [event.team]).fetchone():
        raise EventError(f"{where}没有名为“{event.team}”的班组；请更正；没有保存任何内容")


def fingerprint(event: ServiceEvent, seen: Mapping[str, str]) -> str:
    """A key by what the event says; the second of two equal lines of an import gets
    another."""
    said = json.dumps({n: str(getattr(event, n)) for n in SAID}, sort_keys=True)
    number = 0
    while True:
        key = hashlib.sha256(f"{said} {number}".encode()).hexdigest()
        if key not in seen:
            return key
        number += 1
