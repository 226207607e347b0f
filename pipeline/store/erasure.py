"""Erase what tells of a person, and keep the figures: words and, where asked, all that names him.

The rows of a call stay with their times and points. The ledger says what was erased, when, by whom
and why, so that ``verify`` stays green. Bytes that SQLite and the index would leave behind go in a
second step, which a later one finishes if it was cut off.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.store.erased_entries import (
    count_before,
    empty_before,
    empty_of_calls,
    empty_of_proposals,
    empty_of_talks,
)
from pipeline.store.erased_phrases import WRITTEN, PhraseEraser
from pipeline.store.erased_rows import NameEraser, WordEraser, forget_files
from pipeline.store.erased_talks import NamedTalk, erase_talks, find_old_talks, find_talks
from pipeline.store.excuses import ERASED, FINISHED
from pipeline.store.file import StorePart, utc
from pipeline.store.named import find_named
from pipeline.store.sweeper import Sweeper, look_for
from pipeline.types import TEXT_CODEC, WordingChange, change_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.store.named import Named

Level: TypeAlias = Literal["words", "all"]


@dataclass(frozen=True, slots=True)
class Erasure:
    """How much an erasure was about: calls, rows of words, ledger entries whose detail went,
    conversations in progress or just ended."""

    calls: int
    results: int
    entries: int
    talks: int = 0


class EraseStore(StorePart):
    """Erases by right. Who may ask for it is decided elsewhere."""

    def calls_of(self, customer: str) -> list[str]:
        """SHA-256 of the recordings of a customer, in order of time. Raises ``StoreError``."""
        wanted = """SELECT sha256 FROM calls WHERE (erased IS NULL OR erased <> 'all')
            AND (customer_id = ?1 OR sha256 IN (SELECT sha256 FROM results WHERE customer_id = ?1))
            ORDER BY moment"""
        with self._reading():
            return [row[0] for row in self._db.execute(wanted, [customer]).fetchall()]

    def calls_before(self, day: str, level: Level) -> list[str]:
        """SHA-256 of the recordings of calls before a day (ISO 8601) that are not erased so far.
        Raises ``StoreError``."""
        done = "('all')" if level == "all" else "('all', 'words')"
        wanted = f"""SELECT sha256 FROM calls WHERE moment < ?
            AND (erased IS NULL OR erased NOT IN {done}) ORDER BY moment"""
        with self._reading():
            return [row[0] for row in self._db.execute(wanted, [day]).fetchall()]

    def sounds_before(self, day: str) -> list[str]:
        """SHA-256 of the recordings of calls before a day whose sound is not erased. Raises
        ``StoreError``."""
        wanted = """SELECT sha256 FROM calls JOIN recordings USING (sha256)
            WHERE moment < ? AND sound_erased_at IS NULL AND codec <> ? ORDER BY moment"""
        with self._reading():
            return [row[0] for row in self._db.execute(wanted, [day, TEXT_CODEC]).fetchall()]

    def note_sounds(self, calls: Sequence[str], *, reason: str, actor: str, at: str) -> None:
        """Note that the sound of calls is gone: it is not looked for again. Raises ``StoreError``."""
        with self._writing():
            self._db.conn.executemany("DELETE FROM sound_prints WHERE sha256 = ?", _each(calls))
            self._db.conn.executemany(
                "UPDATE calls SET sound_erased_at = ? WHERE sha256 = ?",
                [(utc(at), sha256) for sha256 in calls],
            )
            detail = {"level": "sound", "reason": reason, "calls": list(calls)}
            self._note("sound erased", "calls", detail, actor=actor, at=at)

    def named(self, calls: Sequence[str], customer: str | None = None) -> Named:
        """What names calls and, where he is given, their customer: other calls of his may stay.
        Raises ``StoreError``."""
        with self._reading():
            return find_named(self._db, calls, customer)

    def talks_of(self, calls: Sequence[str], named: Named) -> list[NamedTalk]:
        """The conversations in progress or just ended that an erasure of calls takes along. Raises
        ``StoreError``."""
        with self._reading():
            results = self._results_of(calls)
            return find_talks(self._db, results, ids=named.ids, customer=named.customer)

    def talks_before(self, moved_before: float) -> list[NamedTalk]:
        """The conversations in which nothing came since a time, in seconds since 1970: scored,
        stalled, or of a kind that cannot be scored. Raises ``StoreError``."""
        with self._reading():
            return find_old_talks(self._db, moved_before)

    def examples_of(self, calls: Sequence[str]) -> list[WordingChange]:
        """The examples that accepted proposals took from calls. Raises ``StoreError``."""
        wanted = """SELECT changes FROM rule_proposals WHERE state = 'accepted'
            AND result_id IN (SELECT value FROM json_each(?)) ORDER BY id"""
        with self._reading():
            results = json.dumps(self._results_of(calls))
            rows = self._db.execute(wanted, [results]).fetchall()
        changes = [change_of(change) for (text,) in rows for change in json.loads(text)]
        return [
            change
            for change in changes
            if isinstance(change, WordingChange) and change.part in ("positive", "negative")
        ]

    def erase(
        self,
        calls: Sequence[str],
        level: Level,
        named: Named,
        *,
        reason: str,
        actor: str,
        at: str,
        secret: bytes = b"",
    ) -> Erasure:
        """Erase words of calls, and with the level ``all`` whatever names the person, in one
        transaction. ``clean`` has to follow. ``secret``: with the same one a customer gets the same
        other name; it is kept nowhere. Raises ``StoreError``."""
        with self._reading():
            self._db.execute("PRAGMA secure_delete = ON").fetchall()
        with self._writing():
            results = self._results_of(calls)
            sweeper = Sweeper(self._db, self._file.sealer)
            sweeper.unindex(results)
            talks = self.talks_of(calls, named)
            WordEraser(self._db).erase(calls, results)
            phrases = PhraseEraser(self._db, results, whole=bool(named.customer))
            phrases.erase()
            sought = look_for(self._db, named.swept if level == "all" else [])
            seals: list[int] = []
            others: set[int] = set()
            if level == "all":
                NameEraser(self._db).replace(calls, named.ids, secret or secrets.token_bytes(16))
                erase_talks(self._db, talks)
                seals = forget_files(self._db, self._file.sealer, calls, named.paths)
                others |= sweeper.sweep(sought)
                sought.look_for([*named.swept, *named.words])
                others |= sweeper.sweep(sought, only=WRITTEN) if named.words else set()
            self._db.conn.executemany(
                "UPDATE calls SET erased = ? WHERE sha256 = ?", [(level, one) for one in calls]
            )
            entries = [
                *empty_of_calls(self._db, calls),
                *empty_of_proposals(self._db, phrases.proposals()),
                *empty_of_talks(self._db, talks),
            ]
            detail = {
                "level": level, "reason": reason, "calls": list(calls), "results": results,
                "entries": entries, "seals": seals, "talks": [one.id for one in talks],
                "swept": sorted(others - set(results)),
            }  # fmt: skip
            self._note(ERASED, "calls", detail, actor=actor, at=at)
        return Erasure(len(calls), len(results), len(entries), len(talks))

    def erase_old_talks(self, moved_before: float, *, reason: str, actor: str, at: str) -> int:
        """Erase the conversations of ``talks_before`` with the notes about them, and return their
        number. ``clean`` has to follow. Raises ``StoreError``."""
        with self._reading():
            self._db.execute("PRAGMA secure_delete = ON").fetchall()
        with self._writing():
            talks = find_old_talks(self._db, moved_before)
            look_for(self._db, [])
            erase_talks(self._db, talks)
            if talks:
                detail = {
                    "level": "all", "reason": reason, "entries": empty_of_talks(self._db, talks),
                    "talks": [one.id for one in talks],
                }  # fmt: skip
                self._note(ERASED, "talks", detail, actor=actor, at=at)
        return len(talks)

    def erase_details(self, before: str, *, reason: str, actor: str, at: str) -> int:
        """Erase the details of ledger entries before a time that people wrote, and return their
        number. Who did what and when stays. Raises ``StoreError``."""
        with self._writing():
            look_for(self._db, [])
            entries = empty_before(self._db, utc(before))
            if entries:
                detail = {"level": "ledger", "reason": reason, "entries": entries}
                self._note(ERASED, "ledger", detail, actor=actor, at=at)
        return len(entries)

    def details_before(self, before: str) -> int:
        """How many entries ``erase_details`` would empty. Raises ``StoreError``."""
        with self._reading():
            return count_before(self._db, utc(before))

    def unfinished(self) -> list[int]:
        """The entries of erasures whose bytes may still be in the file. Raises ``StoreError``."""
        wanted = """SELECT id FROM ledger WHERE action = ? AND id > coalesce((SELECT max(id)
            FROM ledger WHERE action = ?), 0) ORDER BY id"""
        with self._reading():
            return [row[0] for row in self._db.execute(wanted, [ERASED, FINISHED]).fetchall()]

    def clean(self, *, actor: str, at: str, whole: bool = True) -> None:
        """Take the bytes away that are left of what was erased: salts of old seals, deleted terms of
        the index, the write-ahead log. ``whole``: also what other programs left in free pages; this
        writes the file anew and needs as much room again. Raises ``StoreError``."""
        done = self.unfinished()
        with self._reading():
            self._db.execute("PRAGMA secure_delete = ON").fetchall()
        with self._writing():
            self._db.execute(
                """UPDATE seals SET salt = x'' WHERE salt <> x''
                AND id NOT IN (SELECT max(id) FROM seals GROUP BY tbl, key)"""
            )
            self._db.execute("INSERT INTO spoken (spoken) VALUES ('optimize')")
        self._file.fold_log()
        if whole:
            with self._reading():
                if self._file.key is not None:  # SQLCipher would hold the whole file in memory
                    self._db.execute("PRAGMA temp_store = FILE")  # encrypted as well
                self._db.execute("VACUUM")
            self._file.fold_log()
        with self._writing():
            self._note(FINISHED, "calls", {"entries": done}, actor=actor, at=at)

    def _results_of(self, calls: Sequence[str]) -> list[int]:
        found: list[int] = []
        for sha256 in calls:
            rows = self._db.execute("SELECT id FROM results WHERE sha256 = ?", [sha256])
            found += [row[0] for row in rows.fetchall()]
        return found


def _each(calls: Iterable[str]) -> list[tuple[str]]:
    return [(sha256,) for sha256 in calls]
