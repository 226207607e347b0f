"""Charts: their shapes and places, and escaped texts. Places are worked by hand."""

from __future__ import annotations

import itertools
import math
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from pipeline.report.svg import bar_chart, column_chart, interval_chart, line_chart, nice_ticks

EVIL = '<script>alert("1")</script>\'&'
CHARTS = {
    "lines": line_chart(
        {EVIL: [90.0, None, 80.0, 70.0], "总分": [1.0, 2.0, 3.0, 4.0]}, [EVIL] * 4, title=EVIL
    ),
    "bars": bar_chart([(EVIL, 3), ("b", 1)], title=EVIL, unit=EVIL),
    "columns": column_chart([(EVIL, 3), ("b", 0)], title=EVIL),
    "intervals": interval_chart([(EVIL, 1.0, -2.0, 3.0)], title=EVIL),
}
EMPTY = {
    "no series": line_chart({}, ["一"], title="空"),
    "no labels": line_chart({"a": []}, [], title="空"),
    "only gaps": line_chart({"a": [None, None]}, ["一", "二"], title="空"),
    "no bars": bar_chart([], title="空"),
    "no columns": column_chart([], title="空"),
    "columns of 0": column_chart([("一", 0)], title="空"),
    "no intervals": interval_chart([], title="空"),
}


def drawn(chart: Markup, kind: str) -> list[ET.Element]:
    """The shapes of one kind, in the order they are drawn."""
    return [
        shape
        for shape in ET.fromstring(chart).iter()
        if shape.tag == f"{{http://www.w3.org/2000/svg}}{kind}"
    ]


def figures(chart: Markup, kind: str, *names: str) -> list[tuple[float, ...]]:
    return [tuple(float(shape.get(name, "nan")) for name in names) for shape in drawn(chart, kind)]


def points(line: ET.Element) -> list[tuple[float, ...]]:
    return [tuple(map(float, pair.split(","))) for pair in line.get("points", "").split()]


def words(chart: Markup) -> list[str]:
    return [text.text or "" for text in drawn(chart, "text")]


def ends(chart: Markup) -> list[tuple[float, str]]:
    """Height and text of the labels right of the lines, which begin at 720 - 132 + 6."""
    return [
        (float(text.get("y", "nan")), text.text or "")
        for text in drawn(chart, "text")
        if text.get("x") == "594.0"
    ]


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_labels_are_text_and_never_markup(chart: Markup):
    assert {shape.tag.partition("}")[2] for shape in ET.fromstring(chart).iter()} <= {
        "svg", "title", "text", "line", "polyline", "circle", "rect"
    }  # fmt: skip
    assert "<script" not in chart
    assert ET.fromstring(chart)[0].text == EVIL


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_a_chart_asks_for_nothing_from_the_network(chart: Markup):
    assert re.findall(r"https?://[^\"]*|href|src=|url\(", chart) == ["http://www.w3.org/2000/svg"]


def test_labels_with_quotes_and_tags_read_as_they_were_given():
    shown = bar_chart([('他说"<b>', 1)], title="标题")

    assert words(shown) == ['他说"<b>', "1"]


@pytest.mark.parametrize("chart", EMPTY.values(), ids=EMPTY)
def test_a_chart_without_data_says_so(chart: Markup):
    assert (words(chart), ET.fromstring(chart)[0].text) == (["没有数据"], "空")


def test_one_point_is_a_dot_on_the_left_axis_half_way_up():
    chart = line_chart({"甲": [5.0]}, ["一"], title="t", height=240)

    # ticks 4, 5, 6; the axis is from 14 to 240 - 26 = 214, its middle 114
    assert figures(chart, "circle", "cx", "cy") == [(44.0, 114.0)]
    assert drawn(chart, "polyline") == []
    assert ends(chart) == [(118.0, "甲 5.0")]


def test_a_line_goes_from_the_bottom_tick_to_the_top_tick():
    chart = line_chart({"甲": [0.0, 50.0, 100.0]}, ["一", "二", "三"], title="t", height=240)

    # ticks 0, 50, 100; three labels over 720 - 44 - 132 = 544
    assert [points(line) for line in drawn(chart, "polyline")] == [
        [(44.0, 214.0), (316.0, 114.0), (588.0, 14.0)]
    ]


def test_a_gap_parts_a_line_and_leaves_what_stands_alone_as_a_dot():
    chart = line_chart(
        {"甲": [1.0, 2.0, None, 3.0, None, 2.0, 3.0, None]}, list("abcdefgh"), title="t"
    )

    assert [len(points(line)) for line in drawn(chart, "polyline")] == [2, 2]
    assert len(drawn(chart, "circle")) == 1
    assert [text for _, text in ends(chart)] == ["甲 3.0"]


def test_equal_values_make_a_level_line_in_the_middle():
    chart = line_chart({"甲": [80.0, 80.0]}, ["一", "二"], title="t", height=240)

    assert [points(line) for line in drawn(chart, "polyline")] == [[(44.0, 114.0), (588.0, 114.0)]]


def test_values_below_0_lie_below_the_tick_of_0():
    chart = line_chart({"甲": [-10.0, 10.0]}, ["一", "二"], title="t", height=240)

    assert words(chart)[:3] == ["-10", "0", "10"]
    assert [points(line) for line in drawn(chart, "polyline")] == [[(44.0, 214.0), (588.0, 14.0)]]


def test_a_line_at_the_bound_stays_inside_the_picture():
    chart = line_chart(
        {"甲": [100.0, 100.0]}, ["一", "二"], title="t", height=240, within=(0.0, 100.0)
    )

    assert words(chart)[:2] == ["99", "100"]
    assert [points(line) for line in drawn(chart, "polyline")] == [[(44.0, 14.0), (588.0, 14.0)]]


