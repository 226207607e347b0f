"""The alarms of a conversation against the finished check of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.types import LiveOutcome

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.types import LiveAlarm, Seconds


def compare(
    live: Iterable[LiveAlarm],
    finished: Iterable[LiveAlarm],
    *,
    unanswered: float | None = None,
    near_s: Seconds = 0.0,
) -> tuple[LiveOutcome, ...]:
    """For each rule how many alarms both have, and each alone. ``unanswered``: the wait that nobody
    ended, for which the finished check has no finding by its nature; it counts for neither.
    ``near_s``: both may lie so far from each other.

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
        _outcome(
            rule,
            sorted(at for name, at in ours if name == rule),
            sorted(at for name, at in theirs if name == rule),
            near_s,
        )
        for rule in rules
    )


def _outcome(rule: str, ours: list[float], theirs: list[float], near_s: Seconds) -> LiveOutcome:
    """Each alarm goes with the first finding near it that is still alone."""
    left = list(theirs)
    for at in ours:
        near = [one for one in left if abs(one - at) <= near_s]
        if near:
            left.remove(near[0])
    matched = len(theirs) - len(left)
    return LiveOutcome(rule, matched, len(left), len(ours) - matched)
