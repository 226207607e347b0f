"""Figures of one result that reports add up over many calls, written as it is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database

FAULTS = """
    INSERT INTO faults SELECT result_id, rule, kind, max(phrase), count(*), sum(points) FROM findings
    WHERE result_id = ? AND verdict = 'confirmed' AND kind <> 'required' AND role <> 'customer'
    GROUP BY rule, kind
"""

MEASURED = """
    UPDATE results SET measured_share = (SELECT sum(full * applies) / sum(full) FROM score_items
        WHERE score_items.result_id = results.id AND part = 'items')
    WHERE id = ?
"""


def sum_result(db: Database, result_id: int) -> None:
    """Write the faults of a result by rule, and the share of its sheet that was measured, in the
    caller's transaction. Its findings and lines are there already. Raises ``sqlite3.Error``."""
    db.execute(FAULTS, [result_id])
    db.execute(MEASURED, [result_id])
