"""People's decisions about findings and tone, and the number of findings of each rule."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from pipeline.store.calls import where_of
from pipeline.store.file import StorePart, utc
from pipeline.store.ledger import append
from pipeline.types import DecidedFinding, Role, RuleCount, RulePeriod, Scope, Seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

LAST_DECISIONS = """
    SELECT sha256, rule, json_extract(value, '$.decision') AS decision, at FROM acts
    WHERE id IN (SELECT max(id) FROM acts WHERE kind = 'decide' AND undone_at IS NULL
        GROUP BY sha256, rule, json_extract(value, '$.finding.start_s'), json_extract(value, '$.finding.role'))
"""
"""The last decision about each finding."""

COUNT_RULES = f"""
    WITH found AS (
        SELECT rule, count(*) AS hits, sum(verdict = 'confirmed') AS charged, sum(verdict = 'review') AS doubtful
        FROM findings JOIN results ON results.id = findings.result_id
        WHERE results.id IN (SELECT coalesce(revised_of, r.id) FROM calls JOIN results r ON r.id = calls.result_id)
        GROUP BY rule),
    decided AS (
        SELECT rule, sum(decision = 'confirmed') AS confirmed, sum(decision = 'refused') AS refused
        FROM ({LAST_DECISIONS}) GROUP BY rule)
    SELECT found.rule, hits, charged, doubtful, coalesce(confirmed, 0), coalesce(refused, 0)
    FROM found LEFT JOIN decided USING (rule) ORDER BY found.rule
"""

COUNT_RULES_IN = """
    WITH counted AS MATERIALIZED (
        SELECT calls.sha256, coalesce(results.revised_of, results.id) AS machine
        FROM calls JOIN results ON results.id = calls.result_id LEFT JOIN agents ON agents.agent_id = calls.agent_id
        WHERE {where}),
    found AS (
        SELECT rule, count(*) AS hits, sum(verdict = 'confirmed') AS charged, sum(verdict = 'review') AS doubtful
        FROM counted CROSS JOIN findings ON findings.result_id = counted.machine GROUP BY rule),
    decided AS (
        SELECT rule, sum(decision = 'confirmed') AS confirmed, sum(decision = 'refused') AS refused
        FROM ({decisions}) WHERE sha256 IN (SELECT sha256 FROM counted) GROUP BY rule)
    SELECT rule, coalesce(hits, 0), coalesce(charged, 0), coalesce(doubtful, 0), coalesce(confirmed, 0),
        coalesce(refused, 0)
    FROM found FULL JOIN decided USING (rule) ORDER BY rule
"""


DECIDED = """
    SELECT acts.result_id, calls.call_id, calls.agent_id, json_extract(value, '$.finding.start_s') AS start_s,
        json_extract(value, '$.decision'), actor, at, coalesce((SELECT max(quote) FROM findings
            WHERE findings.result_id = acts.result_id AND findings.rule = acts.rule
                AND abs(findings.start_s - json_extract(value, '$.finding.start_s')) < 0.05), '')
    FROM acts JOIN calls USING (sha256)
    WHERE acts.rule = ? AND acts.kind = 'decide' AND undone_at IS NULL ORDER BY acts.id DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class ToneLabel:
    """A reviewer's judgement of a stretch: ``grade`` is ``calm``, ``raised`` or ``flat``."""

    result_id: int
    role: Role
    start_s: Seconds
    end_s: Seconds
    grade: str
    reviewer: str


@dataclass(frozen=True, slots=True)
class ReviewOnly:
    """A rule whose findings all go to human review, the reason, and the person who decided it.
    ``at``: UTC, ISO 8601."""

    rule: str
    reason: str
    actor: str
    at: str


