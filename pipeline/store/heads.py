"""Heads of the ledger, and proofs that one entry is below a head.

A head is the root of the Merkle tree over all entries up to one, with the hash of that entry and
the signature of the site. A copy of it that is kept elsewhere, an anchor, proves later that no
entry up to it was altered or left out.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from pipeline.errors import StoreError
from pipeline.store.ledger import START, hash_of
from pipeline.store.merkle import (
    consistency_path,
    inclusion_path,
    is_consistent,
    leaf_hash,
    root_by_path,
    root_of,
)
from pipeline.store.signing import is_signed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlite_utils import Database

    from pipeline.store.signing import LedgerKey

FORM = "callqa-ledger-proof-1"
FIELDS = ("id", "at", "actor", "action", "subject", "detail")


@dataclass(frozen=True, slots=True)
class TreeHead:
    """``size``: entries; ``root``, ``hash``: 64 hex digits; ``at``: UTC, ISO 8601; ``public``,
    ``signature``: hex digits, empty where the site has no key."""

    size: int
    root: str
    hash: str
    at: str
    public: str = ""
    signature: str = ""

    @property
    def signed_text(self) -> bytes:
        """The text that is signed."""
        return f"callqa head\n{self.size}\n{self.root}\n{self.hash}\n{self.at}\n".encode()

    def is_signed_by(self, public: str) -> bool:
        """Whether it has a true signature by this key."""
        return bool(self.signature) and is_signed(public, self.signed_text, self.signature)


def tip_text(entries: int, last: str) -> bytes:
    """The text that is signed with each transaction: the number of entries and the last hash."""
    return f"callqa ledger\n{entries}\n{last}\n".encode()


def head_of(values: object) -> TreeHead:
    """A head from the values of its JSON. Raises ``ValueError`` for anything else."""
    names = {field.name for field in fields(TreeHead)}
    if not isinstance(values, dict) or not names >= values.keys() or not isinstance(values.get("size"), int):  # fmt: skip
        raise ValueError("no head of a ledger")
    texts = {name: value for name, value in values.items() if name != "size"}
    if not all(isinstance(value, str) for value in texts.values()):
        raise ValueError("no head of a ledger")
    try:
        return TreeHead(**values)
    except TypeError as error:
        raise ValueError("no head of a ledger") from error


def write_head(db: Database, *, at: str, key: LedgerKey | None) -> TreeHead:
    """Write the head of all entries, signed where there is a key, and return it. One that is there
    for as many entries stays, unless it lacks a signature. Raises ``sqlite3.Error``."""
    hashes = _hashes(db)
    found = db.execute(
        "SELECT size, root, hash, at, public, signature FROM heads WHERE size = ?", [len(hashes)]
    ).fetchone()
    if found and (found[5] or key is None or key.sign is None):
        return TreeHead(*found)
    last = hashes[-1] if hashes else START
    root = root_of([leaf_hash(bytes.fromhex(one)) for one in hashes]).hex()
    head = TreeHead(len(hashes), root, last, at)
    if key is not None and key.sign is not None:
        signature = key.sign(head.signed_text).hex()
        head = replace(head, public=key.public, signature=signature)
    db.execute(
        "INSERT OR REPLACE INTO heads (size, root, hash, at, public, signature)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        list(asdict(head).values()),
    )
    return head


def read_heads(db: Database) -> list[TreeHead]:
    """All heads, in order. Raises ``sqlite3.Error``."""
    found = db.execute("SELECT size, root, hash, at, public, signature FROM heads ORDER BY size")
    return [TreeHead(*row) for row in found.fetchall()]


def prove_entries(
    db: Database, numbers: Sequence[int], head: TreeHead, *, since: int | None = None
) -> dict[str, Any]:
    """The entries with these numbers and their paths to a head, for anybody who has no database;
    with ``since`` also the path that proves that the head continues the one of so many entries.
    Raises ``StoreError`` for a number that the head does not cover, ``sqlite3.Error``."""
    hashes = _hashes(db)[: head.size]
    leaves = [leaf_hash(bytes.fromhex(one)) for one in hashes]
    proved = []
    for number in numbers:
        if not 1 <= number <= len(leaves):
            raise StoreError(f"the ledger has no entry {number} up to its head of {head.size}")
        row = db.execute(
            f"SELECT {', '.join(FIELDS)}, salt FROM ledger WHERE id = ?", [number]
        ).fetchone()
        before = hashes[number - 2] if number > 1 else START
        path = [node.hex() for node in inclusion_path(leaves, number - 1)]
        entry = dict(zip((*FIELDS, "salt"), row, strict=True))
        proved.append({"entry": entry, "before": before, "path": path})
    content: dict[str, Any] = {"form": FORM, "head": asdict(head), "proofs": proved}
    if since is not None:
        earlier = next((one for one in read_heads(db) if one.size == since), None)
        if earlier is None or not 0 < since <= len(leaves):
            raise StoreError(f"the ledger has no head of {since} entries")
        steps = [node.hex() for node in consistency_path(leaves, since)]
        content |= {"earlier": asdict(earlier), "consistency": steps}
    return content


@dataclass(frozen=True, slots=True)
class CheckedProof:
    """What a file of proofs proves: entries below a head, which continues an ``earlier`` one.
    ``faults``: what does not fit."""

    head: TreeHead
    entries: tuple[Mapping[str, Any], ...]
    faults: tuple[str, ...]
    earlier: TreeHead | None = None


def check_proof(content: object) -> CheckedProof:
    """Check the entries of a file of proofs against its head. The signature of the head is checked
    by the key that the head names: the reader compares that, or the root, with one from elsewhere.

    Raises ``ValueError`` where it is no such file."""
    if not isinstance(content, dict) or content.get("form") != FORM:
        raise ValueError("no proof of a ledger")
    head = head_of(content.get("head"))
    faults: list[str] = []
    entries: list[Mapping[str, Any]] = []
    earlier = head_of(content["earlier"]) if "earlier" in content else None
    try:
        if earlier is not None and not _continues(earlier, head, content["consistency"]):
            faults.append(f"the head does not continue that of {earlier.size} entries")
        for one in content["proofs"]:
            entry = one["entry"]
            values = [entry[name] for name in FIELDS]
            hashed = hash_of(values, salt=entry["salt"], before=one["before"])
            path = [bytes.fromhex(node) for node in one["path"]]
            leaf = leaf_hash(bytes.fromhex(hashed))
            root = root_by_path(leaf, values[0] - 1, head.size, path)
            if root is None or root.hex() != head.root:
                faults.append(f"entry {values[0]} is not below the head of {head.size} entries")
            detail = json.loads(entry["detail"] or "{}")
            entries.append({**entry, "detail": detail})
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no proof of a ledger") from error
    for signed in (head, earlier):
        if signed and signed.signature and not signed.is_signed_by(signed.public):
            faults.append(f"the head of {signed.size} entries has a false signature")
    return CheckedProof(head, tuple(entries), tuple(faults), earlier)


def _continues(earlier: TreeHead, later: TreeHead, steps: Sequence[str]) -> bool:
    first, second = ((one.size, bytes.fromhex(one.root)) for one in (earlier, later))
    return is_consistent(first, second, [bytes.fromhex(step) for step in steps])


def _hashes(db: Database) -> list[str]:
    return [row[0] for row in db.execute("SELECT hash FROM ledger ORDER BY id").fetchall()]
