"""账本: every action and its actor, and whether the chain is whole."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from pipeline.privacy import mask_text
from pipeline.review.context import site_of
from pipeline.review.ledger_words import ACTIONS, DETAILS, SUBJECTS
from pipeline.review.render import render
from pipeline.store import LedgerEntry

router = APIRouter()
SHOWN = 100

_DIGEST = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")


@router.get("/ledger")
def show_ledger(
    request: Request,
    actor: Annotated[str, Query(max_length=100)] = "",
    action: Annotated[str, Query(max_length=100)] = "",
    subject: Annotated[str, Query(max_length=200)] = "",
    before: Annotated[int | None, Query(ge=1)] = None,
) -> HTMLResponse:
    """The newest entries first, a page at a time."""
    store = site_of(request).store
    entries = store.ledger.page(
        actor=actor or None,
        action=action or None,
        subject=subject or None,
        before=before,
        limit=SHOWN + 1,
    )
    return render(
        request, "ledger.html.j2", entries=entries[:SHOWN], lines=[_line(entry) for entry in entries[:SHOWN]], more=len(entries) > SHOWN, head=store.ledger.head(),
        actions=ACTIONS, actor=actor, action=action, subject=subject, before=before,
    )  # fmt: skip


def _line(entry: LedgerEntry) -> tuple[str, str]:
    """The subject of an entry and its details, for people; personal data is masked."""
    kind, _, rest = entry.subject.partition(" ")
    subject = f"{SUBJECTS.get(kind, kind)} {rest}"
    details = [
        f"{DETAILS.get(name, name)}：{_text(value)}"
        for name, value in entry.detail.items()
        if value not in (None, "")
    ]
    return _short(subject), _short("；".join(details))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _short(text: str) -> str:
    return mask_text(_DIGEST.sub(r"\1…", text)[:400])
