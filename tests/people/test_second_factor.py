"""Codes of an app: those of RFC 6238, each once."""

from __future__ import annotations

import pytest

from pipeline.people import fitting_step

SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""12345678901234567890, the secret of RFC 6238 appendix B."""


@pytest.mark.parametrize(
    ("at", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_codes_of_the_rfc_fit_now_and_half_a_minute_later(at: float, code: str):
    step = int(at) // 30

    assert fitting_step(SECRET, code, now=at) == step
    assert fitting_step(SECRET, f" {code[:3]} {code[3:]} ", now=at + 30) == step
    assert fitting_step(SECRET, code, now=at + 60) is None
    assert fitting_step(SECRET, code, now=at - 30) is None
    assert fitting_step(SECRET, code, now=at, after=step) is None


@pytest.mark.parametrize("code", ["", "28708", "2870820", "２８７０８２", "x" * 100])
def test_nothing_else_fits(code: str):
    assert fitting_step(SECRET, code, now=59) is None
