"""Results in the database: saved once, found again, never overwritten."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from pipeline.errors import StoreError
from pipeline.store import rows
from pipeline.store.baselines import read_baselines
from pipeline.store.calls import call_of, make_effective, put_call, where_of
from pipeline.store.file import StorePart, utc
from pipeline.store.finding_labels import label_result
from pipeline.store.ledger import DIGEST_FORM, append
from pipeline.store.search import index_result
from pipeline.store.sums import sum_result
from pipeline.types import Baselines, CallMeta, CallResult, CustomerOutcome, Scope, Seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.types import Finding, Provenance

SHORTEST_PREFIX = 6
"""Least hex digits of a SHA-256 that ``Store.find`` takes for a prefix (our choice). Among 10 000
recordings a second one has the same six once in 1700 times (16**6 / 10 000). All results with the
prefix are returned."""

ENGINE_KEY = (
    "model_sha256",
    "lexicon_version",
    "scoring_version",
    "callqa_version",
    "settings_version",
)
"""Two results with the same values are of one engine. A model's name does not count."""

SAME_START_S: Seconds = 120.0
"""Two recordings of one call are named by times that differ at most so much: one recorder writes the
start of the call, another one the end of the greeting (our choice)."""

NEAR = """
    SELECT calls.call_id, recordings.path, recordings.duration_s, sound_prints.print FROM calls JOIN sound_prints USING (sha256)
        JOIN recordings USING (sha256)
    WHERE calls.sha256 <> :sha256 AND (calls.call_id IN (:call_id, :call_id || '#1')
        OR (calls.started_at IS NOT NULL AND calls.moment BETWEEN :earliest AND :latest))
"""

_OF_CONVERSATION = "part_of IS NOT NULL AND json_extract(part_of, '$.conversation') = ?"
_COUNTS = "EXISTS (SELECT 1 FROM calls WHERE calls.result_id = results.id"

COUNTING_FIRST = "results.id IN (SELECT result_id FROM calls) DESC, results.id DESC"


@dataclass(frozen=True, slots=True)
class Saved:
    """A result in the database. ``heard_id``: the result whose utterances it has, often itself."""

    id: int
    heard_id: int
    result: CallResult


@dataclass(frozen=True, slots=True)
class Correction:
    """The origin of a corrected result: the machine's result that it corrects, and a digest of the
    review actions."""

    revised_of: int
    revision: str


