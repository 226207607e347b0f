"""The rows against their digests and seals in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.checked_labels import find_mislabelled
from pipeline.store.excuses import Erased, object_of
from pipeline.store.faults import Fault
from pipeline.store.ledger import digest_result
from pipeline.store.sealed_tables import name_row
from pipeline.store.seals import cover, find_misfits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlite_utils import Database

    from pipeline.store.verify_chain import Chain


def check_results(
    db: Database, digests: Mapping[str, tuple[str, int]], erased: frozenset[str]
) -> tuple[list[Fault], int]:
    """The results against their digests in the ledger, but for the ``erased`` ones, and the number
    of results."""
    faults: list[Fault] = []
    left = dict(digests)
    ids = [row[0] for row in db.execute("SELECT id FROM results ORDER BY id")]
    adopted = _adopted(db)
    for result_id in ids:
        subject = f"result {result_id}"
        known = left.pop(subject, None)
        if known is None and result_id > adopted:
            faults.append(Fault(subject, "is not in the ledger: it was added by other means"))
        elif (
            known is not None
            and subject not in erased
            and known[0] != digest_result(db, result_id, form=known[1])
        ):
            faults.append(Fault(subject, "was altered after it was saved"))
    faults += [
        Fault(subject, "is in the ledger and no longer in the database")
        for subject in left
        if subject not in erased
    ]
    return faults, len(ids)


def check_rows(db: Database, chain: Chain, erased: Erased, named: set[str]) -> Iterator[Fault]:
    """The seals against the entries that cover them, and the rows against their seals; ``named``:
    what is a fault already."""
    yield from _check_covers(db, chain.covers)
    for (number,) in db.execute("SELECT id FROM seals WHERE key = '' ORDER BY id").fetchall():
        if number not in erased.seals:
            yield Fault(f"seal {number}", "emptied, and not erased by right")
    for key, what in find_misfits(db):
        subject = name_row(key)
        if subject not in named:
            named.add(subject)
            yield Fault(subject, what)


def check_labels(db: Database, named: set[str]) -> Iterator[Fault]:
    """The results whose labels in the index are not those of their findings; ``named``: what is a
    fault already."""
    for number in find_mislabelled(db):
        subject = f"result {number}"
        if subject not in named:
            what = "its rules and phrases in the index are others than its findings have"
            yield Fault(subject, what)


def _check_covers(db: Database, covers: Mapping[int, str]) -> Iterator[Fault]:
    left = dict(covers)
    made: list[bytes] = []
    current: int | None = None

    def end() -> Iterator[Fault]:
        if current is not None and left.pop(current, None) != cover(made):
            yield Fault(f"seals of entry {current}", "are others than those that were written")

    for entry, digest in db.execute("SELECT entry, digest FROM seals ORDER BY id"):
        if entry != current:
            yield from end()
            current, made = entry, []
        made.append(digest)
    yield from end()
    for entry in left:
        yield Fault(f"seals of entry {entry}", "are missing")


def _adopted(db: Database) -> int:
    """The last result that is older than the ledger."""
    first = db.execute("SELECT detail FROM ledger WHERE id = 1 AND action = 'begun'").fetchone()
    return int(object_of(first[0]).get("results_up_to", 0)) if first else 0
