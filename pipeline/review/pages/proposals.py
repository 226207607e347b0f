"""规则建议: changes of rules that supervisors propose and administrators accept, with their effect on
stored calls."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from pipeline.errors import LexiconError, ProposalError
from pipeline.jobs import (
    OverlayText,
    SeenRules,
    accept_proposal,
    basis_mark,
    count_admins,
    is_running,
    propose,
    read_overlay_text,
    refuse_known,
    refuse_proposal,
    start_trial,
    undo_proposal,
    withdraw_proposal,
    wording_change,
)
from pipeline.people import PROPOSAL_STATES, NewProposal, Proposal
from pipeline.privacy import mask_text
from pipeline.review.access import Permission, may
from pipeline.review.call_access import find_record
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.review.proposal_view import put_changes_in_words, sentence_around
from pipeline.review.render import render
from pipeline.types import RulePoints

router = APIRouter()
SHOWN = 50

Part = Literal["phrases", "exceptions", "positive", "negative"]
Word = Annotated[str, Form(max_length=500)]
Wording = Annotated[str, Form(max_length=400)]


@router.get("/proposals")
def show_proposals(
    request: Request, before: Annotated[int | None, Query(ge=1)] = None
) -> HTMLResponse:
    """Open proposals first, then the newest; the overlay file and what pages wrote to it."""
    site = site_of(request)
    found = site.store.proposals.page(before=before, limit=SHOWN + 1)
    text, fault = _overlay(site)
    return render(
        request, "proposals.html.j2", proposals=found[:SHOWN], more=len(found) > SHOWN,
        words=lambda one: put_changes_in_words(one, site), STATES=PROPOSAL_STATES, overlay=text,
        fault=fault or site.overlay_fault, versions=site.store.proposals.overlay_versions(limit=20),
    )  # fmt: skip


@router.get("/proposals/{proposal_id}")
def show_proposal(request: Request, proposal_id: int) -> HTMLResponse:
    """A proposal with its trial on stored calls, and what may be done about it."""
    site, user = site_of(request), visitor_of(request).user
    proposal = _find(site, proposal_id)
    effect = site.store.proposals.effect_of(proposal_id)
    text, fault = _overlay(site)
    fresh = effect is not None and effect.basis == basis_mark(site.basis)
    only_admin = count_admins(site.store) <= 1
    return render(
        request, "proposal.html.j2", proposal=proposal, words=put_changes_in_words(proposal, site),
        effect=effect, running=is_running(effect, site.now), fresh=fresh, overlay=text,
        fault=fault or site.overlay_fault, STATES=PROPOSAL_STATES, own=proposal.proposed_by == user.name,
        decides=may(user, Permission.DECIDE_RULES) and (only_admin or proposal.proposed_by != user.name),
        call=_call(request, proposal),
    )  # fmt: skip


@router.post("/calls/{result_id}/propose")
def propose_from_finding(
    request: Request,
    result_id: int,
    of: Annotated[int, Form()],
    finding: Annotated[int, Form(ge=0)],
    part: Annotated[Part, Form()],
    wording: Wording,
    note: Word,
) -> RedirectResponse:
    """Propose a wording for the rule of finding number ``finding`` of the result ``of``, another of
    the same call."""
    site = site_of(request)
    if find_record(request, of).sha256 != find_record(request, result_id).sha256:
        raise HTTPException(404)
    result = site.store.results.get(of)
    if finding >= len(result.findings):
        raise HTTPException(404)
    one = result.findings[finding]
    change = wording_change(one.rule, part, wording)
    sentence = mask_text(sentence_around(one, result.utterances))
    refuse_known(change, site.basis.lexicon)
    return _propose(request, NewProposal((change,), note, sentence, result_id))


@router.post("/rules/{rule_id}/propose")
def propose_for_rule(
    request: Request,
    rule_id: str,
    note: Word,
    part: Annotated[Part | Literal["points"], Form()],
    wording: Wording = "",
    points: Annotated[float | None, Form(ge=0, le=100)] = None,
) -> RedirectResponse:
    """Propose a wording or other points for a rule."""
    site = site_of(request)
    rule = site.rules.get(rule_id)
    if rule is None:
        raise HTTPException(404)
    if part != "points":
        change = wording_change(rule_id, part, wording)
        refuse_known(change, site.basis.lexicon)
        return _propose(request, NewProposal((change,), note))
    if points is None or points == rule.points:
        raise ProposalError("请填写新的分值，要与现在的不同")
    before = next((o.points for o in site.overlay.of_rule(rule_id) if o.points is not None), None)
    return _propose(request, NewProposal((RulePoints(rule_id, points, before),), note))


def _propose(request: Request, new: NewProposal) -> RedirectResponse:
    site, user = site_of(request), visitor_of(request).user
    made = propose(site.store, new, site.settings, user=user, at=site.now)
    start_trial(site.store, made, site.settings)
    return RedirectResponse(f"/proposals/{made.id}", 303)


@router.post("/proposals/{proposal_id}/try")
def try_proposal(request: Request, proposal_id: int) -> RedirectResponse:
    """Try a proposal on the stored calls, unless that is being done."""
    site = site_of(request)
    proposal = _find(site, proposal_id)
    if proposal.is_open and not is_running(site.store.proposals.effect_of(proposal_id), site.now):
        start_trial(site.store, proposal, site.settings)
    return _back(proposal_id)


@router.post("/proposals/{proposal_id}/accept")
def accept(
    request: Request,
    proposal_id: int,
    word: Word,
    expected: Annotated[str, Form(max_length=64)] = "",
) -> RedirectResponse:
    """Write a proposal into the overlay file. ``expected``: SHA-256 of the file that the page
    showed."""
    site, user = site_of(request), visitor_of(request).user
    _find(site, proposal_id)
    seen = SeenRules(expected, basis_mark(site.basis))
    accept_proposal(
        site.store, proposal_id, site.settings, user=user, word=word, at=site.now, seen=seen
    )
    return _back(proposal_id)


@router.post("/proposals/{proposal_id}/undo")
def undo(
    request: Request,
    proposal_id: int,
    why: Word,
    expected: Annotated[str, Form(max_length=64)] = "",
) -> RedirectResponse:
    """Take an accepted proposal out of the overlay file."""
    site, user = site_of(request), visitor_of(request).user
    _find(site, proposal_id)
    undo_proposal(
        site.store, proposal_id, site.settings, user=user, why=why, at=site.now, expected=expected
    )
    return _back(proposal_id)


@router.post("/proposals/{proposal_id}/refuse")
def refuse(request: Request, proposal_id: int, word: Word) -> RedirectResponse:
    site, user = site_of(request), visitor_of(request).user
    _find(site, proposal_id)
    refuse_proposal(site.store, proposal_id, user=user, word=word, at=site.now)
    return _back(proposal_id)


@router.post("/proposals/{proposal_id}/withdraw")
def withdraw(request: Request, proposal_id: int) -> RedirectResponse:
    site, user = site_of(request), visitor_of(request).user
    _find(site, proposal_id)
    withdraw_proposal(site.store, proposal_id, user=user, at=site.now)
    return _back(proposal_id)


def _back(proposal_id: int) -> RedirectResponse:
    return RedirectResponse(f"/proposals/{proposal_id}", 303)


def _find(site: ReviewContext, proposal_id: int) -> Proposal:
    proposal = site.store.proposals.get(proposal_id)
    if proposal is None:
        raise HTTPException(404)
    return proposal


def _overlay(site: ReviewContext) -> tuple[OverlayText | None, str]:
    """The overlay file, or what is wrong with it."""
    try:
        return read_overlay_text(site.settings), ""
    except LexiconError as error:
        return None, str(error)


def _call(request: Request, proposal: Proposal) -> str:
    """The number of the call that a proposal comes from, empty where there is none to be seen."""
    if proposal.result_id is None:
        return ""
    try:
        return find_record(request, proposal.result_id).call_id or str(proposal.result_id)
    except HTTPException:
        return ""
