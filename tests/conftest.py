"""In CI nothing may be left out because a package is missing: such a skip is a failure there."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

from tests.process_state import restored

settings.register_profile("callqa", deadline=None, derandomize=True)
settings.register_profile("random", deadline=None)
settings.load_profile("callqa")
"""The same examples in each run, so that a change fails for its own faults. New ones are looked for
with ``pytest --hypothesis-profile random``. How long one takes tells of the machine, and of what else
it does."""

for name in ("LC_ALL", "LC_MESSAGES"):
    os.environ.pop(name, None)
os.environ["LANG"] = "en_US.UTF-8"
"""Commands speak English in tests and in the processes that tests start, as the texts in the code
do; tests/commands/test_language.py takes it away."""

ALLOWED = ("the extra mono is not installed", "faster-whisper-server is not installed")
"""Torch is 2 GB, and no other test needs it. The speech server replaces the event loop of the review
pages' server where both are in one environment; tests/transcribe/test_real_server.py says how to
run it from one of its own."""


def refuse_missing(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip for want of a package into a failure, where ``CALLQA_CI`` is set."""
    if not (os.environ.get("CALLQA_CI") and report.skipped and isinstance(report.longrepr, tuple)):
        return
    reason = report.longrepr[2].removeprefix("Skipped: ")
    if ("not installed" in reason or "could not import" in reason) and reason not in ALLOWED:
        report.outcome = "failed"
        report.longrepr = f"CI leaves nothing out: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """A test, with the fixtures made for it, leaves to the next what it found."""
    with restored():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    refuse_missing(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    refuse_missing(report)
    return report
