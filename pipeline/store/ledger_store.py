"""The ledger as a part of the store."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from pipeline.errors import StoreError
from pipeline.store import ledger
from pipeline.store.file import StorePart, utc
from pipeline.store.heads import prove_entries, read_heads, write_head
from pipeline.store.signing import active_key
from pipeline.store.verify import Verified, Witness, verify

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from pipeline.store.heads import TreeHead


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

    def about_accounts(self, actions: Sequence[str], *, since: date) -> list[ledger.LedgerEntry]:
        """The entries about accounts with these actions since a day in the server's time zone, in
        order. Raises ``StoreError``."""
        with self._reading():
            return list(ledger.about_accounts(self._db, actions, begin=_midnight(since) or ""))

    def verify(
        self,
        *,
        expected_head: str | None = None,
        with_results: bool = True,
        anchors: Sequence[TreeHead] = (),
        public: str = "",
    ) -> Verified:
        """Check the ledger's chain and heads, and with ``with_results`` that each row is the same as
        when it was saved.

        ``expected_head``: a hash that ``verify`` gave earlier; ``anchors``: heads that were kept
        elsewhere; ``public``: the site's key. Raises ``StoreError``.
        """
        witness = Witness(expected_head, tuple(anchors), public)
        with self._reading():
            self._db.execute("BEGIN")  # one moment, while others write
            try:
                return verify(self._db, witness, with_results=with_results)
            finally:
                self._db.rollback()

    def sign(self, *, at: str) -> TreeHead:
        """Write the head of all entries, signed where this process has the site's key, and return
        it. Raises ``StoreError``."""
        with self._writing():
            return write_head(self._db, at=utc(at), key=active_key())

    def heads(self) -> list[TreeHead]:
        """The heads that were written, in order. Raises ``StoreError``."""
        with self._reading():
            return read_heads(self._db)

    def prove(self, numbers: Sequence[int], *, at: str, since: int | None = None) -> dict[str, Any]:
        """Entries with their paths to a head of now, and with ``since`` the path from the head of so
        many entries. Raises ``StoreError``."""
        head = self.sign(at=at)
        with self._reading():
            return prove_entries(self._db, numbers, head, since=since)

    def about_appeal(self, appeal_id: int) -> list[int]:
        """The entries of an appeal: it was filed, decided, and the result that it is against was
        saved. Raises ``StoreError`` where there is none."""
        with self._reading():
            row = self._db.execute(
                "SELECT sha256, result_id FROM appeals WHERE id = ?", [appeal_id]
            ).fetchone()
            if row is None:
                raise StoreError(f"{self._path}: there is no appeal {appeal_id}")
            found = ledger.entries(self._db, f"call {row[0]}")
            own = [one.id for one in found if one.detail.get("appeal") == appeal_id]
            scored = [one.id for one in ledger.entries(self._db, f"result {row[1]}")]
        return sorted({*own, *scored})

    def last_of(self, action: str) -> ledger.LedgerEntry | None:
        """The newest entry of an action. Raises ``StoreError``."""
        found = self.page(actor=None, action=action, subject=None, before=None, limit=1)
        return found[0] if found else None

    def head(self) -> str:
        """The hash of the last entry of the ledger. Keep a copy elsewhere. Raises
        ``StoreError``."""
        with self._reading():
            row = self._db.execute("SELECT hash FROM ledger_head").fetchone()
        return str(row[0]) if row else ""


def _midnight(day: date | None) -> str | None:
    """The beginning of a day in the server's time zone, as UTC."""
    return None if day is None else utc(datetime.combine(day, time()).astimezone().isoformat())
