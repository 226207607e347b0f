"""Days of events over several columns, stretches of days, and what is not one day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.imports import iso_time
from pipeline.imports.event_days import EventDays, named_year
from tests.imports.test_event_exports import TODAY, read, refused


def days(folder: Path, head: str, *cells: str, name: str = "events.csv") -> list[date]:
    lines = (f"投诉,{one},80{at:02}" for at, one in enumerate(cells))
    table = read(folder, f"事项,{head},工号", *lines, name=name)
    return [line.event.day for line in table.lines]


@pytest.mark.parametrize(
    ("head", "cells", "day"),
    [
        ("年份,月份", "2026,11", date(2026, 11, 1)),
        ("年份,月份", "2025年,3月", date(2025, 3, 1)),
        ("年度,月份", "2025.0,3.0", date(2025, 3, 1)),
        ("年,月,日", "2025,3,5", date(2025, 3, 5)),
        ("月份,日", "11月,5日", date(2026, 11, 5)),
        ("月份,日期", "2026年11月,5日", date(2026, 11, 5)),
        ("月份,日期", "2025年11月,11月5日", date(2025, 11, 5)),
        ("年份,日期", "2025,11月5日", date(2025, 11, 5)),
        ("年份,日期", "2025,11月1日-11月5日", date(2025, 11, 1)),
        ("月份", "11", date(2026, 11, 1)),
    ],
)
def test_a_day_may_stand_in_several_columns(tmp_path: Path, head: str, cells: str, day: date):
    assert days(tmp_path, head, cells) == [day]


@pytest.mark.parametrize(
    ("head", "cells"),
    [("年份,日期", "2025,2026-11-05"), ("考核月份,日期", "2026年12月,2026-11-05"), ("年份,日期", "二〇二五,2026年11月5日")],
)  # fmt: skip
def test_a_day_that_is_written_whole_is_not_changed_by_the_year_or_month_it_is_judged_in(
    tmp_path: Path, head: str, cells: str
):
    assert days(tmp_path, head, cells) == [date(2026, 11, 5)]


def test_a_year_that_is_none_is_refused_where_the_day_needs_it(tmp_path: Path):
    assert "line 2: the year is '二〇二五'; expected one such as 2026" in refused(
        tmp_path, "事项,年份,日期,工号", "投诉,二〇二五,11月5日,8001"
    )


def test_a_day_of_the_month_takes_the_month_of_the_file(tmp_path: Path):
    assert days(tmp_path, "日期", "5日", "6", name="投诉_2026年10月.csv") == [
        date(2026, 10, 5),
        date(2026, 10, 6),
    ]


def test_the_year_of_the_title_is_that_of_its_days(tmp_path: Path):
    table = read(tmp_path, "2025年度投诉统计表,,", "事项,日期,工号", "投诉,11月5日,8001")

    assert [line.event.day for line in table.lines] == [date(2025, 11, 5)]
    assert named_year("投诉", ["根据2019年考核办法"]) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-01~2026-11-05", 1),
        ("2026-11-02－2026-11-05", 2),
        ("2026/11/2-2026/11/5", 2),
        ("2026.11.02—2026.11.05", 2),
        ("2026年11月2日至5日", 2),
        ("11月2日到11月5日", 2),
        ("11月2-5日", 2),
        ("11.2-11.5", 2),
        ("20261102-20261105", 2),
        ("2026-11-02 09:00 ~ 2026-11-03 10:00", 2),
        ("11月中旬", 11),
    ],
)
def test_a_stretch_of_days_counts_on_its_first_and_this_is_told(
    tmp_path: Path, text: str, day: int
):
    table = read(tmp_path, "事项,日期,工号", f"投诉,{text},8001")

    assert [line.event.day for line in table.lines] == [date(2026, 11, day)]
    assert table.notes == (
        f"{tmp_path / 'events.csv'}：有 1 行的日期是一段，记在第一天（第 2 行：{text} → 2026-11-{day:02}）",
    )


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-05~2026-11-05",
        "2026-11-05 09:00~10:00",
        "2026-11-05 20:00-21:00",
        "2026-11-05 22:00-02:00",
        "2026年11月5日 9:00至10:30",
        "2026年11月5号",
        "2026年11月5號 9點30分",
        "2026年11月5日 禮拜四 上午9時30分",
        "2026年 11月 5日",
    ],
)
def test_a_stretch_within_a_day_is_that_day(text: str):
    assert EventDays(today=TODAY).read(text, "") == (date(2026, 11, 5), "day")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-10-30~2026-11-02", "spans several months, and an event counts in one"),
        ("10月-11月", "spans several months"),
        ("2025年11月5日至2026年11月5日", "spans several months"),
        ("2026-11-05~2026-11-01", "ends before it begins"),
        ("2026-11-28~2026-12-02", "spans several months"),
        ("2026-11-29~2026-11-31", "is not a day"),
        ("11月2日、11月5日", "names 2 days, and an event has one; write a line for each event"),
        ("2026/11/2,2026/11/3,2026/11/5", "names 3 days"),
        ("10-05-11", "is not a time"),
        ("11/5/26", "is not a time"),
    ],
)
def test_what_is_not_one_day_of_one_month_is_refused_and_says_so(text: str, says: str):
    with pytest.raises(SettingsError, match=says):
        EventDays(today=TODAY).read(text, "a.csv, line 2")


def test_a_day_without_a_year_is_read_in_traditional_characters():
    assert EventDays(today=TODAY).read("11月5號 9點30分", "")[0] == date(2026, 11, 5)
    assert iso_time("2026年11月5號 9時30分", "") == "2026-11-05T09:30:00"


def test_a_stretch_that_ends_after_today_is_refused():
    with pytest.raises(SettingsError, match="2026-11-29 is after today, 2026-11-28"):
        EventDays(today=date(2026, 11, 28)).read("2026-11-20~2026-11-29", "")


def test_a_stretch_of_the_clock_is_no_zone():
    with pytest.raises(SettingsError, match="is not a time"):
        iso_time("2026-11-02 09:30-10:00", "")
    assert iso_time("2026-11-02T09:30:00-00:00", "") == iso_time("2026-11-02T09:30:00Z", "")
