"""The columns of a call that tell of a person, and what stands there afterwards; its files."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING

from pipeline.store.scrub import GONE, rename, scrub_json, unquote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.store.seals import Sealer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlite_utils import Database


class WordEraser:
    """Erases what was said, and what people wrote about it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def erase(self, calls: Sequence[str], results: Sequence[int]) -> None:
        """Erase the words of calls with these results, in the caller's transaction. Raises
        ``sqlite3.Error``."""
        for result_id in results:
            self._set("utterances", "result_id", result_id, text=GONE, words="[]")
            self._set("findings", "result_id", result_id, quote=GONE, evidence="")
            self._map("findings", "quotes", "result_id", result_id, scrub_json)
            self._map("topics", "quotes", "result_id", result_id, scrub_json)
            self._map("settlements", "quotes", "result_id", result_id, scrub_json)
            self._map("settlements", "reason", "result_id", result_id, unquote)
            self._map("score_items", "reasons", "result_id", result_id, unquote)
            self._map("results", "vetoes", "id", result_id, unquote)
            self._map("results", "notes", "id", result_id, unquote)
            self._map("measures", "measures", "result_id", result_id, _without_places)
            self._set("rule_proposals", "result_id", result_id, sentence=GONE)
        for sha256 in calls:
            self._map("acts", "value", "sha256", sha256, scrub_json)
            self._set("promises", "sha256", sha256, quote=GONE, time_text="", problem="")
            self._set("contacts", "sha256", sha256, topics="", basis="erased")

    def _set(self, table: str, key: str, value: object, **columns: object) -> None:
        sets = ", ".join(f"{name} = ?" for name in columns)
        self._db.execute(f"UPDATE {table} SET {sets} WHERE {key} = ?", [*columns.values(), value])

    def _map(
        self,
        table: str,
        column: str,
        key: str,
        value: object,
        change: Callable[[str | None], str | None],
    ) -> None:
        for (old,) in self._db.execute(
            f"SELECT DISTINCT {column} FROM {table} WHERE {key} = ?", [value]
        ).fetchall():
            new = change(old)
            if new != old:
                self._db.execute(
                    f"UPDATE {table} SET {column} = ? WHERE {key} = ? AND {column} IS ?",
                    [new, value, old],
                )


class NameEraser(WordEraser):
    """Erases what names a person: ids get other names, so that figures by customer stay."""

    def replace(self, calls: Sequence[str], ids: Sequence[str], secret: bytes) -> None:
        """Give ``ids`` other names; with the same secret an id gets the same one."""
        other = {
            one: f"erased-{hmac.digest(secret, one.encode(), 'sha256').hex()[:12]}" for one in ids
        }
        for sha256 in calls:
            self._rename_call(sha256, other)
        for text, new in other.items():
            parts = self._db.execute(
                "SELECT id, part_of FROM results WHERE instr(part_of, ?)", [text]
            ).fetchall()
            for result_id, part_of in parts:
                self._set("results", "id", result_id, part_of=rename(part_of, {text: new}))

    def _rename_call(self, sha256: str, other: dict[str, str]) -> None:
        path = f"erased-{sha256[:12]}"
        for table in ("calls", "results"):
            for column in ("call_id", "customer_id", "conversation"):
                self._map(table, column, "sha256", sha256, lambda old: old and other.get(old, GONE))
        self._map("results", "recording", "sha256", sha256, lambda old: _renamed(old, path))
        self._set("recordings", "sha256", sha256, path=path, name=path, stem=path)
        self._set("appeals", "sha256", sha256, reason=GONE)
        self._set("promises", "sha256", sha256, outcome_note=GONE)
        self._set("contacts", "sha256", sha256, ticket="")
        self._map("appeals", "finding", "sha256", sha256, scrub_json)
        self._map("appeals", "answer", "sha256", sha256, lambda old: old and GONE)
        for column in ("note", "answer", "withdrawn_why"):
            self._map("coaching_records", column, "sha256", sha256, lambda old: old and GONE)
        self._map("coaching_records", "finding", "sha256", sha256, scrub_json)
        self._map("service_events", "note", "sha256", sha256, lambda old: old and GONE)
        self._db.execute(
            "UPDATE service_events SET key = 'erased ' || id WHERE sha256 = ?", [sha256]
        )
        self._db.execute("DELETE FROM sound_prints WHERE sha256 = ?", [sha256])


def _renamed(recording: str | None, path: str) -> str | None:
    if not recording:
        return recording
    values = json.loads(recording)
    return json.dumps(values | {"path": path} | ({"sides": []} if "sides" in values else {}))


def _without_places(measures: str | None) -> str | None:
    """Measures without the names of lines of files."""
    if not measures:
        return measures
    values = json.loads(measures)
    if not values.get("places"):
        return measures
    return json.dumps(values | {"places": []}, ensure_ascii=False, separators=(",", ":"))


def forget_files(
    db: Database, sealer: Sealer, calls: Sequence[str], paths: Sequence[str]
) -> list[int]:
    """Forget the files of calls, and those with these paths; their names are keys of seals as well.
    Returns the seals that were emptied. Raises ``sqlite3.Error``."""
    seals: list[int] = []
    wanted = [json.dumps(path) for path in paths]
    for sha256 in calls:
        rows = db.execute("SELECT path FROM files WHERE sha256 = ?", [sha256])
        wanted += [row[0] for row in rows.fetchall()]
    for path in dict.fromkeys(wanted):
        db.execute("DELETE FROM files WHERE path = ?", [path])
        key = ("files", json.dumps([path], ensure_ascii=False, separators=(",", ":")))
        sealer.forget(key)
        rows = db.execute("SELECT id FROM seals WHERE tbl = ? AND key = ?", key)
        seals += [row[0] for row in rows.fetchall()]
    db.conn.executemany(
        "UPDATE seals SET key = '', salt = x'' WHERE id = ?", [(one,) for one in seals]
    )
    return seals
