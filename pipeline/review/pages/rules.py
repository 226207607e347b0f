"""规则: how reliable each rule is, the refused findings, and routing a rule to human review."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from pipeline.errors import RevisionError
from pipeline.jobs import LAYERS, LONGEST_SENTENCE, PARTS, Tried, try_sentence
from pipeline.lexicon import KINDS, takes_words
from pipeline.people import PROPOSAL_STATES
from pipeline.privacy import mask_text
from pipeline.report import Column, Grid
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.review.export import TableForm, send_table
from pipeline.review.periods import last_day
from pipeline.review.proposal_view import put_changes_in_words
from pipeline.review.render import render
from pipeline.review.rule_view import Wordings
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
    """Every rule that was found lately, those that drifted first; a sentence to try."""
    return _show_rules(request)


@router.get("/rules/export")
def export_rules(
    request: Request, form: Annotated[TableForm, Query(alias="format")] = "xlsx"
) -> Response:
    """Every rule with its figures as a table, those without findings too; the ledger has it."""
    site = site_of(request)
    columns = (
        Column("rule", "编号", width=28), Column("name", "规则", width=28), Column("kind", "类别"), Column("hits", "近 30 天", "integer"),
        Column("doubtful", "其中待判定", "integer"), Column("per_hundred", "每百通", "number"), Column("before", "此前每百通", "number"),
        Column("confirmed", "确认", "integer"), Column("refused", "驳回", "integer"), Column("precision", "确认率", "number", digits=3),
        Column("low", "区间下限", "number", digits=3), Column("high", "区间上限", "number", digits=3),
        Column("drift", "提示", width=24), Column("review_only", "仅人工判定", "flag"),
    )  # fmt: skip
    left = site.store.rules.review_only()
    studied = {one.rule: one for one in _study(site)}
    rows = [
        _rule_row(rule, studied.get(rule), site) | {"review_only": rule in left}
        for rule in dict.fromkeys((*studied, *site.rules))
    ]
    return send_table(request, Grid("规则", columns, rows, title="规则"), form=form, asked={})


def _rule_row(rule: str, one: RuleStudy | None, site: ReviewContext) -> dict[str, object]:
    """A row of the export; a rule that was not found lately has no figures."""
    kind = site.rules[rule].kind if rule in site.rules else None
    row: dict[str, object] = {
        "rule": rule, "name": site.names.rules.get(rule, rule), "kind": KINDS[kind] if kind else "测量",
    }  # fmt: skip
    if one is None:
        return row | {"hits": 0}
    rates = (one.recent_rate, one.before_rate)
    now, before = (None if rate is None else 100 * rate for rate in rates)
    return row | {
        "hits": one.recent.hits, "doubtful": one.recent.doubtful, "per_hundred": now, "before": before,
        "confirmed": one.recent.confirmed + one.before.confirmed,
        "refused": one.recent.refused + one.before.refused, "precision": one.precision,
        "low": one.low, "high": one.high, "drift": "、".join(DRIFTS[drift] for drift in one.drift),
    }  # fmt: skip


@router.post("/rules/try")
def try_rules(
    request: Request,
    sentence: Annotated[str, Form(max_length=LONGEST_SENTENCE)],
    role: Annotated[Literal["agent", "customer"], Form()] = "agent",
    rule: Annotated[str, Form(max_length=100)] = "",
) -> HTMLResponse:
    """The rules that a sentence meets, on the list of rules or on the page of ``rule``. Not in an
    address: a sentence may hold personal data, and addresses are written to logs."""
    site = site_of(request)
    if not sentence.strip():
        raise RevisionError("请写一句话再试")
    book = site.corrector.rescorer.book()
    tried = Tries(sentence, role, try_sentence(sentence, book, site.basis, role=role))
    return _show_rule(request, rule, tried=tried) if rule else _show_rules(request, tried)


@dataclass(frozen=True, slots=True)
class Tries:
    """A sentence that was tried, and what it met."""

    sentence: str
    role: str
    found: tuple[Tried, ...]


def _show_rules(request: Request, tried: Tries | None = None) -> HTMLResponse:
    site = site_of(request)
    shown = {one.rule for one in _study(site)}
    quiet = [rule for rule in site.rules.values() if rule.id not in shown]
    return render(
        request, "rules.html.j2", studies=_study(site), names=site.names.rules, DRIFTS=DRIFTS,
        left=site.store.rules.review_only(), review=site.settings.review, tried=tried, quiet=quiet,
        LAYERS=LAYERS, waiting=site.store.proposals.open_count(), fault=site.overlay_fault, rule_id="",
    )  # fmt: skip


@router.get("/rules/{rule_id}")
def show_rule(
    request: Request,
    rule_id: RuleId,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    say: Annotated[str, Query(max_length=40)] = "",
) -> HTMLResponse:
    """One rule: all its wordings, a page at a time and those with ``say`` in them, its examples, its
    figures, and people's decisions with their sentences."""
    return _show_rule(request, rule_id, page=page, say=say)


def _show_rule(
    request: Request, rule_id: str, *, page: int = 1, say: str = "", tried: Tries | None = None
) -> HTMLResponse:
    site = site_of(request)
    study = next((one for one in _study(site) if one.rule == rule_id), None)
    rule = site.rules.get(rule_id)
    if study is None and rule is None:
        raise HTTPException(404)
    decided = site.store.rules.decided_findings(rule_id, limit=EXAMPLES)
    refused = [mask_text(one.quote) for one in decided if one.decision == "refused" and one.quote]
    words = Wordings.of(rule, site.overlay, page=page, say=say) if rule else None
    return render(
        request, "rule.html.j2", words=words, say=say, tried=tried, LAYERS=LAYERS, PARTS=PARTS,
        proposals=site.store.proposals.page(subject=f"rule {rule_id}", limit=10), STATES=PROPOSAL_STATES,
        in_words=lambda one: put_changes_in_words(one, site), fault=site.overlay_fault,
        NAMES=site.names.rules, takes_words=rule is not None and takes_words(rule), rule_id=rule_id, rule=rule, study=study, decided=decided,
        counterexamples=sorted(set(refused)), name=site.names.rules.get(rule_id, rule_id), DRIFTS=DRIFTS,
        left=site.store.rules.review_only().get(rule_id), review=site.settings.review,
        live=site.store.alarms.outcome_of(rule_id),
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
