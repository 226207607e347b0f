"""The page of a period of the site."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.types.records import Resolution
from tests.report.written_pages import (
    EVIL,
    a_loss,
    a_month,
    a_record,
    a_site,
    figures,
    month_page,
    rows,
    site_page,
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
