"""Calls of which nobody heard the end, or the begin, are not judged as whole ones."""

from __future__ import annotations

import pytest

from pipeline.telephony import CallEnded, CallStream
from pipeline.types import CallResult
from tests.live.line import SAID, STREAM, Line, scored_with, two_sides

ENDS, BEGINS = "没有听到通话的结尾", "接着一通中断的通话"


def missing(result: CallResult) -> dict[str, set[str]]:
    """Duties that are missing, by verdict."""
    found: dict[str, set[str]] = {}
    for one in result.findings:
        if one.kind == "missing":
            found.setdefault(one.verdict, set()).add(one.rule)
    return found


def result_of(line: Line, talk_id: int = 1) -> CallResult:
    talk = line.store.live.find(talk_id)
    assert talk is not None
    assert talk.result_id is not None
    return line.store.results.get(talk.result_id)


def play(line: Line, stream: CallStream = STREAM) -> None:
    line.begin(stream)
    line.play(two_sides(), seconds=20.5, step_s=2.0, stream=stream)
    line.scorer.hear = scored_with(line, {0: SAID[2], 1: SAID[3]})


def end(line: Line, reason: str, stream: CallStream = STREAM) -> None:
    line.calls.take(CallEnded(stream, reason))
    line.work()
    line.watch.step()


def test_a_call_that_was_hung_up_owes_its_end(line: Line) -> None:
    play(line)
    end(line, "")
    result = result_of(line)
    assert any("closing" in rule for rule in missing(result)["confirmed"])
    assert result.call.hung_up_by is None
    assert not any(ENDS in note for note in result.notes)


@pytest.mark.long
@pytest.mark.parametrize("how", ["lost", "stopped", "killed"])
def test_a_call_that_broke_off_owes_no_end(line: Line, how: str) -> None:
    play(line)
    if how == "lost":
        end(line, "connection lost")
    else:
        if how == "stopped":
            line.house.desk.end_all(line.watch.ear, line.watch.ear.basis)
        line.recogniser.says = {0: SAID[2], 1: SAID[3]}
        line.recogniser._given.clear()
        line.start()
        line.watch.step()
        line.watch.step()
    result = result_of(line)
    assert result.call.hung_up_by == "system"
    assert any(ENDS in note for note in result.notes)
    found = missing(result)
    assert any("closing" in rule for rule in found["review"])
    assert not any("closing" in rule for rule in found.get("confirmed", ()))
    assert all(
        one.points == 0 for one in result.findings if one.kind == "missing" and one.verdict == "review"
    )  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("later_s", [60.0, 3600.0])
def test_a_call_that_goes_on_with_one_that_broke_off_owes_no_begin(
    line: Line, later_s: float
) -> None:
    play(line)
    end(line, "connection lost")
    line.now += later_s
    line.recogniser.says = {5: SAID[2], 6: SAID[3]}
    sides = {side: one[::-1].copy() for side, one in two_sides().items()}
    line.begin()
    line.play(sides, seconds=20.5, step_s=2.0)
    line.scorer.hear = scored_with(line, {0: SAID[2][1:], 1: SAID[3]})
    end(line, "")
    result = result_of(line, 2)
    goes_on = later_s < 600
    assert any(BEGINS in note for note in result.notes) is goes_on
    greets = any("greeting" in r or "opening" in r for r in missing(result).get("confirmed", ()))
    assert greets is not goes_on


def test_a_call_with_the_number_of_one_that_goes_on_beside_it_owes_its_begin(line: Line) -> None:
    other = CallStream("websocket", "C-1")
    line.begin()
    line.begin(other)
    sides = {side: one[::-1].copy() for side, one in two_sides().items()}
    for at in range(0, 20, 2):
        line.play(two_sides(), start_s=at, seconds=2.0, step_s=2.0)
        line.play(sides, start_s=at, seconds=2.0, step_s=2.0, stream=other)
    line.scorer.hear = scored_with(line, {0: SAID[2][1:], 1: SAID[3]})
    end(line, "", other)
    result = result_of(line, 2)
    assert not any(BEGINS in note for note in result.notes)
    greets = missing(result).get("confirmed", ())
    assert any("greeting" in rule or "opening" in rule for rule in greets)
