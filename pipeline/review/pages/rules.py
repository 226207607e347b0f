"""规则: how reliable each rule is, the refused findings, and routing a rule to human review."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from pipeline.errors import RevisionError
from pipeline.privacy import mask_text
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.review.periods import last_day
from pipeline.review.render import render
from pipeline.store import Store
from pipeline.study import RuleStudy, periods, study_rules
from pipeline.types import RulePeriod, Scope

router = APIRouter()
RuleId = Annotated[str, Path(max_length=100)]
EXAMPLES = 50
COUNTED_S = 3600.0
"""Counting the findings of 50 000 calls takes ten seconds; the figures change slowly."""

DRIFTS = {
    "unreliable": "确认率低于限度", "less confirmed": "确认率下降", "more frequent": "出现明显增多", "less frequent": "出现明显减少",
}  # fmt: skip


@router.get("/rules")
def show_rules(request: Request) -> HTMLResponse:
    """Every rule that was found lately, those that drifted first."""
    site = site_of(request)
    return render(
        request, "rules.html.j2", studies=_study(site), names=site.names.rules, DRIFTS=DRIFTS,
        left=site.store.rules.review_only(), review=site.settings.review,
    )  # fmt: skip


@router.get("/rules/{rule_id}")
def show_rule(request: Request, rule_id: RuleId) -> HTMLResponse:
    """One rule: its text and source, its figures, and people's decisions with their sentences."""
    site = site_of(request)
    study = next((one for one in _study(site) if one.rule == rule_id), None)
    rule = site.rules.get(rule_id)
    if study is None and rule is None:
        raise HTTPException(404)
    decided = site.store.rules.decided_findings(rule_id, limit=EXAMPLES)
    refused = [mask_text(one.quote) for one in decided if one.decision == "refused" and one.quote]
    return render(
        request, "rule.html.j2", rule_id=rule_id, rule=rule, study=study, decided=decided,
        counterexamples=sorted(set(refused)), name=site.names.rules.get(rule_id, rule_id), DRIFTS=DRIFTS,
        left=site.store.rules.review_only().get(rule_id), review=site.settings.review,
    )  # fmt: skip


@router.post("/rules/{rule_id}/review-only")
def route_to_review(
    request: Request,
    rule_id: RuleId,
    reason: Annotated[str, Form(max_length=500)],
    on: Annotated[bool, Form()],
) -> RedirectResponse:
    """Route every finding of a rule to human review from now on, or no longer."""
    site = site_of(request)
    if rule_id not in site.names.rules:
        raise HTTPException(404)
    if not reason.strip():
        raise RevisionError("请写明理由")
    actor = visitor_of(request).user.name
    site.store.rules.set_review_only(
        rule_id, on=on, reason=reason.strip(), actor=actor, at=site.now
    )
    return RedirectResponse(f"/rules/{rule_id}", 303)


def _study(site: ReviewContext) -> tuple[RuleStudy, ...]:
    review, day = site.settings.review, last_day(site)
    (recent, before), _ = site.cache.get(
        ("rules", day), lambda: _count(site.store, day), max_age_s=COUNTED_S
    )
    return study_rules(
        recent,
        before,
        least_confirmed=review.least_confirmed,
        least_decisions=review.least_decisions,
    )


def _count(store: Store, day: date) -> tuple[RulePeriod, RulePeriod]:
    recent, before = (Scope(*period) for period in periods(day))
    return store.rules.counts_in(recent), store.rules.counts_in(before)
