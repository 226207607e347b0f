"""The rules on a conversation in progress: the finished check, run on what was said so far."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.call import check_conversation, find_running_waits
from pipeline.imports import Turn, conversation_of
from pipeline.live.alarms import alarm_of, place_of
from pipeline.live.talks import begun_at
from pipeline.phrases import PhraseBook, load_meaning
from pipeline.types import LiveAlarm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.dynamics import Wait
    from pipeline.imports import Conversation
    from pipeline.jobs import JudgingBasis
    from pipeline.lexicon import Rule
    from pipeline.types import CallResult, Seconds

SLOW_REPLY, LONG_WAIT = "process.slow_reply", "process.long_wait_no_notice"
WAIT_RULES = (SLOW_REPLY, LONG_WAIT)
"""Measured, not written in the lexicon; they alarm on the wall."""


@dataclass(frozen=True, slots=True)
class Heard:
    """``results``: as the finished check of what was said so far gives them; ``alarms``: in order of
    time; ``waits``: since when the customer waits (seconds since 1970) and how long may be, ``None``
    where nobody waits for an answer; ``unanswered``: the wait that goes on."""

    results: tuple[CallResult, ...]
    alarms: tuple[LiveAlarm, ...]
    waits: tuple[float, Seconds] | None = None

    @property
    def unanswered(self) -> float | None:
        """The place of the wait that goes on, as alarms name places."""
        return place_of(self.waits[0]) if self.waits else None


@dataclass(frozen=True, slots=True)
class LiveEar:
    """Judges by a basis. ``watched``: the rules that alarm."""

    basis: JudgingBasis
    book: PhraseBook
    watched: Mapping[str, Rule]

    @classmethod
    def of(cls, basis: JudgingBasis) -> LiveEar:
        """Loads what the first conversation would wait for, in some seconds."""
        rules = basis.lexicon.rules
        watched = {rule.id: rule for rule in rules if rule.alarm is not None}
        ear = cls(basis, PhraseBook.of(rules, load_meaning()), watched)
        ear.check(conversation_of([Turn("agent", "您好，请讲。"), Turn("customer", "我要投诉。")]))
        return ear

    def hear(self, conversations: Sequence[Conversation], *, otherwise: float, now: float) -> Heard:
        """What the rules find in a conversation so far. ``otherwise``: when it began, where its times
        do not say it. Lines that cannot be read yet leave nothing in doubt: the next look reads
        them. Raises ``LexiconError``."""
        results = tuple(self.check(replace(one, lost=())) for one in conversations)
        alarms: list[LiveAlarm] = []
        running: tuple[float, Seconds] | None = None
        for one, result in zip(conversations, results, strict=True):
            begun = begun_at(one, otherwise=otherwise)
            alarms += [
                alarm_of(finding, begun, self.watched)
                for finding in result.findings
                if finding.rule in self.watched
            ]
            waits = self._waits(one, begun, now)
            alarms += _late(waits, begun)
            running = _running(waits, begun)
        return Heard(results, tuple(sorted(alarms, key=lambda a: (a.at, a.rule))), running)

    def check(self, conversation: Conversation) -> CallResult:
        """The finished check. Raises ``LexiconError``."""
        basis = self.basis
        return check_conversation(
            conversation, self.book, basis.lexicon, basis.sheets, basis.settings
        )

    def _waits(self, one: Conversation, begun: float, now: float) -> tuple[Wait, ...]:
        settings = self.basis.settings
        return find_running_waits(one, self.basis.lexicon, settings, now_s=now - begun)


def _late(waits: Sequence[Wait], begun: float) -> list[LiveAlarm]:
    """Waits over their limit that nothing excuses, the one that goes on among them."""
    return [
        LiveAlarm(
            SLOW_REPLY if wait.asked and not wait.notice else LONG_WAIT,
            place_of(begun + wait.start_s),
            "wall",
            "confirmed",
            "",
            f"客户等待超过 {wait.limit_s:.0f} 秒",
        )
        for wait in waits
        if wait.is_late and not wait.doubt
    ]


def _running(waits: Sequence[Wait], begun: float) -> tuple[float, Seconds] | None:
    """The wait that goes on: since when, and how long may be."""
    last = waits[-1] if waits else None
    if last is None or last.answer.text or last.doubt:
        return None
    return begun + last.start_s, last.limit_s + last.slack_s
