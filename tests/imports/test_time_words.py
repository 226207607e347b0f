"""Times with words in them, and those that stay refused."""

from __future__ import annotations

import pytest

from pipeline.errors import SettingsError
from pipeline.imports.exported_times import read_time

HERE, CHINA = "2026-11-02T09:30:05", "2026-11-02T09:30:05+08:00"


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("民國115年11月2日 09:30:05", HERE),
        ("中華民國 115 年11月2日 上午9:30:05", HERE),
        ("民国115/11/02 09:30:05", HERE),
        ("Mon Nov 02 09:30:05 CST 2026", CHINA),
        ("Mon Nov 2 09:30:05 GMT+08:00 2026", CHINA),
        ("Mon Nov  2 09:30:05 2026", HERE),
        ("Nov 2, 2026 9:30:05 AM", HERE),
        ("November 2, 2026 at 9:30:05 am", HERE),
        ("Monday, November 2, 2026, 9:30:05 AM", HERE),
        ("2-Nov-2026 09:30:05", HERE),
        ("02 Nov 2026 09:30:05", HERE),
        ("2026-11-02 09:30:05 CST", CHINA),
        ("2026-11-02 09:30:05（北京时间）", CHINA),
        ("2026-11-02T09:30:05+08:00[Asia/Shanghai]", CHINA),
        ("2026-11-02T01:30:05Z[Asia/Shanghai]", "2026-11-02T01:30:05+00:00"),
        ("2026/11/02-09:30:05", HERE),
        ("2026.11.02 09.30.05", HERE),
        ("2026-11-02_09-30-05", HERE),
        ("Sun, 01 Nov 2026 16:30:00 GMT", "2026-11-01T16:30:00+00:00"),
    ],
)
def test_a_time_with_words(written: str, means: str):
    assert read_time(written, "").isoformat() == means


@pytest.mark.parametrize(
    "written",
    ["115/11/02 09:30:05", "11/02/2026 09:30:05", "26-11-02 09:30", "Nov 2, 2026", "民國年11月2日", "Foo 2, 2026 9:30"],
)  # fmt: skip
def test_a_time_that_may_mean_two_things_is_none(written: str):
    with pytest.raises(SettingsError, match="is not a time"):
        read_time(written, "a.csv, line 2")
