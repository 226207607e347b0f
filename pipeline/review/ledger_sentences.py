"""The ledger in sentences: who did what, about which call. The actor stands before each."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.privacy import mask_text
from pipeline.review.ledger_of_calls import OF_CALLS
from pipeline.review.ledger_of_site import OF_SITE
from pipeline.review.ledger_words import SUBJECTS, LedgerNames, unknown_action
from pipeline.store import LedgerEntry

LONGEST, REACH = 400, 40
"""Characters that are shown; what is personal is looked for so far beyond them."""

_DIGEST = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")


TOLD = {**OF_CALLS, **OF_SITE}
"""A sentence for each action that the program writes."""


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """``text``: what was done, with all personal data masked; ``call``: result and name of the call
    it is about; ``subject``: what else it is about."""

    text: str
    call: tuple[int, str] | None
    subject: str


def put_entry(entry: LedgerEntry, names: LedgerNames) -> LedgerLine:
    """An entry as a sentence without its actor."""
    call = names.call_of(entry.subject)
    told = TOLD.get(entry.action, unknown_action)(entry, names)
    told = _DIGEST.sub(r"\1…", told)
    masked = mask_text(told[: LONGEST + REACH], said=False)[:LONGEST]
    shown = call and (call[0], mask_text(call[1], said=False))
    subject = "" if call else _subject(entry.subject, names)
    return LedgerLine(masked, shown, mask_text(_DIGEST.sub(r"\1…", subject), said=False))


def _subject(subject: str, names: LedgerNames) -> str:
    kind, _, rest = subject.partition(" ")
    if kind in ("ledger", ""):
        return ""
    if kind == "rule" and rest in names.rules:
        return f"规则“{names.rules[rest].name}”"
    if kind == "sheet":
        return f"评分表“{names.sheets.get(rest, rest)}”"
    return f"{SUBJECTS.get(kind, '其他')} {rest}".strip()
