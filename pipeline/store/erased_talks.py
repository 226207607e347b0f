"""Conversations in progress that are erased: of one in a folder a digest stays, so that its file is
not read again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.store.live import erased_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

    from pipeline.types import LiveSource


@dataclass(frozen=True, slots=True)
class NamedTalk:
    """A conversation in progress or just ended. ``name``: its id where it comes from, of a folder the
    file below it; ``file``: of a call's sound, below ``[live] recordings``."""

    id: int
    source: LiveSource
    name: str
    file: str | None = None


def find_talks(
    db: Database, results: Sequence[int], *, ids: Sequence[str] = (), customer: str | None = None
) -> list[NamedTalk]:
    """The conversations that ended in these results, and with ``customer`` his, and those that
    ``ids`` name. Raises ``sqlite3.Error``."""
    found = db.execute(
        """SELECT id, source, name, file FROM live_talks LEFT JOIN live_calls ON talk_id = id
        WHERE state <> 'erased' AND
        (result_id IN (SELECT value FROM json_each(?1)) OR customer_id = ?2
            OR name IN (SELECT value FROM json_each(?3))) ORDER BY id""",
        [json.dumps(list(results)), customer, json.dumps(list(ids) if customer else [])],
    )
    return [NamedTalk(*row) for row in found.fetchall()]


def find_old_talks(db: Database, moved_before: float) -> list[NamedTalk]:
    """The conversations in which nothing came since a time, in seconds since 1970; those that ended
    without their files, which are recordings. Raises ``sqlite3.Error``."""
    found = db.execute(
        """SELECT id, source, name, iif(state = 'ended', NULL, file)
        FROM live_talks LEFT JOIN live_calls ON talk_id = id WHERE state <> 'erased' AND moved_at < ?
        ORDER BY id""",
        [moved_before],
    )
    return [NamedTalk(*row) for row in found.fetchall()]


def erase_talks(db: Database, talks: Sequence[NamedTalk]) -> None:
    """Erase conversations in the caller's transaction. Raises ``sqlite3.Error``."""
    for one in talks:
        db.execute("DELETE FROM live_announced WHERE call = ?", [one.name])
        if one.source != "folder":
            db.execute("DELETE FROM live_talks WHERE id = ?", [one.id])
            continue
        for table in ("live_lines", "live_alarms", "live_untold"):
            db.execute(f"DELETE FROM {table} WHERE talk_id = ?", [one.id])
        db.execute(
            """UPDATE live_talks SET state = 'erased', name = ?, agent_id = NULL,
            customer_id = NULL, queue = NULL, waits_since = NULL, wait_limit_s = NULL,
            result_id = NULL, fault = '' WHERE id = ?""",
            [erased_name(one.name), one.id],
        )
