"""Compare a database with its ledger: the chain, the seals of all rows, the results' digests, and
heads that were kept inside and outside."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipeline.store.checked_labels import find_mislabelled
from pipeline.store.heads import read_heads, tip_text
from pipeline.store.ledger import START, digest_result, hash_of
from pipeline.store.merkle import leaf_hash, roots_at
from pipeline.store.seals import SEALED, cover, find_misfits, name_row
from pipeline.store.signing import is_signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlite_utils import Database

    from pipeline.store.heads import TreeHead
    from pipeline.types import Seconds

ERASED = "erased"
"""The action of an entry that says what was erased by right."""

RESTORED = "restored"
"""The action of an entry that says that a backup was restored, and which heads it lacks."""

CLOCK_STEP_S: Seconds = 60.0
"""A clock that is set back by less is only being put right (our choice)."""

LONG_WORK_S: Seconds = 12 * 3600.0
"""Entries with the time at which a long work began may come so late (our choice)."""

MOST_NOTED = 5
"""Steps of the clock that are told one by one (our choice)."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A difference between the database and the ledger."""

    subject: str
    what: str


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


@dataclass(frozen=True, slots=True)
class _Erased:
    """What the ledger says was erased: entries by number, seals, results."""

    entries: Mapping[int, str]
    seals: frozenset[int]
    results: frozenset[str]
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Chain:
    """The entries as they were read."""

    faults: list[Fault]
    hashes: list[str]
    digests: dict[str, tuple[str, int]]
    covers: dict[int, str]
    clock: list[str]
    others: int = 0


def verify(db: Database, witness: Witness, *, with_results: bool = True) -> Verified:
    """Check the chain, all heads, and with ``with_results`` that every row is as it was saved.
    Raises ``sqlite3.Error``."""
    erased = _read_erased(db)
    chain = _read_chain(db, erased)
    size, last = len(chain.hashes), chain.hashes[-1] if chain.hashes else START
    faults = [*chain.faults, *_check_tip(db, size, last, witness.public)]
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
    lost = _read_lost(db)
    faults += _check_heads(
        chain.hashes, [head for head in heads if head.root not in lost], witness.public
    )
    checked = 0
    if with_results:
        wrong, checked = _check_results(db, chain.digests, erased.results)
        named = {fault.subject for fault in wrong}
        faults += [*wrong, *_check_rows(db, chain, erased, named), *_check_labels(db, named)]
    faults += _check_cleaned(db)
    notes = (
        *lost.values(),
        *erased.notes,
        *chain.clock[:MOST_NOTED],
        *_note_keys(heads, witness.public),
    )
    return Verified(
        chain.others, checked, last, tuple(faults), size=size, notes=notes, compared=len(heads)
    )


def _read_erased(db: Database) -> _Erased:
    entries: dict[int, str] = {}
    seals: set[int] = set()
    results: set[str] = set()
    notes: list[str] = []
    found = db.execute(
        "SELECT id, at, actor, detail FROM ledger WHERE action = ? ORDER BY id", [ERASED]
    )
    for number, at, actor, text in found.fetchall():
        detail = _object(text)
        entries |= {int(entry): str(hashed) for entry, hashed in detail.get("entries", ())}
        seals |= set(detail.get("seals", ()))
        changed = (*detail.get("results", ()), *detail.get("swept", ()))  # swept: of other people
        results |= {f"result {one}" for one in changed}
        what = f"{len(detail.get('calls', ()))} calls, {len(detail.get('entries', ()))} entries"
        reason = detail.get("reason", "")
        notes.append(f"erased by right: {what}, at {at} by {actor}, entry {number} ({reason})")
    return _Erased(entries, frozenset(seals), frozenset(results), tuple(notes))


def _check_cleaned(db: Database) -> Iterator[Fault]:
    wanted = """SELECT id FROM ledger WHERE action = ? AND id > coalesce((SELECT max(id) FROM ledger
        WHERE action = 'erasure finished'), 0)"""
    for (number,) in db.execute(wanted, [ERASED]).fetchall():
        what = "bytes of what was erased may be left; callqa erase --finish takes them away"
        yield Fault(f"erasure {number}", what)


def _read_lost(db: Database) -> dict[str, str]:
    """The roots of heads that a restored backup does not know, each with what is told of it."""
    lost: dict[str, str] = {}
    found = db.execute(
        "SELECT id, at, actor, detail FROM ledger WHERE action = ? ORDER BY id", [RESTORED]
    )
    for number, at, actor, text in found.fetchall():
        for size, root in _object(text).get("lost", ()):
            what = f"a backup was restored at {at} by {actor}, entry {number}"
            lost[root] = f"{what}: the head of {size} entries is not in it"
    return lost


def _read_chain(db: Database, erased: _Erased) -> _Chain:
    chain = _Chain([], [], {}, {}, [])
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
            found = _object(row[5])
            chain.digests[row[4]] = str(found.get("sha256", "")), int(found.get("form", 1))
        if row[3] == SEALED:
            chain.covers[number] = str(_object(row[5]).get("sha256", ""))
        else:
            chain.others += 1
    return chain


def _follow_clock(
    chain: _Chain, number: int, at: str, sealed: bool, clock: tuple[str, str]
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


def _check_tip(db: Database, size: int, last: str, public: str) -> Iterator[Fault]:
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


def _check_heads(hashes: Sequence[str], heads: Iterable[TreeHead], public: str) -> Iterator[Fault]:
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


def _note_keys(heads: Iterable[TreeHead], public: str) -> Iterator[str]:
    others = sorted({head.public for head in heads if head.public != public and head.public})
    if public and others:
        yield f"heads by other keys than this site's: {', '.join(one[:16] for one in others)}"
    elif others:
        yield "heads are signed and no key is known here: [ledger] key_file"


def _check_results(
    db: Database, digests: Mapping[str, tuple[str, int]], erased: frozenset[str]
) -> tuple[list[Fault], int]:
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


def _check_rows(db: Database, chain: _Chain, erased: _Erased, named: set[str]) -> Iterator[Fault]:
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


def _check_labels(db: Database, named: set[str]) -> Iterator[Fault]:
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
    return int(_object(first[0]).get("results_up_to", 0)) if first else 0


def _object(text: str) -> dict[str, Any]:
    """A JSON object; empty for anything else."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _is_hash(text: str) -> bool:
    return len(text) == 64 and not set(text) - set("0123456789abcdef")


def _moment(at: str) -> datetime:
    try:
        return datetime.fromisoformat(at)
    except ValueError:
        return datetime.fromisoformat("1970-01-01T00:00:00+00:00")
