"""Whom a line of events names: its call, an agent's number, or a name of the list of agents."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from pipeline.errors import EventError
from pipeline.store.calls import find_calls
from pipeline.types import OF_CALL

_BETWEEN = re.compile(r"[,;、/|&+\s]+|和|与|與|及")
"""Between the names of several agents."""

if TYPE_CHECKING:
    from sqlite_utils import Database

    from pipeline.types import EventLine, ServiceEvent


def complete(db: Database, line: EventLine) -> ServiceEvent:
    """The event of a line with its call, and the agent and day of the call where the line has
    none. Raises ``EventError``, ``sqlite3.Error``."""
    event = _with_agent(db, line, line.event)
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
        if known is None and (near := _known_as_number(db, event.agent_id)):
            raise EventError(
                f"{where}没有工号为“{event.agent_id}”的客服，但有“{near}”；表格软件会丢掉前面的 0，请把工号列存成文本；"
                "没有保存任何内容"
            )
        if known is None:
            raise EventError(
                f"{where}没有工号为“{event.agent_id}”的客服；请更正工号，或先导入客服名单"
                "（callqa import agents）；没有保存任何内容"
            )
    elif not db.execute("SELECT 1 FROM agents WHERE team = ?", [event.team]).fetchone():
        raise EventError(f"{where}没有名为“{event.team}”的班组；请更正；没有保存任何内容")


def _with_agent(db: Database, line: EventLine, event: ServiceEvent) -> ServiceEvent:
    """``event`` with the number of the agent whom its line names. A name counts where one agent of
    the list has it, whether it stands under 姓名 or 工号. Raises ``EventError`` beginning with file
    and line where the name is that of nobody, of several, or of another one than the number;
    ``sqlite3.Error``."""
    written, person = event.agent_id, _plain(line.person)
    if written is None and not person:
        return event
    for said in (written or "", line.person):
        if _are_several(db, said):
            raise EventError(
                f"{line.where}: “{said.strip()}”是几位客服，一件事项只记在一位客服名下；请只留要负责的一位，其余的写在说明里；"
                "没有导入任何内容"
            )
    if written is None or not _is_known(db, written):
        agents = _named(db, person if written is None else _plain(written))
        if len(agents) == 1:
            return replace(event, agent_id=agents[0])
        if len(agents) > 1:
            raise EventError(
                f"{line.where}: 名单里叫“{written or line.person}”的有几位（{'、'.join(agents)}）；请写工号；没有导入任何内容"
            )
        if written is None and _is_known(db, person):
            return replace(event, agent_id=person)
        if written is None:
            raise EventError(
                f"{line.where}: 客服名单里没有“{line.person}”；请写工号，或先导入客服名单（callqa import agents）；"
                "没有导入任何内容"
            )
        return event
    listed = db.execute("SELECT name FROM agents WHERE agent_id = ?", [written]).fetchone()
    name = _plain(listed[0] or "") if listed else ""
    if name and person and person != written and name not in person and person not in name:
        raise EventError(
            f"{line.where}: 工号 {written} 在客服名单里是“{listed[0]}”，这一行写的是“{line.person}”；请核对是谁；没有导入任何内容"
        )
    return event


def _are_several(db: Database, said: str) -> bool:
    """Whether a cell such as 王芳、李明 names several agents: each of its parts is one of the list or
    a known number, and the whole is none. Raises ``sqlite3.Error``."""
    parts = [_plain(part) for part in _BETWEEN.split(unicodedata.normalize("NFKC", said))]
    parts = list(filter(None, parts))
    if len(parts) < 2 or _is_known(db, said.strip()) or _named(db, _plain(said)):
        return False
    agents = {(part,) if _is_known(db, part) else tuple(_named(db, part)) for part in parts}
    return len(agents) > 1 and () not in agents


def _known_as_number(db: Database, agent: str) -> str | None:
    """The known agent whose number differs from this unknown one only by leading zeros, as a
    spreadsheet drops them; ``None`` without one. Raises ``sqlite3.Error``."""
    if not re.fullmatch(r"\d+", agent):
        return None
    found = db.execute(
        """SELECT agent_id FROM (SELECT agent_id FROM agents UNION SELECT agent_id FROM calls)
        WHERE ltrim(agent_id, '0') = ? AND agent_id <> ?""",
        [agent.lstrip("0"), agent],
    ).fetchall()
    return str(found[0][0]) if len(found) == 1 else None


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())


def _is_known(db: Database, agent: str) -> bool:
    found = db.execute(
        "SELECT 1 FROM agents WHERE agent_id = ?1 UNION ALL SELECT 1 FROM calls WHERE agent_id = ?1 LIMIT 1",
        [agent],
    ).fetchone()
    return found is not None


def _named(db: Database, name: str) -> list[str]:
    """The agents of the list with this name."""
    found = db.execute("SELECT agent_id, name FROM agents WHERE name IS NOT NULL").fetchall()
    return sorted(agent for agent, own in found if name and _plain(own) == name)
