"""Tries to log in: counted before the password is looked at, so that many at once are no more than
one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline.people import ADDRESS, LONGEST_NAME, NAME, OWN, WINDOW_S, network_of, wait_s
from pipeline.store.file import StorePart

if TYPE_CHECKING:
    from collections.abc import Sequence

FORGET_S = 86400.0
"""Failed attempts are deleted after a day (our choice). The ledger keeps them."""


@dataclass(frozen=True, slots=True)
class Try:
    """``wait_s``: it must not be made before so many seconds have passed, and was not counted;
    else 0. ``device``: digest of the browser where that is known to the account, empty where not."""

    id: int
    name: str
    address: str
    device: str = ""
    wait_s: float = 0.0


class AttemptStore(StorePart):
    """Counts tries by name, address and known browser."""

    def begin(self, name: str, address: str, *, device: str = "", now: float) -> Try:
        """Count a try that begins, or say how long it must wait. ``device``: digest of what the
        browser holds, whoever it belongs to; ``now``: seconds since 1970. Raises ``StoreError``."""
        typed, counted = name[:LONGEST_NAME], network_of(address)
        with self._writing():
            self._db.execute("DELETE FROM attempts WHERE at < ?", [now - FORGET_S])
            known = device if self._is_known(typed, device) else ""
            wait = self._wait_s(typed, counted, known, now)
            if wait > 0:
                return Try(0, typed, address, known, wait)
            made = self._db.execute(
                "INSERT INTO attempts (name, address, at, device) VALUES (?, ?, ?, ?)",
                [typed, counted, now, known or None],
            ).lastrowid
            assert made is not None
        return Try(made, typed, address, known)

    def fail(self, tried: Try, *, now: float) -> None:
        """The try was wrong: it goes on counting. Raises ``StoreError``."""
        with self._writing():
            self._note_failed(tried.name, tried.address, now)

    def note(self, name: str, address: str, *, now: float) -> None:
        """Note in the ledger that somebody was not let in whose password was not asked. Raises
        ``StoreError``."""
        with self._writing():
            self._note_failed(name[:LONGEST_NAME], address, now)

    def release(self, tried: Try) -> None:
        """The try was right and does not count; those before it do. Raises ``StoreError``."""
        with self._writing():
            self._db.execute("DELETE FROM attempts WHERE rowid = ?", [tried.id])

    def clear(self, tried: Try) -> None:
        """The log-in is complete: forget the failed tries of the same name from the same place,
        and no others: somebody else may still be guessing. Raises ``StoreError``."""
        where = "name = ? AND device = ?" if tried.device else "name = ? AND address = ? AND device IS NULL"  # fmt: skip
        place = tried.device or network_of(tried.address)
        with self._writing():
            self._db.execute("DELETE FROM attempts WHERE rowid = ?", [tried.id])
            self._db.execute(f"DELETE FROM attempts WHERE {where}", [tried.name, place])

    def count(self, since: float, *, name: str | None = None) -> int:
        """Number of tries since then (seconds since 1970) that failed or go on, with this name or
        any. Raises ``StoreError``."""
        with self._reading():
            wanted = "SELECT count(*) FROM attempts WHERE at >= ?1 AND (?2 IS NULL OR name = ?2)"
            return int(self._db.execute(wanted, [since, name]).fetchone()[0])

    def _wait_s(self, name: str, address: str, device: str, now: float) -> float:
        if device:
            return wait_s(self._at("name = ? AND device = ?", [name, device], now), OWN, now=now)
        unknown = "device IS NULL AND"
        return max(
            wait_s(self._at(f"{unknown} {where}", values, now), brake, now=now)
            for where, values, brake in (
                ("name = ? AND address = ?", [name, address], OWN),
                ("name = ?", [name], NAME),
                ("address = ?", [address], ADDRESS),
            )
        )

    def _at(self, where: str, values: Sequence[str], now: float) -> list[float]:
        wanted = f"SELECT at FROM attempts WHERE {where} AND at > ?"
        return [row[0] for row in self._db.execute(wanted, [*values, now - WINDOW_S]).fetchall()]

    def _is_known(self, name: str, device: str) -> bool:
        wanted = "SELECT 1 FROM devices WHERE digest = ? AND user = ?"
        return bool(device and self._db.execute(wanted, [device, name]).fetchone())

    def _note_failed(self, name: str, address: str, now: float) -> None:
        """The ledger names accounts only: an unknown name may be a mistyped password."""
        known = self._db.execute("SELECT 1 FROM users WHERE name = ?", [name]).fetchone()
        at = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
        subject = f"user {name}" if known else "user unknown"
        self._note("log-in failed", subject, {"address": address}, actor="callqa", at=at)
