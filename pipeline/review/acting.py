"""What people do with calls: the same for the pages and for the programming interface."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import HTTPException, Request

from pipeline.errors import RevisionError
from pipeline.people import NewAction, ReviewAction, User
from pipeline.report import MASK
from pipeline.review.access import may_undo
from pipeline.review.call_access import CallView
from pipeline.review.context import site_of, visitor_of
from pipeline.store import ToneLabel


def do(request: Request, view: CallView, acts: Sequence[NewAction]) -> int:
    """Keep acts on a call, all or nothing, and return the id of the result that counts now. What is
    said of the tone is a label for ``callqa tone train``, too. Raises ``RevisionError``,
    ``StoreError``."""
    site, name = site_of(request), visitor_of(request).user.name
    for act in acts:
        _check(act, view)
    labels = [
        ToneLabel(
            view.machine_id,
            act.value["role"],
            act.value["start_s"],
            act.value["end_s"],
            act.value["grade"],
            name,
        )
        for act in acts
        if act.kind == "tone"
    ]
    with site.store.batch():
        if labels:
            site.store.tone.label(labels, labelled_at=site.now)
        return site.reviser.act(site.store, view.machine_id, acts, actor=name, at=site.now)


def check_undo(user: User, act: ReviewAction) -> None:
    """Whether a user may take an act back: one's own, a supervisor any. 403 where not; raises
    ``RevisionError`` for what an appeal decided."""
    if act.appeal_id is not None:
        raise RevisionError("这是申诉的处理结果，不能在这里撤销")
    if not may_undo(user, act):
        raise HTTPException(403)


def _check(act: NewAction, view: CallView) -> None:
    if act.kind == "text" and MASK in act.value["text"]:
        raise RevisionError("这句话里有被遮盖的个人信息：请先写明原因查看全文，再改文字")
    if (
        act.kind == "tone"
        and not act.value["start_s"] < act.value["end_s"] <= view.machine.recording.duration_s + 1
    ):
        raise RevisionError("这一段的起止时间不对")
    if act.kind == "comment" and not act.value["text"].strip():
        raise RevisionError("备注是空的")
