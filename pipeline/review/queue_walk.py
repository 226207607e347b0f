"""From one call of a list of the queue to the next."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from fastapi import Request

from pipeline.people import QueueFilter, QueuePosition, QueueRow
from pipeline.review.call_access import find_record
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.review.queue_address import done_in, read_filter
from pipeline.store import is_place

AHEAD = 20
"""The number of next calls that are searched for one that nobody else works on."""


def with_place(request: Request, result_id: int, came: str) -> str:
    """The list that one came from, with the place that a call had in it when it was opened:
    decisions move calls in the list."""
    params = dict(parse_qsl(came))
    if not params or "at" in params:
        return came
    place = site_of(request).store.queue.place_of(result_id, list_of(request, came))
    return urlencode({**params, "at": place}) if place else came


def next_call(request: Request, result_id: int, came: str) -> int | None:
    """The next call behind the place of a call in the list that one came from, and after the last
    one the first; only calls that nobody else works on or is assigned to. ``None`` where there is
    no other. ``came``: the filter of the list, and the place."""
    site, user, wanted = site_of(request), visitor_of(request).user, list_of(request, came)
    record, place = find_record(request, result_id), _place_in(request, result_id, came)
    after = () if place is None else site.store.queue.page(wanted, limit=AHEAD, after=place).rows
    before = site.store.queue.page(wanted, limit=AHEAD).rows
    free = (
        row.result_id
        for row in (*after, *before)
        if row.sha256 != record.sha256 and _is_free(site, row, user.name)
    )
    return next(free, None)


def place_in_list(request: Request, result_id: int, came: str) -> QueuePosition | None:
    """The number of a call in the list that one came from, with what was finished of it since."""
    site, wanted = site_of(request), list_of(request, came)
    place = _place_in(request, result_id, came) if came else None
    found = site.store.queue.position(place, wanted) if place else None
    done = done_in(came)
    return found and replace(found, number=found.number + done, total=found.total + done)


def _place_in(request: Request, result_id: int, came: str) -> str | None:
    """The place that a call had in a list when it was opened, else the present one."""
    wanted, given = list_of(request, came), dict(parse_qsl(came)).get("at")
    if given and is_place(given, wanted):
        return given
    return site_of(request).store.queue.place_of(result_id, wanted)


def list_of(request: Request, came: str) -> QueueFilter:
    """The filter of the list that one came from."""
    site = site_of(request)
    params = dict(parse_qsl(came))
    return read_filter(params, visitor_of(request).user.name, rules=site.names.rules)


def _is_free(site: ReviewContext, row: QueueRow, user: str) -> bool:
    return row.assigned in (None, user) and site.claims.holder(row.sha256, but=user) is None
