"""Erase what tells of a person, and keep the figures: words and, where asked, all that names him.

The rows of a call stay with their times and points. The ledger says what was erased, when, by whom
and why, so that ``verify`` stays green. Bytes that SQLite and the index would leave behind go in a
second step, which a later one finishes if it was cut off.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pipeline.store.erased_phrases import WRITTEN, PhraseEraser, personal_words
from pipeline.store.erased_rows import NameEraser, WordEraser
from pipeline.store.erased_talks import NamedTalk, erase_talks, find_old_talks, find_talks
from pipeline.store.excuses import ERASED
from pipeline.store.file import StorePart, utc
from pipeline.store.ledger import append
from pipeline.store.sweeper import Sweeper, look_for
from pipeline.types import TEXT_CODEC, WordingChange, change_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


Level: TypeAlias = Literal["words", "all"]

FINISHED = "erasure finished"
"""The action of the entry after the bytes are gone."""

LEAST_SWEPT = 6
"""A shorter text that names a person, such as C17, is erased in its own columns only: it may be a
part of anything (our choice)."""

KEPT_ACTIONS = (
    "begun", "scored", "rescored", "revised", "counts again", "sealed", ERASED, FINISHED, "restored",
    "backed up", "sampled", "encrypted", "rekeyed", "decrypted",
)  # fmt: skip
"""Entries whose details are digests and numbers."""


@dataclass(frozen=True, slots=True)
class Named:
    """What names a person or his calls. ``ids``: ids of calls and conversations, customer's numbers;
    ``swept``: those of them, and names of files, that are of nobody else, so that they may be erased
    wherever they stand; ``paths``: of recordings; ``texts``: of imported transcripts; ``customer``:
    whose calls these are, where all that is his is meant; ``words``: then also what he said of himself
    (names, numbers, addresses), which people may have written elsewhere."""

    ids: tuple[str, ...] = ()
    swept: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    customer: str | None = None
    words: tuple[str, ...] = ()


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
            append(
                self._db, at=utc(at), actor=actor, action="sound erased", subject="calls",
                detail=detail,
            )  # fmt: skip

    def named(self, calls: Sequence[str], customer: str | None = None) -> Named:
        """What names calls and, where he is given, their customer: other calls of his may stay.
        Raises ``StoreError``."""
        ids: dict[str, None] = {customer: None} if customer else {}
        paths: dict[str, None] = {}
        texts: dict[str, None] = {}
        own: dict[str, None] = dict(ids)
        with self._reading():
            for sha256 in calls:
                found = self._db.execute(
                    """SELECT call_id, customer_id, conversation, recording FROM results
                    WHERE sha256 = ?1 UNION ALL SELECT call_id, customer_id, conversation, NULL
                    FROM calls WHERE sha256 = ?1""",
                    [sha256],
                ).fetchall()
                for call_id, customer_id, conversation, recording in found:
                    ids |= {one: None for one in (call_id, customer_id, conversation) if one}
                    own |= {call_id: None} if call_id else {}
                    own |= {one: None for one in (customer_id, conversation) if one and customer}
                    files_of = texts if _is_text(recording) else paths
                    files_of.update(dict.fromkeys(_paths_in(recording)))
                files = self._db.execute("SELECT path FROM files WHERE sha256 = ?", [sha256])
                paths |= dict.fromkeys(json.loads(row[0]) for row in files.fetchall())
            for path in paths:
                pure = PurePath(path)
                own |= {path: None, pure.name: None, pure.stem: None}
            swept = [
                text
                for text in own
                if len(text) >= LEAST_SWEPT and not self._is_of_others(text, calls)
            ]
            words = personal_words(self._db, calls, least=LEAST_SWEPT) if customer else ()
            spoken = tuple(dict.fromkeys(words))
        return Named(tuple(ids), tuple(swept), tuple(paths), tuple(texts), customer, spoken)

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

    def _is_of_others(self, text: str, calls: Sequence[str]) -> bool:
        """Whether another call has this text as its id or the name of its file."""
        wanted = """SELECT 1 FROM calls JOIN recordings USING (sha256) WHERE (call_id = ?1
            OR name = ?1 OR stem = ?1 OR path = ?1) AND sha256 NOT IN (SELECT value FROM json_each(?2))"""
        found = self._db.execute(f"{wanted} LIMIT 1", [text, json.dumps(list(calls))])
        return found.fetchone() is not None

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
                seals = self._erase_files(calls, named)
                others |= sweeper.sweep(sought)
                sought.look_for([*named.swept, *named.words])
                others |= sweeper.sweep(sought, only=WRITTEN) if named.words else set()
            self._db.conn.executemany(
                "UPDATE calls SET erased = ? WHERE sha256 = ?", [(level, one) for one in calls]
            )
            entries = [
                *self._erase_entries(calls),
                *self._erase_proposed(phrases.proposals()),
                *self._erase_notes(talks),
            ]
            detail = {
                "level": level, "reason": reason, "calls": list(calls), "results": results,
                "entries": entries, "seals": seals, "talks": [one.id for one in talks],
                "swept": sorted(others - set(results)),
            }  # fmt: skip
            append(self._db, at=utc(at), actor=actor, action=ERASED, subject="calls", detail=detail)
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
                    "level": "all", "reason": reason, "entries": self._erase_notes(talks),
                    "talks": [one.id for one in talks],
                }  # fmt: skip
                append(
                    self._db, at=utc(at), actor=actor, action=ERASED, subject="talks",
                    detail=detail,
                )  # fmt: skip
        return len(talks)

    def erase_details(self, before: str, *, reason: str, actor: str, at: str) -> int:
        """Erase the details of ledger entries before a time that people wrote, and return their
        number. Who did what and when stays. Raises ``StoreError``."""
        with self._writing():
            look_for(self._db, [])
            entries = self._empty_entries("detail <> '{}' AND at < ?", [utc(before)])
            if entries:
                detail = {"level": "ledger", "reason": reason, "entries": entries}
                append(
                    self._db,
                    at=utc(at),
                    actor=actor,
                    action=ERASED,
                    subject="ledger",
                    detail=detail,
                )
        return len(entries)

    def details_before(self, before: str) -> int:
        """How many entries ``erase_details`` would empty. Raises ``StoreError``."""
        with self._reading():
            wanted = f"SELECT count(*) FROM ledger WHERE at < ? AND {_EMPTIABLE}"
            return int(self._db.execute(wanted, [utc(before), *KEPT_ACTIONS]).fetchone()[0])

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
            append(
                self._db, at=utc(at), actor=actor, action=FINISHED, subject="calls",
                detail={"entries": done},
            )  # fmt: skip

    def _results_of(self, calls: Sequence[str]) -> list[int]:
        found: list[int] = []
        for sha256 in calls:
            rows = self._db.execute("SELECT id FROM results WHERE sha256 = ?", [sha256])
            found += [row[0] for row in rows.fetchall()]
        return found

    def _erase_files(self, calls: Sequence[str], named: Named) -> list[int]:
        """Forget the files of calls, whose names are keys of seals as well."""
        seals: list[int] = []
        wanted = [json.dumps(path) for path in named.paths]
        for sha256 in calls:
            rows = self._db.execute("SELECT path FROM files WHERE sha256 = ?", [sha256])
            wanted += [row[0] for row in rows.fetchall()]
        for path in dict.fromkeys(wanted):
            self._db.execute("DELETE FROM files WHERE path = ?", [path])
            key = ("files", json.dumps([path], ensure_ascii=False, separators=(",", ":")))
            self._file.sealer.forget(key)
            rows = self._db.execute("SELECT id FROM seals WHERE tbl = ? AND key = ?", key)
            seals += [row[0] for row in rows.fetchall()]
        self._db.conn.executemany(
            "UPDATE seals SET key = '', salt = x'' WHERE id = ?", [(one,) for one in seals]
        )
        return seals

    def _erase_entries(self, calls: Sequence[str]) -> list[list[Any]]:
        entries: list[list[Any]] = []
        for sha256 in calls:
            entries += self._empty_entries(
                """(subject IN (?1, ?2) OR detail LIKE ?3 OR subject IN
                    (SELECT 'event ' || id FROM service_events WHERE sha256 = ?4)
                    OR subject IN (SELECT 'promise ' || id FROM promises WHERE sha256 = ?4)
                    OR (action LIKE 'coach%' AND json_extract(iif(detail = '', '{}', detail),
                        '$.coaching') IN (SELECT id FROM coaching_records WHERE sha256 = ?4)))""",
                [f"call {sha256}", f"recording {sha256}", f'%"recording":"{sha256}"%', sha256],
            )
        return [
            *entries,
            *self._empty_entries("(callqa_names(detail) OR callqa_names(subject))", []),
        ]

    def _erase_proposed(self, proposals: Sequence[int]) -> list[list[Any]]:
        """What the ledger says of proposals: their wordings and reasons."""
        return self._empty_entries(
            """action IN ('rule proposed', 'proposal accepted', 'proposal refused', 'proposal withdrawn',
                'proposal undone') AND json_extract(iif(detail = '', '{}', detail), '$.proposal')
                IN (SELECT value FROM json_each(?))""",
            [json.dumps(list(proposals))],
        )

    def _erase_notes(self, talks: Sequence[NamedTalk]) -> list[list[Any]]:
        """Notes to the desk about conversations."""
        subjects = json.dumps([f"live {one.id}" for one in talks])
        return self._empty_entries("subject IN (SELECT value FROM json_each(?))", [subjects])

    def _empty_entries(self, where: str, values: Sequence[Any]) -> list[list[Any]]:
        """Empty the details of entries; number and hash of each."""
        kept = ", ".join(f"'{action}'" for action in KEPT_ACTIONS)
        found = self._db.execute(
            f"SELECT id, hash FROM ledger WHERE detail <> '' AND action NOT IN ({kept}) AND {where}",
            list(values),
        ).fetchall()
        self._db.conn.executemany(
            "UPDATE ledger SET detail = '', salt = '', subject ="
            " CASE WHEN callqa_names(subject) THEN '' ELSE subject END WHERE id = ?",
            [(number,) for number, _ in found],
        )
        return [[number, hashed] for number, hashed in found]


_EMPTIABLE = f"detail NOT IN ('', '{{}}') AND action NOT IN ({', '.join('?' * len(KEPT_ACTIONS))})"


def _is_text(recording: str | None) -> bool:
    return bool(recording) and json.loads(recording or "{}").get("codec") == TEXT_CODEC


def _paths_in(recording: str | None) -> list[str]:
    if not recording:
        return []
    values = json.loads(recording)
    sides = values.get("sides") or ()
    return [values["path"], *(side for side in sides if isinstance(side, str))]


def _each(calls: Iterable[str]) -> list[tuple[str]]:
    return [(sha256,) for sha256 in calls]
