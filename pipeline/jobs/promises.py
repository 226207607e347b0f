"""Promises read in calls as they are saved, and judged by the calls after them."""

from __future__ import annotations

import hashlib
import math
from dataclasses import fields
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from pipeline.errors import EventError
from pipeline.promises import (
    CHINA,
    PromiseLimits,
    WorkCalendar,
    add_up,
    figures_of,
    find_promises,
    judge_promise,
    order_by_need,
    read_contact,
)
from pipeline.types import CallMeta, PromisePeriod, Scope, Utterance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.jobs.as_of import AsOf
    from pipeline.settings import PromiseSettings
    from pipeline.store import Ready, Store
    from pipeline.types import CallResult, JudgedPromise, MadePromise, PromiseEvent

READER = "1"
"""Changes with the rules by which promises are read, so that calls are read again."""

CHUNK = 200
OVERDUE_DAYS = 3
"""Days for which an overdue promise is named in the morning (our choice)."""


def note_promise(
    store: Store, promise_id: int, event: PromiseEvent, *, at: str, today: date
) -> None:
    """Keep what somebody knows of a promise. ``at``: now, UTC; ``today``: the site's day. Raises
    ``EventError`` in Chinese where it was kept before its call began, or on a day to come;
    ``StoreError``."""
    made = store.promises.get(promise_id)
    if event.at is not None:
        kept = datetime.fromisoformat(event.at)
        begun = datetime.fromisoformat(made.call.moment) if made.call.moment else datetime.min
        if kept.tzinfo is None or begun.tzinfo is None:
            kept, begun = kept.replace(tzinfo=None), begun.replace(tzinfo=None)
        if kept < begun.replace(second=0, microsecond=0):
            raise EventError(f"兑现的时间 {kept:%Y-%m-%d %H:%M} 早于作出承诺的通话；请更正")
        if kept.date() > today:
            raise EventError(f"兑现的日期 {kept.date()} 还没有到；最晚填今天 {today}")
    store.promises.note(promise_id, event, at=at)


def calendar_of(settings: PromiseSettings) -> WorkCalendar:
    """The working days of a site."""
    off = frozenset(date.fromisoformat(day) for day in settings.holidays)
    worked = frozenset(date.fromisoformat(day) for day in settings.workdays)
    return CHINA.joined(off=off, worked=worked)


def limits_of(settings: PromiseSettings) -> PromiseLimits:
    """The terms of a site."""
    pairs = (line.rpartition("=") for line in settings.queue_hours)
    by_queue = {queue.strip(): float(hours) for queue, _, hours in pairs}
    return PromiseLimits(settings.complaint_h, by_queue, settings.grace_min, settings.link_days)


def save_promises(store: Store, result: CallResult, settings: PromiseSettings) -> bool:
    """Read the promises of a call and save them; whether rows changed. Raises ``StoreError``."""
    return _save(store, result.recording.sha256, result.utterances, settings)


def save_ready(store: Store, made: Ready, settings: PromiseSettings) -> bool:
    """As ``save_promises``, of a result in rows; one that was not heard again has no words, and
    changes nothing. Raises ``StoreError``."""
    if made.recording is None:
        return False
    names, lines = made.lines.get("utterances", ((), ()))
    rows = [dict(zip(names, line, strict=True)) for line in lines]
    wanted = [f.name for f in fields(Utterance) if f.name != "words"]
    utterances = [Utterance(**{name: row[name] for name in wanted}, words=()) for row in rows]
    return _save(store, str(made.row["sha256"]), utterances, settings)


def _save(
    store: Store, sha256: str, utterances: Sequence[Utterance], settings: PromiseSettings
) -> bool:
    known = store.results.known_of(sha256)
    meta = known[0] if known else CallMeta()
    said = "\n".join(f"{one.role} {one.start_s:.0f} {one.text}" for one in utterances)
    read = f"{READER}\n{meta.started_at}\n{settings!r}\n{said}"
    hour, minute = settings.day_ends.split(":")
    promises = find_promises(
        utterances, meta, calendar=calendar_of(settings), day_ends=time(int(hour), int(minute))
    )
    basis = hashlib.sha256(read.encode()).hexdigest()[:16]
    return store.promises.put(sha256, read_contact(utterances), promises, basis=basis)


def read_promises(
    store: Store, settings: PromiseSettings, *, again: bool = False
) -> Iterator[tuple[int, int]]:
    """Read the calls that were never read, or all. Gives after each chunk how many are done and
    how many there are. Raises ``StoreError``."""
    ids = store.results.effective_ids(with_words=True) if again else store.promises.unread()
    yield 0, len(ids)
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        with store.batch():
            for saved in store.results.load(chunk, words=False):
                save_promises(store, saved.result, settings)
        yield start + len(chunk), len(ids)


def judge_promises(
    store: Store, scope: Scope, settings: PromiseSettings, *, now: datetime
) -> list[JudgedPromise]:
    """The promises of the calls in a scope and what became of them by ``now``, local time of the
    site. Raises ``StoreError``."""
    return judge_all(store, store.promises.made(scope), settings, now=now)


def count_promises(store: Store, scope: Scope, as_of: AsOf) -> PromisePeriod:
    """The promises of the calls in a scope with the figures of agents. Raises ``StoreError``."""
    judged = judge_promises(store, scope, as_of.promises, now=as_of.now)
    return PromisePeriod(scope, tuple(order_by_need(judged)), figures_of(judged), add_up(judged))


def judge_all(
    store: Store, made: Sequence[MadePromise], settings: PromiseSettings, *, now: datetime
) -> list[JudgedPromise]:
    """What became of some promises by ``now``. Raises ``StoreError``."""
    calls, limits = store.promises.returning_calls(made), limits_of(settings)
    judged = []
    for one in made:
        later = calls.get(f"t:{one.call.contact.ticket}", []) if one.call.contact.ticket else []
        own = calls.get(f"c:{one.call.customer_id}", [])
        later = sorted([*later, *own], key=lambda call: call.moment or "") if later else own
        judged.append(judge_promise(one, later, now=now, limits=limits))
    return judged


def due_on(
    store: Store, day: date, settings: PromiseSettings, *, now: datetime
) -> tuple[list[JudgedPromise], list[JudgedPromise]]:
    """The promises that fall due on a day and are not kept yet, and those overdue in the days
    before it, both by their term. Raises ``StoreError``."""
    since = day - timedelta(days=OVERDUE_DAYS)
    limits = limits_of(settings)
    hours = max(limits.complaint_h, *limits.queue_h.values(), 0.0)
    by_rule = store.promises.made(Scope(since - timedelta(days=math.ceil(hours / 24)), day))
    made = store.promises.due_between(since.isoformat(), (day + timedelta(days=1)).isoformat())
    made += [one for one in by_rule if not one.promise.due_at]
    judged = [
        one
        for one in judge_all(store, made, settings, now=now)
        if one.due_at
        and since <= one.due_at.date() <= day
        and one.status in ("open", "overdue")
        and one.made.promise.sure
    ]
    judged.sort(key=lambda one: str(one.due_at))
    today = [one for one in judged if one.due_at and one.due_at.date() == day]
    return today, [one for one in judged if one not in today]
