"""Times in Chinese become the last moment that they allow."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from pipeline.promises import CHINA, TimeFrame, WorkCalendar, find_times
from pipeline.promises.numbers import read_number

HERE = Path(__file__).parent
CALL = datetime(2026, 11, 4, 10, 20)
"""A Wednesday."""
FRAME = TimeFrame(CALL)
LEAST = 0.97


def expressions(name: str) -> Iterator[tuple[str, str]]:
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            text, term = line.split("\t")
            yield text, term


def term_of(text: str, frame: TimeFrame = FRAME) -> str:
    """The term in the form of the files."""
    found = find_times(text, frame)
    if len(found) != 1:
        return f"{len(found)} expressions"
    if found[0].problem:
        return "!"
    due = found[0].due_at
    if due is None:
        return "-"
    year = "" if due.year == CALL.year else f"{due.year}-"
    return f"{year}{due:%m-%d %H:%M}"


@pytest.mark.parametrize("name", ["expressions.tsv", "expressions_aside.tsv"])
def test_nearly_all_expressions_are_read_right(name: str):
    wrong = {
        text: (term, got) for text, term in expressions(name) if (got := term_of(text)) != term
    }

    share = 1 - len(wrong) / len(list(expressions(name)))
    assert share >= LEAST, wrong


def test_there_are_enough_expressions_of_two_styles():
    texts = {
        text
        for name in ("expressions.tsv", "expressions_aside.tsv")
        for text, _ in expressions(name)
    }
    digits = {text for text in texts if any(c.isascii() and c.isdigit() for c in text)}

    assert (len(texts) >= 300, len(digits) >= 45) == (True, True)


@pytest.mark.parametrize(
    "text",
    ["24小时客服热线", "提前半小时", "三天前", "每天上午九点", "七天无理由", "工号8012号", "昨天下午", "22H86", "五年级", "发烧38.6度", "百分之二点六", "建设路二十一号", "3号窗口", "八十周岁"],
)  # fmt: skip
def test_what_only_looks_like_a_time_is_none(text: str):
    assert find_times(text, FRAME) == ()


def test_terms_keep_the_zone_of_the_call():
    (due,) = find_times("今天下午三点前", TimeFrame(CALL.replace(tzinfo=UTC)))

    assert due.due_at == datetime(2026, 11, 4, 15, 0, tzinfo=UTC)


def test_a_time_without_a_known_call_has_no_term():
    (due,) = find_times("明天上午", TimeFrame(None))

    assert (due.due_at, bool(due.problem)) == (None, True)


def test_off_work_is_the_site_s_own():
    (due,) = find_times("今天下班前", TimeFrame(CALL, day_ends=time(17, 30)))

    assert due.due_at == datetime(2026, 11, 4, 17, 30)


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # 国庆 1 to 7 October
        (date(2026, 10, 9), 1, date(2026, 10, 10)),  # a Saturday that is worked
        (date(2025, 9, 26), 1, date(2025, 9, 28)),  # a Sunday that is worked
        (date(2026, 11, 6), 3, date(2026, 11, 11)),
        (date(2027, 1, 1), 1, date(2027, 1, 4)),  # only weekends are known
    ],
)
def test_working_days_leave_out_weekends_and_holidays(day: date, count: int, expected: date):
    assert CHINA.after(day, count) == expected


def test_a_site_adds_days_of_its_own():
    off, worked = frozenset({date(2027, 1, 4)}), frozenset({date(2027, 1, 2)})
    calendar = CHINA.joined(off=off, worked=worked)

    assert calendar.after(date(2027, 1, 1), 1) == date(2027, 1, 2)
    assert calendar.after(date(2027, 1, 2), 1) == date(2027, 1, 5)
    assert WorkCalendar().after(date(2026, 9, 30), 1) == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("text", "number"),
    [("二十四", 24), ("十", 10), ("一百二", 120), ("一百零二", 102), ("两三", 3), ("0.5", 0.5), ("二三四", None), ("", None)],
)  # fmt: skip
def test_numbers_are_read(text: str, number: float | None):
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["明天", "三年内", "下周一", "十个工作日", "月底前", "七号"])
@pytest.mark.parametrize("moment", [datetime(9999, 12, 31, 23, 0), datetime(1, 1, 1, 0, 0)])
def test_a_call_at_the_end_of_time_ends_nothing(text: str, moment: datetime):
    (due,) = find_times(text, TimeFrame(moment))

    assert (due.due_at is None) == bool(due.problem)
