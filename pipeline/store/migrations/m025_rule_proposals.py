"""Proposals to change rules and sheets, their effect on stored calls, and the versions of the
overlay file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="025_rule_proposals")
def _rule_proposals(db: Database) -> None:
    db.executescript(
        """
        CREATE TABLE rule_proposals (
            id INTEGER PRIMARY KEY,
            subject TEXT NOT NULL, -- such as "rule forbidden.shirk" or "sheet default"
            changes TEXT NOT NULL, -- JSON
            note TEXT NOT NULL,
            sentence TEXT NOT NULL, -- what was said where it comes from, masked; empty for none
            result_id INTEGER, -- of the call that it comes from
            proposed_by TEXT NOT NULL, proposed_at TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'refused', 'withdrawn', 'undone')),
            decided_by TEXT, decided_at TEXT, word TEXT NOT NULL DEFAULT '',
            undone_by TEXT, undone_at TEXT, undone_why TEXT NOT NULL DEFAULT ''
        ) STRICT;
        CREATE INDEX rule_proposals_open ON rule_proposals (subject) WHERE state = 'open';

        -- The last trial of a proposal on stored calls; detail: JSON.
        CREATE TABLE proposal_effects (
            proposal_id INTEGER PRIMARY KEY REFERENCES rule_proposals (id) ON DELETE CASCADE,
            basis TEXT NOT NULL, state TEXT NOT NULL,
            begun_at TEXT NOT NULL, seen_at TEXT NOT NULL, detail TEXT NOT NULL
        ) STRICT;

        -- Every text of the overlay file that a page wrote.
        CREATE TABLE overlay_versions (
            id INTEGER PRIMARY KEY,
            at TEXT NOT NULL, actor TEXT NOT NULL, proposal_id INTEGER,
            file TEXT NOT NULL, before_sha256 TEXT NOT NULL, sha256 TEXT NOT NULL, text TEXT NOT NULL
        ) STRICT;
        """
    )
