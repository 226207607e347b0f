"""Coaching records: listed, made, answered and withdrawn, as on the pages."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request

from pipeline.jobs import with_effects
from pipeline.people import CoachingRecord, FindingKey, NewCoachingRecord
from pipeline.privacy import mask_text
from pipeline.review import coaching
from pipeline.review.api import coaching_models
from pipeline.review.api.parts import (
    CHECKED,
    REFUSALS,
    REFUSED,
    AfterId,
    Id,
    LimitQuery,
    WordQuery,
    cut,
)
from pipeline.review.context import site_of
from pipeline.study import Coached

router = APIRouter(prefix="/api/v1", dependencies=CHECKED, responses=REFUSALS)


@router.get("/coaching")
def list_coaching(
    request: Request, agent: WordQuery = None, limit: LimitQuery = 50, after: AfterId = None
) -> coaching_models.CoachingPage:
    """Coaching records, the last recorded first; agents get their own."""
    found = coaching.list_coaching(
        request, agent_id=agent, limit=limit + 1, before=int(after) if after else None
    )
    rows, following = cut(found, limit, lambda one: str(one.id))
    return coaching_models.CoachingPage(records=_entries(request, rows), next=following)


@router.post("/coaching", status_code=201, responses=REFUSED)
def make(request: Request, given: coaching_models.NewCoaching) -> coaching_models.CoachingEntry:
    """Record a measure about an agent, a call, or a finding of a call."""
    key = FindingKey(**given.finding.model_dump()) if given.finding else None
    new = NewCoachingRecord(
        given.agent_id, given.kind, given.on, given.note, given.result_id, key, given.item
    )
    return _entries(request, [coaching.record(request, new)])[0]


@router.post("/coaching/{coaching_id}/answer", responses=REFUSED)
def answer(
    request: Request, coaching_id: Id, given: coaching_models.CoachingAnswer
) -> coaching_models.CoachingEntry:
    """The agent's one answer."""
    return _entries(request, [coaching.answer(request, coaching_id, given.answer)])[0]


@router.post("/coaching/{coaching_id}/withdraw", responses=REFUSED)
def withdraw(
    request: Request, coaching_id: Id, given: coaching_models.CoachingWithdrawal
) -> coaching_models.CoachingEntry:
    """Withdraw a record that should not have been made; it stays in the list."""
    return _entries(request, [coaching.withdraw(request, coaching_id, given.reason)])[0]


def entry_of(one: Coached) -> coaching_models.CoachingEntry:
    """A record with its figures; personal data is masked."""
    record, effect = one.record, one.effect
    names = coaching_models.CoachingEntry.model_fields.keys() - {"finding", "effect"}
    values = {name: getattr(record, name) for name in names}
    texts = {
        name: mask_text(values[name], said=False) for name in ("note", "answer", "withdrawn_why")
    }
    finding = record.finding and {
        **record.finding.plain(),
        "phrase": mask_text(record.finding.phrase),
    }
    figures = coaching_models.EffectEntry(
        calls=list(effect.n), customers=list(effect.customers), means=list(effect.means),
        difference=effect.difference, low=effect.low, high=effect.high, faults=list(effect.faults) if effect.faults else None, sentence=effect.sentence,
    )  # fmt: skip
    return coaching_models.CoachingEntry.model_validate(
        {**values, **texts, "finding": finding, "effect": figures}
    )


def _entries(
    request: Request, records: Sequence[CoachingRecord]
) -> list[coaching_models.CoachingEntry]:
    return [entry_of(one) for one in with_effects(site_of(request).store, records)]
