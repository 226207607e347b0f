"""One line of a table of service events."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.imports.event_spans import written_day
from pipeline.imports.event_values import (
    is_repeat,
    read_count,
    read_level,
    read_value,
)
from pipeline.imports.event_words import find_kind
from pipeline.imports.scripts import simplified
from pipeline.imports.totals import is_total
from pipeline.types import EventLine, ServiceEvent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pipeline.imports.event_days import EventDays
    from pipeline.imports.event_values import MarkForms
    from pipeline.imports.tables import TableRow
    from pipeline.types import EventBook, EventKind

_AGAIN = ("重复", "二次", "再次")
"""Words before the name of a kind that make it a repetition."""

_NOTES: Mapping[str, str] = {
    "month": "只写了月份，记在当月 1 日",
    "of file": "没有日期，按文件名或标题里的月份记在 1 日",
    "no year": "的日期没有写年份，按最近的一次或文件写明的月份补上",
    "span": "的日期是一段，记在第一天",
    "number": "的日期是表格软件的序号，已换成日期",
    "share": "的分值按比例写，已换成百分制",
    "none": "的次数是 0，没有计入",
    "total": "是小计，没有读取",
}
"""What a table's lines have in common → how it is told."""


class LineReader:
    """Reads the lines of a table of events, and counts what is to be told of them."""

    def __init__(
        self,
        path: Path,
        kinds: EventBook,
        days: EventDays,
        *,
        kind: EventKind | None,
        marks: MarkForms,
        asks_first: bool,
    ) -> None:
        """``kind``: that of all lines; ``asks_first``: the column of repetitions asks whether it is
        the first."""
        self._path, self._kinds, self._days, self._kind = path, kinds, days, kind
        self._marks, self._asks_first = marks, asks_first
        self._told: dict[str, list[tuple[int, str]]] = defaultdict(list)

    def notes(self) -> tuple[str, ...]:
        """In Chinese: what was understood otherwise than it is written, or left out."""
        return tuple(
            f"{self._path}：有 {len(self._told[what])} 行{words}（{_example(*self._told[what][0])}）"
            for what, words in _NOTES.items()
            if what in self._told
        )

    def read(self, row: TableRow, *, several: str = "") -> Iterator[EventLine]:
        """The events that a line stands for. ``several``: the cell of 工号 where it names several
        agents. Raises ``SettingsError`` with file and line."""
        where = f"{self._path}, line {row.line}"
        cells = {name: text.strip() for name, text in row.cells.items() if text.strip()}
        if is_total([*cells.values()]) and not _names_somebody(cells):
            self._tell("total", row.line, "")
            return
        kind, again = self._kind_of(cells, where)
        if several:
            raise SettingsError(
                f"{where}: 工号 names several agents ({several}), and an event counts for one; keep the one who is to "
                "answer for it, and name the others in 说明; a line for each would count as so many events of the team"
            )
        _check_named(kind, cells, where)
        event = ServiceEvent(
            kind.id,
            self._day(cells, row.line, where),
            agent_id=cells.get("agent_id"),
            team=None if _names_agent(cells) or kind.sort != "mark" else cells.get("team"),
            level=read_level(kind, cells.get("level", ""), where),
            repeat=again
            or is_repeat(kind, cells.get("repeat", ""), where, asks_first=self._asks_first),
            value=self._value(kind, cells, row.line, where),
            note="；".join(filter(None, (_order(cells), cells.get("note")))),
            key=f"id {cells['key']}" if "key" in cells else "",
        )
        _check_whole(kind, event, where, self._marks.odd)
        number = read_count(cells.get("count", "1"), kind, where)
        if not number:
            self._tell("none", row.line, "")
        for at in range(number):
            key = f"{event.key} {at + 1}" if event.key and at else event.key
            yield EventLine(
                replace(event, key=key),
                cells.get("call", ""),
                _has_day(cells) or "call" not in cells,
                where,
                cells.get("person", ""),
            )

    def _tell(self, what: str, line: int, example: str) -> None:
        self._told[what].append((line, example))

    def _kind_of(self, cells: Mapping[str, str], where: str) -> tuple[EventKind, bool]:
        """The kind of a line, and whether its name says that it is a repetition."""
        text = cells.get("kind", "")
        kind, again = find_kind(self._kinds, text), False
        plain = simplified(text)
        if kind is None and (start := next((one for one in _AGAIN if plain.startswith(one)), "")):
            found = find_kind(self._kinds, plain.removeprefix(start))
            kind, again = (found, True) if found and found.repeats else (None, False)
        if self._kind is None and kind is None:
            raise SettingsError(_unknown_kind(text, self._kinds, where))
        if self._kind is not None and kind not in (None, self._kind):
            raise SettingsError(
                f"{where}: all lines are said to be {self._kind.name}, but this one is {text!r}; import other kinds "
                "from a table of their own"
            )
        chosen = self._kind or kind
        assert chosen is not None
        return chosen, again

    def _day(self, cells: Mapping[str, str], line: int, where: str) -> date:
        """The day of a line; a placeholder where its call has one."""
        if _has_day(cells):
            named = f"{self._days.months[0]:%Y年%m月}" if len(self._days.months) == 1 else ""
            text, year = written_day(cells, where, month=named)
            day, form = self._days.read(text, where, year=year)
            if form != "day":
                self._tell(form, line, f"{text} → {day}")
            return day
        if cells.get("call"):
            return date.min
        if len(self._days.months) == 1:
            self._tell("of file", line, f"{self._days.months[0]:%Y-%m}")
            return self._days.months[0]
        raise SettingsError(f"{where}: no day; expected 日期 such as 2026-11-02, or 通话编号")

    def _value(
        self, kind: EventKind, cells: Mapping[str, str], line: int, where: str
    ) -> float | None:
        text = _written_value(kind, cells)
        shares = kind.id in self._marks.shares
        of_ten = kind.id in self._marks.of_ten and "value" in cells
        value = read_value(kind, text, where, shares=shares, of_ten=of_ten)
        if value and shares:
            self._tell("share", line, f"{text} → {value:g} 分")
        return value


