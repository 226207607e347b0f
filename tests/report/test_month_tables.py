"""The tables beside a month and a site: scorecard, calls, answers about facts, topics."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.report.call_list import CALL_COLUMNS, call_grid
from pipeline.report.month_tables import month_grids
from pipeline.report.topic_tables import topic_grids
from pipeline.study.topics import TopicPeriod, WordCluster
from pipeline.types import KnowledgeSum, OpeningWords, TopicSum, TopicTotals
from tests.report.written_pages import (
    HIDDEN,
    ITEMS,
    NAMES,
    PHONE,
    a_month,
    a_record,
    a_site,
    cells,
    month_page,
    site_page,
)


def test_the_table_of_a_month_has_the_figures_of_the_printed_sheet():
    grid, calls = month_grids(a_month(a_record(1)), [a_record(1)], NAMES)

    assert grid.title == "客服服务质量测评表　王小明 8001　2026-11　服务态度 90.0　总分 96.0"
    assert [row for row in cells(grid) if row[3] != "等待告知"] == [
        [
            "通用评分表",
            "服务态度",
            "服务用语",
            "禁语",
            30.0,
            10,
            3.15,
            26.85,
            2,
            "c1（-30）、2（-1.5）",
            "《办法》二3",
        ],
        ["通用评分表", "服务态度", "服务用语", "问候", 10.0, 10, 0.0, 10.0, 0, "", ""],
        ["通用评分表", "加分、扣分", "服务用语", "表扬", 0.0, 10, -0.2, 0.2, 1, "c3（+2）", ""],
        ["通用评分表", "另列", "服务用语", "满意度", 100.0, 4, 12.5, 87.5, 2, "", ""],
    ]
    assert [row["call_id"] for row in calls.rows] == ["c1"]


ANSWERS = [
    KnowledgeSum("8001", "fee", "月租", 4, 2, 1, 0, 0, 0, 1),
    KnowledgeSum("8001", "hours", "营业时间", 1, 0, 0, 0, 0, 1, 0),
]


def test_the_table_of_answers_about_facts_is_a_sheet_of_its_own():
    *_, grid = month_grids(a_month(a_record(1), knowledge=ANSWERS), [], NAMES)

    assert grid.name == "业务知识"
    assert cells(grid) == [
        ["8001", "fee", "月租", 4, 2, 1, 0, 0, 1, 0, 2 / 3],
        ["8001", "hours", "营业时间", 1, 0, 0, 0, 0, 0, 1, None],
    ]


def test_an_item_that_never_applied_has_no_points_in_the_table_either():
    grid, _ = month_grids(a_month(a_record(1), items=[ITEMS[2]]), [], NAMES)

    assert [(row["calls"], row["lost"], row["points"]) for row in grid.rows] == [(0, None, None)]


def test_the_table_of_calls_has_a_row_a_call_and_leaves_the_unknown_open():
    record = a_record(1, flags=("语音不清", "时间不明"), rating=4.0, grade="优秀", sampled=True)
    grid = call_grid([record, a_record(2, attitude=None, call_id=None)], title="十一月")

    assert (grid.name, grid.title, grid.columns) == ("通话", "十一月", CALL_COLUMNS)
    assert {key: value for key, value in grid.rows[0].items() if value is not None} == {
        "call_id": "c1", "agent_id": "8001", "agent_name": "王小明", "team": "一组", "queue": "退款",
        "started_at": "2026-11-01T09:30:00+08:00", "duration_s": 100.0, "attitude": 90.0, "total": 96.0,
        "grade": "优秀", "fatal": False, "forbidden": 0, "missing": 0, "doubtful": 0, "told": False, "customer_upset": False,
        "rating": 4.0, "reviewed": False, "sampled": True, "flags": "语音不清；时间不明", "sheet": "default-1",
        "path": "calls/1.wav", "sha256": "b" * 64,
    }  # fmt: skip
    assert (grid.rows[1]["call_id"], grid.rows[1]["attitude"]) == (None, None)


def test_the_workbook_of_a_month_has_a_sheet_of_topics_and_one_of_clusters():
    bill = TopicSum("bill", "账单", "账单", "", 8, 6, 91.25, 3, 1, 4, 1)
    cluster = WordCluster(("积分", "清零"), 20, 40, 1, True, (OpeningWords(7, PHONE, ""),))

    topics, clusters = topic_grids(
        TopicPeriod((bill,), TopicTotals(12, 4, 0), (cluster,)), title="2026-11 话题"
    )

    assert topics.rows == [
        {
            "name": "账单", "matter": "账单", "trade": "", "calls": 8, "main": 6, "attitude": 91.25,
            "solved": 3, "unsolved": 1, "unknown": 4, "first_call_share": 0.75, "first": 4,
        }
    ]  # fmt: skip
    assert clusters.rows == [
        {
            "words": "积分、清零", "is_new": True, "calls": 40, "sampled": 20, "before": 1,
            "examples": HIDDEN,
        }
    ]  # fmt: skip


@pytest.mark.parametrize("calls", [0, 2])
def test_every_table_of_a_period_scrolls_by_itself_on_a_phone(tmp_path: Path, calls: int):
    records = [a_record(number) for number in range(1, calls + 1)]
    pages = {
        "month": month_page(tmp_path, a_month(*records)),
        "site": site_page(tmp_path, a_site(*records)),
    }

    around = {
        (name, re.findall(r'class="((?:card|scroll)[^"]*)"', page[: table.start()])[-1])
        for name, page in pages.items()
        for table in re.finditer("<table", page)
    }
    assert {name for name, _ in around} == {"month", "site"}
    assert [pair for pair in around if "scroll" not in pair[1]] == []
