"""Results in an SQLite file: the only place where dataclasses become rows.

``Store`` is the face; ``schema`` holds the tables, ``rows`` turns values into rows and back, and
``failures`` says in plain words what SQLite and the disk complain of.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath
from types import TracebackType

from sqlite_utils import Database

from pipeline.errors import StoreError
from pipeline.history import History
from pipeline.store import rows
from pipeline.store.failures import translated
from pipeline.store.past import read_history
from pipeline.store.schema import connect, prepare, writing
from pipeline.types import CallResult, Engine, Role, Seconds

SHORTEST_PREFIX = 6
"""Hex digits of a SHA-256 that ``Store.find`` takes for a prefix (our choice). Among 10 000 recordings a
second one has the same six once in 1700 times (16**6 / 10 000); all that share them are returned."""


@dataclass(frozen=True, slots=True)
class RuleCount:
    """Findings of one rule. ``charged`` the machine was sure of, ``doubtful`` it left to a person;
    ``confirmed`` and ``refused`` is what people decided of either."""

    rule: str
    hits: int
    charged: int
    doubtful: int
    confirmed: int
    refused: int


COUNT_RULES = """
    SELECT rule, count(*), sum(verdict = 'confirmed'), sum(verdict = 'review'),
        sum(coalesce(decision = 'confirmed', 0)), sum(coalesce(decision = 'refused', 0))
    FROM findings LEFT JOIN decisions ON decisions.id = (
        SELECT max(id) FROM decisions d WHERE d.result_id = findings.result_id AND d.position = findings.position)
    WHERE findings.result_id IN (SELECT max(id) FROM results GROUP BY sha256)
    GROUP BY rule ORDER BY rule
"""


@dataclass(frozen=True, slots=True)
class ToneLabel:
    """How a reviewer hears a stretch: ``grade`` is ``calm``, ``raised`` or ``flat``."""

    result_id: int
    role: Role
    start_s: Seconds
    end_s: Seconds
    grade: str
    reviewer: str


LAST_LABELS = """
    SELECT result_id, role, start_s, end_s, grade, reviewer FROM tone_labels
    WHERE id IN (SELECT max(id) FROM tone_labels GROUP BY result_id, role, start_s, end_s, reviewer) ORDER BY id
