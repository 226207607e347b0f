"""A skip for want of a package fails in CI, and only there."""

from __future__ import annotations

import pytest

from tests.conftest import refuse_missing


def skipped(reason: str) -> pytest.TestReport:
    where = ("tests/test_one.py", 1, f"Skipped: {reason}")
    return pytest.TestReport("one", ("", 1, ""), {}, "skipped", where, "setup")


@pytest.mark.parametrize(
    "reason", ["the extra s3 is not installed", "could not import 'pysubs2': No module named it"]
)
def test_a_missing_package_fails_in_ci_only(reason: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CALLQA_CI", "1")
    refuse_missing(in_ci := skipped(reason))
    monkeypatch.delenv("CALLQA_CI")
    refuse_missing(at_home := skipped(reason))

    assert (in_ci.outcome, in_ci.longrepr) == ("failed", f"CI leaves nothing out: {reason}")
    assert at_home.outcome == "skipped"


@pytest.mark.parametrize("reason", ["the extra mono is not installed", "mounting is refused here"])
def test_what_the_machine_cannot_do_may_be_skipped(reason: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CALLQA_CI", "1")

    refuse_missing(report := skipped(reason))

    assert report.outcome == "skipped"


def test_a_module_that_skips_itself_fails_too(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CALLQA_CI", "1")
    where = ("tests/test_one.py", 1, "Skipped: moto is not installed")

    refuse_missing(report := pytest.CollectReport("one", "skipped", where, []))

    assert report.outcome == "failed"
