"""Migration 022: seals of all rows that judge people, signed heads of the ledger, and entries whose
detail can be erased by right.

Rows that are older are sealed as they are when the file is first opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="022_seals_and_heads")
def _seals_and_heads(db: Database) -> None:
    db.executescript(
        """
        -- Hashed with the entry; empty for entries of before, and for those that were erased.
        ALTER TABLE ledger ADD COLUMN salt TEXT NOT NULL DEFAULT '';
        DROP TRIGGER ledger_keeps;
        CREATE TRIGGER ledger_keeps BEFORE UPDATE ON ledger
            WHEN NEW.id <> OLD.id OR NEW.at <> OLD.at OR NEW.actor <> OLD.actor OR NEW.action <> OLD.action
                OR NEW.hash <> OLD.hash OR NEW.subject NOT IN (OLD.subject, '') OR NEW.detail <> '' OR NEW.salt <> ''
            BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END;

        -- One row a row that a transaction wrote (pipeline.store.seals).
        CREATE TABLE seals (
            id INTEGER PRIMARY KEY,
            entry INTEGER NOT NULL, -- of the ledger, which covers the digests of its seals
            tbl TEXT NOT NULL,
            key TEXT NOT NULL, -- JSON array of the primary key; empty where it was erased
            salt BLOB NOT NULL, digest BLOB NOT NULL
        ) STRICT;
        CREATE INDEX seals_row ON seals (tbl, key);
        CREATE TRIGGER seals_stay BEFORE DELETE ON seals
            BEGIN SELECT raise(ABORT, 'seals are append-only'); END;
        CREATE TRIGGER seals_keep BEFORE UPDATE ON seals
            WHEN NEW.id <> OLD.id OR NEW.entry <> OLD.entry OR NEW.tbl <> OLD.tbl OR NEW.digest <> OLD.digest
                OR NEW.key NOT IN (OLD.key, '') OR NEW.salt <> x''
            BEGIN SELECT raise(ABORT, 'seals are append-only'); END;

        -- Heads of the Merkle tree over the entries, one a night or a wish.
        CREATE TABLE heads (
            size INTEGER PRIMARY KEY, root TEXT NOT NULL,
            hash TEXT NOT NULL, -- of the last entry
            at TEXT NOT NULL, -- UTC, ISO 8601
            public TEXT NOT NULL, signature TEXT NOT NULL -- hex digits; empty without a key
        ) STRICT;
        -- The signature of the last entry's hash, and the number of entries that it is of.
        ALTER TABLE ledger_head ADD COLUMN signed INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE ledger_head ADD COLUMN signature TEXT NOT NULL DEFAULT '';
        """
    )
