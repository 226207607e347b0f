"""The recordings that nightly runs have seen, those in quarantine, and the runs themselves."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.store.file import StorePart, utc
from pipeline.store.ledger import append
from pipeline.types import LeftOut, Seconds, Source, from_plain, source_of, to_plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FileStatus: TypeAlias = Literal["scored", "quarantined", "dropped", "same"]


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as a run saw it.

    ``size``: in bytes. ``changed_ns``: since 1970. ``sha256``: of its content, empty if it could
    not be read. ``reason``: of the quarantine, or the path of the call whose sound it repeats.
    """

    path: Source
    size: int
    changed_ns: int
    sha256: str
    status: FileStatus
    reason: str = ""
    at: str = ""
    is_as_long: bool = False
    """Of the status ``same``: it lasts as long as the call that it repeats, so their times are the
    same."""


@dataclass(frozen=True, slots=True)
class Night:
    """A nightly run: recordings ``found`` new, ``scored``, ``failed``, ``left`` for the next run,
    and the length of the scored audio. ``ended_at`` ``None``: it was killed, or is still
    running."""

    started_at: str
    ended_at: str | None
    found: int
    scored: int
    failed: int
    left: int
    audio_s: Seconds
    outcome: str
    unanswered: int = 0
    """Calls without a conversation, which are among ``scored``."""
    same: int = 0
    """Recordings of calls that were known already."""
    left_out: tuple[LeftOut, ...] = ()
    """Files of the folders that were not read."""


class FileStore(StorePart):
    """Stores the state of each file."""

    def known(self) -> dict[str, tuple[int, int, FileStatus]]:
        """Size, time of change and status of every known file, by its path. Raises
        ``StoreError``."""
        with self._reading():
            found = self._db.execute("SELECT path, size, changed_ns, state FROM files").fetchall()
        return {
            json.loads(path): (size, changed_ns, status) for path, size, changed_ns, status in found
        }

    def note(self, file: KnownFile, *, at: str) -> None:
        """Store the new state of a file. A file that goes into quarantine is in the ledger. Raises
        ``StoreError``."""
        path = str(file.path)
        row = [
            json.dumps(path),
            file.size,
            file.changed_ns,
            file.sha256,
            file.status,
            file.reason,
            utc(at),
            int(file.is_as_long),
        ]
        with self._writing():
            self._db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
            if file.status == "quarantined":
                subject = f"recording {file.sha256 or file.path.name}"
                detail = _plain({"path": path, "reason": file.reason})
                append(
                    self._db,
                    at=utc(at),
                    actor="callqa",
                    action="quarantined",
                    subject=subject,
                    detail=detail,
                )

    def quarantined(self) -> tuple[KnownFile, ...]:
        """The files in quarantine, the oldest first. Raises ``StoreError``."""
        wanted = "SELECT path, size, changed_ns, sha256, state, reason, at FROM files WHERE state = 'quarantined' ORDER BY at, path"
        with self._reading():
            return tuple(
                KnownFile(source_of(json.loads(row[0])), *row[1:])
                for row in self._db.execute(wanted).fetchall()
            )

    def release(self, paths: Sequence[Source], *, drop: bool, actor: str, at: str) -> int:
        """Take files out of quarantine, to be tried again, or with ``drop`` to be ignored for good.

        Returns how many were in it. Raises ``StoreError``.
        """
        released = 0
        with self._writing():
            for path in paths:
                key = json.dumps(str(path))
                done = self._db.execute(
                    "UPDATE files SET state = 'dropped' WHERE path = ? AND state = 'quarantined'"
                    if drop
                    else "DELETE FROM files WHERE path = ? AND state = 'quarantined'",
                    [key],
                )
                if done.rowcount:
                    released += 1
                    action = "dropped" if drop else "retried"
                    detail = _plain({"path": str(path)})
                    append(
                        self._db,
                        at=utc(at),
                        actor=actor,
                        action=action,
                        subject="quarantine",
                        detail=detail,
                    )
        return released

    def is_scored(self, sha256: str) -> bool:
        """Whether a recording with this content has a result. Raises ``StoreError``."""
        with self._reading():
            return (
                self._db.execute("SELECT 1 FROM calls WHERE sha256 = ?", [sha256]).fetchone()
                is not None
            )

    def copies_of(self, path: str) -> tuple[KnownFile, ...]:
        """The files whose sound, with its times, is that of the call at ``path``, the latest first.
        Raises ``StoreError``."""
        wanted = """SELECT path, size, changed_ns, sha256, state, reason, at FROM files
            WHERE state = 'same' AND reason = ? AND is_as_long ORDER BY at DESC"""
        with self._reading():
            return tuple(
                replace(KnownFile(source_of(json.loads(row[0])), *row[1:]), is_as_long=True)
                for row in self._db.execute(wanted, [path]).fetchall()
            )

    def same_as(self, sha256: str) -> tuple[str, bool] | None:
        """The path of the call that a recording with this content repeats, and whether it is as
        long; ``None`` if it repeats none. Raises ``StoreError``."""
        wanted = "SELECT reason, is_as_long FROM files WHERE sha256 = ? AND state = 'same'"
        with self._reading():
            found = self._db.execute(wanted, [sha256]).fetchone()
        return (str(found[0]), bool(found[1])) if found else None


class NightStore(StorePart):
    """Stores the unattended runs."""

    def begin(self, *, at: str) -> int:
        """Begin a nightly run and return its id. Raises ``StoreError``."""
        with self._writing():
            night_id = self._db.execute(
                "INSERT INTO nights (started_at, found, scored, failed, left, audio_s, outcome) VALUES (?, 0, 0, 0, 0, 0, '')",
                [utc(at)],
            ).lastrowid
        assert night_id is not None
        return night_id

    def end(self, night_id: int, night: Night) -> None:
        """Store the end of a run. Raises ``StoreError``."""
        with self._writing():
            self._db.execute(
                "UPDATE nights SET ended_at = ?, found = ?, scored = ?, failed = ?, left = ?, audio_s = ?, outcome = ?,"
                " unanswered = ?, same = ?, left_out = ? WHERE id = ?",
                [
                    night.ended_at,
                    night.found,
                    night.scored,
                    night.failed,
                    night.left,
                    night.audio_s,
                    night.outcome,
                    night.unanswered,
                    night.same,
                    json.dumps(to_plain(night.left_out), ensure_ascii=False),
                    night_id,
                ],
            )

    def all(self, *, limit: int = 10) -> tuple[Night, ...]:
        """The last runs, the newest first. Raises ``StoreError``."""
        wanted = "SELECT started_at, ended_at, found, scored, failed, left, audio_s, outcome, unanswered, same, left_out FROM nights ORDER BY id DESC LIMIT ?"
        with self._reading():
            found = self._db.execute(wanted, [limit]).fetchall()
        return tuple(replace(Night(*row[:-1]), left_out=_left_out(row[-1])) for row in found)


def _left_out(text: str) -> tuple[LeftOut, ...]:
    every: tuple[LeftOut, ...] = from_plain(tuple[LeftOut, ...], json.loads(text), "left_out")
    return every


def _plain(detail: Mapping[str, str]) -> dict[str, str]:
    """The text without bytes of file names that have no UTF-8 form."""
    return {
        key: value.encode("utf-8", "backslashreplace").decode("utf-8")
        for key, value in detail.items()
    }
