"""Months and sites for pages of reports, and what stands on a page that was written."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

from pipeline.report.grids import Grid
from pipeline.report.names import Names
from pipeline.report.pages import write_month, write_site
from pipeline.study.month import AgentMonth, agent_month, coach
from pipeline.study.period import SiteReport, site_report
from pipeline.study.same import Comparison, SameStudy
from pipeline.types.records import CallRecord, FaultCount, ItemCall, ItemSum, Resolution

NAMES = Names(
    {"forbidden.shirk": "推诿"},
    {"default-1": "通用评分表"},
    {("default-1", "taboo"): "《办法》二3"},
)
EVIL = '<img src=x onerror="alert(1)">'
PHONE, HIDDEN = "13800138000", "138****8000"


def a_record(number: int, **changes: Any) -> CallRecord:
    values: dict[str, Any] = {
        "result_id": number,
        "sha256": f"{'abcdef'[number]}" * 64,
        "path": f"calls/{number}.wav",
        "duration_s": 100.0,
        "attitude": 90.0,
        "total": 96.0,
        "fatal": False,
        "call_id": f"c{number}",
        "agent_id": "8001",
        "agent_name": "王小明",
        "team": "一组",
        "queue": "退款",
        "started_at": f"2026-11-0{number}T09:30:00+08:00",
        "sheet": "default-1",
    }
    return CallRecord(**{**values, **changes})


def an_item(item: str = "taboo", **changes: Any) -> ItemSum:
    values: dict[str, Any] = {
        "agent_id": "8001", "sheet": "default-1", "part": "items", "project": "服务态度", "indicator": "服务用语",
        "id": item, "name": "禁语", "dimension": "taboo", "full": 30.0, "calls": 10, "hit": 2, "change": -31.5,
    }  # fmt: skip
    return ItemSum(**{**values, **changes})


def a_loss(change: float, item: str = "taboo", **changes: Any) -> ItemCall:
    said = changes.pop("said", "说了“不归我管”（依据：A 五(二)1）")
    reasons = json.dumps([{"text": said, "points": change}], ensure_ascii=False)
    return ItemCall(**{"sheet": "default-1", "item": item, "result_id": 1, "call_id": "c1", "change": change,
                       "reasons": reasons, **changes})  # fmt: skip


ITEMS = (
    an_item(),
    an_item("greeting", name="问候", full=10.0, hit=0, change=0.0),
    an_item("hold", name="等待告知", full=5.0, calls=0, hit=0, change=0.0),
    an_item("praise", name="表扬", part="extras", project="", full=0.0, hit=1, change=2.0),
    an_item(
        "rating", name="满意度", part="beside", project="", full=100.0, calls=4, hit=2, change=-50.0
    ),
)
BEHIND = (
    a_loss(-30.0),
    a_loss(-1.5, result_id=2, call_id=None),
    a_loss(2.0, "praise", call_id="c3"),
)
FAULTS = (
    FaultCount("forbidden.shirk", "forbidden", "不归我管", 3, 2, -31.5),
    FaultCount("missing.bye", "missing", "再见", 1, 1, 0.0),
)


def a_month(*records: CallRecord, **changes: Any) -> AgentMonth:
    values: dict[str, Any] = {
        "period": "2026-11",
        "others": [a_record(4, agent_id="8002", attitude=80.0)],
        "items": ITEMS,
        "team_items": [an_item(change=-150.0)],
        "behind": BEHIND,
        "faults": FAULTS,
        "resolution": Resolution(4, 1),
    }
    return agent_month("8001", records, **{**values, **changes})


def a_site(*records: CallRecord, **changes: Any) -> SiteReport:
    values: dict[str, Any] = {
        "period": "2026-11",
        "faults": FAULTS,
        "resolution": Resolution(4, 1),
        "coaching": {"8001": coach(ITEMS, [], BEHIND)},
    }
    return site_report(records, **{**values, **changes})


def a_comparison(sentence: str, *, claimed: bool = False, **changes: Any) -> Comparison:
    values: dict[str, Any] = {
        "id": "mood", "name": "情绪好坏", "groups": ("客户平稳的来电", "客户激动的来电"), "n": (20, 20),
        "customers": (20, 20), "means": (95.0, 85.0), "difference": -10.0, "low": -14.0, "high": -6.0,
        "claimed": claimed, "left_out": 0, "sentence": sentence,
    }  # fmt: skip
    return Comparison(**{**values, **changes})


NOT_THE_SAME = a_comparison("客户激动的来电低 10.0 分。", claimed=True, left_out=3)
TOO_LITTLE = a_comparison("数据不足，不作比较。", difference=None, low=None, high=None)
STUDY = SameStudy(43, 0.9875, (NOT_THE_SAME, TOO_LITTLE))


def month_page(folder: Path, month: AgentMonth, **options: Any) -> str:
    return write_month(month, folder / "month.html", NAMES, **options).read_text(encoding="utf-8")


def site_page(folder: Path, site: SiteReport, **options: Any) -> str:
    return write_site(site, folder / "site.html", NAMES, **options).read_text(encoding="utf-8")


def plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup)).strip()


def rows(page: str) -> list[list[str]]:
    """The text of each cell of all tables of a page, row by row."""
    found = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    return [
        [plain(cell) for cell in re.findall(r"<t[dh]\b.*?</t[dh]>", row, re.DOTALL)]
        for row in found
    ]


def row_of(page: str, text: str) -> list[str]:
    """The only row that has a cell with this text."""
    (found,) = [row for row in rows(page) if text in row]
    return found


def figures(page: str) -> dict[str, str]:
    """The headline figures by their captions."""
    return dict(re.findall(r'<div><span class="soft">(.*?)</span><b[^>]*>(.*?)</b>', page))


def cells(grid: Grid) -> list[list[object]]:
    return [[row.get(column.key) for column in grid.columns] for row in grid.rows]
