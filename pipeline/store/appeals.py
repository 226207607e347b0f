"""Appeals, filed and decided. Each step is in the ledger. ``pipeline.jobs.appeal`` decides who may
do so."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from pipeline.errors import AppealError
from pipeline.people import LAST_LEVEL, Appeal, AppealOutcome, FindingKey
from pipeline.store.file import StorePart, utc
from pipeline.store.review_state import refresh_standing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COLUMNS = ", ".join(f.name for f in fields(Appeal))


class AppealStore(StorePart):
    """Stores appeals."""

    def file(  # noqa: PLR0913 - by keyword: the columns of the row
        self,
        result_id: int,
        *,
        finding: FindingKey | None,
        agent_id: str,
        filed_by: str,
        reason: str,
        at: str,
        due_at: str,
        first: Appeal | None = None,
    ) -> Appeal:
        """File an appeal against a result; with ``first`` it is of level 2.

        Times are ISO 8601 with a time zone. Raises ``AppealError`` if there is no such result,
        ``StoreError``.
        """
        moment = utc(at)
        with self._writing():
            row = self._db.execute(
                "SELECT sha256 FROM results WHERE id = ?", [result_id]
            ).fetchone()
            if row is None:
                raise AppealError(f"没有评分结果 {result_id}")
            values = {
                "sha256": row[0], "result_id": result_id, "level": LAST_LEVEL if first else 1,
                "first_id": first and first.id, "finding": _plain(finding), "agent_id": agent_id,
                "filed_by": filed_by, "reason": reason, "filed_at": moment, "due_at": utc(due_at),
            }  # fmt: skip
            marks = ", ".join("?" * len(values))
            appeal_id = self._db.execute(
                f"INSERT INTO appeals ({', '.join(values)}) VALUES ({marks})", list(values.values())
            ).lastrowid
            assert appeal_id is not None
            appeal = self._appeal(appeal_id)
            detail = {
                "appeal": appeal_id, "level": appeal.level, "finding": finding and finding.plain(), "reason": reason,
                "due": appeal.due_at,
            }  # fmt: skip
            self._note_appeal("appealed", appeal, detail, actor=filed_by, at=moment)
        return appeal

    def decide(
        self, appeal_id: int, *, outcome: AppealOutcome, answer: str, decided_by: str, at: str
    ) -> Appeal:
        """Close an appeal and return it in its new state.

        Raises ``AppealError`` if there is none or it is closed already, ``StoreError``.
        """
        moment = utc(at)
        with self._writing():
            closed = self._db.execute(
                "UPDATE appeals SET outcome = ?, answer = ?, decided_by = ?, decided_at = ? WHERE id = ? AND outcome IS NULL",
                [outcome, answer, decided_by, moment, appeal_id],
            )
            appeal = self._appeal(appeal_id)
            if not closed.rowcount:
                raise AppealError(f"申诉 {appeal_id} 已有结果（{appeal.decided_by}），不能再改")
            detail = {"appeal": appeal_id, "outcome": outcome, "answer": answer}
            self._note_appeal("appeal decided", appeal, detail, actor=decided_by, at=moment)
        return appeal

    def get(self, appeal_id: int) -> Appeal:
        """Raises ``AppealError`` if there is none."""
        with self._reading():
            return self._appeal(appeal_id)

    def find(
        self,
        *,
        open_only: bool = False,
        closed_only: bool = False,
        agent: str | None = None,
        sha256: str | None = None,
        limit: int | None = None,
        after: int | None = None,
    ) -> tuple[Appeal, ...]:
        """Appeals, the newest first. ``after``: the id of the last one on the previous page. Raises
        ``StoreError``."""
        conditions = {"agent_id = ?": agent, "sha256 = ?": sha256, "id < ?": after}
        given = {condition: value for condition, value in conditions.items() if value is not None}
        state = "outcome IS NULL" if open_only else "outcome IS NOT NULL" if closed_only else "1"
        where = " AND ".join([*given, state])
        wanted = f"SELECT {COLUMNS} FROM appeals WHERE {where} ORDER BY id DESC LIMIT ?"
        with self._reading():
            found = self._db.execute(wanted, [*given.values(), -1 if limit is None else limit])
            return tuple(_appeal(row) for row in found.fetchall())

    def count_open(self) -> int:
        """Appeals that wait for a decision. Raises ``StoreError``."""
        with self._reading():
            counted = "SELECT count(*) FROM appeals WHERE outcome IS NULL"
            return int(self._db.execute(counted).fetchone()[0])

    def count_unseen(self, agent: str) -> int:
        """An agent's appeals with an answer that the agent has not seen. Raises ``StoreError``."""
        counted = """SELECT count(*) FROM appeals WHERE agent_id = ? AND outcome IS NOT NULL
            AND answer_seen_at IS NULL AND outcome <> 'withdrawn'"""
        with self._reading():
            return int(self._db.execute(counted, [agent]).fetchone()[0])

    def see(self, appeal_id: int, *, at: str) -> None:
        """Note that the agent has seen the outcome. Raises ``StoreError``."""
        with self._writing():
            self._db.execute(
                """UPDATE appeals SET answer_seen_at = ?
                WHERE id = ? AND outcome IS NOT NULL AND answer_seen_at IS NULL""",
                [utc(at), appeal_id],
            )

    def due(self, before: str) -> tuple[Appeal, ...]:
        """Open appeals with a deadline before a time (ISO 8601 with a time zone), the most pressing
        first. Raises ``StoreError``."""
        wanted = f"SELECT {COLUMNS} FROM appeals WHERE outcome IS NULL AND due_at < ? ORDER BY due_at, id"
        with self._reading():
            return tuple(_appeal(row) for row in self._db.execute(wanted, [utc(before)]).fetchall())

    def known_at(self, result_id: int) -> str:
        """The time at which a result was made known: UTC, ISO 8601. Raises ``AppealError`` if there
        is none."""
        with self._reading():
            row = self._db.execute(
                "SELECT scored_at FROM results WHERE id = ?", [result_id]
            ).fetchone()
        if row is None:
            raise AppealError(f"没有评分结果 {result_id}")
        return str(row[0])

    def _note_appeal(
        self, action: str, appeal: Appeal, detail: Mapping[str, Any], *, actor: str, at: str
    ) -> None:
        self._note(action, f"call {appeal.sha256}", detail, actor=actor, at=at)
        refresh_standing(self._db, appeal.sha256)

    def _appeal(self, appeal_id: int) -> Appeal:
        row = self._db.execute(
            f"SELECT {COLUMNS} FROM appeals WHERE id = ?", [appeal_id]
        ).fetchone()
        if row is None:
            raise AppealError(f"没有申诉 {appeal_id}")
        return _appeal(row)


def _plain(finding: FindingKey | None) -> str:
    return json.dumps(finding.plain() if finding else {}, ensure_ascii=False, sort_keys=True)


def _appeal(row: Sequence[Any]) -> Appeal:
    values = dict(zip((f.name for f in fields(Appeal)), row, strict=True))
    key = json.loads(values["finding"])
    return Appeal(**{**values, "finding": FindingKey(**key) if key else None})
