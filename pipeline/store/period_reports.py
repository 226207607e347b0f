"""The reports of periods that the nightly run wrote and sent."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.store.file import StorePart, utc

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class PeriodReport:
    """The report of a period that has ended. ``period``: its key, such as ``2026-Q3``.
    ``written_at``: UTC, ISO 8601; ``None`` while it could not be written, and ``reason`` says why.
    ``sent_to``: digests of the addresses that took it. ``done``: nothing is left to do."""

    period: str
    kind: str
    page: str = ""
    written_at: str | None = None
    sent_to: tuple[str, ...] = ()
    done: bool = False
    tries: int = 0
    reason: str = ""


class PeriodReportStore(StorePart):
    """Stores what became of the report of each period."""

    def all(self) -> tuple[PeriodReport, ...]:
        """All reports, the last period of each kind first. Raises ``StoreError``."""
        wanted = """SELECT period, kind, page, written_at, sent_to, done, tries, reason
            FROM period_reports ORDER BY kind, period DESC"""
        with self._reading():
            rows = self._db.execute(wanted).fetchall()
        return tuple(
            PeriodReport(
                period,
                kind,
                page,
                written_at,
                tuple(json.loads(sent_to)),
                bool(done),
                tries,
                reason,
            )
            for period, kind, page, written_at, sent_to, done, tries, reason in rows
        )

    def note_failure(self, period: str, kind: str, *, reason: str) -> None:
        """Note that a report could not be written or sent. Raises ``StoreError``."""
        with self._writing():
            self._begin(period, kind)
            self._db.execute(
                "UPDATE period_reports SET tries = tries + 1, reason = ? WHERE period = ?",
                [reason, period],
            )

    def note_written(self, period: str, kind: str, *, page: str, at: str) -> None:
        """Note that a report was written. Raises ``StoreError``."""
        with self._writing():
            self._begin(period, kind)
            self._db.execute(
                "UPDATE period_reports SET page = ?, written_at = ?, tries = tries + 1, reason = ''"
                " WHERE period = ?",
                [page, utc(at), period],
            )

    def note_sent(self, period: str, sent_to: Sequence[str], *, done: bool) -> None:
        """Note the addresses that took a report, and whether nothing is left to do. Raises
        ``StoreError``."""
        with self._writing():
            self._db.execute(
                "UPDATE period_reports SET sent_to = ?, done = ? WHERE period = ?",
                [json.dumps(sorted(sent_to)), done, period],
            )

    def _begin(self, period: str, kind: str) -> None:
        self._db.execute(
            "INSERT OR IGNORE INTO period_reports (period, kind) VALUES (?, ?)", [period, kind]
        )
