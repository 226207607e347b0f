"""What the lines above the first message say of the call: 工号：8001 客户号码：…"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.imports.day_columns import day_of, is_day_of_call, is_time_of_call, with_day
from pipeline.imports.exported_times import iso_time
from pipeline.imports.identities import named_in, names_nobody
from pipeline.imports.vocabulary import fields_of, spelling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.types import CallMeta

_BETWEEN = r"[\s|｜;；,，、]"
_LABEL = r"[^\s:：|｜;；,，、。！？\d]{1,12}"
_ENTRY = re.compile(
    rf"(?P<label>{_LABEL})\s*[:：]\s*(?P<value>.*?)(?=$|{_BETWEEN}+{_LABEL}\s*[:：])"
)
_FRAME = " \t|｜;；,，#*•-–—="
_UNTIL = re.compile(r"\s*(?:[~～至到]|[-–—]{2,}|(?<=\d)\s*[-–—]\s*(?=\d{1,2}:|\d{4}))")
_IDS = {"id": "call_id", "agent_id": "agent_id", "customer_id": "customer_id", "queue": "queue"}
_ANSWERED = spelling("接听时间")
"""The next best, a ringing later than the start."""
_OF_TIME = re.compile("(?:时间|時間|日期|时长|時長|date|time)$", re.IGNORECASE)
"""Times that are not the start need no remark."""


@dataclass(frozen=True, slots=True)
class FormHead:
    """``values``: fields of ``CallMeta``, by name; ``rest``: the lines that say nothing known."""

    values: Mapping[str, str]
    rest: tuple[str, ...] = ()

    def fill(self, meta: CallMeta) -> CallMeta:
        """Metadata with what only the head says; its name of the call goes before the file's."""
        said = self.values.get
        return replace(
            meta,
            call_id=said("call_id") or meta.call_id,
            agent_id=meta.agent_id or said("agent_id"),
            customer_id=meta.customer_id or said("customer_id"),
            queue=meta.queue or said("queue"),
            started_at=meta.started_at or said("started_at"),
        )


def head_note(path: Path, left: Sequence[str]) -> tuple[str, ...]:
    """In Chinese: the lines above the first message that are not read; empty without any."""
    if not left:
        return ()
    return (f"{path}：第一条消息前面的 {len(left)} 行没有读取，如“{left[0][:30]}”",)


def read_head(lines: Sequence[str]) -> FormHead:
    """What lines such as 工号：8001 say; several may stand in one line. A time that cannot be read,
    such as the length of a call, is none.

    >>> read_head(["通话记录", "客服工号：8001  通话时间：2026-11-02 09:30"])
    FormHead(values={'agent_id': '8001', 'started_at': '2026-11-02T09:30:00'}, rest=('通话记录',))
    """
    cells: dict[str, str] = {}
    of_line: list[tuple[str, list[str]]] = []
    for line in filter(None, (one.strip(_FRAME) for one in lines)):
        found = [(one["label"], one["value"].strip(_FRAME)) for one in _ENTRY.finditer(line)]
        said = {name: value for name, value in found if not names_nobody(value)}
        cells = {**said, **cells}
        of_line.append((line, [name for name, _ in found]))
    names = {_IDS[one]: name for one, name in fields_of(cells).items() if one in _IDS}
    said_of = {field: named_in(field, cells[name]) for field, name in names.items()}
    values = {field: said for field, said in said_of.items() if said}
    started = _start_in(cells)
    used = set(names.values())
    rest = tuple(
        line
        for line, labels in of_line
        if not labels or any(one not in used and not _OF_TIME.search(one) for one in labels)
    )
    return FormHead(values | ({"started_at": started} if started else {}), rest)


def _start_in(cells: Mapping[str, str]) -> str:
    """The first time with a day, else the first day; "" without one."""
    plain = {name: _UNTIL.split(value, maxsplit=1)[0] for name, value in cells.items()}
    begins = [name for name in plain if is_time_of_call(name)]
    begins += [name for name in plain if spelling(name) == _ANSWERED]
    times = [with_day(plain, name) for name in begins]
    days = [day_of(plain[name]) for name in plain if is_day_of_call(name)]
    for text in (*times, *days):
        try:
            return iso_time(text, "")
        except SettingsError:
            continue
    return ""
