"""What became of a promise: kept, late, overdue or open."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipeline.promises.link import is_one_case
from pipeline.types import JudgedPromise, PromiseFigures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipeline.types import CaseCall, MadePromise, PromiseEvent, PromiseStatus

COMPLAINT_HOURS = 24.0
"""D 第四部分 六 8: 投诉24小时内处理并回复."""


@dataclass(frozen=True, slots=True)
class PromiseLimits:
    """A site's terms. ``complaint_h``: for a complaint without a term in the agent's words;
    ``queue_h``: the same by queue; ``grace_min``: minutes after a term that still count as kept
    (our choice: clocks differ); ``days``: within so many days calls are of one matter."""

    complaint_h: float = COMPLAINT_HOURS
    queue_h: Mapping[str, float] = field(default_factory=dict)
    grace_min: float = 15.0
    days: int = 14


def judge_promise(
    made: MadePromise, later: Sequence[CaseCall], *, now: datetime, limits: PromiseLimits
) -> JudgedPromise:
    """What became of a promise. ``later``: calls of the same customer or 工单 after its own, in
    order of time; ``now``: in local time of the site, without a zone, or with one.

    Only a call back can be seen in later calls. Of other promises a later call tells nothing for
    sure, so they stay open or overdue until an event says more."""
    due, by_rule = _term(made, limits)
    if made.event is not None:
        return _by_event(made, made.event, due, by_rule=by_rule)
    if due is None:
        why = made.promise.problem or "没有说期限"
        kept = _evidence(made, later, limits)
        if kept is not None:
            return _judged(made, "kept", None, evidence=kept, why="后来联系过客户；没有期限")
        return _judged(made, "unknown" if made.promise.problem else "open", None, why=why)
    evidence = _evidence(made, later, limits)
    if evidence is not None:
        at = _moment(evidence[0].moment)
        assert at is not None
        if _minus(at, due) <= timedelta(minutes=limits.grace_min):
            return _judged(
                made, "kept", due, by_rule=by_rule, evidence=evidence, why="期限内联系了客户"
            )
        return _judged(
            made, "late", due, by_rule=by_rule, evidence=evidence, why="过了期限才联系客户"
        )
    if _minus(now, due) > timedelta(minutes=limits.grace_min):
        return _judged(
            made, "overdue", due, by_rule=by_rule, why="到期后没有看到兑现的记录，请核实"
        )
    return _judged(made, "open", due, by_rule=by_rule, why="还没有到期")


def _judged(
    made: MadePromise,
    status: PromiseStatus,
    due: datetime | None,
    *,
    by_rule: bool = False,
    evidence: tuple[CaseCall, bool] | None = None,
    why: str = "",
) -> JudgedPromise:
    guess = evidence is not None and evidence[1]
    return JudgedPromise(
        made,
        status,
        due,
        by_rule=by_rule,
        evidence=evidence[0].result_id if evidence else None,
        guess=guess,
        why=f"{why}（按客户、话题和时间推测是同一件事）" if guess else why,
    )


def _term(made: MadePromise, limits: PromiseLimits) -> tuple[datetime | None, bool]:
    """The term that counts, and whether it is the site's. A term of the agent's own words counts
    first; one that cannot be told is left to a person. A complaint is to be handled and answered in
    time; goods and visits take theirs."""
    if made.promise.due_at:
        return datetime.fromisoformat(made.promise.due_at), False
    start = _moment(made.call.moment)
    if made.promise.problem or start is None:
        return None, False
    hours = limits.queue_h.get(made.queue or "")
    if hours is None and made.complaint and made.promise.kind in ("contact", "handle"):
        hours = limits.complaint_h
    return (None, False) if hours is None else (start + timedelta(hours=hours), True)


def _evidence(
    made: MadePromise, later: Sequence[CaseCall], limits: PromiseLimits
) -> tuple[CaseCall, bool] | None:
    """The first later call that may be the call back, and whether that is a guess. A call in which
    nothing tells that the agent calls back (the customer may have called again) is none."""
    start = _moment(made.call.moment)
    if made.promise.kind != "contact" or start is None:
        return None
    for call in later:
        at = _moment(call.moment)
        if at is None or not timedelta(0) < _minus(at, start) <= timedelta(days=limits.days):
            continue
        one_case, guess = is_one_case(made.call, call)
        if one_case and call.contact.returns:
            return call, guess
    return None


def _by_event(
    made: MadePromise, event: PromiseEvent, due: datetime | None, *, by_rule: bool
) -> JudgedPromise:
    at = _moment(event.at)
    if event.outcome == "void":
        status: PromiseStatus = "unknown"
    elif event.outcome == "broken" or (at and due and _minus(at, due) > timedelta(0)):
        status = "late"
    else:
        status = "kept"
    why = f"{event.actor} 登记{f'：{event.note}' if event.note else ''}"
    return _judged(made, status, due, by_rule=by_rule, why=why)


def _moment(text: str | None) -> datetime | None:
    if not text or len(text) <= 10:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _minus(one: datetime, other: datetime) -> timedelta:
    """The difference; where only one has a zone, both are taken as local times of one place."""
    if (one.tzinfo is None) != (other.tzinfo is None):
        one, other = one.replace(tzinfo=None), other.replace(tzinfo=None)
    return one - other


NEEDED = {"overdue": 0, "open": 1, "unknown": 2, "late": 3, "kept": 4}


def order_by_need(judged: Iterable[JudgedPromise]) -> list[JudgedPromise]:
    """Overdue ones first, then open ones by their term, then those for a person, then the rest."""
    return sorted(judged, key=lambda one: (NEEDED[one.counted], str(one.due_at or "9999")))


def add_up(judged: Sequence[JudgedPromise]) -> tuple[PromiseFigures, ...]:
    """The figures of each agent by number, then of unknown agents. Promises that an event made void
    and those in hedged words are counted as ``unknown``."""
    groups: dict[str | None, list[JudgedPromise]] = defaultdict(list)
    for one in judged:
        groups[one.made.agent_id].append(one)
    ordered = sorted(groups, key=lambda agent: (agent is None, agent or ""))
    return tuple(
        figures_of(groups[agent], agent, groups[agent][-1].made.agent_name) for agent in ordered
    )


def figures_of(
    judged: Sequence[JudgedPromise], agent_id: str | None = None, agent_name: str | None = None
) -> PromiseFigures:
    """The figures of one group."""
    counts: dict[str, int] = defaultdict(int)
    for one in judged:
        counts[one.counted] += 1
    return PromiseFigures(
        agent_id,
        agent_name,
        len(judged),
        counts["kept"],
        counts["late"],
        counts["overdue"],
        counts["open"],
        counts["unknown"],
    )
