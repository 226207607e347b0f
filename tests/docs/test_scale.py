"""The page about scale is what the arithmetic gives."""

from __future__ import annotations

from pathlib import Path

from bench.speed.scale_arithmetic import TABLE, rate_of, table

PAGE = (Path(__file__).parents[2] / "docs" / "scale.md").read_text(encoding="utf-8")


def test_the_table_follows_from_the_rate_at_the_top():
    found = TABLE.search(PAGE)

    assert found is not None
    assert found[0] == table(rate_of(PAGE)), (
        "python -m bench.speed.scale_arithmetic --write docs/scale.md"
    )


def test_ten_thousand_calls_of_three_minutes_are_500_hours():
    """500 h of audio at 5 hours an hour: 100 core hours, 12.5 cores for 8 hours; 180 s × 16 kB ×
    10,000 = 28.8 GB, in 28,800 s 1 MB a second."""
    first = [row.split(" | ")[:2] for row in table(5.0).splitlines()[2:]]

    assert [value for _, value in first] == [
        "500",
        "100",
        "12.5",
        "4.17",
        "0.347",
        "28.8",
        "0.008",
        "2.08",
        "0.63",
    ]
