"""Migration 026: the rules and phrases of each result in an index that grows at its end.

The indexes of the findings had a place for each rule and each phrase, so a call that was saved
changed a page at each of them: two pages in five of all that it wrote.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="026_finding_labels")
def _finding_labels(db: Database) -> None:
    db.executescript(
        """
        -- Each rule that was ever found, and each phrase that says what was wrong, once.
        CREATE TABLE finding_labels (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL, -- rule or phrase
            label TEXT NOT NULL,
            UNIQUE (kind, label)
        ) STRICT;
        INSERT INTO finding_labels (kind, label) SELECT DISTINCT 'rule', rule FROM findings
            UNION SELECT 'phrase', phrase FROM findings WHERE kind IN ('forbidden', 'process');

        -- One row a result, of the ids of its labels (pipeline.store.finding_labels).
        CREATE VIRTUAL TABLE labelled USING fts5 (labels, content = '', detail = none, columnsize = 0);
        INSERT INTO labelled (rowid, labels) SELECT result_id, group_concat(id, ' ') FROM (
            SELECT DISTINCT result_id, finding_labels.id AS id
            FROM findings CROSS JOIN finding_labels
                ON (finding_labels.kind = 'rule' AND label = rule)
                OR (finding_labels.kind = 'phrase' AND label = phrase
                    AND findings.kind IN ('forbidden', 'process'))
            ORDER BY result_id) GROUP BY result_id ORDER BY result_id;

        DROP INDEX findings_rule;
        DROP INDEX findings_phrase;
        """
    )
