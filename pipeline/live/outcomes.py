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
    ``near_s``: both may lie so far from each other. An alarm near a finding has led people there:
    one alarm may agree with several findings, and several with one.

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
    def has_near(at: float, others: list[float]) -> bool:
        return any(abs(other - at) <= near_s for other in others)

    matched = sum(has_near(at, ours) for at in theirs)
    extra = sum(not has_near(at, theirs) for at in ours)
    return LiveOutcome(rule, matched, len(theirs) - matched, extra)
