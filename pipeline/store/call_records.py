"""The facts about a site's calls besides their results: imports, records, sums, search."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

from pipeline.store import search, study, topics
from pipeline.store.calls import (
    correct_call,
    find_calls,
    read_calls,
    read_records,
    share_values,
    where_of,
)
from pipeline.store.file import StorePart
from pipeline.store.sheet_numbers import as_number
from pipeline.types import (
    CUSTOMERS,
    CallRecord,
    FaultCount,
    Imported,
    ImportReport,
    ItemCall,
    ItemSum,
    Kinds,
    KnowledgeSum,
    OpeningWords,
    Resolution,
    Role,
    Scope,
    TopicSum,
    TopicTotals,
    Waiting,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LINKING = frozenset(
    {"call_id", "agent_id", "customer_id", "started_at", "transferred_to", "conversation"}
)
"""The metadata that parts of a conversation are told by."""


class CallStore(StorePart):
    """Stores the facts about calls, and sums over many calls."""

    def import_calls(self, lines: Iterable[Imported], *, actor: str, at: str) -> ImportReport:
        """Set metadata and outcomes in one transaction.

        A line with an unknown call, or with a name of several calls, is left out and reported.
        Changes are in the ledger. Raises ``StoreError``.
        """
        changed = same = 0
        unknown: list[str] = []
        ambiguous: list[str] = []
        moved: list[str] = []
        with self._writing():
            for line in lines:
                found = find_calls(self._db, line.key) or (
                    find_calls(self._db, line.other) if line.other else []
                )
                shared = share_values(self._db, found, line.values)
                if shared is None:
                    (ambiguous if found else unknown).append(f"{line.where}: {line.key}")
                    continue
                altered = {
                    sha256: correct_call(self._db, sha256, values)
                    for sha256, values in shared
                    if values
                }
                changed, same = changed + any(altered.values()), same + (not any(altered.values()))
                for sha256, own in altered.items():
                    if own.keys() & LINKING:
                        moved.append(sha256)
                    if own:
                        self._note(
                            "imported", f"call {sha256}", {"changed": own}, actor=actor, at=at
                        )
        return ImportReport(changed, same, tuple(unknown), tuple(ambiguous), tuple(moved))

    def calls_alike(self, keys: Iterable[str]) -> dict[str, str]:
        """Those of these names of calls that are the id of one call but for leading zeros and a
        decimal point; each with that id. Raises ``StoreError``."""
        numbers = {one: number for one in keys if (number := as_number(one))}
        if not numbers:
            return {}
        with self._reading():
            ids = self._db.execute("SELECT DISTINCT call_id FROM calls").fetchall()
        alike: dict[str, set[str]] = {}
        for (call_id,) in ids:
            if call_id and (number := as_number(call_id)):
                alike.setdefault(number, set()).add(call_id)
        return {
            one: next(iter(alike[number]))
            for one, number in numbers.items()
            if len(alike.get(number, ())) == 1
        }

    def records(self, scope: Scope = Scope()) -> list[CallRecord]:  # noqa: B008
        """The records of the calls in a scope, in order of time. Raises ``StoreError``."""
        with self._reading():
            return list(read_records(self._db, scope))

    def record_of(self, result_id: int) -> CallRecord | None:
        """The record of the call of a result, even if another result is effective; ``None`` if
        there is no such result.

        Raises ``StoreError``.
        """
        with self._reading():
            return next(
                read_calls(
                    self._db,
                    "calls.sha256 = (SELECT sha256 FROM results WHERE id = ?)",
                    [result_id],
                ),
                None,
            )

    def names_of(self, sha256s: Iterable[str]) -> dict[str, tuple[int, str | None]]:
        """Effective result and call id of calls, by SHA-256. Raises ``StoreError``."""
        with self._reading():
            found = self._db.execute(
                """SELECT sha256, result_id, call_id FROM calls
                WHERE sha256 IN (SELECT value FROM json_each(?))""",
                [json.dumps(list(sha256s))],
            )
            return {sha256: (result_id, call_id) for sha256, result_id, call_id in found.fetchall()}

    def sha256_of(self, result_ids: Iterable[int]) -> dict[int, str]:
        """The SHA-256 of the calls of results. Raises ``StoreError``."""
        with self._reading():
            found = self._db.execute(
                "SELECT id, sha256 FROM results WHERE id IN (SELECT value FROM json_each(?))",
                [json.dumps(list(result_ids))],
            )
            return dict(found.fetchall())

    def items(self, scope: Scope) -> list[ItemSum]:
        """The lines of the scorecards over the calls of a scope, for each agent. Raises
        ``StoreError``."""
        with self._reading():
            return study.sum_items(self._db, scope)

    def calls_behind(self, scope: Scope) -> list[ItemCall]:
        """The calls that lost or won points, by item, the greatest loss first. Raises
        ``StoreError``."""
        with self._reading():
            return study.calls_behind(self._db, scope)

    def faults(self, scope: Scope, *, limit: int = 15) -> list[FaultCount]:
        """The most frequent confirmed faults of agents. Raises ``StoreError``."""
        kinds = ("forbidden", "missing", "interruption", "process", "tone", "pace")
        with self._reading():
            return study.count_faults(self._db, scope, kinds=kinds, limit=limit)

    def knowledge(self, scope: Scope) -> list[KnowledgeSum]:
        """How customers' questions about facts were answered, by agent and topic. Raises
        ``StoreError``."""
        with self._reading():
            return study.sum_knowledge(self._db, scope)

    def resolution(self, scope: Scope) -> Resolution:
        """First-call resolution of the calls in a scope. Raises ``StoreError``."""
        with self._reading():
            return study.count_resolved(self._db, scope)

    def attitudes(self, scope: Scope) -> list[tuple[str, str, float]]:
        """Day, customer and attitude of each scored call; quicker than ``records``. Raises
        ``StoreError``."""
        with self._reading():
            return study.read_attitudes(self._db, scope)

    def faulty_days(self, scope: Scope, rule: str) -> list[str]:
        """The day of each scored call with a confirmed finding of a rule. Raises ``StoreError``."""
        with self._reading():
            return study.read_faulty_days(self._db, scope, rule)

    def topics(self, scope: Scope) -> tuple[TopicSum, ...]:
        """The topics of the calls in a scope, the most frequent first. Raises ``StoreError``."""
        with self._reading():
            return topics.sum_topics(self._db, scope)

    def topic_totals(self, scope: Scope) -> TopicTotals:
        """How many calls of a scope have topics. Raises ``StoreError``."""
        with self._reading():
            return topics.count_calls(self._db, scope)

    def without_topic(self, scope: Scope, *, limit: int) -> list[OpeningWords]:
        """The customer's first words of at most ``limit`` calls without a topic, drawn by their
        SHA-256. Raises ``StoreError``."""
        with self._reading():
            return topics.opening_words(self._db, scope, limit=limit)

    def first_moments(self, scope: Scope) -> dict[str, str]:
        """The time of each customer's first call, for the customers of a scope. Raises
        ``StoreError``."""
        with self._reading():
            return study.first_moments(self._db, scope)

    def hourly_calls(self, scope: Scope) -> dict[tuple[str, int], int]:
        """Number of calls that began in each hour, by day and hour. Raises ``StoreError``."""
        with self._reading():
            return study.hourly_calls(self._db, scope)

    def search(
        self,
        text: str,
        *,
        roles: Sequence[Role] = search.SIDES,
        limit: int = 50,
        hidden: Kinds = CUSTOMERS,
    ) -> list[search.SearchHit]:
        """Utterances that say ``text``, of the last ``limit`` such calls. Only characters count,
        punctuation does not. ``hidden``: see ``find_said``. Raises ``StoreError``."""
        with self._reading():
            return search.find_said(self._db, text, roles=roles, limit=limit, hidden=hidden)

    def last_day(self, scope: Scope = Scope()) -> date | None:  # noqa: B008
        """The day of the last call in a scope; ``None`` without calls. Raises ``StoreError``."""
        where, values = where_of(scope)
        wanted = f"""SELECT max(calls.moment) FROM calls LEFT JOIN agents ON agents.agent_id = calls.agent_id
            WHERE {where}"""
        with self._reading():
            last = self._db.execute(wanted, values).fetchone()[0]
        return date.fromisoformat(last[:10]) if last else None

    def count_waiting(self, now: str) -> Waiting:
        """Count calls and appeals that wait for people. ``now`` is UTC, ISO 8601. Raises
        ``StoreError``."""
        wanted = """SELECT (SELECT count(*) FROM calls WHERE waiting),
            (SELECT count(*) FROM appeals WHERE outcome IS NULL),
            (SELECT count(*) FROM appeals WHERE outcome IS NULL AND due_at < ?)"""
        with self._reading():
            return Waiting(*self._db.execute(wanted, [now]).fetchone())