@pytest.mark.parametrize(
    "last",
    [
        (99.0,) * 5,
        (0.0,) * 5,
        (0.0, 25.0, 50.0, 75.0, 100.0),
        (0.0, 0.1, 50.0, 99.9, 100.0),
    ],
)
def test_labels_at_the_ends_of_lines_cover_neither_each_other_nor_the_edge(last: tuple[float, ...]):
    chart = line_chart(
        {f"队列{n}": [0.0, value] for n, value in enumerate(last)},
        ["一", "二"],
        title="t",
        height=220,
    )
    heights = sorted(y for y, _ in ends(chart))

    assert len(heights) == 5
    assert all(round(below - above, 1) >= 14 for above, below in itertools.pairwise(heights))
    assert (heights[0] >= 12, heights[-1] <= 220) == (True, True)  # letters are 12 high


def test_labels_below_the_axis_are_at_most_eight():
    days = [f"{day:02d}" for day in range(1, 32)]
    chart = line_chart({"甲": [80.0] * 31}, days, title="t", height=220)

    assert [text.text for text in drawn(chart, "text") if text.get("y") == "212.0"] == [
        "01", "05", "09", "13", "17", "21", "25", "29"
    ]  # fmt: skip


def test_lines_differ_without_colour_too():
    chart = line_chart({name: [1.0, 2.0] for name in "甲乙丙丁戊"}, ["一", "二"], title="t")

    assert len({line.get("stroke-dasharray") for line in drawn(chart, "polyline")}) == 5


def test_half_the_most_is_a_bar_of_half_the_length():
    chart = bar_chart([("全", 8), ("半", 4), ("无", 0), ("负", -3)], title="t", unit=" 通")

    # the longest has 720 - 210 - 70
    assert figures(chart, "rect", "width") == [(440.0,), (220.0,), (0.0,), (0.0,)]
    assert words(chart) == ["全", "8 通", "半", "4 通", "无", "0 通", "负", "-3 通"]


def test_bars_of_nothing_have_no_length():
    assert figures(bar_chart([("一", 0), ("二", 0)], title="t"), "rect", "width") == [
        (0.0,),
        (0.0,),
    ]


def test_a_long_label_is_cut_and_whole_in_its_hint():
    label = "没有在通话结束的时候说再见或者感谢来电"
    shown = drawn(bar_chart([(label, 1)], title="t"), "text")[0]

    assert (shown.text, shown[0].text) == ("没有在通话结束的时候说再见…", label)


def test_columns_stand_on_the_axis_and_are_as_high_as_their_count():
    chart = column_chart([("甲", 4), ("乙", 2), ("丙", 0)], title="t", height=180)

    # ticks 0, 1, 2, 3, 4 from 154 up to 14: 35 a step
    assert figures(chart, "rect", "y", "height") == [(14.0, 140.0), (84.0, 70.0), (154.0, 0.0)]
    assert words(chart)[5:] == ["甲", "4", "乙", "2", "丙"]


def test_an_interval_is_drawn_around_its_estimate_and_the_line_at_0():
    chart = interval_chart([("甲", -2.0, -4.0, 0.0), ("乙", 4.0, 3.0, 4.0)], title="t")

    # 0 is at 210 + 450 / 2 = 435; the furthest end, 4, is 430 / 2 = 215 away
    assert figures(chart, "line", "x1", "x2") == [(435.0, 435.0), (220.0, 435.0), (596.2, 650.0)]
    assert figures(chart, "circle", "cx") == [(327.5,), (650.0,)]
    assert words(chart) == ["甲", "-2.0", "乙", "+4.0"]


def test_intervals_of_no_width_at_0_are_drawn():
    assert figures(interval_chart([("甲", 0.0, 0.0, 0.0)], title="t"), "circle", "cx") == [(435.0,)]


@pytest.mark.parametrize(
    ("low", "high", "within", "ticks"),
    [
        (0, 100, None, [0, 50, 100]),
        (0, 80, None, [0, 20, 40, 60, 80]),
        (61, 97, None, [60, 70, 80, 90, 100]),
        (97, 100, (0, 100), [97, 98, 99, 100]),
        (96.25, 97.5, (0, 100), [96, 96.5, 97, 97.5]),
        (0, 0.3, None, [0, 0.1, 0.2, 0.3]),
        (-3, 7, None, [-5, 0, 5, 10]),
        (-3, 7, (0, 100), [0, 5, 10]),
        (0, 0, None, [-1, 0, 1]),
        (0, 0, (0, 100), [0, 1]),
        (100, 100, (0, 100), [99, 100]),
        (99.5, 99.5, (0, 100), [98, 99, 100]),
        (0, 12_345, None, [0, 5_000, 10_000, 15_000]),
    ],
)
def test_ticks_are_round_and_inside_the_bounds(
    low: float, high: float, within: tuple[float, float] | None, ticks: list[float]
):
    assert nice_ticks(low, high, within=within) == ticks


tenths = st.integers(-1000, 1000).map(lambda n: n / 10)


@given(tenths, tenths)
@settings(max_examples=200, deadline=None)
def test_three_to_six_rising_ticks_hold_all_values(one: float, other: float):
    low, high = sorted((one, other))
    ticks = nice_ticks(low, high, within=None)

    assert 3 <= len(ticks) <= 6
    assert ticks == sorted(set(ticks))
    assert ticks[0] <= low <= high <= ticks[-1]


def test_means_that_differ_by_rounding_alone_count_as_equal():
    mean = 280.0 / 3

    assert nice_ticks(mean, math.nextafter(mean, 100), within=None) == [92, 93, 94, 95]
