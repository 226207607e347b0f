"""Service events that people record, or accept from the customer's own words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from pipeline.errors import EventError
from pipeline.types import ServiceEvent

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from pipeline.store import Store
    from pipeline.types import CallRecord, EventBook, EventKind, Scope, SuggestedEvent

OLDEST_DAYS = 366
"""An event recorded by hand is no older: an older day is surely a slip of the year (our choice)."""


def record_event(
    store: Store,
    kinds: EventBook,
    event: ServiceEvent,
    *,
    call: str = "",
    actor: str,
    at: str,
    today: date,
) -> None:
    """Store an event of a person; ``call``: the id of its call, empty without; ``today``: the
    site's day. Raises ``EventError`` in Chinese where the kind has no such level, value or
    repetition, where the day is to come or lies more than a year back, where agent, team or call are not known, or where it is
    there already; ``StoreError``."""
    if event.day > today:
        raise EventError(f"日期 {event.day} 还没有到；最晚填今天 {today}")
    if event.day < today - timedelta(days=OLDEST_DAYS):
        raise EventError(
            f"日期 {event.day} 早于一年以前，请核对年份；更早的用 callqa import events 导入"
        )
    kind = next((one for one in kinds.kinds if one.id == event.kind), None)
    if kind is None:
        raise EventError(f"没有“{event.kind}”这种事项")
    check_event(kind, event)
    if call:
        sha256, agent = store.events.call_named(call)
        chosen = event.agent_id or (None if event.team and kind.sort == "mark" else agent)
        event = replace(event, sha256=sha256, agent_id=chosen, team=None if chosen else event.team)
    if event.agent_id is None and event.team is not None and kind.sort != "mark":
        raise EventError(f"“{kind.name}”要计入客服个人，请填写工号；只填班组的只有考核分")
    store.events.record(replace(event, origin="page"), actor=actor, at=at)


def settle_suggestion(
    store: Store,
    kinds: EventBook,
    suggested: SuggestedEvent,
    *,
    accepted: ServiceEvent | None,
    actor: str,
    at: str,
) -> None:
    """Accept a finding of the customer's words as an event, changed as the person wants it, or
    refuse it (``None``); either way it waits no longer. Raises ``EventError``, ``StoreError``."""
    kind, suggestion = kinds.by_rule[suggested.rule]
    event = accepted or ServiceEvent(
        kind.id,
        suggested.day,
        suggested.agent_id,
        level=suggestion.level,
        repeat=suggestion.repeat,
    )
    if accepted is not None:
        chosen = next((one for one in kinds.kinds if one.id == event.kind), None)
        if chosen is None:
            raise EventError(f"没有“{event.kind}”这种事项")
        check_event(chosen, event)
    store.events.record(
        replace(
            event,
            sha256=suggested.sha256,
            rule=suggested.rule,
            key=f"finding {suggested.sha256} {suggested.rule}",
            origin="finding",
            state="accepted" if accepted is not None else "refused",
        ),
        actor=actor,
        at=at,
        known=accepted is not None,
    )


@dataclass(frozen=True, slots=True)
class EventSum:
    """The events of a kind in a period. ``levels``: number by level, in the order of the kind,
    ``None`` for none; ``repeats``: those of ``number`` that are repetitions."""

    kind: EventKind
    number: int
    levels: tuple[tuple[str | None, int], ...]
    repeats: int


def count_events(
    store: Store, kinds: EventBook, records: Sequence[CallRecord], scope: Scope
) -> tuple[EventSum, ...]:
    """The accepted events of a scope, with the imported praises and complaints of its calls that no
    event stands for; in the order of the kinds. ``records``: the calls of the scope. Raises
    ``StoreError``."""
    events = store.events.find(scope)
    outcomes: Counter[str] = Counter()
    for call in store.events.month_calls(records, scope, kinds.by_outcome):
        for outcome, kind in kinds.by_outcome.items():
            outcomes[kind.id] += getattr(call, outcome)
    found = []
    for kind in kinds.kinds:
        own = [event for event in events if event.kind == kind.id]
        levels: Counter[str | None] = Counter(event.level for event in own)
        levels[None] += outcomes[kind.id]
        order = [*(level.name for level in kind.levels), None]
        if number := len(own) + outcomes[kind.id]:
            counted = tuple((name, levels[name]) for name in order if levels[name])
            found.append(EventSum(kind, number, counted, sum(event.repeat for event in own)))
    return tuple(found)


def check_event(kind: EventKind, event: ServiceEvent) -> None:
    """Raises ``EventError`` in Chinese where an event does not fit its kind."""
    names = [level.name for level in kind.levels]
    if event.level is not None and event.level not in names:
        expected = f"应为{'、'.join(names)}" if names else "请不要选级别"
        raise EventError(f"“{kind.name}”没有“{event.level}”这个级别，{expected}")
    if event.repeat and not kind.repeats:
        raise EventError(f"“{kind.name}”不分是否二次，请去掉“二次”")
    if kind.sort == "mark" and names and event.level is None:
        raise EventError(f"“{kind.name}”要选级别：{'、'.join(names)}")
    if kind.value is None:
        if event.value is not None:
            raise EventError(f"“{kind.name}”没有分值，请不要填")
        return
    least, most = kind.value
    if event.value is None or not least <= event.value <= most:
        raise EventError(f"“{kind.name}”的分值应为 {least:g} 至 {most:g} 的数")
    if kind.is_of_hundred and 0 < event.value < 1:
        raise EventError(
            f"“{kind.name}”按百分制填；{event.value:g} 像是比例，请填 {event.value * 100:g}"
        )
