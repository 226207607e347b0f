"""总览: a day, a week, a month, a quarter or a year of the site."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from pipeline.jobs import coached_in, count_promises, count_topics, judge_agents, name_results
from pipeline.report import PROMISES_LISTED, show_site
from pipeline.review.context import ReviewContext, site_of
from pipeline.review.periods import last_day, today
from pipeline.review.promises import as_of
from pipeline.review.render import render
from pipeline.study import SiteReport, site_report
from pipeline.types import JudgedPromise, Period, PeriodKind, PromisePeriod

router = APIRouter()

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2200, 12, 31)
"""As the keys of periods have them."""


@router.get("/dashboard")
def show_dashboard(
    request: Request,
    kind: Annotated[PeriodKind, Query(alias="period")] = "day",
    on: Annotated[date | None, Query(ge=FIRST_DAY, le=LAST_DAY)] = None,
) -> HTMLResponse:
    """The period around ``on``, else around the last day with calls."""
    site = site_of(request)
    period = Period.around(kind, on or last_day(site))
    key = ("site", period, today(site))
    calls_at = f"/queue?view=all&since={period.since}&until={period.until}"
    report, counted_at = site.cache.get(key, lambda: _count(site, period))
    return render(
        request, "dashboard.html.j2", period=period, linked=True, ANSWER_S=site.names.answer_s, RULES=site.names.rules, SHEETS=site.names.sheets,
        counted_at=datetime.fromtimestamp(counted_at, UTC).isoformat(timespec="seconds"),
        due=site.store.calls.count_waiting(site.now), told=site.store.queue.count("told"), calls_at=calls_at, **show_site(report, site.names, calls_at=calls_at),
    )  # fmt: skip


def _count(site: ReviewContext, period: Period) -> SiteReport:
    scope, store, rules, moment = period.scope(), site.store, site.names.months, as_of(site)
    records = store.calls.records(scope)
    report = site_report(
        records,
        period=period.name,
        faults=store.calls.faults(scope),
        resolution=store.calls.resolution(scope),
        coaching={},
        step=scope.step,
        topics=count_topics(store, scope, with_clusters=period.kind == "month"),
        knowledge=store.calls.knowledge(scope),
        results=judge_agents(store, rules, records, scope, today=moment.today) if rules else {},
    )
    promises = count_promises(store, scope, moment)
    return replace(
        report,
        coached=coached_in(store, scope),
        agent_names=name_results(store, report),
        promises=replace(promises, judged=_needed(promises)),
        interim=moment.interim(scope),
    )


def _needed(promises: PromisePeriod) -> tuple[JudgedPromise, ...]:
    """The promises that the page may list; all of a year would fill the memory."""
    needed = [one for one in promises.judged if one.counted not in ("kept", "open")]
    return tuple(needed[: PROMISES_LISTED + 1])
