"""Who hung up by the telephone system's record."""

from dataclasses import replace

import pytest

from pipeline.dynamics import judge_hang_up, with_record
from pipeline.types import CallMeta, Dynamics, Unmeasured
from tests.builders import a_finding, an_utterance

SAID = (
    an_utterance("您好。", start_s=0.0, end_s=2.0),
    an_utterance("那我的钱怎么办", role="customer", start_s=3.0, end_s=6.0),
)
HEARD = a_finding(rule="process.hang_up", kind="process", verdict="review")


def rules(call: CallMeta, said=SAID, found=()) -> list[tuple[str, str]]:
    return [(f.rule, f.verdict) for f in judge_hang_up(found, said, call, duration_s=8.0)]


def test_an_agent_who_hung_up_without_goodbye_is_for_review():
    assert rules(CallMeta(hung_up_by="agent")) == [("process.agent_hung_up", "review")]


@pytest.mark.parametrize("said", ["好的，再见。", "祝您生活愉快。", "没事了，我挂了啊"])
def test_after_a_goodbye_the_agent_may_hang_up(said: str):
    last = an_utterance(said, start_s=6.0, end_s=7.0)
    assert rules(CallMeta(hung_up_by="agent"), (*SAID, last)) == []


def test_who_hands_a_call_over_has_not_hung_up_on_the_customer():
    assert rules(CallMeta(hung_up_by="agent", transferred_to="8013")) == []


def test_the_record_wins_over_what_was_heard():
    assert rules(CallMeta(hung_up_by="customer"), found=(HEARD,)) == []
    assert rules(CallMeta(), found=(HEARD,)) == [("process.hang_up", "review")]
    figures = (0.5, 0.0, 0.0, 0, 0, None)
    dynamics = Dynamics(*figures, unmeasured=(Unmeasured("ended_by", "听不出"),))
    assert with_record(dynamics, CallMeta(hung_up_by="agent")) == Dynamics(
        *figures, ended_by="agent"
    )
    assert with_record(dynamics, CallMeta()) == dynamics


def test_a_record_that_is_corrected_takes_its_finding_back():
    found = judge_hang_up((), SAID, CallMeta(hung_up_by="agent"), duration_s=8.0)
    assert rules(replace(CallMeta(), hung_up_by="customer"), found=found) == []
