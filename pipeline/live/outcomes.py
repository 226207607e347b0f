"""The alarms of a conversation against the finished check of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.types import LiveOutcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.types import LiveAlarm


def compare(
    live: Iterable[LiveAlarm], finished: Iterable[LiveAlarm], *, unanswered: float | None = None
) -> tuple[LiveOutcome, ...]:
    """For each rule how many alarms both have, and each alone. ``unanswered``: the wait that nobody
    ended, for which the finished check has no finding by its nature; it counts for neither.

    >>> from pipeline.types import LiveAlarm
    >>> early = LiveAlarm("a", 1.0, "wall", "confirmed", "滚")
    >>> late = LiveAlarm("a", 9.0, "wall", "confirmed", "滚")
    >>> compare([early], [early, late])
    (LiveOutcome(rule='a', matched=1, missed=1, extra=0),)
    """
    ours = {(one.rule, one.at) for one in live if one.at != unanswered}
    theirs = {(one.rule, one.at) for one in finished if one.at != unanswered}
    rules = sorted({rule for rule, _ in ours | theirs})
    return tuple(
        LiveOutcome(
            rule,
            *(
                sum(key[0] == rule for key in keys)
                for keys in (ours & theirs, theirs - ours, ours - theirs)
            ),
        )
        for rule in rules
    )
