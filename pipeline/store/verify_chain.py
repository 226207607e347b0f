"""The chain of entries: each entry against the one before it, its clock, its end, and its heads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pipeline.store.excuses import Erased, object_of
from pipeline.store.faults import Fault
from pipeline.store.heads import tip_text
from pipeline.store.ledger import START, hash_of
from pipeline.store.merkle import leaf_hash, roots_at
from pipeline.store.seals import SEALED
from pipeline.store.signing import is_signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlite_utils import Database

    from pipeline.store.heads import TreeHead
    from pipeline.types import Seconds

CLOCK_STEP_S: Seconds = 60.0
"""A clock that is set back by less is only being put right (our choice)."""

LONG_WORK_S: Seconds = 12 * 3600.0
"""Entries with the time at which a long work began may come so late (our choice)."""


@dataclass(slots=True)
class Chain:
    """The entries as they were read."""

    faults: list[Fault]
    hashes: list[str]
    digests: dict[str, tuple[str, int]]
    covers: dict[int, str]
    clock: list[str]
    others: int = 0


def read_chain(db: Database, erased: Erased) -> Chain:
    """All entries, each held against the one before it; an empty one has to be in ``erased``.
    Raises ``sqlite3.Error``."""
    chain = Chain([], [], {}, {}, [])
    before, number, clock = START, 0, ("", "")
    for row in db.execute(
        "SELECT id, at, actor, action, subject, detail, hash, salt FROM ledger ORDER BY id"
    ):
        number += 1
        what = f"altered ({row[3]} {row[4]}), or the one before it"
        if row[0] != number:
            chain.faults.append(Fault(f"entry {number}", f"missing: the next entry is {row[0]}"))
            number = row[0]
        elif row[5] == "":
            if erased.entries.get(number) != row[6]:
                chain.faults.append(Fault(f"entry {number}", "emptied, and not erased by right"))
        elif hash_of(row[:6], salt=row[7], before=before) != row[6]:
            chain.faults.append(Fault(f"entry {number}", what))
        before = row[6]
        chain.hashes.append(before if _is_hash(before) else START)
        clock = _follow_clock(chain, number, row[1], row[3] == SEALED, clock)
        if row[3] in ("scored", "rescored", "revised"):
            found = object_of(row[5])
            chain.digests[row[4]] = str(found.get("sha256", "")), int(found.get("form", 1))
        if row[3] == SEALED:
            chain.covers[number] = str(object_of(row[5]).get("sha256", ""))
        else:
            chain.others += 1
    return chain


def _follow_clock(
    chain: Chain, number: int, at: str, sealed: bool, clock: tuple[str, str]
) -> tuple[str, str]:
    """Note a clock that was set back. Entries that cover rows have the time of their writing,
    others that at which the work began."""
    before, least_s = (clock[0], CLOCK_STEP_S) if sealed else (max(clock), LONG_WORK_S)
    if before and at < before:
        back_s = (_moment(before) - _moment(at)).total_seconds()
        if back_s > least_s:
            chain.clock.append(
                f"the clock ran backwards before entry {number}: {at} after {before}"
            )
    return (at, clock[1]) if sealed else (clock[0], at)


def check_tip(db: Database, size: int, last: str, public: str) -> Iterator[Fault]:
    """The end of the ledger against its last entry that was noted beside it, and its signature,
    where a public key is given."""
    row = db.execute("SELECT entries, hash, signed, signature FROM ledger_head").fetchone()
    entries, hashed, signed, signature = row or (0, START, 0, "")
    if (entries, hashed) != (size, last):
        yield Fault(
            "end",
            f"{entries} entries were written, the last with the hash {hashed}; {size} are there",
        )
    if not public:
        return
    if signed != entries:
        yield Fault(
            "end",
            f"the last {entries - signed} of {entries} entries are not signed: they were written "
            "without the key of [ledger] key_file; callqa ledger sign signs what is there",
        )
    elif not is_signed(public, tip_text(entries, hashed), signature):
        yield Fault("end", "the last entry has a false signature: entries were replaced")


def check_heads(hashes: Sequence[str], heads: Iterable[TreeHead], public: str) -> Iterator[Fault]:
    """The heads against the hashes of the entries up to each."""
    leaves = (leaf_hash(bytes.fromhex(one)) for one in hashes)
    heads = list(heads)
    roots = roots_at(leaves, [head.size for head in heads])
    for head in heads:
        subject = f"head {head.size}"
        if head.size not in roots:
            what = f"the ledger had {head.size} entries at {head.at}; {len(hashes)} are there"
            yield Fault(subject, what)
        elif roots[head.size].hex() != head.root or (
            head.size and hashes[head.size - 1] != head.hash
        ):
            what = f"entries up to {head.size} are others than at {head.at}"
            yield Fault(subject, what)
        elif head.public == public != "" and not head.is_signed_by(public):
            yield Fault(subject, "has a false signature")


def _is_hash(text: str) -> bool:
    return len(text) == 64 and not set(text) - set("0123456789abcdef")


def _moment(at: str) -> datetime:
    try:
        return datetime.fromisoformat(at)
    except ValueError:
        return datetime.fromisoformat("1970-01-01T00:00:00+00:00")
