"""The results of a call over time: the machine's and the corrected ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipeline.errors import StoreError
from pipeline.people import SCORING_KINDS
from pipeline.store.calls import make_effective
from pipeline.store.file import StorePart, utc
from pipeline.store.ledger import append

ResultKind: TypeAlias = Literal["machine", "corrected"]


@dataclass(frozen=True, slots=True)
class PastResult:
    """One result of a call with its scores.

    ``revised_of``: the machine's result, for a corrected one. ``counts``: it is the effective
    result, which reports use. ``scored_at``: UTC, ISO 8601.
    """

    id: int
    kind: ResultKind
    scored_at: str
    attitude: float | None
    total: float | None
    fatal: bool
    grade: str | None
    revised_of: int | None
    counts: bool


class EffectiveStore(StorePart):
    """Tells the effective result of each call, and the machine's result behind it."""

    def machine_of(self, result_id: int) -> int:
        """The machine's result behind a corrected result; a machine's result gives itself. Raises
        ``StoreError``."""
        with self._reading():
            found = self._db.execute(
                "SELECT coalesce(revised_of, id) FROM results WHERE id = ?", [result_id]
            )
            row = found.fetchone()
        if row is None:
            raise StoreError(f"{self._path}: there is no result {result_id}")
        return int(row[0])

    def of(self, sha256: str) -> int:
        """The id of the effective result of a recording. Raises ``StoreError`` if it was never
        scored."""
        with self._reading():
            row = self._db.execute(
                "SELECT result_id FROM calls WHERE sha256 = ?", [sha256]
            ).fetchone()
        if row is None:
            raise StoreError(f"{self._path}: no call has the recording {sha256}")
        return int(row[0])

    def versions_of(self, sha256: str) -> tuple[PastResult, ...]:
        """All results of a recording in the order they were saved. Raises ``StoreError``."""
        wanted = """SELECT results.id, iif(revised_of IS NULL, 'machine', 'corrected'), scored_at, attitude, total,
            fatal, grade, revised_of, coalesce(calls.result_id = results.id, 0)
            FROM results LEFT JOIN calls USING (sha256) WHERE results.sha256 = ? ORDER BY results.id"""
        with self._reading():
            found = self._db.execute(wanted, [sha256]).fetchall()
        return tuple(
            PastResult(
                number, kind, at, attitude, total, bool(fatal), grade, revised_of, bool(counts)
            )
            for number, kind, at, attitude, total, fatal, grade, revised_of, counts in found
        )

    def restore(self, result_id: int, *, actor: str, at: str) -> None:
        """Make an earlier result the effective one. If it is effective already, nothing changes.
        Raises ``StoreError``."""
        with self._writing():
            row = self._db.execute(
                "SELECT sha256 FROM results WHERE id = ?", [result_id]
            ).fetchone()
            if row is None:
                raise StoreError(f"{self._path}: there is no result {result_id}")
            if self.of(row[0]) == result_id:
                return
            make_effective(self._db, row[0], result_id)
            detail = {"recording": row[0]}
            subject = f"result {result_id}"
            append(
                self._db,
                at=utc(at),
                actor=actor,
                action="counts again",
                subject=subject,
                detail=detail,
            )

    def has_scoring_actions(self, sha256: str) -> bool:
        """Whether people have changed the score of a recording and not undone it. Raises
        ``StoreError``."""
        wanted = f"""SELECT 1 FROM acts WHERE sha256 = ? AND undone_at IS NULL
            AND kind IN ({", ".join("?" * len(SCORING_KINDS))})"""
        with self._reading():
            return self._db.execute(wanted, [sha256, *SCORING_KINDS]).fetchone() is not None
