"""Migration 015: times of calls are on the clock of the site, without a zone.

Before, a time with a zone kept it, and a call without a start had the time of its result in UTC:
both fell on another day than their neighbours around midnight."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pipeline.store.migrations.registry import migrations

if TYPE_CHECKING:
    from sqlite_utils import Database


@migrations(name="015_site_clock")
def _site_clock(db: Database) -> None:
    for column in ("started_at", "moment"):
        rows = db.execute(
            f"SELECT sha256, {column} FROM calls WHERE {column} GLOB '*T*[+Z]*' "
            f"OR {column} GLOB '*T*-[0-9][0-9]:[0-9][0-9]' OR {column} GLOB '* *[+]*'"
        ).fetchall()
        for sha256, text in rows:
            db.execute(f"UPDATE calls SET {column} = ? WHERE sha256 = ?", [_local(text), sha256])


def _local(text: str) -> str:
    """The time on the clock of the process; a text that is no time with a zone stays."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment.astimezone().replace(tzinfo=None).isoformat() if moment.tzinfo else text
