"""Tables of service events as imports, and the columns of call tables that name a complaint's
level."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.imports.call_tables import CALL_HEADINGS, COMPLAINT_HEADINGS, NO, YES
from pipeline.imports.tables import iso_time, read_rows, rename, rounded_cells
from pipeline.types import OF_CALL, EventLine, ServiceEvent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.imports.tables import TableRow
    from pipeline.types import EventBook, EventKind

EVENT_HEADINGS: Mapping[str, str] = {
    **dict.fromkeys(("event", "kind", "事项", "事件", "类型", "事项类型", "项目"), "kind"),
    **dict.fromkeys(("date", "day", "日期", "发生日期", "发生时间", "时间"), "day"),
    **dict.fromkeys(("agent_id", "工号", "坐席", "坐席工号", "客服工号"), "agent_id"),
    **dict.fromkeys(("team", "班组", "团队", "小组", "部门"), "team"),
    **dict.fromkeys(
        ("call_id", "file", "通话编号", "流水号", "录音编号", "文件名", "录音文件"), "call"
    ),
    **dict.fromkeys(("level", "级别", "投诉级别", "等级"), "level"),
    **dict.fromkeys(
        ("repeat", "重复", "是否重复", "重复投诉", "二次投诉", "是否二次投诉"), "repeat"
    ),
    **dict.fromkeys(("value", "分值", "数值", "得分", "分数", "数量"), "value"),
    **dict.fromkeys(("count", "次数", "起数"), "count"),
    **dict.fromkeys(("note", "说明", "备注", "内容"), "note"),
    **dict.fromkeys(("id", "编号", "事项编号"), "key"),
    **dict.fromkeys(("order", "工单号", "工单编号", "工单"), "order"),
}
NO_LEVEL = ("无", "没有", "一般", "普通", "-", "—", "/")
"""Words for a complaint without a level."""

MOST_AT_ONCE = 1000
"""Most events in one line (our choice): more are surely a slip."""

MOST_NAMED = 20
"""Bad lines that one message names (our choice): more fill the screen."""

EARLIEST = date(2000, 1, 1)
"""An earlier day is a slip (our choice)."""

COMPLAINT = "complaint"


def read_events(path: Path, kinds: EventBook, *, today: date | None = None) -> list[EventLine]:
    """The events of a table, one for each time that a line counts. Without a day a line takes that
    of its call.

    Raises ``SettingsError`` with file and line of each bad line, of the first ``MOST_NAMED`` at
    most: an unknown kind or level, a value that the kind has not, no agent, team or call, no day,
    a day after ``today``, the site's day.
    """
    who = [name for name, own in EVENT_HEADINGS.items() if own in ("agent_id", "team")]
    table = rename(read_rows(path, EVENT_HEADINGS, shared=who), EVENT_HEADINGS, needed=["kind"])
    for reason in rounded_cells(table, ("call", "agent_id", "key", "order")).values():
        raise SettingsError(reason)
    events: list[EventLine] = []
    refused: list[str] = []
    for row in table.rows:
        try:
            events += _read_line(row, path, kinds, today or date.max)
        except SettingsError as error:
            refused.append(str(error))
    if refused:
        raise SettingsError(name_refused(refused))
    return events


def name_refused(refused: Sequence[str]) -> str:
    """The messages of bad lines as one, each on a line of its own.

    >>> name_refused(["line 2: no day", "line 9: no day"])
    'line 2: no day\\nline 9: no day'
    """
    named, more = refused[:MOST_NAMED], len(refused) - MOST_NAMED
    return "\n".join([*named, f"and {more} more lines"] if more > 0 else named)


def read_complaints(path: Path, kinds: EventBook) -> tuple[list[EventLine], list[str]]:
    """The complaints of a table of calls with a level, or with 是 as repeated, one a line, and the
    reasons for lines that cannot be read, with file and line. A table without such columns has
    none."""
    raw = read_rows(path, CALL_HEADINGS, tolerant=True)
    known = {heading.strip().casefold() for heading in COMPLAINT_HEADINGS}
    kind = kinds.find(COMPLAINT)
    if kind is None or not any(h.strip().casefold() in known for h in raw.headings):
        return [], []
    keys = {heading: "key" for heading, field in CALL_HEADINGS.items() if field == "key"}
    found: list[EventLine] = []
    faults: list[str] = []
    for row in rename(raw, {**keys, **COMPLAINT_HEADINGS}, needed=["key"]).rows:
        where, call = f"{path}, line {row.line}", row.cells["key"].strip()
        try:
            level = _level(kind, row.cells.get("level", ""), where)
            repeat = _is_repeat(kind, row.cells.get("repeat", ""), where)
        except SettingsError as error:
            faults.append(str(error))
            continue
        if level is not None or repeat:
            event = ServiceEvent(kind.id, date.min, level=level, repeat=repeat, key=OF_CALL)
            found.append(EventLine(event, call, False, where))
    return found, faults


def unread_columns(path: Path, headings: Iterable[str]) -> tuple[str, ...]:
    """The columns of a table that none of ``headings`` means. Raises ``SettingsError``."""
    names = tuple(headings)
    known = {heading.strip().casefold() for heading in names}
    found = read_rows(path, names).headings
    return tuple(h for h in found if h and h.strip().casefold() not in known)


def _read_line(row: TableRow, path: Path, kinds: EventBook, today: date) -> Iterator[EventLine]:
    where = f"{path}, line {row.line}"
    cells = {name: text.strip() for name, text in row.cells.items() if text.strip()}
    kind = kinds.find(cells.get("kind", ""))
    if kind is None:
        raise SettingsError(_unknown_kind(cells.get("kind", ""), kinds, where))
    if not (cells.get("agent_id") or cells.get("team") or cells.get("call")):
        raise SettingsError(f"{where}: names nobody; expected 工号, 班组 or 通话编号")
    if kind.sort != "mark" and not (cells.get("agent_id") or cells.get("call")):
        raise SettingsError(
            f"{where}: {kind.name} counts for one agent, but the line names only 班组 {cells['team']}; "
            "expected 工号 or 通话编号"
        )
    event = ServiceEvent(
        kind.id,
        _day(cells, where, today),
        agent_id=cells.get("agent_id"),
        team=None if cells.get("agent_id") or kind.sort != "mark" else cells.get("team"),
        level=_level(kind, cells.get("level", ""), where),
        repeat=_is_repeat(kind, cells.get("repeat", ""), where),
        value=_value(kind, cells.get("value", ""), where),
        note="；".join(filter(None, (_order(cells), cells.get("note")))),
        key=f"id {cells['key']}" if "key" in cells else "",
    )
    _check_whole(kind, event, where)
    for number in range(_count(cells.get("count", "1"), kind, where)):
        key = f"{event.key} {number + 1}" if event.key and number else event.key
        yield EventLine(replace(event, key=key), cells.get("call", ""), "day" in cells, where)


def _unknown_kind(text: str, kinds: EventBook, where: str) -> str:
    """A message with the likeliest names, or with all."""
    names = [one.name for one in kinds.kinds]
    words = {word: one.name for one in kinds.kinds for word in one.names}
    near = list(dict.fromkeys(words[word] for word in get_close_matches(text, words, 3, 0.4)))
    known = "、".join(names)
    if near:
        return (
            f"{where}: {text!r} is no kind of event; perhaps {'、'.join(near)}? Known are {known}"
        )
    return f"{where}: {text!r} is no kind of event; expected one of {known}"


def _order(cells: Mapping[str, str]) -> str:
    return f"工单 {cells['order']}" if "order" in cells else ""


def _day(cells: Mapping[str, str], where: str, today: date) -> date:
    """The day of a line; a placeholder where its call has one."""
    if "day" in cells:
        day = date.fromisoformat(iso_time(cells["day"], where)[:10])
        if day > today:
            raise SettingsError(f"{where}: {day} is after today, {today}; correct 日期")
        if day < EARLIEST:
            raise SettingsError(f"{where}: {day} is before {EARLIEST}; correct 日期")
        return day
    if cells.get("call"):
        return date.min
    raise SettingsError(f"{where}: no day; expected 日期 such as 2026-11-02, or 通话编号")


def _level(kind: EventKind, text: str, where: str) -> str | None:
    text = text.strip()
    level = kind.find_level(text) if text else None
    if level is not None or not text or (text in NO_LEVEL and kind.sort != "mark"):
        return level
    known = "、".join(one.name for one in kind.levels)
    expected = f"expected one of {known}" if known else f"{kind.name} has no levels; leave it empty"
    raise SettingsError(f"{where}: the level is {text!r}; {expected}")


def _is_repeat(kind: EventKind, text: str, where: str) -> bool:
    text = text.strip().lower()
    if not text or text in NO or text in NO_LEVEL:
        return False
    if text not in YES:
        raise SettingsError(f"{where}: repeated is {text!r}; expected 是 or 否")
    if not kind.repeats:
        raise SettingsError(f"{where}: {kind.name} is not counted as repeated; leave it empty")
    return True


def _value(kind: EventKind, text: str, where: str) -> float | None:
    if not text:
        return None
    if kind.value is None:
        raise SettingsError(f"{where}: {kind.name} has no value, but the line has {text!r}")
    least, most = kind.value
    share = text.endswith(("%", "％"))
    try:
        value = float(text.rstrip("%％分次").replace(",", ""))
    except ValueError:
        value = float("nan")
    if not least <= value <= most or (share and most != 100):
        raise SettingsError(
            f"{where}: the value of {kind.name} is {text!r}; expected a number from {least:g} to {most:g}"
        )
    return value


def _check_whole(kind: EventKind, event: ServiceEvent, where: str) -> None:
    """Raises ``SettingsError`` where an event lacks the level or the value that its kind counts
    by."""
    if kind.value is not None and event.value is None:
        raise SettingsError(
            f"{where}: {kind.name} has no value; expected 分值 from {kind.value[0]:g} to {kind.value[1]:g}"
        )
    if kind.sort == "mark" and kind.levels and event.level is None:
        known = "、".join(one.name for one in kind.levels)
        raise SettingsError(f"{where}: {kind.name} has no level; expected 级别: {known}")


def _count(text: str, kind: EventKind, where: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_AT_ONCE:
        raise SettingsError(
            f"{where}: 次数 is {text!r}; expected a whole number from 1 to {MOST_AT_ONCE}"
        )
    if kind.sort == "mark" and int(text) != 1:
        raise SettingsError(f"{where}: {kind.name} is a mark; expected one line for each")
    return int(text)