def _example(line: int, text: str) -> str:
    return f"第 {line} 行：{text}" if text else f"第 {line} 行"


def _written_value(kind: EventKind, cells: Mapping[str, str]) -> str:
    """The value of a line. One under 分值(%) is nothing to a kind without values."""
    return cells.get("value", "") or (cells.get("value_with_unit", "") if kind.value else "")


def _has_day(cells: Mapping[str, str]) -> bool:
    return not cells.keys().isdisjoint(("day", "month", "day_of_month"))


def _names_agent(cells: Mapping[str, str]) -> bool:
    return "agent_id" in cells or "person" in cells


def _names_somebody(cells: Mapping[str, str]) -> bool:
    return _names_agent(cells) or "team" in cells or "call" in cells


def _check_named(kind: EventKind, cells: Mapping[str, str], where: str) -> None:
    """Raises ``SettingsError`` where a line names nobody, or only a team for what counts for one
    agent."""
    if not _names_somebody(cells):
        raise SettingsError(f"{where}: names nobody; expected 工号, 班组 or 通话编号")
    if kind.sort != "mark" and not (_names_agent(cells) or "call" in cells):
        raise SettingsError(
            f"{where}: {kind.name} counts for one agent, but the line names only 班组 {cells['team']}; "
            "expected 工号 or 通话编号"
        )


def _unknown_kind(text: str, kinds: EventBook, where: str) -> str:
    """A message with the likeliest names, or with all."""
    if not text:
        return f"{where}: no 事项; fill in each line, and split merged cells"
    names = [one.name for one in kinds.kinds]
    words = {word: one.name for one in kinds.kinds for word in one.names}
    near = list(
        dict.fromkeys(words[word] for word in get_close_matches(simplified(text), words, 3, 0.4))
    )
    known = "、".join(names)
    if near:
        return (
            f"{where}: {text!r} is no kind of event; perhaps {'、'.join(near)}? Known are {known}"
        )
    return f"{where}: {text!r} is no kind of event; expected one of {known}"


def _order(cells: Mapping[str, str]) -> str:
    return f"工单 {cells['order']}" if "order" in cells else ""


def _check_whole(kind: EventKind, event: ServiceEvent, where: str, odd_marks: str) -> None:
    """Raises ``SettingsError`` where an event lacks the level or the value that its kind counts
    by."""
    if kind.is_of_hundred and event.value is None and odd_marks:
        raise SettingsError(
            f"{where}: {kind.name} has no value, since the marks of {odd_marks!r} are not of 100; convert them, and "
            "name the column 分值"
        )
    if kind.value is not None and event.value is None:
        raise SettingsError(
            f"{where}: {kind.name} has no value; expected 分值 from {kind.value[0]:g} to {kind.value[1]:g}"
        )
    if kind.sort == "mark" and kind.levels and event.level is None:
        known = "、".join(one.name for one in kind.levels)
        raise SettingsError(f"{where}: {kind.name} has no level; expected 级别: {known}")
