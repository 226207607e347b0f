"""Calls of one matter are linked, and promises judged by them; nobody is accused without a trace."""

from __future__ import annotations

from datetime import datetime

import pytest

from pipeline.promises import PromiseLimits, add_up, is_one_case, judge_promise, read_contact
from pipeline.types import CaseCall, Contact, MadePromise, Promise, PromiseEvent
from tests.builders import an_utterance

NOW = datetime(2026, 11, 10, 12, 0)
LIMITS = PromiseLimits()
BACK = Contact(topics=("宽带",), returns=True)


def a_call(
    number: int, moment: str | None, contact: Contact = BACK, customer: str | None = "C1"
) -> CaseCall:
    return CaseCall(f"{number:064x}", number, customer, moment, contact)


def made(due: str | None = "2026-11-04T15:00", **changes: object) -> MadePromise:
    promise = Promise("contact", 5.0, 8.0, "今天下午三点前给您回电。", "今天下午三点前", due)
    values: dict[str, object] = {
        "id": 1,
        "promise": promise,
        "call": a_call(1, "2026-11-04T10:20:00", Contact(topics=("宽带",))),
        "call_id": "C-1",
        "agent_id": "8001",
        "agent_name": None,
        "queue": "报修",
        "complaint": False,
    }
    return MadePromise(**{**values, **changes})  # type: ignore[arg-type]


def judged(
    promise: MadePromise, *later: CaseCall, limits: PromiseLimits = LIMITS
) -> tuple[str, int | None, bool]:
    one = judge_promise(promise, later, now=NOW, limits=limits)
    return one.status, one.evidence, one.guess


@pytest.mark.parametrize(
    ("moment", "status"),
    [
        ("2026-11-04T14:50:00", "kept"),
        ("2026-11-04T15:15:00", "kept"),  # within the 15 minutes of grace
        ("2026-11-04T15:16:00", "late"),
        ("2026-11-06T09:00:00", "late"),
    ],
)
def test_a_call_back_shows_when_the_promise_was_kept(moment: str, status: str):
    assert judged(made(), a_call(2, moment)) == (status, 2, True)


def test_without_a_call_back_a_passed_term_is_overdue_and_not_late():
    assert judged(made()) == ("overdue", None, False)
    assert judged(made("2026-11-10T15:00")) == ("open", None, False)


def test_a_customer_who_calls_again_is_no_call_back():
    asking = a_call(2, "2026-11-04T14:00:00", Contact(topics=("宽带",)))

    assert judged(made(), asking) == ("overdue", None, False)


@pytest.mark.parametrize(
    "later",
    [
        a_call(2, "2026-11-04T09:00:00"),  # before the promise
        a_call(2, "2026-11-04T14:00:00", customer="C2"),
        a_call(2, "2026-11-30T14:00:00"),  # too long after it
        a_call(2, None),
        a_call(2, "2026-11-04T14:00:00", customer=None),
    ],
)
def test_calls_of_other_matters_tell_nothing(later: CaseCall):
    assert judged(made(), later) == ("overdue", None, False)


def test_a_common_ticket_is_no_guess():
    first = a_call(1, "2026-11-04T10:20:00", Contact("GD20261104001"), None)
    second = a_call(2, "2026-11-04T14:00:00", Contact("GD20261104001", returns=True), None)

    assert is_one_case(first, second) == (True, False)
    assert judged(made(call=first), second) == ("kept", 2, False)


def test_other_tickets_part_calls_of_one_customer():
    first = a_call(1, None, Contact("A1000001", ("宽带",)))

    assert is_one_case(first, a_call(2, None, Contact("A1000002", ("宽带",), returns=True))) == (
        False,
        False,
    )


def test_goods_and_visits_without_a_term_have_none_in_a_complaint():
    promise = Promise("deliver", 5.0, 8.0, "我马上给您补发。", "马上", None)

    assert judged(made(promise=promise, complaint=True)) == ("open", None, False)


