"""Conversations in progress: messages as they come, until a conversation is scored.

What is here is on its way: once a conversation is scored, its words are in its result only."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.store.file import StorePart
from pipeline.types import LiveMessage, LiveTalk

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.types import LiveSource, LiveState

TALK = """id, source, name, agent_id, customer_id, queue, state, begun_at, moved_at, revision, judged,
    waits_since, wait_limit_s, result_id, fault"""
UNSCORED = "state IN ('open', 'ending', 'failed')"


def erased_name(name: str) -> str:
    """By what a conversation is known after its erasure, without its name."""
    return f"erased-{hashlib.sha256(name.encode()).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True)
class Received:
    """What became of messages. ``known``: had come before; ``refused``: came after the end."""

    talk: LiveTalk
    new: int
    known: int
    refused: int = 0


class LiveStore(StorePart):
    """Keeps conversations in progress."""

    def receive(
        self,
        source: LiveSource,
        name: str,
        messages: Sequence[LiveMessage],
        *,
        about: Mapping[str, str | None],
        now: float,
        end: bool = False,
    ) -> Received:
        """Keep messages of a conversation, which begins with its first ones. A message whose id is
        known changes nothing, but in a folder, where the file says what counts. ``about``:
        agent_id, customer_id and queue, each kept where it was not known. Raises ``StoreError``."""
        with self._writing():
            talk = self._named(source, name) or self._begin(source, name, messages, about, now)
            known = self._known(talk.id, messages)
            new = [one for one in messages if one.id not in known]
            repeated = len(messages) - len(new)
            if talk.state in ("ended", "erased"):
                return Received(talk, 0, repeated, len(new))
            if source == "folder":
                new = [o for o in messages if known.get(o.id) != (o.at, o.speaker, o.text)]
            self._add(talk.id, new)
            self._move(talk, new, about, now=now, end=end)
            after = self._named(source, name)
            assert after is not None
        return Received(after, len(new), repeated)

    def _begin(
        self,
        source: LiveSource,
        name: str,
        messages: Sequence[LiveMessage],
        about: Mapping[str, str | None],
        now: float,
    ) -> LiveTalk:
        begun = min((one.at for one in messages), default=now)
        self._db.execute(
            """INSERT INTO live_talks (source, name, agent_id, customer_id, queue, begun_at, moved_at, revision)
            VALUES (?, ?, ?, ?, ?, ?, ?, 0)""",
            [source, name, *map(about.get, ("agent_id", "customer_id", "queue")), begun, now],
        )
        made = self._named(source, name)
        assert made is not None
        return made

    def _known(
        self, talk_id: int, messages: Sequence[LiveMessage]
    ) -> dict[str, tuple[float, str, str]]:
        """Of the messages those that came before: id → time, speaker, text."""
        wanted = json.dumps([one.id for one in messages])
        rows = self._db.execute(
            """SELECT message_id, at, speaker, text FROM live_lines
            WHERE talk_id = ? AND message_id IN (SELECT value FROM json_each(?))""",
            [talk_id, wanted],
        ).fetchall()
        return {row[0]: tuple(row[1:]) for row in rows}

    def _add(self, talk_id: int, messages: Sequence[LiveMessage]) -> None:
        count = "SELECT count(*) FROM live_lines WHERE talk_id = ?"
        before = int(self._db.execute(count, [talk_id]).fetchone()[0])
        self._db.conn.executemany(
            "INSERT OR REPLACE INTO live_lines VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (talk_id, one.id, number, one.at, one.speaker, one.text, one.agent_id)
                for number, one in enumerate(messages, before)
            ],
        )

    def _move(
        self,
        talk: LiveTalk,
        new: Sequence[LiveMessage],
        about: Mapping[str, str | None],
        *,
        now: float,
        end: bool,
    ) -> None:
        if not (new or end):
            return
        begun = min([talk.begun_at, *(one.at for one in new)])
        agent = next((o.agent_id for o in reversed(new) if o.agent_id), None) or about.get(
            "agent_id"
        )
        state = "ending" if end else "open" if talk.state == "failed" else talk.state
        self._db.execute(
            """UPDATE live_talks SET begun_at = ?, moved_at = ?, revision = revision + 1, state = ?,
            agent_id = coalesce(?, agent_id), customer_id = coalesce(customer_id, ?), queue = coalesce(queue, ?)
            WHERE id = ?""",
            [begun, now, state, agent, about.get("customer_id"), about.get("queue"), talk.id],
        )

    def describe(self, talk_id: int, about: Mapping[str, str | None]) -> None:
        """Something became known of a conversation: who its agent is now, and its customer and queue
        where they were not known. Raises ``StoreError``."""
        with self._writing():
            self._db.execute(
                """UPDATE live_talks SET revision = revision + 1, agent_id = coalesce(?, agent_id),
                customer_id = coalesce(customer_id, ?), queue = coalesce(queue, ?) WHERE id = ?""",
                [*map(about.get, ("agent_id", "customer_id", "queue")), talk_id],
            )

    def count_open(self) -> int:
        """How many conversations are in progress; one that could not be scored is none. Raises
        ``StoreError``."""
        wanted = "SELECT count(*) FROM live_talks WHERE state IN ('open', 'ending')"
        with self._reading():
            return int(self._db.execute(wanted).fetchone()[0])

    def count_lines(self, talk_id: int) -> int:
        """How many messages of a conversation are known. Raises ``StoreError``."""
        with self._reading():
            found = self._db.execute("SELECT count(*) FROM live_lines WHERE talk_id = ?", [talk_id])
            return int(found.fetchone()[0])

    def find(self, talk_id: int) -> LiveTalk | None:
        """One conversation that is not erased. Raises ``StoreError``."""
        return next(iter(self._talks("id = ? AND state <> 'erased'", [talk_id])), None)

    def named(self, source: LiveSource, name: str) -> LiveTalk | None:
        """The conversation of this id where it comes from. Raises ``StoreError``."""
        with self._reading():
            return self._named(source, name)

    def open_talks(self) -> list[LiveTalk]:
        """The conversations that are not scored yet, by their beginning. Raises ``StoreError``."""
        return self._talks(f"{UNSCORED} ORDER BY begun_at, id")

    def unjudged(self, most: int, *, since: float) -> list[LiveTalk]:
        """The chats with messages since a time that the rules have not seen, those that wait longest
        first. Raises ``StoreError``."""
        where = """state IN ('open', 'ending') AND source <> 'call' AND revision > judged
            AND moved_at > ? ORDER BY moved_at LIMIT ?"""
        return self._talks(where, [since, most])

    def ended_by(self, rested_since: float) -> list[LiveTalk]:
        """The chats to be scored: their end was said, or nothing came since a time. Raises
        ``StoreError``."""
        where = """source <> 'call' AND (state = 'ending' OR state = 'open' AND moved_at < ?)
            ORDER BY moved_at"""
        return self._talks(where, [rested_since])

    def lines(self, talk_id: int, *, last: int = 100_000) -> list[LiveMessage]:
        """The messages of a conversation in order of time, the last so many. Raises
        ``StoreError``."""
        with self._reading():
            rows = self._db.execute(
                """SELECT message_id, at, speaker, text, agent_id FROM live_lines WHERE talk_id = ?
                ORDER BY at DESC, number DESC LIMIT ?""",
                [talk_id, last],
            ).fetchall()
        return [LiveMessage(*row) for row in reversed(rows)]

    def finish(self, talk_id: int, result_id: int | None) -> None:
        """A conversation was scored: its words go, its result has them. ``result_id`` ``None``:
        nobody said anything in it. Raises ``StoreError``."""
        with self._writing():
            self._db.execute(
                """UPDATE live_talks SET state = 'ended', result_id = ?, waits_since = NULL, fault = ''
                WHERE id = ?""",
                [result_id, talk_id],
            )
            self._db.execute("UPDATE live_lines SET text = '' WHERE talk_id = ?", [talk_id])
            self._db.execute(
                "UPDATE live_alarms SET quote = '', evidence = '' WHERE talk_id = ?", [talk_id]
            )

    def set_state(self, talk_id: int, state: LiveState, fault: str = "") -> None:
        """A conversation is ending, or could not be scored for a ``fault``; its words stay. Raises
        ``StoreError``."""
        with self._writing():
            self._db.execute(
                f"UPDATE live_talks SET state = ?, fault = ? WHERE id = ? AND {UNSCORED}",
                [state, fault, talk_id],
            )

    def retry_failed(self) -> None:
        """Let conversations that could not be scored be scored again. Raises ``StoreError``."""
        with self._writing():
            self._db.execute("UPDATE live_talks SET state = 'ending' WHERE state = 'failed'")

    def forget(self, ended_before: float) -> None:
        """Forget the ids of conversations that ended before a time, and of their messages. Where the
        ledger has a note about one, its row stays: with its result goes the note. Raises
        ``StoreError``."""
        old = "state = 'ended' AND moved_at < ?"
        noted = "EXISTS (SELECT 1 FROM ledger WHERE subject = 'live ' || live_talks.id)"
        with self._writing():
            self._db.execute(f"DELETE FROM live_talks WHERE {old} AND NOT {noted}", [ended_before])
            self._db.execute(
                f"""DELETE FROM live_lines WHERE talk_id IN
                (SELECT id FROM live_talks WHERE {old})""",
                [ended_before],
            )
            self._db.execute(
                f"""UPDATE live_talks SET name = 'forgotten ' || id
                WHERE {old} AND name <> 'forgotten ' || id""",
                [ended_before],
            )

    def beat(self, name: str, until: float) -> None:
        """The program that listens runs until this time at least. Raises ``StoreError``."""
        with self._writing():
            self._db.execute("INSERT OR REPLACE INTO live_beats VALUES (?, ?)", [name, until])

    def runs_until(self, name: str) -> float:
        """Until when a program that listens is known to run, 0 where it never did. Raises
        ``StoreError``."""
        with self._reading():
            row = self._db.execute("SELECT at FROM live_beats WHERE name = ?", [name]).fetchone()
        return float(row[0]) if row else 0.0

    def _named(self, source: str, name: str) -> LiveTalk | None:
        row = self._db.execute(
            f"SELECT {TALK} FROM live_talks WHERE source = ? AND name IN (?, ?)",
            [source, name, erased_name(name)],
        ).fetchone()
        return LiveTalk(*row) if row else None

    def _talks(self, where: str, values: Sequence[Any] = ()) -> list[LiveTalk]:
        with self._reading():
            rows = self._db.execute(f"SELECT {TALK} FROM live_talks WHERE {where}", list(values))
            return [LiveTalk(*row) for row in rows.fetchall()]
