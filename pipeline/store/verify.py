"""Compare a database with its ledger: the chain, the seals of all rows, the results' digests, and
heads that were kept inside and outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.store.excuses import check_cleaned, read_erased, read_lost
from pipeline.store.faults import Fault
from pipeline.store.heads import read_heads
from pipeline.store.ledger import START
from pipeline.store.verify_chain import check_heads, check_tip, read_chain
from pipeline.store.verify_rows import check_labels, check_results, check_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlite_utils import Database

    from pipeline.store.heads import TreeHead

MOST_NOTED = 5
"""Steps of the clock that are told one by one (our choice)."""


@dataclass(frozen=True, slots=True)
class Verified:
    """The result of a check. ``entries``: without those that cover rows; ``size``: all of them;
    ``head``: the last hash. A copy of it kept elsewhere proves that the ledger was not replaced
    later. ``notes``: what is no fault and worth knowing; ``compared``: heads from inside and outside
    that the ledger was compared with."""

    entries: int
    results: int
    head: str
    faults: tuple[Fault, ...]
    size: int = 0
    notes: tuple[str, ...] = ()
    compared: int = 0


@dataclass(frozen=True, slots=True)
class Witness:
    """What lies outside the database: hash of an earlier check, heads kept as anchors, and the
    site's public key."""

    expected_head: str | None = None
    anchors: tuple[TreeHead, ...] = ()
    public: str = ""


def verify(db: Database, witness: Witness, *, with_results: bool = True) -> Verified:
    """Check the chain, all heads, and with ``with_results`` that every row is as it was saved.
    Raises ``sqlite3.Error``."""
    erased = read_erased(db)
    chain = read_chain(db, erased)
    size, last = len(chain.hashes), chain.hashes[-1] if chain.hashes else START
    faults = [*chain.faults, *check_tip(db, size, last, witness.public)]
    expected = witness.expected_head
    if expected not in (None, START) and expected not in set(chain.hashes):
        faults.append(
            Fault(
                "head",
                f"the expected hash {expected} is not in the ledger: entries were replaced",
            )
        )
    kept = read_heads(db)
    heads = dict.fromkeys([*kept, *witness.anchors])
    lost = read_lost(db)
    faults += check_heads(
        chain.hashes, [head for head in heads if head.root not in lost], witness.public
    )
    checked = 0
    if with_results:
        wrong, checked = check_results(db, chain.digests, erased.results)
        named = {fault.subject for fault in wrong}
        faults += [*wrong, *check_rows(db, chain, erased, named), *check_labels(db, named)]
    faults += check_cleaned(db)
    notes = (
        *lost.values(),
        *erased.notes,
        *chain.clock[:MOST_NOTED],
        *_note_keys(heads, witness.public),
    )
    return Verified(
        chain.others, checked, last, tuple(faults), size=size, notes=notes, compared=len(heads)
    )


def _note_keys(heads: Iterable[TreeHead], public: str) -> Iterator[str]:
    others = sorted({head.public for head in heads if head.public != public and head.public})
    if public and others:
        yield f"heads by other keys than this site's: {', '.join(one[:16] for one in others)}"
    elif others:
        yield "heads are signed and no key is known here: [ledger] key_file"
