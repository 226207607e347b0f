"""The ledger as a part of the store."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from pipeline.store import ledger
from pipeline.store.file import StorePart, utc

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


class LedgerStore(StorePart):
    """Actions and their actors. Each entry is sealed with the hash of the entry before."""

    def record(
        self, action: str, subject: str, detail: Mapping[str, Any], *, actor: str, at: str
    ) -> int:
        """Add an entry to the ledger and return its number. Raises ``StoreError``."""
        with self._writing():
            return self._note(action, subject, detail, actor=actor, at=at)

    def entries(self, subject: str | None = None) -> tuple[ledger.LedgerEntry, ...]:
        """The entries about one subject, or all, in order. Raises ``StoreError``."""
        with self._reading():
            return tuple(ledger.entries(self._db, subject))

    def page(
        self,
        *,
        actor: str | None,
        action: str | None,
        subject: str | None,
        before: int | None,
        limit: int,
        since: date | None = None,
        until: date | None = None,
    ) -> list[ledger.LedgerEntry]:
        """The newest entries before the entry ``before``, the newest first. ``since``, ``until``:
        days in the server's time zone, both included. Raises ``StoreError``."""
        with self._reading():
            return ledger.page(
                self._db, actor=actor, action=action, subject=subject, before=before, limit=limit,
                begin=_midnight(since),
                end=_midnight(until and until + timedelta(days=1)),
            )  # fmt: skip

    def verify(
        self, *, expected_head: str | None = None, with_results: bool = True
    ) -> ledger.Verified:
        """Check the ledger's chain, and with ``with_results`` that each result is the same as when
        it was saved.

        ``expected_head``: a hash that ``verify`` gave earlier. Raises ``StoreError``.
        """
        with self._reading():
            return ledger.verify(self._db, expected_head=expected_head, with_results=with_results)

    def head(self) -> str:
        """The hash of the last entry of the ledger. Keep a copy elsewhere. Raises
        ``StoreError``."""
        with self._reading():
            row = self._db.execute("SELECT hash FROM ledger_head").fetchone()
        return str(row[0]) if row else ""

    def _note(
        self, action: str, subject: str, detail: Mapping[str, Any], *, actor: str, at: str
    ) -> int:
        return ledger.append(
            self._db, at=utc(at), actor=actor, action=action, subject=subject, detail=detail
        )


def _midnight(day: date | None) -> str | None:
    """The beginning of a day in the server's time zone, as UTC."""
    return None if day is None else utc(datetime.combine(day, time()).astimezone().isoformat())