class ResultStore(StorePart):
    """Saves and finds results."""

    def keep_version(self, kind: str, version: str, content: str) -> None:
        """Store the content of a version of a lexicon or a scorecard. The first content stays.
        Raises ``StoreError``."""
        with self._writing():
            self._db.execute(
                "INSERT OR IGNORE INTO versions VALUES (?, ?, ?)", [kind, version, content]
            )

    def version(self, kind: str, version: str) -> str | None:
        """The content of a version; ``None`` if it is not stored. Raises ``StoreError``."""
        with self._reading():
            found = self._db.execute(
                "SELECT content FROM versions WHERE kind = ? AND version = ?", [kind, version]
            )
            row = found.fetchone()
        return row[0] if row else None

    def versions(self, kind: str) -> tuple[tuple[str, str], ...]:
        """All stored versions of a kind, with their content. Raises ``StoreError``."""
        with self._reading():
            found = self._db.execute("SELECT version, content FROM versions WHERE kind = ?", [kind])
            return tuple(found.fetchall())

    def effective_ids(
        self,
        scope: Scope = Scope(),  # noqa: B008
        *,
        with_words: bool = False,
    ) -> list[int]:
        """Ids of the effective results in a scope, in order of time; ``with_words``: without those
        whose words were erased. Raises ``StoreError``."""
        where, values = where_of(scope)
        where = f"{where} AND calls.erased IS NULL" if with_words else where
        wanted = f"""SELECT calls.result_id FROM calls LEFT JOIN agents ON agents.agent_id = calls.agent_id
            WHERE {where} ORDER BY calls.moment, calls.result_id"""
        with self._reading():
            return [row[0] for row in self._db.execute(wanted, values).fetchall()]

    def save(
        self,
        result: CallResult,
        *,
        scored_at: str,
        run_id: int | None = None,
        heard_id: int | None = None,
        actor: str = "callqa",
        correction: Correction | None = None,
    ) -> int:
        """Save a result, make it the effective one, and return its id.

        If the same recording was scored with the same engine on the same outcome, that result stays
        as it is and its id is returned.

        ``heard_id``: the result whose utterances this one shares, if it was only scored again, or
        corrected without a change of its text. ``correction``: see ``put``. ``scored_at`` is ISO
        8601 with a time zone, stored as UTC (``ValueError`` without a zone). The whole call is
        written or nothing, with its digest in the ledger. Raises ``StoreError``: read-only, disk
        full, locked.
        """
        prepared = rows.ready(result, scored_at=utc(scored_at), heard=heard_id is None)
        return self.put(
            prepared, run_id=run_id, heard_id=heard_id, actor=actor, correction=correction
        )

    def put(
        self,
        prepared: rows.Ready,
        *,
        run_id: int | None = None,
        heard_id: int | None = None,
        actor: str = "callqa",
        correction: Correction | None = None,
        anew: bool = False,
    ) -> int:
        """Like ``save``, for a result that another process has turned into rows.

        With a ``correction`` it is a machine's result after people's actions: the call keeps its
        metadata and its moment. ``anew``: keep it beside a result of the same engine, as a part of
        a conversation.
        """
        sha256, at = prepared.row["sha256"], prepared.row["scored_at"]
        with self._writing():
            result_id = None if anew else self._find_same(prepared.row, correction)
            detail: dict[str, Any] = {"recording": sha256}
            if result_id is None:
                result_id = self._insert(
                    prepared, run_id=run_id, heard_id=heard_id, correction=correction
                )
                if prepared.sound_print:
                    self._add(
                        "sound_prints",
                        {"sha256": sha256, "print": prepared.sound_print},
                        "ON CONFLICT (sha256) DO UPDATE SET print = excluded.print",
                    )
                action = "revised" if correction else "scored" if heard_id is None else "rescored"
                detail |= {"sha256": prepared.digest, "form": DIGEST_FORM}
                detail |= asdict(correction) if correction else {}
            elif self._effective_id(sha256) == result_id:
                return result_id
            else:
                action = "counts again"
            if correction:
                make_effective(self._db, sha256, result_id)
            else:
                put_call(self._db, prepared, result_id)
            append(
                self._db,
                at=at,
                actor=actor,
                action=action,
                subject=f"result {result_id}",
                detail=detail,
            )
            return result_id

    def find(self, key: str) -> tuple[CallResult, ...]:
        """Find the results that ``key`` names: first effective ones, then the others, newest first;
        empty without any.

        ``key`` is tried as a call_id, the id of a conversation in parts, a path, a file name with and then without its suffix, and
        last as the first hex digits (six at least) of a SHA-256. The first that fits counts. Raises
        ``StoreError`` if the database cannot be read.
        """
        with self._reading():
            for where, values in _searches(key):
                ids = self._ids(where, values, order=COUNTING_FIRST)
                if ids:
                    return tuple(self._load(result_id).result for result_id in ids)
        return ()

    def id_of(self, key: str) -> int | None:
        """The id of the first result that ``find`` finds; ``None`` without any."""
        with self._reading():
            found = (
                self._ids(where, values, order=COUNTING_FIRST) for where, values in _searches(key)
            )
            return next((ids[0] for ids in found if ids), None)

    def has(self, engine: Provenance, sha256: str) -> bool:
        """Whether the machine's result that counts for this recording is of this engine. The
        model's name does not matter, its SHA-256 does. Raises ``StoreError``."""
        where = " AND ".join(f"results.{name} = ?" for name in ("sha256", *ENGINE_KEY))
        counts = """results.id IN (SELECT coalesce(counting.revised_of, counting.id) FROM calls
            JOIN results counting ON counting.id = calls.result_id WHERE calls.sha256 = ?)"""
        values = (sha256, *(getattr(engine, name) for name in ENGINE_KEY), sha256)
        with self._reading():
            return bool(self._ids(f"{where} AND {counts}", values))

    def each(self, *, newest_only: bool = True) -> Iterator[CallResult]:
        """All results in the order they were saved, read one by one; with ``newest_only`` the
        effective result of each recording.

        Raises ``StoreError``.
        """
        counting = "results.id IN (SELECT result_id FROM calls)"
        with self._reading():
            ids = self._ids(counting if newest_only else "1", ())
        for result_id in reversed(ids):
            with self._reading():
                loaded = self._load(result_id)
            yield loaded.result

    def get(self, result_id: int) -> CallResult:
        """The result with this id. Raises ``StoreError`` if there is none."""
        return self.load([result_id])[0].result

    def load(self, ids: Sequence[int], *, words: bool | range = True) -> tuple[Saved, ...]:
        """The results with these ids, in their order. Raises ``StoreError`` if one is missing.

        Without ``words`` the utterances have their text only, which takes half the time; with a
        range those have their words that it names.
        """
        with self._reading():
            return tuple(self._load(result_id, words=words) for result_id in ids)

    def text_sizes(self, result_id: int) -> tuple[int, ...]:
        """The bytes of each utterance's text in UTF-8, in order; empty where there is no such result.
        Raises ``StoreError``."""
        with self._reading():
            found = self._db.execute(
                "SELECT LENGTH(CAST(text AS BLOB)) FROM utterances WHERE result_id ="
                " (SELECT COALESCE(heard_id, id) FROM results WHERE id = ?) ORDER BY position",
                [result_id],
            )
            return tuple(int(size) for (size,) in found)

    def findings_of(self, result_id: int) -> tuple[Finding, ...]:
        """The findings of a result, without all else; empty where there is no such result. Raises
        ``StoreError``."""
        with self._reading():
            found = self._db.table("findings").rows_where(
                "result_id = ?", [result_id], order_by="position"
            )
            return tuple(rows.finding_of(row) for row in found)

    def known_of(self, sha256: str) -> tuple[CallMeta, CustomerOutcome] | None:
        """Metadata and outcome of a recording, as corrected by imports; ``None`` if it was never
        scored."""
        with self._reading():
            return call_of(self._db, sha256)

    def sounds_near(
        self, sha256: str, call: CallMeta
    ) -> Iterator[tuple[str | None, str, float, bytes]]:
        """Call id, path, seconds and fingerprint of the other calls that may be this one: of the same number,
        or begun within ``SAME_START_S`` of it. Raises ``StoreError``."""
        with self._reading():
            found = self._db.execute(NEAR, near_values(sha256, call)).fetchall()
        yield from found

    def baselines(self) -> Baselines:
        """The usual values of this site and of each of its agents, from the effective results.
        Raises ``StoreError``."""
        with self._reading():
            return read_baselines(self._db)

    def _insert(
        self,
        prepared: rows.Ready,
        *,
        run_id: int | None,
        heard_id: int | None,
        correction: Correction | None,
    ) -> int:
        if prepared.recording is not None and correction is None:
            updates = ", ".join(f"{name} = excluded.{name}" for name in prepared.recording)
            self._add(
                "recordings", prepared.recording, f"ON CONFLICT (sha256) DO UPDATE SET {updates}"
            )
        row = (
            prepared.row
            | {"run_id": run_id, "heard_id": heard_id}
            | (asdict(correction) if correction else {})
        )
        result_id = self._add("results", row)
        if prepared.measures is not None:
            self._db.execute(
                "INSERT INTO measures (measures, tone, result_id) VALUES (?, ?, ?)",
                [*prepared.measures.values(), result_id],
            )
        for table, (names, lines) in prepared.lines.items():
            sql = f"INSERT INTO {table} ({', '.join(names)}, result_id) VALUES ({'?, ' * len(names)}{result_id})"
            self._db.conn.executemany(sql, lines)
        sum_result(self._db, result_id)
        label_result(self._db, result_id, prepared.findings())
        if heard_id is None:
            index_result(self._db, result_id, prepared.said)
        if prepared.voice is not None:
            self._add("voices", prepared.voice | {"result_id": result_id})
        return result_id

    def _add(self, table: str, row: rows.DbRow, conflict: str = "") -> int:
        """Insert a row and return its id. ``Table.insert`` takes ten times as long: it reads the
        table's columns every time."""
        sql = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))}) {conflict}"
        row_id = self._db.execute(sql, list(row.values())).lastrowid
        assert row_id is not None
        return row_id

    def _find_same(self, row: rows.DbRow, correction: Correction | None) -> int | None:
        names = ("sha256", *ENGINE_KEY, "outcome")
        where = " AND ".join(f"results.{name} = ?" for name in (*names, "revision"))
        values = [*(row[name] for name in names), correction.revision if correction else ""]
        if correction:
            where, values = f"{where} AND results.revised_of = ?", [*values, correction.revised_of]
        ids = self._ids(where, values)
        if correction or not ids:
            return ids[0] if ids else None
        counting = self._db.execute(
            """SELECT coalesce(results.revised_of, results.id) FROM calls
            JOIN results ON results.id = calls.result_id WHERE calls.sha256 = ?""",
            [row["sha256"]],
        ).fetchone()
        if counting and counting[0] in ids:  # also as a part of a conversation
            return int(counting[0])
        as_such = self._ids(f"{where} AND results.part_of IS ?", [*values, row["part_of"]])
        return as_such[0] if as_such else None

    def _effective_id(self, sha256: str) -> int | None:
        row = self._db.execute("SELECT result_id FROM calls WHERE sha256 = ?", [sha256]).fetchone()
        return int(row[0]) if row else None

    def _ids(
        self, where: str, values: Sequence[Any], *, order: str = "results.id DESC"
    ) -> list[int]:
        found = self._db.execute(
            f"SELECT results.id FROM results JOIN recordings USING (sha256) WHERE {where} ORDER BY {order}",
            values,
        )
        return [row[0] for row in found]

    def _load(self, result_id: int, *, words: bool | range = True) -> Saved:
        result = next(iter(self._db.table("results").rows_where("id = ?", [result_id])), None)
        if result is None:
            raise StoreError(f"{self._path}: there is no result {result_id}")
        heard_id = result["heard_id"] or result_id
        shared = self._db.execute(
            "SELECT measures, tone FROM measures WHERE result_id = ?", [heard_id]
        ).fetchone()
        result["measures"], result["tone"] = shared or ("", "{}")
        children = {
            table: list(
                self._db.table(table).rows_where(
                    "result_id = ?",
                    [heard_id if table == "utterances" else result_id],
                    order_by="position",
                )
            )
            for table in rows.CHILDREN
        }
        try:
            return Saved(result_id, heard_id, rows.result_of(result, children, words=words))
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(
                f"{self._path}: result {result_id} is damaged ({error!r}); restore the file from a backup, "
                "or move it away and score the calls again"
            ) from error


