"""The pages of a month, a site and 四个一样 and their tables: the figures, escaped names, masked
numbers."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import ReportError
from pipeline.report.call_list import CALL_COLUMNS, call_grid
from pipeline.report.grids import Grid
from pipeline.report.month_tables import month_grids
from pipeline.report.names import Names
from pipeline.report.pages import write_month, write_same, write_site
from pipeline.report.topic_tables import topic_grids
from pipeline.study.month import AgentMonth, agent_month, coach
from pipeline.study.period import SiteReport, site_report
from pipeline.study.same import Comparison, SameStudy
from pipeline.study.topics import TopicPeriod, WordCluster
from pipeline.types import KnowledgeSum, OpeningWords, TopicSum, TopicTotals
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


def test_the_printed_sheet_names_agent_team_period_and_scoring_sheet(tmp_path: Path):
    page = month_page(tmp_path, a_month(a_record(1)))

    (head,) = re.findall(r'<div class="title">(.*?)</div>', page)
    (who,) = re.findall(r'<div class="who">(.*?)</div>', page)
    assert head == "客服服务质量测评表"
    assert re.findall(r"<span>(.*?)</span>", who) == [
        "姓名：王小明", "工号：8001", "班组：一组", "考核期：2026-11", "评分表：通用评分表", "通话：10 通"
    ]  # fmt: skip


def test_a_line_of_the_sheet_shows_mean_points_lost_and_left_and_the_calls_behind(tmp_path: Path):
    page = month_page(tmp_path, a_month(a_record(1)))

    # 31.5 lost in 10 calls of 30 points each: 3.15 lost, 26.85 left; a call without an id goes by
    # its number
    assert row_of(page, "问候") == ["服务态度", "服务用语", "问候", "10", "10", "", "10.00", ""]
    assert [row for row in rows(page) if row[:3] == ["服务态度", "服务用语", "禁语"]] == [
        ["服务态度", "服务用语", "禁语", "30", "10", "3.15", "26.85", "2 通：c1（-30）、2（-1.5）"]
    ]


def test_an_item_that_never_applied_has_no_points(tmp_path: Path):
    page = month_page(tmp_path, a_month(a_record(1)))

    assert row_of(page, "等待告知") == [
        "服务态度",
        "服务用语",
        "等待告知",
        "5",
        "0",
        "",
        "不适用",
        "",
    ]


def test_adjustments_are_added_up_and_informational_items_do_not_count(tmp_path: Path):
    page = month_page(tmp_path, a_month(a_record(1)))

    assert row_of(page, "加分项：表扬") == ["加分项：表扬", "", "1", "+2（1 通合计）", "c3（+2）"]
    assert row_of(page, "另列：满意度") == ["另列：满意度", "100", "4", "", "87.5", "不计入总分"]


def test_a_sheet_without_extras_says_there_are_none(tmp_path: Path):
    page = month_page(tmp_path, a_month(a_record(1), items=ITEMS[:1]))

    assert row_of(page, "加分项、扣分项") == ["加分项、扣分项", "", "", "无", ""]


def test_the_sum_of_the_sheet_is_the_mean_of_the_scored_calls(tmp_path: Path):
    records = (
        a_record(1, attitude=80.0, total=70.0, grade="合格", fatal=True),
        a_record(2, attitude=91.0, total=91.0, grade="优秀"),
        a_record(3, attitude=None, total=None),
    )

    page = month_page(tmp_path, a_month(*records))

    assert row_of(page, "合计（2 通平均）") == [
        "合计（2 通平均）", "", "2", "总分 80.5", "服务态度 85.5　等级：合格 1 通、优秀 1 通　一票否决 1 通"
    ]  # fmt: skip


def test_only_five_calls_are_named_behind_an_item(tmp_path: Path):
    behind = [a_loss(-5.0, call_id=f"n{number}") for number in range(1, 8)]
    page = month_page(
        tmp_path, a_month(a_record(1), items=[an_item(hit=7, change=-35.0)], behind=behind)
    )

    assert rows(page)[1][-1] == "7 通：n1（-5）、n2（-5）、n3（-5）、n4（-5）、n5（-5） 等"


def test_each_scoring_sheet_has_a_page_of_its_own_and_the_sum_stands_under_the_last(tmp_path: Path):
    items = [an_item(calls=3, sheet="other-1"), an_item(calls=7)]
    page = month_page(tmp_path, a_month(a_record(1), items=items))

    assert re.findall("评分表：([^<]*)<", page) == ["通用评分表", "other-1"]
    assert page.count("合计（") == 1
    assert page.index("合计（") > page.index("评分表：other-1")


def test_the_headline_figures_of_a_month(tmp_path: Path):
    records = (
        a_record(
            1,
            attitude=80.0,
            total=70.0,
            duration_s=60.0,
            rating=5.0,
            latency_s=1.0,
            forbidden=2,
            fatal=True,
        ),
        a_record(
            2, attitude=80.0, total=90.0, duration_s=90.0, rating=3.0, latency_s=2.0, doubtful=1
        ),
    )

    assert figures(month_page(tmp_path, a_month(*records))) == {
        "通话": "2", "服务态度": "80", "总分": "80", "一票否决": "1", "有禁语的通话": "1", "待复核": "1",
        "平均处理时长": "1:15", "应答间隔（秒）": "1.5", "满意度（1～5）": "4.00", "一次解决率": "75%",
    }  # fmt: skip


def test_the_month_is_compared_with_the_others_of_the_team(tmp_path: Path):
    assert "同班组其他客服（1 通）：服务态度 80，" in month_page(tmp_path, a_month(a_record(1)))
    alone = month_page(tmp_path, a_month(a_record(1), others=[]))
    assert "同班组其他客服在这个时段没有通话，没有比较。" in alone
    nowhere = month_page(tmp_path, a_month(a_record(1, team=None), others=[]))
    assert "班组未知，没有比较。" in nowhere


def test_coaching_names_the_loss_its_reasons_and_calls_to_listen_to(tmp_path: Path):
    page = plain(month_page(tmp_path, a_month(a_record(1), items=[an_item(change=-36.0)])))

    # 36 of 300 points; the team 150 of 300
    said = re.search(r"禁语：平均失分 (\S+)（同班组 (\S+)）。主要是：(.*?)。建议听：(.*)", page)
    assert said is not None
    assert said.groups() == ("12%", "50%", "说了“不归我管”", "c1、2")


def test_faults_go_by_the_names_of_their_rules_or_else_by_the_phrase(tmp_path: Path):
    page = month_page(tmp_path, a_month(a_record(1)))

    assert [row for row in rows(page) if row[0] in ("禁语", "缺少用语")] == [
        ["禁语", "推诿 例如“不归我管”", "2", "3", "31.5"],
        ["缺少用语", "再见", "1", "1", ""],
    ]


def test_a_month_shows_the_very_good_calls_of_the_agent(tmp_path: Path):
    page = month_page(
        tmp_path, a_month(a_record(1), a_record(2, total=80.0), a_record(3, customer_upset=True))
    )

    assert [row for row in rows(page) if row[0].startswith("c")] == [
        ["c3", "8001 王小明", "2026-11-03 09:30", "退款", "90", "96", "", "01:40", "客户情绪激动"],
        ["c1", "8001 王小明", "2026-11-01 09:30", "退款", "90", "96", "", "01:40", ""],
    ]


def test_a_month_names_the_differences_in_service(tmp_path: Path):
    page = month_page(tmp_path, a_month(a_record(1), same=STUDY))

    assert '<span class="claimed">客户激动的来电低 10.0 分。</span>' in page
    assert '<span class="">数据不足，不作比较。</span>' in page


def test_a_month_without_calls_says_so(tmp_path: Path):
    nothing = {
        "others": [],
        "items": [],
        "team_items": [],
        "behind": [],
        "faults": [],
        "resolution": Resolution(0, 0),
    }
    page = month_page(tmp_path, a_month(**nothing))

    assert "这个时段没有评分的通话。" in page
    assert "没有数据" in page
    assert (figures(page)["通话"], figures(page)["服务态度"], figures(page)["一次解决率"]) == (
        "0",
        "未知",
        "未知",
    )


def test_a_site_ranks_agents_from_the_lowest_attitude_and_puts_the_unknown_last(tmp_path: Path):
    records = (
        a_record(1, attitude=90.0, rating=4.0, latency_s=1.5),
        a_record(2, agent_id="8002", agent_name="李四", attitude=None, total=None),
        a_record(
            3,
            agent_id="8003",
            agent_name=None,
            attitude=70.0,
            total=71.3,
            fatal=True,
            forbidden=1,
            doubtful=2,
        ),
    )
    page = site_page(tmp_path, a_site(*records))

    assert [row for row in rows(page) if len(row) == 11 and re.match(r"800\d", row[0])] == [
        ["8003", "1", "70", "", "71.3", "1", "1", "1", "1:40", "", ""],
        ["8001 王小明", "1", "90", "", "96", "", "", "", "1:40", "1.5", "4.00"],
        ["8002 李四", "1", "未知", "", "未知", "", "", "", "1:40", "", ""],
    ]


def test_a_site_shows_teams_queues_and_their_intervals(tmp_path: Path):
    records = (
        a_record(1, attitude=80.0),
        a_record(2, attitude=90.0),
        a_record(3, attitude=100.0, queue="投诉", team=None),
    )
    page = site_page(tmp_path, a_site(*records))

    # deviation of 80 and 90 is 7.071; 1.96 * 7.071 / sqrt 2 = 9.8
    assert [row[:5] for row in rows(page) if row[0] in ("一组", "未知", "退款", "投诉")] == [
        ["一组", "2", "85", "75.2～94.8", "96"],
        ["未知", "1", "100", "", "96"],
        ["投诉", "1", "100", "", "96"],
        ["退款", "2", "85", "75.2～94.8", "96"],
    ]


def test_a_site_lists_the_most_urgent_calls_first_and_says_why(tmp_path: Path):
    records = (
        a_record(1),
        a_record(2, attitude=60.0),
        a_record(3, fatal=True, flags=("语音不清", "时间不明")),
    )
    page = site_page(tmp_path, a_site(*records))

    listed = rows(page[page.index("最需要查看的通话") :])[1:]
    assert [(row[0], row[-1]) for row in listed] == [
        ("c3 一票否决", "语音不清；时间不明"),
        ("c2", ""),
        ("c1", ""),
    ]


def test_trends_are_drawn_from_two_days_on(tmp_path: Path):
    one = site_page(tmp_path, a_site(a_record(1), a_record(1)))
    two = site_page(tmp_path, a_site(a_record(1), a_record(2)))

    assert [one.count("<polyline"), two.count("<polyline")] == [
        0,
        4,
    ]  # attitude and total, a team, a queue
    assert re.findall(r">(11-0\d)<", two) == ["11-01", "11-02"] * 3


def test_calls_of_an_unknown_day_are_named_so_on_the_axis(tmp_path: Path):
    page = site_page(tmp_path, a_site(a_record(1), a_record(2, started_at=None)))

    assert re.findall(r">(11-01|未知)</text>", page) == ["11-01", "未知"] * 3


def test_a_site_without_calls_is_a_page(tmp_path: Path):
    page = site_page(tmp_path, a_site(faults=(), resolution=Resolution(0, 0), coaching={}))

    assert (figures(page)["通话"], figures(page)["服务态度"]) == ("0", "未知")
    assert page.count("没有数据") == 2


@pytest.mark.parametrize(
    "field", ["agent_name", "agent_id", "team", "queue", "call_id", "grade", "flags"]
)
def test_what_calls_bring_along_cannot_become_markup(tmp_path: Path, field: str):
    value = (EVIL,) if field == "flags" else EVIL
    records = [a_record(number, **{field: value}) for number in (1, 2)]
    month = a_month(*records, behind=[a_loss(-3.0, call_id=EVIL, said=EVIL)])
    site = a_site(*records, coaching={EVIL: month.coaching}, period=EVIL)
    page = month_page(tmp_path, replace(month, agent_id=EVIL)) + site_page(tmp_path, site)

    assert "<img" not in page
    assert page.count("&lt;img src=x onerror=&#34;alert(1)&#34;&gt;") >= 2


def write_all(folder: Path, **options: Any) -> list[str]:
    """Both pages and both tables of calls whose ids, customer, path and reasons hold a telephone
    number."""
    record = a_record(1, call_id=f"rec-{PHONE}", customer_id=PHONE, path=f"calls/{PHONE}.wav")
    behind = [
        a_loss(-30.0, call_id=f"rec-{PHONE}", said=f"没有核对号码{PHONE}"),
        a_loss(2.0, "praise", call_id=PHONE),
    ]
    month = a_month(record, behind=behind)
    site = a_site(record, coaching={"8001": month.coaching})
    sheet, calls = month_grids(month, [record], NAMES, **options)
    return [
        month_page(folder, month, **options),
        site_page(folder, site, **options),
        repr(cells(sheet)),
        repr(cells(calls)),
    ]


def test_telephone_numbers_are_masked_wherever_they_can_stand(tmp_path: Path):
    found = [(written.count(PHONE), written.count(HIDDEN)) for written in write_all(tmp_path)]

    # month: behind the item, behind the extra, coaching's reason and call, the good call;
    # site: coaching's two, the good call, the urgent one; grids: two items; call, customer and path
    assert found == [(0, 5), (0, 4), (0, 2), (0, 3)]


def test_telephone_numbers_are_shown_to_who_may_see_them(tmp_path: Path):
    found = [
        (written.count(PHONE), written.count(HIDDEN))
        for written in write_all(tmp_path, masked=False)
    ]

    assert found == [(5, 0), (4, 0), (2, 0), (3, 0)]


def test_comparisons_are_shown_as_sentences_and_those_claimed_are_marked(tmp_path: Path):
    path = write_same([("全体", STUDY)], tmp_path / "same.html", period="2026-11", silent=2)
    page = path.read_text(encoding="utf-8")

    assert "<h1>2026-11 四个一样</h1>" in page
    assert "<h2>全体（43 通）</h2>" in page
    assert re.findall(r'<p><span class="(.*?)">(.*?)</span>', page) == [
        ("claimed", "客户激动的来电低 10.0 分。"),
        ("", "数据不足，不作比较。"),
    ]
    assert re.findall(r"(\d+) 通无法归类", page) == ["3"]
    assert page.count("<circle") == 1
    assert "另有 2 位客服没有可以说明的差别" in page


def test_comparisons_of_nobody_say_so(tmp_path: Path):
    page = write_same([], tmp_path / "same.html", period="2026-11").read_text(encoding="utf-8")

    assert "没有通话。" in page
    assert "另有" not in page


def test_the_name_of_a_group_cannot_become_markup(tmp_path: Path):
    page = write_same([(EVIL, STUDY)], tmp_path / "same.html", period=EVIL).read_text(
        encoding="utf-8"
    )

    assert "<img" not in page


@pytest.mark.parametrize(
    "write",
    [
        lambda path: write_month(a_month(a_record(1), a_record(2), same=STUDY), path, NAMES),
        lambda path: write_site(a_site(a_record(1), a_record(2)), path, NAMES),
        lambda path: write_same([("全体", STUDY)], path, period="2026-11"),
    ],
    ids=["month", "site", "same"],
)
def test_a_page_asks_for_nothing_from_the_network(tmp_path: Path, write: Callable[[Path], Path]):
    page = write(tmp_path / "page.html").read_text(encoding="utf-8")

    assert set(re.findall(r"https?://[^\"'\s<]*", page)) == {"http://www.w3.org/2000/svg"}
    assert re.findall(r"<script|<link|<iframe|\bsrc=|\bhref=|@import|url\(", page) == []


def test_the_printed_sheet_names_what_its_items_rest_on(tmp_path: Path):
    page = plain(month_page(tmp_path, a_month(a_record(1))))

    assert "考核依据（分值由评分表定）：禁语：《办法》二3" in page
    assert "可以申诉（《客户服务工作考核管理办法》第五部分）" in page


def test_a_page_that_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path: Path):
    (tmp_path / "out").write_text("keep", encoding="utf-8")

    with pytest.raises(ReportError, match="cannot be written"):
        write_month(a_month(), tmp_path / "out" / "month.html", NAMES)

    assert [path.name for path in tmp_path.rglob("*")] == ["out"]


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


def test_a_month_and_a_site_show_how_questions_about_facts_were_answered(tmp_path: Path):
    month = write_month(a_month(a_record(1), knowledge=ANSWERS), tmp_path / "m.html", NAMES)
    site = write_site(a_site(a_record(1), knowledge=ANSWERS), tmp_path / "s.html", NAMES)
    without = write_month(a_month(a_record(1)), tmp_path / "w.html", NAMES)

    for page in (month, site):
        text = page.read_text(encoding="utf-8")
        assert "业务知识掌握程度" in text
        assert re.search(r"月租</td>(<td class=\"num\">[^<]*</td>){7}<td class=\"num\">66.7%", text)
    assert "业务知识掌握程度" not in without.read_text(encoding="utf-8")


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
        "grade": "优秀", "fatal": False, "forbidden": 0, "missing": 0, "doubtful": 0, "customer_upset": False,
        "rating": 4.0, "reviewed": False, "sampled": True, "flags": "语音不清；时间不明", "sheet": "default-1",
        "path": "calls/1.wav", "sha256": "b" * 64,
    }  # fmt: skip
    assert (grid.rows[1]["call_id"], grid.rows[1]["attitude"]) == (None, None)


def test_the_page_of_a_month_has_its_topics_and_the_new_ones(tmp_path: Path):
    bill = TopicSum("bill", EVIL, "账单", "", 8, 6, 91.5, 3, 1, 4, 1)
    call = OpeningWords(7, PHONE, "积分清零")
    cluster = WordCluster(("积分", "清零"), 20, 40, 1, True, (call,))
    topics = TopicPeriod((bill,), TopicTotals(12, 4, 3), (cluster,))

    page = site_page(tmp_path, a_site(a_record(1), topics=topics))

    row = page[page.index("<h2>话题</h2>") : page.index("<h2>优秀案例</h2>")]
    assert EVIL not in page
    assert PHONE not in row
    assert HIDDEN in row
    for shown in ("91.5", "75%", "积分、清零", "本月新话题", "没有归类的通话 4 通", "另有 3 通"):
        assert shown in row


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
