"""Whom a line of events names: its call, an agent's number or a team."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from pipeline.errors import EventError
from pipeline.store.calls import find_calls
from pipeline.types import OF_CALL, ServiceEvent

if TYPE_CHECKING:
    from sqlite_utils import Database

    from pipeline.types import EventLine


def complete(db: Database, line: EventLine) -> ServiceEvent:
    """The event of a line with its call, and the agent and day of the call where the line has
    none. Raises ``EventError``, ``sqlite3.Error``."""
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