"""


class Store:
    """The database of one site. A store belongs to the thread that opened it; opening takes 1 ms.

    Several processes may read and write at once: SQLite's write-ahead log, one writer at a time.
    The file must lie on a local disk, since that log does not work on network shares.
    """

    def __init__(self, db: Database, path: Path, *, busy_timeout_s: float) -> None:
        self._db = db
        self._path = path
        self._busy_timeout_s = busy_timeout_s

    @classmethod
    def open(cls, path: Path | str, *, create: bool = True, busy_timeout_s: float = 10.0) -> Store:
        """The store in the file ``path``, with its tables brought up to this version.

        With ``create`` a missing file and its folders are made. Another writer is waited for
        ``busy_timeout_s`` seconds. Raises ``StoreError``: no such file (without ``create``), not
        writable, locked, no database, another program's database, or made by a newer callqa; in
        the last three cases the file is left as it was.
        """
        target = Path(path)
        with translated(target, busy_timeout_s):
            if create:
                target.parent.mkdir(parents=True, exist_ok=True)
            elif not target.exists():
                raise StoreError(f"{target}: there is no such database; score some calls first, or give another path")
            db = Database(connect(target, create=create, busy_timeout_s=busy_timeout_s))
            try:
                prepare(db, target, busy_timeout_s=busy_timeout_s)
            except BaseException:
                db.close()
                raise
        return cls(db, target, busy_timeout_s=busy_timeout_s)

    def save(self, result: CallResult, *, scored_at: str) -> int:
        """The id of ``result`` in the database: a new one, or the present one of the same recording
        scored with the same engine, which stays as it is.

        ``scored_at`` is ISO 8601 with a time zone, kept as UTC (``ValueError`` without a zone). The
        whole call is written or nothing. Raises ``StoreError``: read-only, disk full, locked.
        """
        at = _utc(scored_at)
        with translated(self._path, self._busy_timeout_s), writing(self._db):
            present = self._id_of(result.engine, result.recording.sha256)
            if present is not None:
                return present
            self._db.table("recordings").upsert(rows.recording_row(result.recording), pk="sha256")
            made = self._db.table("results").insert(rows.result_row(result, scored_at=at)).last_pk
            assert isinstance(made, int)
            for table, lines in rows.child_rows(result, result_id=made).items():
                self._db.table(table).insert_all(lines)
            voice = rows.voice_row(result, result_id=made)
            if voice:
                self._db.table("voices").insert(voice)
            return made

    def find(self, key: str) -> tuple[CallResult, ...]:
        """The results that ``key`` names, newest first; empty when there is none.

        ``key`` is tried as a call_id, a path, a file name with and then without its ending, and
        last as the first hex digits (six at least) of a SHA-256; the first that fits counts.
        Raises ``StoreError`` when the database cannot be read.
        """
        with translated(self._path, self._busy_timeout_s):
            for where, values in _searches(key):
                ids = self._ids(where, values)
                if ids:
                    return tuple(self._load(result_id) for result_id in ids)
        return ()

    def has(self, engine: Engine, sha256: str) -> bool:
        """Whether this recording was already scored with this engine. The model's name does not
        count, its SHA-256 does. Raises ``StoreError``."""
        with translated(self._path, self._busy_timeout_s):
            return self._id_of(engine, sha256) is not None

    def results(self, *, newest_only: bool = True) -> Iterator[CallResult]:
        """All results in the order they were saved, read one by one; with ``newest_only`` the last
        one saved of each recording. Raises ``StoreError``."""
        newest = "results.id IN (SELECT max(id) FROM results GROUP BY sha256)"
        with translated(self._path, self._busy_timeout_s):
            ids = self._ids(newest if newest_only else "1", ())
        for result_id in reversed(ids):
            with translated(self._path, self._busy_timeout_s):
                loaded = self._load(result_id)
            yield loaded

    def decide(self, result_id: int, position: int, *, decision: str, reviewer: str, decided_at: str) -> None:
        """Keep what a person decided about a finding: ``confirmed`` or ``refused``. Earlier decisions stay.

        ``decided_at`` is ISO 8601 with a time zone. Raises ``StoreError``, also where there is no such finding.
        """
        row = {"result_id": result_id, "position": position, "decision": decision, "reviewer": reviewer}
        with translated(self._path, self._busy_timeout_s), writing(self._db):
            self._db.table("decisions").insert(row | {"decided_at": _utc(decided_at)})

    def count_rules(self) -> tuple[RuleCount, ...]:
        """How often each rule was found in the newest result of each recording, by rule id; ``missing``
        findings count too. Raises ``StoreError``."""
        with translated(self._path, self._busy_timeout_s):
            found = self._db.execute(COUNT_RULES).fetchall()
        return tuple(RuleCount(*row) for row in found)

    def history(self) -> History:
        """What is usual at this site and for each of its agents, from the newest result of each recording.

        Raises ``StoreError``."""
        with translated(self._path, self._busy_timeout_s):
            return read_history(self._db)

    def label_tone(self, labels: Sequence[ToneLabel], *, labelled_at: str) -> None:
        """Keep reviewers' grades of stretches, all or none. ``labelled_at`` is ISO 8601 with a time zone.
        Raises ``StoreError``."""
        at = {"labelled_at": _utc(labelled_at)}
        with translated(self._path, self._busy_timeout_s), writing(self._db):
            self._db.table("tone_labels").insert_all([asdict(label) | at for label in labels])

    def id_of(self, key: str) -> int | None:
        """The id of the newest result that ``key`` names, as in ``find``; ``None`` when there is none."""
        with translated(self._path, self._busy_timeout_s):
            return next((ids[0] for where, values in _searches(key) if (ids := self._ids(where, values))), None)

    def tone_labels(self) -> tuple[ToneLabel, ...]:
        """The last grade of each reviewer for each stretch, in the order they were given. Raises ``StoreError``."""
        with translated(self._path, self._busy_timeout_s):
            return tuple(ToneLabel(*row) for row in self._db.execute(LAST_LABELS).fetchall())

    def result(self, result_id: int) -> CallResult:
        """The result with this id. Raises ``StoreError`` where there is none."""
        with translated(self._path, self._busy_timeout_s):
            if not self._ids("results.id = ?", (str(result_id),)):
                raise StoreError(f"{self._path}: there is no result {result_id}")
            return self._load(result_id)

    def close(self) -> None:
        """Close the file; again is harmless."""
        with translated(self._path, self._busy_timeout_s):
            self._db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _id_of(self, engine: Engine, sha256: str) -> int | None:
        key = (engine.model_sha256, engine.lexicon_version, engine.scoring_version, engine.callqa_version)
        ids = self._ids(
            "results.sha256 = ? AND model_sha256 = ? AND lexicon_version = ? AND scoring_version = ?"
            " AND callqa_version = ?",
            (sha256, *key),
        )
        return ids[0] if ids else None

    def _ids(self, where: str, values: tuple[str, ...]) -> list[int]:
        found = self._db.execute(
            f"SELECT results.id FROM results JOIN recordings USING (sha256) WHERE {where} ORDER BY results.id DESC",
            values,
        )
        return [row[0] for row in found]

    def _load(self, result_id: int) -> CallResult:
        result = next(iter(self._db.table("results").rows_where("id = ?", [result_id])))
        children = {
            table: list(self._db.table(table).rows_where("result_id = ?", [result_id], order_by="position"))
            for table in rows.CHILDREN
        }
        try:
            return rows.result_of(result, children)
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(
                f"{self._path}: result {result_id} is damaged ({error!r}); restore the file from a backup, "
                "or move it away and score the calls again"
            ) from error


def _searches(key: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    if not key:
        return
    plain = rows.plain_path(key)
    yield "call_id = ?", (plain,)
    spellings = (plain, os.path.normpath(plain), os.path.abspath(plain))
    yield "recordings.path IN (?, ?, ?)", spellings
    if PurePath(plain).name == plain:
        yield "recordings.name = ?", (plain,)
        yield "recordings.stem = ?", (plain,)
    digits = key.lower()
    if len(digits) >= SHORTEST_PREFIX and set(digits) <= set("0123456789abcdef"):
        yield "results.sha256 BETWEEN ? AND ?", (digits, digits + "g")


def _utc(moment: str) -> str:
    parsed = datetime.fromisoformat(moment)
    if parsed.tzinfo is None:
        raise ValueError(f"scored_at {moment!r} has no time zone")
    return parsed.astimezone(UTC).isoformat(timespec="seconds")
