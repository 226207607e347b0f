"""Answers of the API about monthly results."""

from __future__ import annotations

from datetime import date

from pipeline.review.api.figure_models import PromiseLine
from pipeline.review.api.models import Model


class ResultLine(Model):
    """The result of an agent's calendar month by its monthly sheet. ``total``: null where it is not
    judged, ``reason`` says why. ``final``: false until the month has ended; then ``grade`` and ``publish_by``
    are null and ``interim`` says up to which day it counts. ``bonus``, ``penalty``: 加分项 and
    扣分项 of its forms, 0 or more."""

    agent_id: str
    name: str | None
    month: str
    first: date
    last: date
    calls: int
    total: float | None
    grade: str | None
    final: bool
    interim: str
    publish_by: date | None
    reason: str
    bonus: float
    penalty: float
    sheet: str
    department: str


class ResultPage(Model):
    """``period``: the key of the period."""

    period: str
    results: list[ResultLine]
    next: str | None


class MonthCallEntry(Model):
    """A call behind a figure. ``value``: 0 to 100."""

    result_id: int
    call_id: str | None
    value: float


class MonthEventEntry(Model):
    """An event behind points. ``kind``: its name; ``points``: taken or given, null for a mark."""

    day: date
    kind: str
    level: str | None
    repeat: bool
    value: float | None
    note: str
    result_id: int | None
    call_id: str | None
    points: float | None


class MonthLineEntry(Model):
    """A line of a form. ``points`` null: nothing was measured (不适用). ``measured``: calls or marks
    behind it; ``lowest``: of those calls the lowest."""

    id: str
    name: str
    project: str
    indicator: str
    full: float
    points: float | None
    lost: float
    measured: int
    lowest: list[MonthCallEntry]
    events: list[MonthEventEntry]


class MonthSumEntry(Model):
    """加分项 or 扣分项: ``points`` above or below 0."""

    id: str
    name: str
    points: float
    events: list[MonthEventEntry]


class MonthFormEntry(Model):
    """A form of 100 points. ``weight``: 0 to 1; ``points`` null: none of its elements applies;
    ``vetoes``: the facts that make it 0."""

    id: str
    name: str
    weight: float
    points: float | None
    lines: list[MonthLineEntry]
    sums: list[MonthSumEntry]
    vetoes: list[str]


class MonthEntry(ResultLine):
    """A result with its forms, as the printed 测评表."""

    forms: list[MonthFormEntry]


class AgentResults(Model):
    """The results of the calendar months that lie wholly in a period, and its promises."""

    agent_id: str
    period: str
    results: list[MonthEntry]
    promises: PromiseLine
