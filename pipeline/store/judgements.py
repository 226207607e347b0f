"""What people decide about findings and tone, and how often each rule was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from pipeline.store.file import StoreFile, utc
from pipeline.store.ledger import append
from pipeline.types import Role, Seconds


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
    WHERE findings.result_id IN (SELECT result_id FROM calls)
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


class JudgementStore(StoreFile):
    """Keeps people's judgements; each is in the ledger."""

    def decide(self, result_id: int, position: int, *, decision: str, reviewer: str, decided_at: str) -> None:
        """Keep what a person decided about a finding: ``confirmed`` or ``refused``. Earlier decisions stay.

        ``decided_at`` is ISO 8601 with a time zone. Raises ``StoreError``, also where there is no such finding.
        """
        at = utc(decided_at)
        row = {"result_id": result_id, "position": position, "decision": decision, "reviewer": reviewer}
        with self._writing():
            self._db.table("decisions").insert(row | {"decided_at": at})
            detail = {"finding": position, "decision": decision}
            append(self._db, at=at, actor=reviewer, action="decided", subject=f"result {result_id}", detail=detail)

    def count_rules(self) -> tuple[RuleCount, ...]:
        """How often each rule was found in the result of each recording that counts, by rule id; ``missing``
        findings count too. Raises ``StoreError``."""
        with self._reading():
            found = self._db.execute(COUNT_RULES).fetchall()
        return tuple(RuleCount(*row) for row in found)

    def label_tone(self, labels: Sequence[ToneLabel], *, labelled_at: str) -> None:
        """Keep reviewers' grades of stretches, all or none. ``labelled_at`` is ISO 8601 with a time zone.
        Raises ``StoreError``."""
        at = utc(labelled_at)
        with self._writing():
            self._db.table("tone_labels").insert_all([asdict(label) | {"labelled_at": at} for label in labels])
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

    def tone_labels(self) -> tuple[ToneLabel, ...]:
        """The last grade of each reviewer for each stretch, in the order they were given. Raises ``StoreError``."""
        with self._reading():
            return tuple(ToneLabel(*row) for row in self._db.execute(LAST_LABELS).fetchall())
