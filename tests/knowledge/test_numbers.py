"""Numbers, amounts and times of day as people say them. Values by hand."""

from __future__ import annotations

import pytest

from pipeline.knowledge.amounts import find_amounts, find_hours
from pipeline.knowledge.numerals import read_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("二十", 20), ("十五", 15), ("一百二", 120), ("一百零二", 102), ("两千五", 2500), ("一万二", 12000),
        ("三千零五十", 3050), ("两万三千", 23000), ("零点六", 0.6), ("三点七五", 3.75), ("1,680", 1680), ("3.50", 3.5),
        ("二零二六", 2026), ("三万", 30000), ("5万", 50000), ("十", 10), ("零", 0),
    ],
)  # fmt: skip
def test_a_number_has_one_value(text: str, value: float):
    assert read_number(text) == value


@pytest.mark.parametrize("text", ["三五", "十五六", "七八"])
def test_a_rough_number_has_none(text: str):
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("二十块", [(20, 20, "元", "")]),
        ("25元/月", [(25, 25, "元", "月")]),
        ("每个月二十五块钱", [(25, 25, "元", "月")]),
        ("一年300元", [(300, 300, "元", "年"), (12, 12, "个月", "")]),
        ("三块八毛五", [(3.85, 3.85, "元", "")]),
        ("两块零五分", [(2.05, 2.05, "元", "")]),
        ("五块钱一公斤", [(5, 5, "元", "公斤")]),
        ("两块二一平米", [(2.2, 2.2, "元", "平米")]),
        ("三到五个工作日", [(3, 5, "工作日", "")]),
        ("3-5个工作日", [(3, 5, "工作日", "")]),
        ("两三天", [(2 * 1440, 3 * 1440, "分钟", "")]),
        ("24小时", [(1440, 1440, "分钟", "")]),
        ("半小时", [(30, 30, "分钟", "")]),
        ("两个半小时", [(150, 150, "分钟", "")]),
        ("百分之三点五", [(3.5, 3.5, "%", "")]),
        ("0.6%", [(0.6, 0.6, "%", "")]),
        ("千分之五", [(0.5, 0.5, "%", "")]),
        ("2026年3月15号", []),
        ("电话是87654321", []),
        ("九点到十七点", []),
    ],
)
def test_an_amount_is_in_its_base_unit(text: str, amounts: list[tuple[float, float, str, str]]):
    found = {(a.low, a.high, a.unit, a.per) for a in find_amounts(text)}

    assert found == set(amounts)


@pytest.mark.parametrize("text", ["二十多块", "十几块", "三五天", "20来块"])
def test_a_rough_amount_is_marked_as_such(text: str):
    assert [amount.vague for amount in find_amounts(text)] == [True]


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("九点到十七点", (540, 1020)),
        ("上午9点到下午5点半", (540, 1050)),
        ("8:30-17:30", (510, 1050)),
        ("早上八点一刻至晚上六点", (495, 1080)),
        ("早九晚五", (540, 1020)),
        ("9时到18时", (540, 1080)),
        ("九点到五点", (540, 1020)),
    ],
)
def test_hours_are_minutes_after_midnight(text: str, span: tuple[int, int]):
    assert [hours.span for hours in find_hours(text)] == [span]
