"""The nouns of a month's result, and which sheet and events count for an agent."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.types import ServiceEvent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from pipeline.lexicon import (
        MonthExtra,
        MonthForm,
        MonthItem,
        MonthlyBook,
        MonthlySheet,
        MonthVeto,
    )
    from pipeline.types import EventBook, MonthCall


@dataclass(frozen=True, slots=True)
class ChargedEvent:
    """An event and the points that it takes or gives, 0 or more."""

    event: ServiceEvent
    points: float


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A line of a form. ``base``: points before events took some; ``None``: nothing was measured
    (不适用). ``taken``: points that events took. ``measured``: calls or marks behind ``base``.
    ``lowest``: of the calls behind it those with the lowest values."""

    item: MonthItem
    base: float | None
    taken: float
    measured: int
    charged: tuple[ChargedEvent, ...] = ()
    lowest: tuple[tuple[MonthCall, float], ...] = ()
    marks: tuple[ServiceEvent, ...] = ()

    @property
    def points(self) -> float | None:
        """Points that are left; ``None`` where nothing was measured."""
        return None if self.base is None else self.base - self.taken

    @property
    def lost(self) -> float:
        """扣分: full points less those that are left; where nothing was measured, what events
        took."""
        return self.taken if self.base is None else self.item.full - self.base + self.taken


@dataclass(frozen=True, slots=True)
class MonthSum:
    """加分项 or 扣分项 of a form: ``points``, 0 or more, of these events together."""

    extra: MonthExtra
    points: float
    charged: tuple[ChargedEvent, ...]


@dataclass(frozen=True, slots=True)
class FormResult:
    """The result of one form; ``points`` is ``None`` where none of its elements applies. ``reached``:
    what the elements make, 0..100, before events took some."""

    form: MonthForm
    lines: tuple[MonthLine, ...]
    sums: tuple[MonthSum, ...]
    reached: float | None
    points: float | None
    vetoes: tuple[MonthVeto, ...] = ()

    @property
    def bonus(self) -> float:
        return math.fsum(one.points for one in self.sums if one.extra.sign > 0)

    @property
    def penalty(self) -> float:
        """扣分项合计, 0 or more."""
        return math.fsum(one.points for one in self.sums if one.extra.sign < 0)

    @property
    def taken(self) -> float:
        """Points that events took from elements."""
        return math.fsum(line.taken for line in self.lines)


@dataclass(frozen=True, slots=True)
class MonthResult:
    """The result of an agent's month. ``total``, rounded to two decimals, is ``None`` where there
    are too few calls or nothing was measured; ``reason`` says so in Chinese. ``publish_by``: the
    last day on which it is due (次月上旬). ``interim``: in Chinese, that the month has not ended;
    then ``grade`` and ``publish_by`` are ``None``. ``unused``: events of the month that the sheet
    has no entry for."""

    sheet: MonthlySheet
    first: date
    last: date
    calls: int
    forms: tuple[FormResult, ...]
    total: float | None
    grade: str | None
    publish_by: date | None
    reason: str = ""
    interim: str = ""
    unused: tuple[ServiceEvent, ...] = ()


def choose_sheet(book: MonthlyBook, calls: Iterable[MonthCall], first: date) -> MonthlySheet:
    """The sheet of the queues that most of an agent's calls came by, in force on ``first``."""
    queues = Counter(call.queue for call in calls)
    sheets: Counter[str] = Counter()
    chosen = {None: book.choose(None, first)} | {q: book.choose(q, first) for q in queues}
    for queue, count in queues.items():
        sheets[chosen[queue].id] += count
    if not sheets:
        return chosen[None]
    most = min(sheets, key=lambda sheet_id: (-sheets[sheet_id], sheet_id))
    return next(sheet for sheet in book.sheets if sheet.id == most)


def events_of(
    agent_id: str, team: str | None, events: Iterable[ServiceEvent], kinds: EventBook
) -> list[ServiceEvent]:
    """The accepted events that count for an agent: the own, and the marks of the team as a
    whole."""
    marks = {kind.id for kind in kinds.kinds if kind.sort == "mark"}
    return [
        event
        for event in events
        if event.state == "accepted"
        and (
            event.agent_id == agent_id
            or (event.agent_id is None and team and event.team == team and event.kind in marks)
        )
    ]


def count_outcomes(
    agent_id: str, calls: Iterable[MonthCall], kinds: EventBook, *, unknown_day: date
) -> list[ServiceEvent]:
    """Imported praises and complaints of calls, as one event each."""
    counted = tuple(kinds.by_outcome.items())
    found = []
    for call in calls:
        if not (call.praises or call.complaints):
            continue
        for outcome, kind in counted:
            event = ServiceEvent(
                kind.id,
                call.day or unknown_day,
                agent_id,
                note="通话导入",
                sha256=call.sha256,
                call_id=call.call_id,
                result_id=call.result_id,
            )
            number = call.praises if outcome == "praises" else call.complaints
            found += [
                replace(event, key=f"{call.sha256} {outcome} {count}") for count in range(number)
            ]
    return found