LAST_LABELS = """
    WITH undone AS (
        SELECT result_id, actor, at, json_extract(value, '$.role') AS role, json_extract(value, '$.start_s') AS start_s,
            json_extract(value, '$.end_s') AS end_s, json_extract(value, '$.grade') AS grade
        FROM acts WHERE kind = 'tone' AND undone_at IS NOT NULL)
    SELECT result_id, role, start_s, end_s, grade, reviewer FROM tone_labels
    WHERE id IN (SELECT max(id) FROM tone_labels labels
        WHERE (result_id, reviewer, labelled_at, role, start_s, end_s, grade) NOT IN
            (SELECT result_id, actor, at, role, start_s, end_s, grade FROM undone)
        GROUP BY result_id, role, start_s, end_s, reviewer) ORDER BY id
"""
"""Labels without those undone on the review pages, where each has an action of the same moment."""


class RuleStore(StorePart):
    """Stores people's judgements. Each is in the ledger."""

    def counts(self) -> tuple[RuleCount, ...]:
        """Number of findings of each rule in the effective results, by rule id. ``missing``
        findings count too. Raises ``StoreError``."""
        with self._reading():
            found = self._db.execute(COUNT_RULES).fetchall()
        return tuple(RuleCount(*row) for row in found)

    def counts_in(self, scope: Scope) -> RulePeriod:
        """The machine's findings of each rule in the calls of a scope, and people's decisions on
        them. A rule that has only decisions is in it too.

        Raises ``StoreError``.
        """
        where, values = where_of(scope)
        counted = f"SELECT count(*) FROM calls LEFT JOIN agents ON agents.agent_id = calls.agent_id WHERE {where}"
        wanted = COUNT_RULES_IN.format(where=where, decisions=LAST_DECISIONS)
        with self._reading():
            (calls,) = self._db.execute(counted, values).fetchone()
            return RulePeriod(
                calls, tuple(RuleCount(*row) for row in self._db.execute(wanted, values).fetchall())
            )

    def decided_findings(self, rule: str, *, limit: int) -> list[DecidedFinding]:
        """The last decisions on findings of a rule, the newest first, with their quotes. Raises
        ``StoreError``."""
        with self._reading():
            found = self._db.execute(DECIDED, [rule, limit]).fetchall()
        return [DecidedFinding(*row) for row in found]

    def set_review_only(self, rule: str, *, on: bool, reason: str, actor: str, at: str) -> None:
        """Route all findings of a rule to human review from the next scoring on, or (``on`` false)
        end this. Raises ``StoreError``."""
        moment = utc(at)
        with self._writing():
            if on:
                self._db.execute(
                    "INSERT OR REPLACE INTO review_only VALUES (?, ?, ?, ?)",
                    [rule, reason, actor, moment],
                )
            else:
                self._db.execute("DELETE FROM review_only WHERE rule = ?", [rule])
            detail = {"on": on, "reason": reason}
            append(
                self._db,
                at=moment,
                actor=actor,
                action="review only",
                subject=f"rule {rule}",
                detail=detail,
            )

    def review_only(self) -> dict[str, ReviewOnly]:
        """The rules whose findings all go to human review, besides those of the settings. Raises
        ``StoreError``."""
        with self._reading():
            found = self._db.execute(
                "SELECT rule, reason, actor, at FROM review_only ORDER BY rule"
            ).fetchall()
        return {row[0]: ReviewOnly(*row) for row in found}


class ToneStore(StorePart):
    """Reviewers' labels of tone."""

    def label(self, labels: Sequence[ToneLabel], *, labelled_at: str) -> None:
        """Store reviewers' grades of stretches, all or none. ``labelled_at`` is ISO 8601 with a
        time zone. Raises ``StoreError``."""
        at = utc(labelled_at)
        with self._writing():
            self._db.table("tone_labels").insert_all(
                [asdict(label) | {"labelled_at": at} for label in labels]
            )
            for label in labels:
                detail = asdict(label) | {"labelled": "tone"}
                append(
                    self._db,
                    at=at,
                    actor=label.reviewer,
                    action="labelled",
                    subject=f"result {label.result_id}",
                    detail=detail,
                )

    def labels(self) -> tuple[ToneLabel, ...]:
        """The last grade of each reviewer for each stretch, in the order they were given. Raises
        ``StoreError``."""
        with self._reading():
            return tuple(ToneLabel(*row) for row in self._db.execute(LAST_LABELS).fetchall())
