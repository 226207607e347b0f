"""What the ledger itself explains: erasures by right, and heads that a restored backup lacks."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.store.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlite_utils import Database

ERASED = "erased"
"""The action of an entry that says what was erased by right."""

FINISHED = "erasure finished"
"""The action of the entry after the bytes are gone."""

RESTORED = "restored"
"""The action of an entry that says that a backup was restored, and which heads it lacks."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What the ledger says was erased: entries by number, seals, results."""

    entries: Mapping[int, str]
    seals: frozenset[int]
    results: frozenset[str]
    notes: tuple[str, ...]


def read_erased(db: Database) -> Erased:
    """What all erasures in the ledger took, with a note of each. Raises ``sqlite3.Error``."""
    entries: dict[int, str] = {}
    seals: set[int] = set()
    results: set[str] = set()
    notes: list[str] = []
    found = db.execute(
        "SELECT id, at, actor, detail FROM ledger WHERE action = ? ORDER BY id", [ERASED]
    )
    for number, at, actor, text in found.fetchall():
        detail = object_of(text)
        entries |= {int(entry): str(hashed) for entry, hashed in detail.get("entries", ())}
        seals |= set(detail.get("seals", ()))
        changed = (*detail.get("results", ()), *detail.get("swept", ()))  # swept: of other people
        results |= {f"result {one}" for one in changed}
        what = f"{len(detail.get('calls', ()))} calls, {len(detail.get('entries', ()))} entries"
        reason = detail.get("reason", "")
        notes.append(f"erased by right: {what}, at {at} by {actor}, entry {number} ({reason})")
    return Erased(entries, frozenset(seals), frozenset(results), tuple(notes))


def check_cleaned(db: Database) -> Iterator[Fault]:
    """The erasures whose bytes may still be in the file."""
    wanted = """SELECT id FROM ledger WHERE action = ? AND id > coalesce((SELECT max(id) FROM ledger
        WHERE action = ?), 0)"""
    for (number,) in db.execute(wanted, [ERASED, FINISHED]).fetchall():
        what = "bytes of what was erased may be left; callqa erase --finish takes them away"
        yield Fault(f"erasure {number}", what)


def read_lost(db: Database) -> dict[str, str]:
    """The roots of heads that a restored backup does not know, each with what is told of it."""
    lost: dict[str, str] = {}
    found = db.execute(
        "SELECT id, at, actor, detail FROM ledger WHERE action = ? ORDER BY id", [RESTORED]
    )
    for number, at, actor, text in found.fetchall():
        for size, root in object_of(text).get("lost", ()):
            what = f"a backup was restored at {at} by {actor}, entry {number}"
            lost[root] = f"{what}: the head of {size} entries is not in it"
    return lost


def object_of(text: str) -> dict[str, Any]:
    """A JSON object; empty for anything else."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
