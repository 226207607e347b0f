"""Results in the database: saved once, found again, never overwritten."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from pipeline.errors import StoreError
from pipeline.store.baselines import read_baselines
from pipeline.store.calls import call_of, make_effective, put_call, where_of
from pipeline.store.child_rows import CHILDREN, finding_of
from pipeline.store.file import StorePart, utc
from pipeline.store.ledger import DIGEST_FORM, append
from pipeline.store.new_results import ENGINE_KEY, Correction, find_same, insert_result
from pipeline.store.prepared import Ready, ready
from pipeline.store.result_keys import COUNTING_FIRST, ids_where, searches
from pipeline.store.rows import result_of
from pipeline.types import Baselines, CallMeta, CallResult, CustomerOutcome, Scope

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.types import Finding, Provenance


@dataclass(frozen=True, slots=True)
class Saved:
    """A result in the database. ``heard_id``: the result whose utterances it has, often itself."""

    id: int
    heard_id: int
    result: CallResult


class ResultStore(StorePart):
    """Saves and finds results."""

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
        prepared = ready(result, scored_at=utc(scored_at), heard=heard_id is None)
        return self.put(
            prepared, run_id=run_id, heard_id=heard_id, actor=actor, correction=correction
        )

    def put(
        self,
        prepared: Ready,
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
            result_id = None if anew else find_same(self._db, prepared.row, correction)
            detail: dict[str, Any] = {"recording": sha256}
            if result_id is None:
                result_id = insert_result(
                    self._db, prepared, run_id=run_id, heard_id=heard_id, correction=correction
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
            for where, values in searches(key):
                ids = ids_where(self._db, where, values, order=COUNTING_FIRST)
                if ids:
                    return tuple(self._load(result_id).result for result_id in ids)
        return ()

    def id_of(self, key: str) -> int | None:
        """The id of the first result that ``find`` finds; ``None`` without any."""
        with self._reading():
            found = (
                ids_where(self._db, where, values, order=COUNTING_FIRST)
                for where, values in searches(key)
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
            return bool(ids_where(self._db, f"{where} AND {counts}", values))

    def each(self, *, newest_only: bool = True) -> Iterator[CallResult]:
        """All results in the order they were saved, read one by one; with ``newest_only`` the
        effective result of each recording.

        Raises ``StoreError``.
        """
        counting = "results.id IN (SELECT result_id FROM calls)"
        with self._reading():
            ids = ids_where(self._db, counting if newest_only else "1", ())
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
            return tuple(finding_of(row) for row in found)

    def known_of(self, sha256: str) -> tuple[CallMeta, CustomerOutcome] | None:
        """Metadata and outcome of a recording, as corrected by imports; ``None`` if it was never
        scored."""
        with self._reading():
            return call_of(self._db, sha256)

    def baselines(self) -> Baselines:
        """The usual values of this site and of each of its agents, from the effective results.
        Raises ``StoreError``."""
        with self._reading():
            return read_baselines(self._db)

    def _effective_id(self, sha256: str) -> int | None:
        row = self._db.execute("SELECT result_id FROM calls WHERE sha256 = ?", [sha256]).fetchone()
        return int(row[0]) if row else None

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
            for table in CHILDREN
        }
        try:
            return Saved(result_id, heard_id, result_of(result, children, words=words))
        except (KeyError, TypeError, ValueError) as error:
            raise StoreError(
                f"{self._path}: result {result_id} is damaged ({error!r}); restore the file from a backup, "
                "or move it away and score the calls again"
            ) from error


def with_known(result: CallResult, known: tuple[CallMeta, CustomerOutcome] | None) -> CallResult:
    """A result with the present metadata and outcome of its call."""
    return result if known is None else replace(result, call=known[0], outcome=known[1])
