"""Migration 017: the conversation that a table names for a call, and the part of a conversation that
a result is.

Earlier a result's part was kept with its measures. There it stays for earlier results; one scored
since has it here, and shares the measures of the call of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="017_conversations")
def _conversations(db: Database) -> None:
    for table in ("results", "calls"):
        db.execute(f"ALTER TABLE {table} ADD COLUMN conversation TEXT")
    db.execute("ALTER TABLE results ADD COLUMN part_of TEXT")  # JSON, NULL for a call of its own
    db.execute(
        "CREATE INDEX calls_conversation ON calls (conversation) WHERE conversation IS NOT NULL"
    )
    db.execute(
        "CREATE INDEX results_conversation ON results (json_extract(part_of, '$.conversation')) "
        "WHERE part_of IS NOT NULL"
    )
