"""Migration 007: findings left to review, and notes of recordings, as columns of their own."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database

LEFT_TO_REVIEW = "；按设置，本规则一律由人工复核"
"""Ended the evidence of a finding that a setting left to a person."""

OF_FINDINGS = re.compile(
    r"一票否决，请立即复听|没有听到客服说话，无法评分|出现禁语 \d+ 处"
    r"|有 \d+ 处机器没有把握，请人工复核|长时间静默 \d+ 次"
)
"""Flags that came from findings; all others were notes."""


@migrations(name="007_review_and_notes")
def _review_and_notes(db: Database) -> None:
    db.execute("ALTER TABLE findings ADD COLUMN left_to_review INTEGER NOT NULL DEFAULT 0")
    db.execute(
        "UPDATE findings SET left_to_review = 1 WHERE substr(evidence, ?) = ?",
        [-len(LEFT_TO_REVIEW), LEFT_TO_REVIEW],
    )
    db.execute("ALTER TABLE results ADD COLUMN notes TEXT NOT NULL DEFAULT '[]'")  # JSON array
    flagged = db.execute("SELECT id, flags FROM results WHERE flags <> '[]'").fetchall()
    db.conn.executemany(
        "UPDATE results SET notes = ? WHERE id = ?",
        [(notes, result_id) for result_id, flags in flagged if (notes := notes_in(flags)) != "[]"],
    )


def notes_in(flags: str) -> str:
    """The notes among flags, both as JSON arrays of texts.

    >>> notes_in('["录音有 2 处损坏，内容可能不完整","出现禁语 1 处"]')
    '["录音有 2 处损坏，内容可能不完整"]'
    """
    notes = [flag for flag in json.loads(flags) if not OF_FINDINGS.fullmatch(flag)]
    return json.dumps(notes, ensure_ascii=False, separators=(",", ":"))