def near_values(sha256: str, call: CallMeta) -> dict[str, str | None]:
    """The values of ``NEAR``. The first part of a recording may be a whole call elsewhere."""
    whole = call.call_id and call.call_id.removesuffix("#1")
    values: dict[str, str | None] = {"sha256": sha256, "call_id": whole}
    try:
        started = datetime.fromisoformat(call.started_at or "")
    except ValueError:
        return values | {"earliest": None, "latest": None}
    within = timedelta(seconds=SAME_START_S)
    return values | {
        "earliest": (started - within).isoformat(),
        "latest": (started + within).isoformat(),
    }


def with_known(result: CallResult, known: tuple[CallMeta, CustomerOutcome] | None) -> CallResult:
    """A result with the present metadata and outcome of its call."""
    return result if known is None else replace(result, call=known[0], outcome=known[1])


def _searches(key: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    if not key:
        return
    plain = rows.plain_path(key)
    yield "call_id = ?", (plain,)
    escaped = "".join(f"[{c}]" if c in "[*?" else c for c in plain)
    yield "call_id GLOB ?", (f"{escaped}#[0-9]*",)  # the parts of a conversation
    yield f"{_OF_CONVERSATION} AND {_COUNTS})", (plain,)
    yield "results.id IN (SELECT result_id FROM calls WHERE conversation = ?)", (plain,)
    absolute = os.path.abspath(plain)  # noqa: PTH100 - Path.resolve would follow links
    spellings = (plain, os.path.normpath(plain), absolute)
    yield "recordings.path IN (?, ?, ?)", spellings
    if PurePath(plain).name == plain:
        yield "recordings.name = ?", (plain,)
        yield "recordings.stem = ?", (plain,)
    digits = key.lower()
    if len(digits) >= SHORTEST_PREFIX and set(digits) <= set("0123456789abcdef"):
        yield "results.sha256 BETWEEN ? AND ?", (digits, digits + "g")
