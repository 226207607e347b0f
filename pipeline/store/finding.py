"""The search box of the queue: one text that may name a call, a customer, an agent, words or a
finding."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipeline.privacy import MASK, mask_customer, mask_name
from pipeline.store.finding_labels import LABELLED, labels_of, phrases_with

if TYPE_CHECKING:
    from sqlite_utils import Database

    from pipeline.people import QueueFilter

LEAST_OF_AN_ID = 3
"""Characters from which a part of a call id or of a customer's number is looked for (our choice)."""

LEAST_OF_A_PHRASE = 2
"""One character is in most phrases and names of rules."""

SHOWN_END = 4
"""Digits at the end of a masked telephone number that are shown."""

MOST = 2000
"""Call ids, and customers, of which a searched text may be a part; no more are looked at."""


def find_anything(
    db: Database, wanted: QueueFilter, said: tuple[str, str]
) -> tuple[str, list[Any]]:
    """The condition on ``calls`` for what the search box names, with its values. ``said``: the
    condition for calls that say it. Raises ``sqlite3.Error``."""
    text = wanted.find.strip()
    named: dict[str, list[Any]] = {
        "agent_id IN": _agents(db, text),
        "call_id IN": _call_ids(db, text),
        "customer_id IN": _customers(db, text),
    }
    parts, values = [said[0]], [said[1]]
    for start, found in named.items():
        if found:
            parts.append(f"{start} (SELECT value FROM json_each(?))")
            values.append(json.dumps(found))
    if len(text) >= LEAST_OF_A_PHRASE:
        for labels in (phrases_with(db, text), labels_of(db, "rule", wanted.find_rules)):
            parts.append(f"result_id IN {LABELLED}")
            values.append(labels)
    return f"({' OR '.join(parts)})", values


def fits_customer(customer_id: str, text: str) -> bool:
    """Whether a searched text names a customer as far as the pages show the number: a search tells
    no more than they do.

    >>> fits_customer("13800138000", "13800138000"), fits_customer("13800138000", "138****8000")
    (True, True)
    >>> fits_customer("13800138000", "8000"), fits_customer("13800138000", "13800*****0")
    (True, False)
    """
    shown, typed = mask_customer(customer_id), mask_customer(text)
    return shown == typed or (len(typed) <= SHOWN_END and shown.endswith(typed))


def _agents(db: Database, text: str) -> list[str]:
    found = db.execute(
        "SELECT agent_id FROM agents WHERE instr(name, ?) UNION SELECT ?", [text, text]
    )
    return [row[0] for row in found.fetchall()]


def _call_ids(db: Database, text: str) -> list[str]:
    """The call ids that show a text; digits that are hidden in them are not found."""
    if len(text) < LEAST_OF_AN_ID:
        return []
    found = db.execute("SELECT call_id FROM calls WHERE instr(call_id, ?) LIMIT ?", [text, MOST])
    return [row[0] for row in found.fetchall() if text in mask_name(row[0])]


def _customers(db: Database, text: str) -> list[str]:
    if len(text) < LEAST_OF_AN_ID:
        return []
    pattern = _plain(mask_customer(text)).replace(MASK, "_")
    found = db.execute(
        r"SELECT DISTINCT customer_id FROM calls WHERE customer_id LIKE ? ESCAPE '\' LIMIT ?",
        [f"%{pattern}" if len(text) <= SHOWN_END else pattern, MOST],
    )
    return [row[0] for row in found.fetchall() if fits_customer(row[0], text)]


def _plain(text: str) -> str:
    """A text without the signs that LIKE reads."""
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
