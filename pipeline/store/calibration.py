"""Rounds of calibration and the points that reviewers gave in them. A round is blind until it is
closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import CalibrationError
from pipeline.people import Calibration, CalibrationCall, Grade
from pipeline.store.file import StorePart, utc

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROUND = "id, title, made_by, made_at, closed_at"
GRADES = "SELECT sha256, reviewer, item, points FROM calibration_grades WHERE calibration_id = ?"


class CalibrationStore(StorePart):
    """Stores calibrations. Each step is in the ledger; points are there after the round is
    closed."""

    def begin(
        self,
        title: str,
        *,
        result_ids: Sequence[int],
        reviewers: Sequence[str],
        actor: str,
        at: str,
    ) -> Calibration:
        """Begin a round about the calls of these results.

        The results may be corrected ones; the machine's results are judged. Raises
        ``CalibrationError`` for an empty title, no call, an unknown result, or fewer than two
        reviewers, and ``StoreError``.
        """
        names = tuple(dict.fromkeys(reviewers))
        if not title.strip() or not result_ids or len(names) < 2:
            raise CalibrationError("校准需要名称、至少一通电话和至少两位复核员")
        with self._writing():
            calls = dict(self._machine_call(result_id) for result_id in result_ids)
            round_id = self._db.execute(
                "INSERT INTO calibrations (title, made_by, made_at) VALUES (?, ?, ?)",
                [title.strip(), actor, utc(at)],
            ).lastrowid
            assert round_id is not None
            self._db.conn.executemany(
                f"INSERT INTO calibration_calls VALUES ({round_id}, ?, ?)",
                list(calls.items()),
            )
            self._db.conn.executemany(
                f"INSERT INTO calibration_reviewers VALUES ({round_id}, ?)",
                [(name,) for name in names],
            )
            detail = {"title": title.strip(), "calls": sorted(calls), "reviewers": names}
            self._note("calibration begun", f"calibration {round_id}", detail, actor=actor, at=at)
            return self._round(round_id)

    def get(self, calibration_id: int) -> Calibration:
        """Raises ``CalibrationError`` if there is none."""
        with self._reading():
            return self._round(calibration_id)

    def all(self) -> tuple[Calibration, ...]:
        """All rounds, the newest first. Raises ``StoreError``."""
        with self._reading():
            ids = self._db.execute("SELECT id FROM calibrations ORDER BY id DESC").fetchall()
            return tuple(self._round(row[0]) for row in ids)

    def grade(
        self,
        calibration_id: int,
        sha256: str,
        points: Mapping[str, float],
        *,
        reviewer: str,
        at: str,
    ) -> None:
        """Store the points that a reviewer gives the items of a call. Points given earlier are
        replaced.

        Raises ``CalibrationError`` if the round is closed, or if the call or the reviewer is not in
        it.
        """
        with self._writing():
            found = self._round(calibration_id)
            if not found.is_open:
                raise CalibrationError(f"校准“{found.title}”已结束，不能再评分")
            if reviewer not in found.reviewers:
                raise CalibrationError(f"{reviewer} 不是校准“{found.title}”的复核员")
            if sha256 not in {call.sha256 for call in found.calls}:
                raise CalibrationError("这通电话不在校准之中")
            lines = [
                (calibration_id, sha256, reviewer, item, float(value), utc(at))
                for item, value in points.items()
            ]
            self._db.conn.executemany(
                "INSERT OR REPLACE INTO calibration_grades (calibration_id, sha256, reviewer, item, points, at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                lines,
            )
            self._note(
                "calibration graded",
                f"calibration {calibration_id}",
                {"call": sha256},
                actor=reviewer,
                at=at,
            )

    def grades_by(self, calibration_id: int, reviewer: str) -> tuple[Grade, ...]:
        """The grades of one reviewer. They are all that may be seen before the round is closed.
        Raises ``StoreError``."""
        with self._reading():
            found = self._db.execute(
                f"{GRADES} AND reviewer = ? ORDER BY sha256, item", [calibration_id, reviewer]
            )
            return tuple(Grade(*row) for row in found.fetchall())

    def judged_by_reviewer(self, calibration_id: int) -> dict[str, int]:
        """Number of calls that each reviewer has judged, by name. Raises ``StoreError``."""
        wanted = """SELECT reviewer, count(DISTINCT sha256) FROM calibration_grades WHERE calibration_id = ?
            GROUP BY reviewer"""
        with self._reading():
            return dict(self._db.execute(wanted, [calibration_id]).fetchall())

    def grades(self, calibration_id: int) -> tuple[Grade, ...]:
        """The grades of all reviewers. Raises ``CalibrationError`` before the round is closed,
        since it is blind."""
        with self._reading():
            found = self._round(calibration_id)
            if found.is_open:
                raise CalibrationError(f"校准“{found.title}”尚未结束，还不能看其他人的评分")
            return self._all_grades(calibration_id)

    def machine_grades(self, calibration_id: int) -> dict[tuple[str, str], float]:
        """The machine's points of each call and applicable item, by ``(sha256, item)``.

        Raises ``CalibrationError`` before the round is closed.
        """
        wanted = """SELECT sha256, score_items.id, score_items.points FROM calibration_calls
            JOIN score_items USING (result_id) WHERE calibration_id = ? AND applies AND part = 'items'"""
        with self._reading():
            found = self._round(calibration_id)
            if found.is_open:
                raise CalibrationError(f"校准“{found.title}”尚未结束，还不能看机器的评分")
            rows = self._db.execute(wanted, [calibration_id]).fetchall()
        return {(sha256, item): points for sha256, item, points in rows}

    def close(self, calibration_id: int, *, actor: str, at: str) -> Calibration:
        """Close a round and write its grades into the ledger. A closed round does not change.
        Raises ``CalibrationError``."""
        with self._writing():
            if self._round(calibration_id).is_open:
                self._db.execute(
                    "UPDATE calibrations SET closed_at = ? WHERE id = ?", [utc(at), calibration_id]
                )
                given = [
                    [g.sha256, g.reviewer, g.item, g.points]
                    for g in self._all_grades(calibration_id)
                ]
                self._note(
                    "calibration closed",
                    f"calibration {calibration_id}",
                    {"grades": given},
                    actor=actor,
                    at=at,
                )
            return self._round(calibration_id)

    def _machine_call(self, result_id: int) -> tuple[str, int]:
        wanted = "SELECT sha256, coalesce(revised_of, id) FROM results WHERE id = ?"
        row = self._db.execute(wanted, [result_id]).fetchone()
        if row is None:
            raise CalibrationError(f"没有评分结果 {result_id}")
        return row[0], row[1]

    def _round(self, calibration_id: int) -> Calibration:
        row = self._db.execute(
            f"SELECT {ROUND} FROM calibrations WHERE id = ?", [calibration_id]
        ).fetchone()
        if row is None:
            raise CalibrationError(f"没有校准 {calibration_id}")
        calls = self._db.execute(
            "SELECT sha256, result_id FROM calibration_calls WHERE calibration_id = ? ORDER BY result_id",
            [row[0]],
        ).fetchall()
        names = self._db.execute(
            "SELECT user FROM calibration_reviewers WHERE calibration_id = ? ORDER BY user",
            [row[0]],
        ).fetchall()
        number, title, made_by, made_at, closed_at = row
        members = tuple(CalibrationCall(*call) for call in calls)
        return Calibration(
            number, title, made_by, made_at, closed_at, members, tuple(name for (name,) in names)
        )

    def _all_grades(self, calibration_id: int) -> tuple[Grade, ...]:
        found = self._db.execute(
            f"{GRADES} ORDER BY sha256, item, reviewer", [calibration_id]
        ).fetchall()
        return tuple(Grade(*row) for row in found)
