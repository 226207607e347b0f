"""操作日志: every action and its actor, and whether the chain is whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from pipeline.jobs import SHOWN_DAYS, find_given_rights
from pipeline.report import Column, Grid, event_names
from pipeline.review.context import ReviewContext, site_of
from pipeline.review.export import MOST_ROWS, TableForm, send_table
from pipeline.review.ledger_sentences import LedgerLine, put_entry
from pipeline.review.ledger_words import ACTIONS, LedgerNames
from pipeline.review.periods import today
from pipeline.review.proposal_view import tell_change
from pipeline.review.render import render
from pipeline.store import LedgerEntry

router = APIRouter()
SHOWN = 100

Day = TypeVar("Day")
Actor = Annotated[str, Query(max_length=100)]
Action = Annotated[str, Query(max_length=100)]
Subject = Annotated[str, Query(max_length=200)]
Day10 = Annotated[str, Query(max_length=10)]


@router.get("/ledger")
def show_ledger(
    request: Request,
    actor: Actor = "",
    action: Action = "",
    subject: Subject = "",
    since: Day10 = "",
    until: Day10 = "",
    before: Annotated[int | None, Query(ge=1)] = None,
) -> HTMLResponse:
    """The newest entries first, a page at a time; above them who was given rights over calls."""
    site = site_of(request)
    entries = site.store.ledger.page(
        actor=actor or None, action=action or None, subject=subject or None, before=before,
        since=_day(since), until=_day(until), limit=SHOWN + 1,
    )  # fmt: skip
    asked = {"actor": actor, "action": action, "subject": subject, "since": since, "until": until}
    first = before is None and not any(asked.values())
    given = (
        find_given_rights(site.store, since=today(site) - timedelta(days=SHOWN_DAYS))
        if first
        else ()
    )
    return render(
        request, "ledger.html.j2", entries=entries[:SHOWN], lines=put_entries(site, entries[:SHOWN]),
        more=len(entries) > SHOWN, head=site.store.ledger.head(), actions=ACTIONS, asked=asked, before=before,
        given=given, given_days=SHOWN_DAYS,
    )  # fmt: skip


@router.get("/ledger/export")
def export_ledger(
    request: Request,
    form: Annotated[TableForm, Query(alias="format")] = "xlsx",
    actor: Actor = "",
    action: Action = "",
    subject: Subject = "",
    since: Day10 = "",
    until: Day10 = "",
) -> Response:
    """All entries of a filter as a table, the oldest first. Each has its hash, so that
    ``callqa verify --expect`` tells whether the ledger still holds it."""
    site = site_of(request)
    entries = site.store.ledger.page(
        actor=actor or None, action=action or None, subject=subject or None, before=None,
        since=_day(since), until=_day(until), limit=MOST_ROWS,
    )[::-1]  # fmt: skip
    columns = (
        Column("id", "序号", "integer"), Column("at", "时间（UTC）", "time", width=26), Column("actor", "操作人"),
        Column("action", "操作", width=14), Column("text", "内容", width=70), Column("call", "通话", width=22),
        Column("subject", "对象", width=22), Column("hash", "校验值", width=66),
    )  # fmt: skip
    rows = [
        {
            "id": entry.id, "at": entry.at, "actor": entry.actor, "action": ACTIONS.get(entry.action, entry.action),
            "text": line.text, "call": line.call and line.call[1], "subject": line.subject, "hash": entry.hash,
        }
        for entry, line in zip(entries, put_entries(site, entries), strict=True)
    ]  # fmt: skip
    asked = {"actor": actor, "action": action, "subject": subject, "since": since, "until": until}
    note = f"最后一条的校验值 {site.store.ledger.head()}；逐条核对请运行 callqa verify。"
    return send_table(
        request,
        Grid("操作日志", columns, rows, title="操作日志", note=note),
        form=form,
        asked=asked,
    )


def put_entries(site: ReviewContext, entries: Sequence[LedgerEntry]) -> list[LedgerLine]:
    """Entries as sentences."""
    subjects = [entry.subject.partition(" ") for entry in entries]
    results = site.store.calls.sha256_of(
        [int(rest) for kind, _, rest in subjects if kind == "result" and rest.isdecimal()]
    )
    calls = site.store.calls.names_of(
        {*results.values(), *(rest for kind, _, rest in subjects if kind == "call")}
    )
    acts = {
        number: found
        for entry in entries
        if entry.action == "undone" and isinstance(number := entry.detail.get("act"), int)
        if (found := site.store.actions.find(number))
    }
    items: dict[str, str] = {}
    for sheet in site.sheets:
        items |= {item.id: item.name for item in (*sheet.elements, *sheet.beside)}
        items |= {extra.id: extra.name for extra in sheet.extras}
    names = LedgerNames(
        calls, results, acts, items, site.rules, {sheet.id: sheet.name for sheet in site.sheets},
        _proposals(site, entries), event_names(site.names.months),
    )  # fmt: skip
    return [put_entry(entry, names) for entry in entries]


def _proposals(site: ReviewContext, entries: Sequence[LedgerEntry]) -> dict[int, str]:
    """What the proposals of these entries ask for, by number."""
    numbers = {entry.detail.get("proposal") for entry in entries}
    found = [site.store.proposals.get(one) for one in numbers if isinstance(one, int)]
    return {
        one.id: "；".join(tell_change(change, site) for change in one.changes)
        for one in found
        if one is not None
    }


def _day(text: str) -> date | None:
    return _read(date.fromisoformat, text)


def _read(how: Callable[[str], Day], text: str) -> Day | None:
    try:
        return how(text) if text else None
    except ValueError:
        return None
