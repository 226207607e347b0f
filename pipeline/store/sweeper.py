"""Rows of all tables that name an erased person: what names him goes, the rest of the row stays."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pipeline.store.erased_phrases import erase_labels
from pipeline.store.scrub import GONE
from pipeline.store.sealed_tables import PARTS, digest, read_row, read_tables
from pipeline.store.seals import last_seal
from pipeline.store.search import index_result, spoken_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlite_utils import Database

    from pipeline.store.sealed_tables import SealedTable
    from pipeline.store.seals import Sealer


class Sought:
    """Finds and replaces texts where they stand alone. SQLite takes no new function while it works,
    so this one is told of other texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.look_for(texts)

    def look_for(self, texts: Sequence[str]) -> None:
        known = {*texts, *(json.dumps(text, ensure_ascii=False)[1:-1] for text in texts)}
        wanted = "|".join(re.escape(text) for text in sorted(known, key=len, reverse=True))
        self._pattern = re.compile(
            rf"(?<![0-9A-Za-z])(?:{wanted})(?![0-9A-Za-z])" if known else r"(?!)"
        )

    def names(self, text: str | None) -> bool:
        return bool(text and self._pattern.search(text))

    def unnamed(self, text: str | None) -> str | None:
        return text and self._pattern.sub(GONE, text)


def look_for(db: Database, texts: Sequence[str]) -> Sought:
    """Give SQL the functions that find and replace these texts where they stand alone."""
    sought = Sought(texts)
    functions: dict[str, Callable[[str | None], Any]] = {
        "callqa_names": sought.names, "callqa_unnamed": sought.unnamed,
    }  # fmt: skip
    for name, function in functions.items():
        db.conn.create_function(name, 1, function)
    return sought


class Sweeper:
    """Works in the caller's transaction, whose rows ``sealer`` seals."""

    def __init__(self, db: Database, sealer: Sealer) -> None:
        self._db = db
        self._sealer = sealer

    def unindex(self, results: Iterable[int]) -> None:
        """Take results out of the index of words, and trust those that are as their seals say, so that
        they are sealed again; the others stay a fault. Raises ``sqlite3.Error``."""
        results = list(results)
        fitting = self._fitting_parts(results)
        self._sealer.trust(fitting)
        self._take_out(results, whole=len(fitting) == len(results))

    def sweep(self, sought: Sought, *, only: Mapping[str, Sequence[str]] | None = None) -> set[int]:
        """Replace what names the person wherever else it stands, but for the ledger; with ``only``
        in these columns of tables. Words of other calls that say it lose their single words too, and
        their place in the index. Returns the results whose rows changed."""
        changed: set[int] = set()
        for table in read_tables(self._db):
            if table.name in ("recordings", "files") or (only and table.name not in only):
                continue
            kinds = self._db.execute(f"PRAGMA table_info({table.name})").fetchall()
            columns = [
                row[1]
                for row in kinds
                if row[2] == "TEXT"
                and row[1] not in (*table.key, "words", "tone")
                and (not only or row[1] in only[table.name])
            ]
            if table.name == "finding_labels":
                erase_labels(self._db, sought.unnamed)
            elif columns:
                changed |= self._sweep_table(table, columns)
        return changed

    def _sweep_table(self, table: SealedTable, columns: Sequence[str]) -> set[int]:
        where = " OR ".join(f"callqa_names({column})" for column in columns)
        rows = self._db.execute(
            f"SELECT {', '.join((*table.key, *columns))} FROM {table.name} WHERE {where}"
        ).fetchall()
        width = len(table.key)
        said = list(dict.fromkeys(row[0] for row in rows)) if table.is_part else []
        is_spoken = table.name == "utterances"
        if is_spoken and said:
            self.unindex(said)
        else:
            self._sealer.trust(self._fitting_parts(said))
        changes = {column: f"callqa_unnamed({column})" for column in columns}
        if is_spoken:
            changes["words"] = "'[]'"
        sets = ", ".join(f"{column} = {value}" for column, value in changes.items())
        own = " AND ".join(f"{name} IS ?" for name in table.key)
        self._db.conn.executemany(
            f"UPDATE {table.name} SET {sets} WHERE {own}", [row[:width] for row in rows]
        )
        for result_id in said if is_spoken else ():
            index_result(self._db, result_id, _said(self._db, result_id))
        return {row[0] for row in rows} if table.is_part or table.name == "results" else set()

    def _fitting_parts(self, results: Sequence[int]) -> list[tuple[str, str]]:
        """The results whose rows were as their seals say before this; the others stay a fault."""
        tables = {table.name: table for table in read_tables(self._db)}
        found = []
        for result_id in results:
            key = (PARTS, f"[{result_id}]")
            if self._sealer.is_trusted(key):
                found.append(key)
                continue
            last = last_seal(self._db, key)
            if last and digest(key, read_row(self._db, tables, key), last[0]) == last[1]:
                found.append(key)
        return found

    def _take_out(self, results: Sequence[int], *, whole: bool) -> None:
        """Take results out of the index. It must be told what it holds: where that was altered it is
        made again from all the others."""
        if not whole:
            self._index_again(set(results))
            return
        for result_id in results:
            said = _said(self._db, result_id)
            known = self._db.execute("SELECT 1 FROM spoken WHERE rowid = ?", [result_id]).fetchone()
            if known:
                row = spoken_row(said)
                self._db.execute(
                    "INSERT INTO spoken (spoken, rowid, agent, customer, unknown)"
                    " VALUES ('delete', ?, ?, ?, ?)",
                    [result_id, *row.values()],
                )

    def _index_again(self, but: set[int]) -> None:
        self._db.execute("INSERT INTO spoken (spoken) VALUES ('delete-all')")
        heard = "SELECT id FROM results WHERE heard_id IS NULL ORDER BY id"
        for (result_id,) in self._db.execute(heard).fetchall():
            if result_id not in but:
                index_result(self._db, result_id, _said(self._db, result_id))


def _said(db: Database, result_id: int) -> list[tuple[str, str]]:
    return db.execute(
        "SELECT role, text FROM utterances WHERE result_id = ? ORDER BY position", [result_id]
    ).fetchall()
