"""What a night does to keep the site's data safe, and no longer than it may."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pipeline.errors import CallqaError
from pipeline.jobs import back_up_nightly, expire, write_anchors

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.nightly.run import Tally
    from pipeline.settings import Settings
    from pipeline.store import Store


def keep_safe(
    settings: Settings,
    store: Store,
    tally: Tally,
    *,
    now: Callable[[], str],
    stop: Callable[[], bool],
) -> str:
    """Erase what has come to its end, back the database up, sign the ledger's head and put it into
    the anchors, as the settings ask; lines for the message. What fails is a problem of the run."""
    lines: list[str] = []
    backup = settings.backup
    try:
        if settings.retention.any_days:
            moment = datetime.fromisoformat(now()).astimezone()
            lines.append(expire(store, settings, now=moment, stop=stop).line)
        if backup.folder and not stop():
            made = back_up_nightly(store, backup.folder, backup.keep, at=now())
            lines.append(f"备份 {made.path.name}，{made.size} 字节，已读回核对")
    except (CallqaError, OSError) as error:
        tally.problems.append(f"[retention] or [backup]: {error}")
    store.readings.fold(at=now())
    head = store.ledger.sign(at=now())
    tally.problems += write_anchors(head, settings.ledger.anchors)
    lines.append(f"日志签名头 {head.size} 条 {head.root}")
    return "\n".join(line for line in lines if line)
