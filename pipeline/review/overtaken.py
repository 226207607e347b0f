"""The answer to a decision on a page that others have overtaken: both side by side."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from pipeline.corrections import utterance_at
from pipeline.people import NewAction, ReviewAction
from pipeline.review.action_view import ActionLine, put_in_words
from pipeline.review.call_access import CallView, view_call
from pipeline.review.context import ReviewContext, site_of, visitor_of
from pipeline.review.render import render
from pipeline.review.stale import StaleError, seen_mark


async def show_overtaken(request: Request, error: Exception) -> Response:
    """Who decided what and when, beside what the visitor wanted, and the form to decide again."""
    assert isinstance(error, StaleError)
    form = await request.form()
    given = [
        (name, value)
        for name, value in form.multi_items()
        if isinstance(value, str) and name != "csrf"
    ]
    return await run_in_threadpool(_show, request, error, given)


def _show(request: Request, error: StaleError, given: list[tuple[str, str]]) -> Response:
    site, user = site_of(request), visitor_of(request).user
    view = view_call(request, error.result_id)
    wanted = error.overtaken.wanted
    mine = ReviewAction(
        0, view.record.sha256, view.machine_id, wanted.kind, wanted.value, user.name, site.now, wanted.rule
    )  # fmt: skip
    texts = _texts(view, wanted)
    return render(
        request, "overtaken.html.j2", status=409, message=error.detail, view=view, path_again=request.url.path,
        theirs=[_in_words(site, view, one) for one in error.overtaken.theirs], mine=_in_words(site, view, mine),
        texts=texts, given=given, seen=seen_mark(view.actions), came=dict(given).get("from", ""),
    )  # fmt: skip


def _in_words(site: ReviewContext, view: CallView, action: ReviewAction) -> ActionLine:
    score = view.counting.score
    items = {item.id: item.name for item in (*score.items, *score.extras, *score.beside)}
    return put_in_words(action, items, site.rules, masked=view.masked)


def _texts(view: CallView, wanted: NewAction) -> tuple[str, str] | None:
    """The sentence as it counts now and as the visitor wrote it."""
    if wanted.kind != "text":
        return None
    at = utterance_at(view.counting.utterances, wanted.value)
    return ("" if at is None else view.counting.utterances[at].text), str(wanted.value["text"])
