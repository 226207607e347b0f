"""Make, answer and withdraw coaching records, and gather them with the figures before and after."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pipeline.people import (
    CoachingRecord,
    NewCoachingRecord,
    User,
    check_answering,
    check_coaching,
    check_withdrawing,
)
from pipeline.study import WINDOW_DAYS, Coached, compare_around
from pipeline.types import CallResult, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.store import Store

DONE_DAYS = 90
"""A coaching list names the measures of so many days before its period, and all later ones (our
choice)."""


def record_coaching(
    store: Store, new: NewCoachingRecord, *, user: User, at: str, today: date
) -> CoachingRecord:
    """Check and store a measure. ``at``: ISO 8601 with a time zone; ``today``: the site's day.
    Raises ``CoachingError``, ``StoreError``."""
    agent_id = new.agent_id.strip()
    given = replace(new, agent_id=agent_id, note=new.note.strip(), item=new.item.strip())
    with store.batch():
        check_coaching(given, known=store.coaching.knows_agent(agent_id), today=today)
        return store.coaching.add(given, actor=user.name, at=at)


def answer_coaching(
    store: Store, number: int, *, answer: str, user: User, at: str
) -> CoachingRecord:
    """Store the answer of the agent, once. Raises ``CoachingError``, ``StoreError``."""
    with store.batch():
        check_answering(store.coaching.get(number), user=user, answer=answer)
        return store.coaching.answer(number, answer=answer.strip(), actor=user.name, at=at)


def withdraw_coaching(
    store: Store, number: int, *, reason: str, user: User, at: str
) -> CoachingRecord:
    """Withdraw a record that should not have been made. Raises ``CoachingError``,
    ``StoreError``."""
    with store.batch():
        check_withdrawing(store.coaching.get(number), reason=reason)
        return store.coaching.withdraw(number, reason=reason.strip(), actor=user.name, at=at)


def item_of(result: CallResult, finding: int) -> str:
    """Name of the scorecard item that a finding of a result cost or won points; empty for none."""
    items = (*result.score.items, *result.score.extras)
    return next(
        (item.name for item in items if any(one.finding == finding for one in item.reasons)), ""
    )


def coached_in(store: Store, scope: Scope) -> tuple[Coached, ...]:
    """The valid records of the measures taken in a scope's days, each with the figures before and
    after it. A team's or a queue's are those of the agents with calls in it. Raises
    ``StoreError``."""
    records = store.coaching.find(
        agent=scope.agent, since=scope.since, until=scope.until, valid_only=True
    )
    if scope.agent is None and (scope.team is not None or scope.queue is not None):
        own = {one.agent_id for one in store.calls.records(scope)} if records else set()
        records = tuple(record for record in records if record.agent_id in own)
    return with_effects(store, records)


def with_effects(store: Store, records: Iterable[CoachingRecord]) -> tuple[Coached, ...]:
    """Records with the figures before and after each. Raises ``StoreError``."""
    listed = list(records)
    by_agent: dict[str, list[date]] = {}
    for record in listed:
        by_agent.setdefault(record.agent_id, []).append(record.on)
    window = timedelta(days=WINDOW_DAYS)
    scores = {
        agent: store.calls.attitudes(Scope(min(days) - window, max(days) + window, agent))
        for agent, days in by_agent.items()
    }
    return tuple(
        Coached(
            record,
            compare_around(
                record.on, scores[record.agent_id], faulty_days=_faulty_days(store, record)
            ),
        )
        for record in listed
    )


def _faulty_days(store: Store, record: CoachingRecord) -> list[str] | None:
    """The days of the agent's calls with the fault that a measure is about, around it; ``None``
    where it is about none. Praise is about no fault."""
    if record.finding is None or record.kind == "praise":
        return None
    window = timedelta(days=WINDOW_DAYS)
    scope = Scope(record.on - window, record.on + window, record.agent_id)
    return store.calls.faulty_days(scope, record.finding.rule)


def done_since(store: Store, scope: Scope) -> Mapping[str, tuple[CoachingRecord, ...]]:
    """The valid records that a coaching list of a scope names, by agent: from ``DONE_DAYS`` before
    its first day on. Raises ``StoreError``."""
    since = scope.since - timedelta(days=DONE_DAYS) if scope.since else None
    found: dict[str, tuple[CoachingRecord, ...]] = {}
    for record in store.coaching.find(agent=scope.agent, since=since, valid_only=True):
        found[record.agent_id] = (*found.get(record.agent_id, ()), record)
    return found
