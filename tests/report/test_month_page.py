"""The page of an agent's month, with the printed scorecard first."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.types.records import Resolution
from tests.report.written_pages import (
    ITEMS,
    STUDY,
    a_loss,
    a_month,
    a_record,
    an_item,
    figures,
    month_page,
    plain,
    row_of,
    rows,
)


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
