"""Migration 018: figures of a result that reports add up, written as it is saved: its faults by
rule, and the share of its sheet that was measured.

Reports counted them out of every finding and every line of the scorecards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="018_sums_of_results")
def _sums_of_results(db: Database) -> None:
    db.executescript(
        """
        -- Confirmed findings against the agent, by result and rule.
        CREATE TABLE faults (
            result_id INTEGER NOT NULL REFERENCES results (id) ON DELETE CASCADE,
            rule TEXT NOT NULL, kind TEXT NOT NULL,
            phrase TEXT NOT NULL, -- the last of its phrases by the alphabet
            hits INTEGER NOT NULL, points REAL NOT NULL,
            PRIMARY KEY (result_id, rule, kind)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO faults SELECT result_id, rule, kind, max(phrase), count(*), sum(points)
            FROM findings INDEXED BY findings_faults
            WHERE verdict = 'confirmed' AND kind <> 'required' AND role <> 'customer'
            GROUP BY result_id, rule, kind;
        DROP INDEX findings_faults;

        -- Share of the sheet's full points whose items applied, 0..1; NULL for a sheet without items
        ALTER TABLE results ADD COLUMN measured_share REAL;
        UPDATE results SET measured_share = (SELECT sum(full * applies) / sum(full) FROM score_items
            WHERE score_items.result_id = results.id AND part = 'items');

        -- The few lines of 加分项 and 扣分项 that gave or took points.
        CREATE INDEX score_items_extras ON score_items (result_id)
            WHERE part = 'extras' AND applies AND points <> 0;

        -- The few calls with an imported praise or complaint.
        CREATE INDEX calls_praised ON calls (moment) WHERE praises > 0;
        CREATE INDEX calls_complained ON calls (moment) WHERE complaints > 0;
        """
    )
