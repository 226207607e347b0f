"""Findings that may be service events, until a person has accepted or refused them."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any

from pipeline.store.calls import where_of
from pipeline.store.file import StorePart
from pipeline.store.finding_labels import LABELLED, labels_of
from pipeline.types import SuggestedEvent

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pipeline.types import Scope

SUGGESTED = """
    SELECT findings.result_id, calls.sha256, calls.call_id, calls.agent_id, substr(calls.moment, 1, 10),
        findings.rule, findings.quote, findings.start_s, findings.verdict = 'confirmed'
    FROM findings JOIN calls ON calls.result_id = findings.result_id
        LEFT JOIN agents ON agents.agent_id = calls.agent_id
    WHERE findings.rule IN ({rules}) AND calls.result_id IN {labelled} AND {where}
        AND NOT EXISTS (SELECT 1 FROM service_events e WHERE e.sha256 = calls.sha256 AND e.rule = findings.rule)
    GROUP BY calls.sha256, findings.rule ORDER BY calls.moment DESC, findings.start_s LIMIT ?
"""


class SuggestedStore(StorePart):
    """Reads findings that wait as events."""

    def find(
        self, scope: Scope, rules: Collection[str], *, limit: int = 200
    ) -> list[SuggestedEvent]:
        """Findings of these rules that no person has accepted or refused as an event, the newest
        call first, one of each rule for a call. Raises ``StoreError``."""
        where, values = where_of(scope)
        return self._suggested(where, values, rules, limit)

    def find_in(self, sha256: str, rule: str) -> SuggestedEvent | None:
        """The finding of a rule in one call that waits; ``None`` where none does. Raises
        ``StoreError``."""
        return next(iter(self._suggested("calls.sha256 = ?", [sha256], [rule], 1)), None)

    def _suggested(
        self, where: str, values: Sequence[Any], rules: Collection[str], limit: int
    ) -> list[SuggestedEvent]:
        wanted = SUGGESTED.format(rules=", ".join("?" * len(rules)), labelled=LABELLED, where=where)
        names = [f.name for f in fields(SuggestedEvent)]
        with self._reading():
            labels = labels_of(self._db, "rule", rules)
            found = self._db.execute(wanted, [*rules, labels, *values, limit]).fetchall()
        rows = (dict(zip(names, row, strict=True)) for row in found)
        return [
            SuggestedEvent(
                **row | {"day": date.fromisoformat(row["day"]), "confirmed": bool(row["confirmed"])}
            )
            for row in rows
        ]
