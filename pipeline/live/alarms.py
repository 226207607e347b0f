"""Findings as alarms: which alarm, how sure they are, and which are the same one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.types import LiveAlarm

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.lexicon import Rule
    from pipeline.types import Finding, Seconds

SURE_FROM = 0.9
"""The limit of a charge (``pipeline.phrases``). What a customer said is told to people from there on
although a person decides what it means for the month: it accuses nobody. And nothing below alarms in
a call: words that are recognised while it goes on are wrong more often, and in other places, than
those of the whole recording."""

NEAR_S: Seconds = 2.0
"""Alarms of one rule that lie nearer are one: words that are looked at again get other times."""

LOUD = "tone.raised"
MEASURED = ("silence.long", "interruption", LOUD)
"""Measured, not written in the lexicon; they alarm on the wall."""


def alarm_of(finding: Finding, begun: float, watched: Mapping[str, Rule]) -> LiveAlarm:
    """A finding as an alarm. ``begun``: when its conversation began; ``watched``: the rules that alarm;
    a measured finding is for the wall."""
    rule = watched.get(finding.rule)
    level = "wall" if rule is None or rule.alarm is None else rule.alarm
    customers = rule is not None and rule.role == finding.role == "customer"
    theirs = customers and finding.confidence >= SURE_FROM
    return LiveAlarm(
        finding.rule,
        place_of(begun + finding.start_s),
        level,
        "confirmed" if theirs else finding.verdict,
        finding.quote or finding.phrase,
        finding.evidence,
    )


def alarms_of_call(
    findings: Iterable[Finding], begun: float, watched: Mapping[str, Rule]
) -> list[LiveAlarm]:
    """What alarms in a call, of findings while it goes on or of the finished check."""
    return [
        alarm_of(one, begun, watched)
        for one in findings
        if is_measured(one) or (one.rule in watched and one.confidence >= SURE_FROM)
    ]


def is_measured(finding: Finding) -> bool:
    """Whether a measured finding alarms: the customer may break in."""
    return finding.rule in MEASURED and finding.role != "customer"


def are_words_known(finding: Finding, transcribed_s: Seconds) -> bool:
    """Whether the words are known that may excuse a measured finding: who announced a silence before
    it, and who only listened while the agent spoke. ``transcribed_s``: all words before are known."""
    is_silence = finding.kind == "silence"
    return (finding.start_s if is_silence else finding.end_s) <= transcribed_s


def place_of(at: float) -> float:
    """The whole second of a moment: the same finding has the same one each time."""
    return float(int(at))


def new_alarms(alarms: Iterable[LiveAlarm], before: Iterable[LiveAlarm]) -> list[LiveAlarm]:
    """Of the alarms of one look those that do not stand already, and those that confirm one that
    stands for review, at its place. Two alarms of one look are never the same one.

    >>> stands = LiveAlarm("a", 8.0, "wall", "review", "随你变")
    >>> new_alarms([LiveAlarm("a", 9.0, "wall", "confirmed", "随你便")], [stands])[0].at
    8.0
    """
    left = list(before)
    found: list[LiveAlarm] = []
    for one in alarms:
        near = [o for o in left if o.rule == one.rule and abs(o.at - one.at) <= NEAR_S]
        if not near:
            found.append(one)
            continue
        stands = min(near, key=lambda o: abs(o.at - one.at))
        left.remove(stands)
        if stands.verdict == "review" and one.verdict == "confirmed":
            found.append(replace(one, at=stands.at))
    return found
