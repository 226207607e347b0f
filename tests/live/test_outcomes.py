"""Alarms against the findings of the finished check."""

from __future__ import annotations

from pipeline.live import compare
from pipeline.types import LiveAlarm, LiveOutcome


def alarms(*at: float) -> list[LiveAlarm]:
    return [LiveAlarm("a", one, "wall", "confirmed", "") for one in at]


def test_an_alarm_agrees_with_all_findings_near_it() -> None:
    live, finished = alarms(11.0, 13.0, 40.0), alarms(12.0, 30.0)
    assert compare(live, finished, near_s=3.0) == (LiveOutcome("a", 1, 1, 1),)
    assert compare(alarms(16.0), alarms(16.0, 18.0), near_s=3.0) == (LiveOutcome("a", 2, 0, 0),)


def test_a_chats_alarm_agrees_with_the_finding_at_its_own_second() -> None:
    assert compare(alarms(11.0), alarms(12.0)) == (LiveOutcome("a", 0, 1, 1),)
