"""Tables of metadata, satisfaction and agents as imports: the meaning of their columns, and the
allowed values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.errors import SettingsError
from pipeline.imports.tables import TableRow, iso_time, read_rows, rename
from pipeline.types import Imported

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

COMPLAINT_HEADINGS: Mapping[str, str] = {
    **dict.fromkeys(("level", "投诉级别", "投诉等级"), "level"),
    **dict.fromkeys(("repeat", "重复投诉", "二次投诉", "是否重复投诉", "是否二次投诉"), "repeat"),
}
"""Columns that make a complaint of the month: ``pipeline.imports.event_tables`` reads them."""

CALL_HEADINGS: Mapping[str, str] = {
    **COMPLAINT_HEADINGS,
    **dict.fromkeys(
        (
            "call_id",
            "file",
            "filename",
            "通话编号",
            "流水号",
            "录音编号",
            "文件",
            "文件名",
            "录音文件",
        ),
        "key",
    ),
    **dict.fromkeys(("agent_id", "工号", "坐席", "坐席工号", "客服工号"), "agent_id"),
    **dict.fromkeys(("customer_id", "客户", "客户编号", "客户号码", "主叫号码"), "customer_id"),
    **dict.fromkeys(("started_at", "开始时间", "通话时间"), "started_at"),
    **dict.fromkeys(("queue", "队列", "技能组", "业务"), "queue"),
    **dict.fromkeys(("rating", "满意度", "满意度评分", "客户评价", "评价"), "rating"),
    **dict.fromkeys(("resolved", "是否解决", "问题是否解决", "解决"), "resolved"),
    **dict.fromkeys(("praises", "表扬", "表扬次数"), "praises"),
    **dict.fromkeys(("complaints", "投诉", "投诉次数"), "complaints"),
}
AGENT_HEADINGS: Mapping[str, str] = {
    **dict.fromkeys(("agent_id", "工号", "坐席", "坐席工号", "客服工号"), "agent_id"),
    **dict.fromkeys(("name", "姓名", "客服姓名"), "name"),
    **dict.fromkeys(("team", "班组", "团队", "小组", "部门"), "team"),
}

RATINGS: Mapping[str, float] = {
    "非常满意": 5, "很满意": 5, "满意": 4, "比较满意": 4, "一般": 3, "基本满意": 3, "不满意": 2, "非常不满意": 1, "很不满意": 1,
}  # fmt: skip
"""Words of satisfaction surveys on the scale 1 to 5 (our choice)."""

YES, NO = (
    ("1", "是", "已解决", "解决", "y", "yes", "true"),
    ("0", "否", "未解决", "没有解决", "n", "no", "false"),
)


def read_call_table(path: Path) -> list[Imported]:
    """Read the lines of a table of metadata or satisfaction, each with the name of its call. An
    empty cell has no effect.

    Raises ``SettingsError`` with file and line: no column names the call, no other column is known,
    a value is not allowed, or a call is listed twice.
    """
    table = rename(read_rows(path), CALL_HEADINGS, needed=["key"])
    if len(table.headings) < 2:
        raise SettingsError(
            f"{path}: only the calls are named; expected a column such as 工号, 满意度 or 是否解决"
        )
    seen: dict[str, int] = {}
    lines: list[Imported] = []
    for row in table.rows:
        where, key = f"{path}, line {row.line}", row.cells["key"].strip()
        if not key:
            raise SettingsError(
                f"{where}: no call is named; fill in the call id or the file name, or delete the line"
            )
        if key in seen:
            raise SettingsError(
                f"{where}: {key} is listed twice, first in line {seen[key]}; keep one of them"
            )
        seen[key] = row.line
        values = {name: _value(name, text, where) for name, text in _filled_cells(row).items()}
        if values:
            lines.append(Imported(key, values, where))
    return lines


def read_agents(path: Path) -> list[tuple[str, str | None, str | None]]:
    """Read agents as ``(agent_id, name, team)``. Raises ``SettingsError`` with file and line."""
    table = rename(read_rows(path), AGENT_HEADINGS, needed=["agent_id"])
    found: dict[str, tuple[str, str | None, str | None]] = {}
    for row in table.rows:
        agent_id = row.cells["agent_id"].strip()
        if not agent_id or agent_id in found:
            wrong = f"工号 {agent_id} is listed twice" if agent_id else "no 工号"
            raise SettingsError(f"{path}, line {row.line}: {wrong}; keep one line for each agent")
        found[agent_id] = (agent_id, row.cells.get("name") or None, row.cells.get("team") or None)
    return list(found.values())


def _filled_cells(row: TableRow) -> dict[str, str]:
    others = ("key", *COMPLAINT_HEADINGS.values())
    return {
        name: text.strip()
        for name, text in row.cells.items()
        if name not in others and text.strip()
    }


def _value(name: str, text: str, where: str) -> Any:
    if name == "started_at":
        return iso_time(text, where)
    if name == "rating":
        return _rating(text, where)
    if name == "resolved":
        return int(_yes(text, where))
    if name in ("praises", "complaints"):
        if not text.isdecimal():
            raise SettingsError(f"{where}: {name} is {text!r}; expected a whole number")
        return int(text)
    return text


def _rating(text: str, where: str) -> float:
    if text in RATINGS:
        return float(RATINGS[text])
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 1 <= value <= 5:
        raise SettingsError(
            f"{where}: the rating is {text!r}; expected 1 to 5, or one of {'、'.join(RATINGS)}"
        )
    return value


def _yes(text: str, where: str) -> bool:
    if text.lower() in YES:
        return True
    if text.lower() in NO:
        return False
    raise SettingsError(f"{where}: resolved is {text!r}; expected 是 or 否")
