"""Review actions on calls: one rule each, for the pages and for the API.

A page reads a form, the API reads JSON; both make ``NewAction``s of them and call ``perform`` or
``undo``. Permission, checks, message and the stored value are decided here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from fastapi import HTTPException, Request

from pipeline.corrections import decision_of, named, utterance_at
from pipeline.errors import RevisionError
from pipeline.people import ActionKind, FindingKey, NewAction, ReviewAction, User
from pipeline.privacy import MASK, mask_result
from pipeline.review.access import ACTION_PERMISSIONS, Permission, may, may_undo
from pipeline.review.call_access import find_record, hidden_in
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.review.stale import StaleError, find_overtaken
from pipeline.store import ToneLabel
from pipeline.types import CallRecord, CallResult, Finding, Kinds

MASKED_SENTENCE = "这句话里有遮盖的个人信息，请先写明理由查看，再更正文字。"
MASK_IN_TEXT = f"更正的文字里有遮盖符号“{MASK}”，请写出实际说的话。"
OUTSIDE = "时间不在这通录音之内，或者起止颠倒。"
BLANK_COMMENT = "备注是空的。"
NO_REVIEWER = "没有这个质检员或主管。"
NO_FINDING = "这通电话里没有这一处发现，请刷新页面。"
OWN_CALL = "这是您本人的通话，请由他人复核。"
TAKEN = "这通已分配给{}，请主管改派。"
OF_AN_APPEAL = "这是申诉的处理结果，不能在这里撤销。"
OF_SOMEBODY_ELSE = "只能撤销自己的操作；他人的操作请主管撤销。"


@dataclass(frozen=True)
class _Target:
    """The call that actions are about. ``hidden``: the kinds of personal data that the visitor does
    not see in it."""

    site: ReviewContext
    record: CallRecord
    hidden: Kinds

    @cached_property
    def machine_id(self) -> int:
        return self.site.store.effective.machine_of(self.record.result_id)

    @cached_property
    def effective(self) -> CallResult:
        """Without its words, which no check asks for."""
        return self.site.store.results.load([self.record.result_id], words=False)[0].result

    @cached_property
    def stored(self) -> tuple[ReviewAction, ...]:
        """All actions on the call, in order."""
        return self.site.store.actions.of(self.record.sha256)

    @cached_property
    def present_findings(self) -> tuple[Finding, ...]:
        """Findings of the machine's result and of the effective one, each once."""
        read = self.site.store.results.findings_of
        ids = dict.fromkeys((self.machine_id, self.record.result_id))
        found = {FindingKey.of(finding): finding for one in ids for finding in read(one)}
        return tuple(found.values())


def perform(
    request: Request, result_id: int, actions: Sequence[NewAction], *, seen: str = ""
) -> int:
    """Store review actions on a call, all or nothing, and return the id of the effective result.

    A decision that is in force already is not stored again; a graded tone becomes a label for
    ``callqa tone train``. ``seen``: what the visitor's page knew of the call
    (``stale.seen_mark``); empty: whatever others did since is overruled. 403 without the
    permission for each action, and on the user's own call; 404 for a foreign call or an
    unknown finding; 409 for the text of a sentence whose personal data the visitor does not see.
    Raises ``StaleError``, ``RevisionError``, ``StoreError``."""
    site, user = site_of(request), visitor_of(request).user
    if not all(_may_do(user, action) for action in actions):
        raise HTTPException(403)
    corrector, at = site.corrector, site.now
    with site.store.batch():
        record = find_record(request, result_id)
        if any(action.kind != "comment" for action in actions):
            _refuse_own_call(user, record)
        target = _Target(site, record, hidden_in(request, record.sha256))
        wanted: list[NewAction] = []
        for action in actions:
            checked = _CHECKS[action.kind](target, action)
            overtaken = find_overtaken(checked, target.stored, seen=seen, user=user.name)
            if overtaken:
                raise StaleError(result_id, overtaken)
            if not may(user, ACTION_PERMISSIONS[action.kind]):
                _check_taking(target, user)
            if not _is_in_force(target, checked, wanted):
                wanted.append(checked)
        if not wanted:
            return site.store.effective.of(record.sha256)
        labels = [_tone_label(target, one, user) for one in wanted if one.kind == "tone"]
        if labels:
            site.store.tone.label(labels, labelled_at=at)
        return corrector.act(site.store, record.result_id, wanted, actor=user.name, at=at)


def undo(request: Request, action_id: int, *, result_id: int | None = None) -> int:
    """Undo a review action and return the id of the effective result; a second undo changes
    nothing. ``result_id``: a result of the call that the action must be about; ``None``: any.

    404 where there is no such action; 403 where ``may_undo`` refuses. Raises ``RevisionError`` for
    the decision of an appeal, ``StoreError``."""
    site, user = site_of(request), visitor_of(request).user
    sha256 = None if result_id is None else find_record(request, result_id).sha256
    action = site.store.actions.find(action_id)
    if action is None or sha256 not in (None, action.sha256):
        raise HTTPException(404)
    _refuse_own_call(user, find_record(request, action.result_id))
    if action.appeal_id is not None:
        raise RevisionError(OF_AN_APPEAL)
    if not may_undo(user, action):
        raise HTTPException(403, OF_SOMEBODY_ELSE)
    if not action.in_force:
        return site.store.effective.of(action.sha256)
    return site.corrector.undo(site.store, action_id, actor=user.name, at=site.now)


def last_settling(request: Request, result_id: int) -> int | None:
    """The visitor's own settling of a call, where it is the one in force; for taking it back."""
    site, user = site_of(request), visitor_of(request).user
    record = site.store.calls.record_of(result_id)
    stored = site.store.actions.of(record.sha256) if record else ()
    settlings = [one for one in stored if one.kind == "settle" and one.in_force]
    if not settlings or settlings[-1].actor != user.name or not settlings[-1].value["settled"]:
        return None
    return settlings[-1].id


