"""The content of each version of a lexicon or a scorecard that has judged calls."""

from __future__ import annotations

from pipeline.store.file import StorePart


class VersionStore(StorePart):
    """Stores versions."""

    def keep(self, kind: str, version: str, content: str) -> None:
        """Store the content of a version of a lexicon or a scorecard. The first content stays.
        Raises ``StoreError``."""
        with self._writing():
            self._db.execute(
                "INSERT OR IGNORE INTO versions VALUES (?, ?, ?)", [kind, version, content]
            )

    def find(self, kind: str, version: str) -> str | None:
        """The content of a version; ``None`` if it is not stored. Raises ``StoreError``."""
        with self._reading():
            found = self._db.execute(
                "SELECT content FROM versions WHERE kind = ? AND version = ?", [kind, version]
            )
            row = found.fetchone()
        return row[0] if row else None

    def all(self, kind: str) -> tuple[tuple[str, str], ...]:
        """All stored versions of a kind, with their content. Raises ``StoreError``."""
        with self._reading():
            found = self._db.execute("SELECT version, content FROM versions WHERE kind = ?", [kind])
            return tuple(found.fetchall())