def test_a_complaint_without_a_term_has_24_hours():
    one = judge_promise(made(None, complaint=True), (), now=NOW, limits=PromiseLimits())

    assert (one.status, one.due_at, one.by_rule) == ("overdue", datetime(2026, 11, 5, 10, 20), True)


def test_a_queue_s_own_limit_comes_before_the_24_hours():
    limits = PromiseLimits(queue_h={"报修": 48.0})
    one = judge_promise(made(None, complaint=True), (), now=NOW, limits=limits)

    assert (one.due_at, one.by_rule) == (datetime(2026, 11, 6, 10, 20), True)


def test_a_term_in_the_agent_s_words_comes_first():
    one = judge_promise(made(complaint=True), (), now=NOW, limits=PromiseLimits())

    assert (one.due_at, one.by_rule) == (datetime(2026, 11, 4, 15, 0), False)


def test_an_impossible_term_is_for_a_person_whatever_the_limits_say():
    promise = Promise(
        "contact", 5.0, 8.0, "二月三十号给您回电。", "二月三十号", None, "没有2月30日"
    )

    assert judged(made(promise=promise, complaint=True))[0] == "unknown"


def test_later_calls_tell_nothing_of_a_visit():
    visit = Promise("visit", 5.0, 8.0, "明天上午师傅上门。", "明天上午", "2026-11-05T12:00")

    assert judged(made(promise=visit), a_call(2, "2026-11-04T14:00:00")) == ("overdue", None, False)


@pytest.mark.parametrize(
    ("outcome", "at", "status"),
    [
        ("kept", "2026-11-04T14:00", "kept"),
        ("kept", "2026-11-04T16:00", "late"),
        ("broken", None, "late"),
        ("void", None, "unknown"),
    ],
)
def test_what_a_person_notes_wins(outcome: str, at: str | None, status: str):
    event = PromiseEvent(outcome, at, "li", "回访记录")

    assert judged(made(event=event), a_call(2, "2026-11-04T14:50:00"))[0] == status


def test_figures_count_each_agent_and_leave_hedged_words_to_a_person():
    hedged = Promise(
        "contact", 5.0, 8.0, "争取三点前回电。", "三点前", "2026-11-04T15:00", sure=False
    )
    limits = PromiseLimits()
    all_ = [
        judge_promise(one, later, now=NOW, limits=limits)
        for one, later in (
            (made(), (a_call(2, "2026-11-04T14:50:00"),)),
            (made(), (a_call(2, "2026-11-04T18:00:00"),)),
            (made(promise=hedged), ()),
            (made(agent_id="8002"), ()),
        )
    ]

    first, second = add_up(all_)
    assert (first.agent_id, first.made, first.kept, first.late, first.unknown) == (
        "8001",
        3,
        1,
        1,
        1,
    )
    assert first.kept_share == 0.5
    assert (second.agent_id, second.overdue, second.kept_share) == ("8002", 1, None)


def test_a_zone_in_one_call_only_ends_nothing():
    zoned = a_call(2, "2026-11-04T14:50:00+08:00")

    assert judged(made(), zoned) == ("kept", 2, True)


@pytest.mark.parametrize(
    ("text", "ticket"),
    [
        ("您的工单号是GD20261104001，请记一下。", "GD20261104001"),
        ("受理编号是二零二六一一零四。", "20261104"),
        ("请提供工单号。", ""),
        ("工单已经派了。", ""),
    ],
)
def test_the_ticket_is_read_from_the_words(text: str, ticket: str):
    assert read_contact([an_utterance(text)]).ticket == ticket


def test_a_call_back_says_that_it_is_one():
    assert read_contact([an_utterance("您好，您昨天反映的宽带问题给您回个电话。")]).returns
    assert not read_contact([an_utterance("您好，请问有什么可以帮您？")]).returns
