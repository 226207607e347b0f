"""Cells of tables of calls as call centres write them: the other script, units, stretches of time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import SettingsError
from pipeline.imports import Scale, iso_time, read_call_table
from pipeline.imports.ratings import read_rating


def values(folder: Path, *lines: str) -> list[dict[str, Any]]:
    """The values of each line, of a table without a fault."""
    path = folder / "a.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    table = read_call_table(path)
    assert (table.faults, table.notes) == ((), ())
    return [dict(line.values) for line in table.lines]


def test_words_count_in_traditional_characters(tmp_path: Path):
    found = values(
        tmp_path,
        "通話編號,滿意度,是否解決,呼叫方向,掛斷方,是否接聽,轉接至,投訴",
        "C1,非常滿意,已解決,呼入,客戶,已接聽,未轉接,無",
        "C2,不滿意,未解決,內部,系統,放棄,無,有",
        "C3,未評價,否,外撥,用戶掛機,未接聽,8002,2個",
        "合計,,,,,,,3",
    )

    assert found == [
        {"rating": 5.0, "resolved": 1, "complaints": 0, "direction": "inbound", "answer": "answered", "hung_up_by": "customer"},
        {"rating": 2.0, "resolved": 0, "complaints": 1, "direction": "internal", "answer": "missed", "hung_up_by": "system"},
        {"resolved": 0, "complaints": 2, "direction": "outbound", "answer": "missed", "hung_up_by": "customer",
         "transferred_to": "8002"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    "heading",
    [
        "满意度(1-5)",
        "满意度（5分制）",
        "满意度(分)",
        "滿意度（滿分5分）",
        "满意度*",
        "满意度（必填）",
    ],
)
def test_satisfaction_may_have_the_unit_in_which_it_is_read(tmp_path: Path, heading: str):
    assert values(tmp_path, f"通话编号,{heading}", "C1,4", "C2,5") == [
        {"rating": 4.0},
        {"rating": 5.0},
    ]


@pytest.mark.parametrize("heading", ["满意度(%)", "满意度（十分制）", "满意度（满分100）"])
def test_satisfaction_in_another_unit_is_not_read(tmp_path: Path, heading: str):
    path = tmp_path / "a.csv"
    path.write_text(f"通话编号,工号,{heading}\nC1,8001,4\n", encoding="utf-8")

    table = read_call_table(path)

    assert [line.values for line in table.lines] == [{"agent_id": "8001"}]
    assert heading in table.notes[0]


def test_numbers_may_have_their_unit_in_the_heading_or_in_the_cell(tmp_path: Path):
    found = values(
        tmp_path,
        "通话编号,投诉(次),表扬（件）,振铃时长(s)",
        "C1,1次,２,12",
        "C2,1.0,-,",
        "C3,否,有,3",
    )

    assert found == [
        {"complaints": 1, "praises": 2, "ringing_s": 12.0},
        {"complaints": 1},
        {"complaints": 0, "praises": 1, "ringing_s": 3.0},
    ]


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("非常满意(5分)", 5.0),
        ("满意（4）", 4.0),
        ("★★★★★", 5.0),
        ("★★★☆☆", 3.0),
        ("不滿意(2星)", 2.0),
    ],
)
def test_a_rating_may_be_a_word_with_its_points_or_stars(text: str, rating: float):
    assert read_rating(text, "", Scale()) == rating


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-02 09:30:05~09:32:10",
        "2026-11-02 09:30:05 - 09:32:10",
        "2026-11-02 09:30:05-2026-11-02 09:32:10",
        "2026-11-02 09:30:05 至 2026-11-02 09:32:10",
        "2026/11/2 9:30:05 —— 9:32:10",
        "2026-11-02 09:30:05",
    ],
)
def test_the_start_of_a_call_is_the_begin_of_a_stretch(tmp_path: Path, text: str):
    assert values(tmp_path, "通话编号,通话时间", f"C1,{text}") == [
        {"started_at": "2026-11-02T09:30:05"}
    ]


def test_half_an_hour_is_no_zone(tmp_path: Path):
    assert values(tmp_path, "通话编号,通话时间", "C1,2026-11-02 09:30-10:00") == [
        {"started_at": "2026-11-02T09:30:00"}
    ]
    for text in ("2026-11-02 09:30-10:00", "2026-11-02 09:30:05-09:32:10"):
        with pytest.raises(SettingsError, match="is not a time"):
            iso_time(text, "")
