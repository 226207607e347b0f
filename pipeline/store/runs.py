"""Runs: the commands that scored calls, and their results."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pipeline.errors import StoreError
from pipeline.store.file import StorePart, utc


@dataclass(frozen=True, slots=True)
class ScoringRun:
    """A command that scored calls. ``started_at``: UTC, ISO 8601."""

    id: int
    command: str
    note: str
    started_at: str
    results: int = 0


class RunStore(StorePart):
    """Stores runs. A call that a run scored counts once, even if people had corrected it."""

    def begin(self, command: str, *, note: str = "", started_at: str) -> int:
        """Begin a run and return its id. Raises ``StoreError``."""
        row = {"command": command, "note": note, "started_at": utc(started_at)}
        with self._writing():
            run_id = self._db.table("runs").insert(row).last_pk
        assert isinstance(run_id, int)
        return run_id

    def all(self) -> tuple[ScoringRun, ...]:
        """All runs, the newest first. Raises ``StoreError``."""
        counted = """SELECT runs.id, command, note, runs.started_at, count(DISTINCT results.sha256) FROM runs
            LEFT JOIN results ON results.run_id = runs.id GROUP BY runs.id ORDER BY runs.id DESC"""
        with self._reading():
            return tuple(ScoringRun(*row) for row in self._db.execute(counted).fetchall())

    def ids_of(self, run_id: int) -> dict[str, int]:
        """The results of a run, by the SHA-256 of the recording. Raises ``StoreError`` if there is
        no such run."""
        with self._reading():
            if not self._db.execute("SELECT 1 FROM runs WHERE id = ?", [run_id]).fetchone():
                raise StoreError(f"{self._path}: there is no run {run_id}; see callqa runs")
            found = self._db.execute(
                "SELECT sha256, id FROM results WHERE run_id = ? ORDER BY id", [run_id]
            )
            return dict(found.fetchall())

    def days_of(self, run_id: int) -> list[date]:
        """The days of the calls that a run scored, in order. Raises ``StoreError``."""
        wanted = """SELECT DISTINCT substr(calls.moment, 1, 10) FROM results JOIN calls USING (sha256)
            WHERE results.run_id = ? ORDER BY 1"""
        with self._reading():
            return [
                date.fromisoformat(row[0]) for row in self._db.execute(wanted, [run_id]).fetchall()
            ]

    def earlier(self, result_id: int) -> int | None:
        """The result of the same recording saved before this one, and before the machine's result
        that it corrects; ``None`` for the first."""
        wanted = """SELECT max(r.id) FROM results r JOIN results later ON later.sha256 = r.sha256
            WHERE later.id = ? AND r.id < min(later.id, coalesce(later.revised_of, later.id))"""
        with self._reading():
            row = self._db.execute(wanted, [result_id]).fetchone()
        return row[0] if row else None
