"""What a night does to keep the site's data safe, and no longer than it may."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pipeline.errors import CallqaError
from pipeline.jobs import back_up_nightly, expire, tell_given_rights, write_anchors

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.nightly.tally import Tally
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
    the anchors, as the settings ask; lines for the message, with the rights over calls that were
    given. What fails is a problem of the run."""

    def expired() -> str:
        moment = datetime.fromisoformat(now()).astimezone()
        return expire(store, settings, now=moment, stop=stop).line

    def backed_up() -> str:
        made = back_up_nightly(store, settings.backup.folder, settings.backup.keep, at=now())
        return f"备份 {made.path.name}，{made.size} 字节，已读回核对"

    lines: list[str] = []
    for section, is_asked, work in (
        ("retention", settings.retention.any_days, expired),
        ("backup", bool(settings.backup.folder), backed_up),
    ):
        try:
            lines += [work()] if is_asked and not stop() else []
        except (CallqaError, OSError) as error:
            tally.problems.append(f"[{section}]: {error}")
    lines.append(tell_given_rights(store, now=now()))
    store.readings.fold(at=now())
    head = store.ledger.sign(at=now())
    tally.problems += write_anchors(head, settings.ledger)
    lines.append(f"日志签名头 {head.size} 条 {head.root}")
    return "\n".join(line for line in lines if line)
