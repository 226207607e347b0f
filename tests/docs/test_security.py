"""The page about security names each requirement of the standard once, and tests that exist."""

from __future__ import annotations

import re

from tests.docs.pages import TOP

PAGE = (TOP / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ((?:\*{0,2}\d+\.\d+\.\d+\*{0,2}(?:, )?)+) \| (.+?) \| (.+) \| (.+) \|$", PAGE, re.M)  # fmt: skip
LEVEL_1, LEVEL_2 = 70, 183
"""Requirements of these levels in ASVS 5.0.0."""


def test_each_requirement_of_the_two_levels_has_one_row_and_a_state():
    numbers = [number for row in ROWS for number in row[0].split(", ")]
    bold = [number for number in numbers if number.startswith("**")]

    assert len({number.strip("*") for number in numbers}) == len(numbers)
    assert (len(bold), len(numbers) - len(bold)) == (LEVEL_1, LEVEL_2)
    assert {row[1] for row in ROWS} == {"met", "partly", "none", "operator"}


def test_every_test_that_is_named_exists():
    named = {name for row in ROWS for name in re.findall(r"`(test_\w+)`", row[3])}
    there = {
        name
        for file in (TOP / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.M)
    }

    assert named - there == set()
    assert all(row[3] == "–" or "`test_" in row[3] for row in ROWS)