def _may_do(user: User, action: NewAction) -> bool:
    """Whether a user may do an action; reviewers may take calls for themselves and give their own
    back, without the permission to assign."""
    if may(user, ACTION_PERMISSIONS[action.kind]):
        return True
    own = action.kind == "assign" and (action.value["to"] or user.name) == user.name
    return own and may(user, Permission.REVIEW)


def _check_taking(target: _Target, user: User) -> None:
    """409 for a call that is assigned to somebody else: only a supervisor moves it."""
    assigned = next(
        (
            one.value["to"]
            for one in reversed(target.stored)
            if one.kind == "assign" and one.in_force
        ),
        None,
    )
    if assigned not in (None, user.name):
        raise HTTPException(409, TAKEN.format(assigned))


def _refuse_own_call(user: User, record: CallRecord) -> None:
    """403 for a reviewer who takes calls as well: nobody judges himself."""
    if user.agent_id is not None and user.agent_id == record.agent_id:
        raise HTTPException(403, OWN_CALL)


def can_undo(user: User, action: ReviewAction) -> bool:
    """Whether ``undo`` would change something for a user."""
    return action.in_force and action.appeal_id is None and may_undo(user, action)


def _decide(target: _Target, action: NewAction) -> NewAction:
    """The decision with the finding as the result has it: the request may hold masked words."""
    finding = _named_finding(target, FindingKey(**action.value["finding"]))
    if finding is None:
        raise HTTPException(404, NO_FINDING)
    key = FindingKey.of(finding).plain()
    return replace(action, value={**action.value, "finding": key}, rule=finding.rule)


def _add(target: _Target, action: NewAction) -> NewAction:
    """The finding with its quote stripped; a missing phrase is missing from the whole call."""
    value = {**action.value, "quote": action.value.get("quote", "").strip()}
    if value["kind"] == "missing":
        judged = target.effective.recording.judged
        value |= {"start_s": judged.start_s, "end_s": judged.end_s}
    return replace(action, value=value, rule=value["rule"])


def _text(target: _Target, action: NewAction) -> NewAction:
    if _is_masked(target.effective, action.value, target.hidden):
        raise HTTPException(409, MASKED_SENTENCE)
    if MASK in action.value["text"]:
        raise RevisionError(MASK_IN_TEXT)
    return _stripped(action, "text")


def _tone(target: _Target, action: NewAction) -> NewAction:
    start_s, end_s = action.value["start_s"], action.value["end_s"]
    judged = target.effective.recording.judged
    if not judged.start_s - 1 <= start_s < end_s <= judged.end_s + 1:
        raise RevisionError(OUTSIDE)
    return action


def _comment(target: _Target, action: NewAction) -> NewAction:
    if not action.value["text"].strip():
        raise RevisionError(BLANK_COMMENT)
    return _stripped(action, "text")


def _assign(target: _Target, action: NewAction) -> NewAction:
    name = action.value["to"] or None
    user = target.site.store.users.find(name) if name else None
    if name and (user is None or not may(user, Permission.REVIEW)):
        raise RevisionError(NO_REVIEWER)
    return replace(action, value={"to": name})


def _as_given(target: _Target, action: NewAction) -> NewAction:
    return action


_CHECKS: Mapping[ActionKind, Callable[[_Target, NewAction], NewAction]] = {
    "decide": _decide,
    "add": _add,
    "role": _as_given,
    "text": _text,
    "tone": _tone,
    "comment": _comment,
    "mark": _as_given,
    "assign": _assign,
    "override": lambda _, action: _stripped(action, "reason"),
    "settle": _as_given,
}
"""The checks of each action and the form in which it is stored. ``corrections.check_action`` checks
more, for every caller."""


def _stripped(action: NewAction, field: str) -> NewAction:
    return replace(action, value={**action.value, field: action.value[field].strip()})


def _named_finding(target: _Target, key: FindingKey) -> Finding | None:
    """The finding of the call that a key names. Findings of earlier results count too: the page may
    have been open while the call was scored again."""
    present = target.present_findings
    exact = next((finding for finding in present if FindingKey.of(finding) == key), None)
    finding = exact or named(key, present)
    if finding is not None:
        return finding
    store = target.site.store
    for version in reversed(store.effective.versions_of(target.record.sha256)):
        finding = named(key, store.results.get(version.id).findings)
        if finding is not None:
            return finding
    return None


def _is_in_force(target: _Target, action: NewAction, before: Sequence[NewAction]) -> bool:
    """Whether the same decision about the same finding is the last one, among the stored actions
    and those ``before`` it in the request."""
    if action.kind != "decide":
        return False
    key, decision = action.value["finding"], action.value["decision"]
    for other in reversed(before):
        if other.kind == "decide" and other.value["finding"] == key:
            return bool(other.value["decision"] == decision)
    finding = named(FindingKey(**key), target.present_findings)
    if finding is None:
        return False
    last = decision_of(finding, target.stored, target.present_findings)
    return last is not None and last.value["decision"] == decision


def _is_masked(result: CallResult, value: Mapping[str, Any], hidden: Kinds) -> bool:
    """Whether personal data is masked in the utterance that an action names."""
    at = utterance_at(result.utterances, value)
    if at is None:
        return False
    return mask_result(result, kinds=hidden).utterances[at].text != result.utterances[at].text


def _tone_label(target: _Target, action: NewAction, user: User) -> ToneLabel:
    value = action.value
    return ToneLabel(
        target.machine_id,
        value["role"],
        value["start_s"],
        value["end_s"],
        value["grade"],
        user.name,
    )
