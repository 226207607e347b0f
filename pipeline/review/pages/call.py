"""The page of a call: its sound, its findings, its transcript, and the forms of the reviewers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from pipeline.lexicon import KINDS, SIGNAL_NAMES, is_fact
from pipeline.people import CoachingRecord, User
from pipeline.report import parts_of
from pipeline.review.access import Permission, may, may_see_agent
from pipeline.review.action_view import DECISIONS, GRADES, MARKS, ActionLine, put_in_words
from pipeline.review.actions import can_undo
from pipeline.review.appeals import appeal_term
from pipeline.review.audio import REASONS
from pipeline.review.call_access import (
    CallView,
    find_record,
    note_search,
    present_recording,
    view_call,
)
from pipeline.review.call_view import (
    STATES,
    FindingView,
    numbers_of,
    pair_items,
    show_findings,
    show_lines,
    sides_of,
)
from pipeline.review.claims import Claim
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.review.ledger_words import ACTIONS
from pipeline.review.pages.queue import reviewers_of, settled_before
from pipeline.review.periods import today
from pipeline.review.proposal_view import wordings_offered
from pipeline.review.queue_address import left_place, one_less_done
from pipeline.review.queue_walk import next_call, place_in_list, with_place
from pipeline.review.render import render
from pipeline.review.stale import seen_mark
from pipeline.review.transcript import (
    AWAY,
    SHORT_HISTORY,
    SHORT_LIST,
    TranscriptPart,
    cut_lines,
    find_lines,
    fits_on_page,
    lines_of,
    name_parts,
    part_with,
    print_lines,
    searched_words,
    speech_paths,
)
from pipeline.types import Seconds

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Shown:
    """The parts of a transcript, the one that is shown, and the lines with the words that the list
    was searched for. ``paper``: the others are wanted for paper, whatever their bytes."""

    parts: tuple[TranscriptPart, ...]
    part: TranscriptPart
    words: str
    hits: list[int]
    paper: bool


PRIVATE = ("comment", "assign", "mark")
"""Actions that agents do not see."""


@router.get("/calls/{result_id}")
def show_call(
    request: Request,
    result_id: int,
    edit: Annotated[int | None, Query(ge=0)] = None,
    part: Annotated[int, Query(ge=0, le=10_000)] = 0,
    tools: Annotated[int | None, Query(ge=0)] = None,
    came: Annotated[str, Query(alias="from", max_length=900)] = "",
    settled: Annotated[str, Query(max_length=20)] = "",
    find: Annotated[str, Query(max_length=100)] = "",
    ahead: bool = False,
    paper: bool = False,
) -> HTMLResponse:
    """``edit``: the utterance to correct; ``part``: the part of a long transcript, 0 for the one with
    ``edit``, or with the words that the list was searched for; ``paper``: with all others, for paper;
    ``tools``: the finding whose rarer forms are wanted, where there are many. ``came``: the filter of the queue behind this page;
    ``settled``: the call that was settled before it; ``find``: words to find in a long transcript; ``ahead``: the page is only made ready, and claims
    nothing."""
    site, user = site_of(request), visitor_of(request).user
    note_search(request, find)
    wanted = _Wanted(part, edit, find.strip() or searched_words(came), paper)
    view, shown = _view(request, result_id, wanted)
    if may(user, Permission.READ_ALL):
        came = with_place(request, result_id, came)
    views = show_findings(view, site.rules)
    counted, beside = pair_items(view.machine.score, view.counting.score)
    silent = site.sounds.silent(present_recording(site, view.recording))
    total = max(view.counting.recording.duration_s, 0.1)
    return render(
        request, "call.html.j2", view=view, result=view.counting, views=views, result_id=result_id, came=came,
        edit=edit, **_transcript(view, views, shown, total), tools=tools, slim=len(views) > SHORT_LIST,
        other_parts=_other_parts(site, view, user), waiting=sum(one.waits for one in views), told=sum(is_fact(one.finding) and one.state in ("told", "confirmed") for one in views), counted=counted, beside=beside, number=numbers_of(views, view),
        silent=REASONS[silent] if silent else "", done=_done(site, view, user), undoable=partial(can_undo, user),
        reasons={missing.figure: missing.reason for missing in view.counting.dynamics.unmeasured},
        total=total, state=_state(view), sides=sides_of(view),
        claim=_claim(site, view, user, ahead=ahead), seen=seen_mark(view.actions), **_list(request, view, came, settled),
        offered=wordings_offered(views, view.counting.utterances, site.rules), STATES=STATES, SHORT_HISTORY=SHORT_HISTORY, DECISIONS=DECISIONS, MARKS=MARKS, GRADES=GRADES, ACTIONS=ACTIONS, **_tools(site, view, user),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Wanted:
    part: int
    edit: int | None
    words: str
    paper: bool


def _view(request: Request, result_id: int, wanted: _Wanted) -> tuple[CallView, Shown]:
    """The call with the words of the part that is shown, which are most of what takes time."""
    record = find_record(request, result_id)
    cuts = cut_lines(site_of(request).store.results.text_sizes(record.result_id))
    asked = cuts[min(wanted.part or 1, len(cuts)) - 1]
    if wanted.edit is not None:
        asked = next((lines for lines in cuts if wanted.edit in lines), cuts[-1])
    view = view_call(request, result_id, words=asked)
    utterances = view.counting.utterances
    parts, hits = name_parts(cuts, utterances), find_lines(wanted.words, utterances)
    shown = part_with(parts, asked.start)
    if hits and not wanted.part and wanted.edit is None:
        shown = part_with(parts, hits[0])
    if shown.first != asked.start:
        view = view_call(request, result_id, words=range(shown.first, shown.end))
    return view, Shown(parts, shown, wanted.words, hits, wanted.paper)


def _transcript(
    view: CallView, views: Sequence[FindingView], shown: Shown, total: Seconds
) -> dict[str, Any]:
    """The lines of the part that is shown, the others for paper, and where each finding begins."""
    lines, findings = show_lines(view), [one.finding for one in views]
    utterances, part = view.counting.utterances, shown.part
    places = lines_of(views, utterances)
    rows = [
        (at, lines[at], parts_of(utterances[at], findings)) for at in range(part.first, part.end)
    ]
    values: dict[str, Any] = {"parts": shown.parts, "part": part, "rows": rows, "places": places}
    values["hits"] = [(at, part_with(shown.parts, at).number) for at in shown.hits]
    values["searched"] = shown.words
    values["of_places"] = [part_with(shown.parts, at).number for at in places]
    values["before"] = values["after"] = ()
    values["paths"] = {}
    values["away"] = len(shown.parts) > 1 and len(views) > AWAY
    values["unprinted"] = False
    if len(shown.parts) > 1:
        plain = print_lines(lines, views, places)
        before, after = plain[: part.first], plain[part.end :]
        if shown.paper or fits_on_page([*before, *after], len(views)):
            values |= {"before": before, "after": after}
        else:
            values["unprinted"] = True
        two = view.counting.recording.channels > 1
        values["paths"] = speech_paths(utterances, total, two=two)
    return values


def _claim(site: ReviewContext, view: CallView, user: User, *, ahead: bool) -> Claim | None:
    """Who works on the call; a reviewer who opens it claims it, where nobody else has."""
    if not may(user, Permission.REVIEW) or (
        user.agent_id is not None and user.agent_id == view.record.agent_id
    ):
        return None
    if ahead:
        return site.claims.holder(view.record.sha256, but=user.name)
    return site.claims.take(view.record.sha256, user.name)


def _list(request: Request, view: CallView, came: str, settled: str) -> dict[str, Any]:
    """The place in the list that one came from, the call after this one, and the way back."""
    if not may(visitor_of(request).user, Permission.READ_ALL):
        return {"place_in_list": None, "following": None, "undo": None, "undo_came": "", "back": ""}
    undo = settled_before(request, settled) if settled else None
    return {
        "place_in_list": place_in_list(request, view.counting_id, came),
        "following": next_call(request, view.counting_id, came) if came else None,
        "undo": undo,
        "undo_came": one_less_done(came),
        "back": left_place(came),
    }


def _other_parts(site: ReviewContext, view: CallView, user: User) -> list[tuple[str, int]]:
    """Name and result of the other parts of the conversation, for those who may read them."""
    part = view.counting.part
    if part is None or not may(user, Permission.READ_ALL):
        return []
    linked = site.store.conversations.parts_of(view.record.sha256)
    if linked:
        return [(name or f"第 {number} 段", other) for number, name, other in linked]
    found = [(name, site.store.results.id_of(name)) for name in part.others]
    return [(name, result_id) for name, result_id in found if result_id is not None]


def _done(site: ReviewContext, view: CallView, user: User) -> list[ActionLine]:
    """The actions on the call, the last first."""
    score = view.counting.score
    items = {item.id: item.name for item in (*score.items, *score.extras, *score.beside)}
    seen = [
        action
        for action in view.actions
        if may(user, Permission.READ_ALL) or action.kind not in PRIVATE
    ]
    return [
        put_in_words(action, items, site.rules, masked=view.masked) for action in reversed(seen)
    ]


def _state(view: CallView) -> dict[str, Any]:
    """The state of the call as a whole by its actions in force: the last of each kind counts."""
    last: dict[str, Any] = {"settle": False, "assign": None, "mark": None}
    fields = {"settle": "settled", "assign": "to", "mark": "mark"}
    for action in view.actions:
        if action.in_force and action.kind in fields:
            last[action.kind] = action.value[fields[action.kind]]
    return last


def _tools(site: ReviewContext, view: CallView, user: User) -> dict[str, Any]:
    """Values that only reviewers and readers of the ledger need."""
    tools: dict[str, Any] = {
        "appeals": site.store.appeals.find(sha256=view.record.sha256),
        "term": appeal_term(site, view.counting_id) if may(user, Permission.APPEAL) else None,
        "coached": _coached(site, view, user),
        "today": today(site),
        "rules": [],
        "reviewers": [],
        "entries": [],
        "past": [],
    }
    if may(user, Permission.REVIEW):
        tools["rules"] = _choices(site)
    if may(user, Permission.ASSIGN):
        tools["reviewers"] = reviewers_of(site)
    if may(user, Permission.READ_LEDGER):
        entries = site.store.ledger.entries(f"call {view.record.sha256}")
        tools["entries"] = [
            entry for entry in reversed(entries) if entry.action not in ("acted", "undone")
        ]
    if may(user, Permission.READ_ALL):
        tools["past"] = site.store.effective.versions_of(view.record.sha256)
    return tools


def _coached(site: ReviewContext, view: CallView, user: User) -> list[CoachingRecord]:
    """The coaching records about the call that the visitor may see."""
    records = site.store.coaching.find(sha256=view.record.sha256)
    return [record for record in records if may_see_agent(user, record.agent_id)]


def _choices(site: ReviewContext) -> list[tuple[str, str]]:
    """Rules of which a finding can be added, as ``rule|kind`` with their names."""
    kinds = ("forbidden", "process", "missing", "required")
    chosen = [
        (f"{r.id}|{r.kind}", f"{KINDS[r.kind]}：{r.name}")
        for kind in kinds
        for r in site.rules.values()
        if r.kind == kind
    ]
    signals = [
        (rule, name)
        for rule, name in SIGNAL_NAMES.items()
        if rule.partition(".")[0] in ("interruption", "silence", "tone", "process")
    ]
    return chosen + [
        (f"{rule}|{rule.partition('.')[0]}", f"测量：{name}") for rule, name in signals
    ]
