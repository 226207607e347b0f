"""How long the customer waits for each answer, read from the times of what was written or said.

Every limit is in ``[limits]`` of the settings; the regulations give no seconds."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pipeline.dynamics.waiting_words import (
    announces,
    is_chase,
    leaves,
    named_wait_s,
    needs_answer,
    pauses,
    says,
    turns_to_customer,
    waits_for_customer,
)
from pipeline.lexicon import TalkWords
from pipeline.types import Utterance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.settings import LimitSettings
    from pipeline.types import Seconds

CLOSED_S: Seconds = 4 * 3600.0
"""A wait that is longer and ends on another day may be the night; a person decides (our choice)."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation with times of its own. ``typed``: a chat, whose lines have only the time when
    they were sent. ``step_s``: what the times are rounded to (60 where only minutes are given).
    ``system_s``: when the system or a bot wrote. ``started_at``: ISO 8601, ``None`` if unknown."""

    utterances: tuple[Utterance, ...]
    typed: bool
    words: TalkWords = field(default_factory=TalkWords)
    step_s: Seconds = 0.0
    system_s: tuple[Seconds, ...] = ()
    started_at: str | None = None

    def end_of(self, line: Utterance) -> Seconds:
        """When a line was there to be answered; how long it took to type is not known."""
        return line.start_s if self.typed else line.end_s


@dataclass(frozen=True, slots=True)
class Wait:
    """The time from ``start_s`` to the agent's line that ends it. ``asked``: the customer had
    written something that waits for an answer. ``notice``: the agent's words about the wait, or
    empty. ``doubt``: in Chinese, why a person decides; empty where nothing speaks against it.
    ``slack_s``: how much shorter it may have been."""

    start_s: Seconds
    answer: Utterance
    limit_s: Seconds
    asked: bool
    first: bool = False
    notice: str = ""
    doubt: str = ""
    slack_s: Seconds = 0.0

    @property
    def duration_s(self) -> Seconds:
        return max(0.0, self.answer.start_s - self.start_s)

    @property
    def is_late(self) -> bool:
        """Whether it is over the limit however the times were rounded."""
        return self.duration_s - self.slack_s > self.limit_s


@dataclass(frozen=True, slots=True)
class _Gap:
    """What lies before an answer: the agent's ``said`` lines before it, none at the beginning, and
    what others said ``between``."""

    said: tuple[Utterance, ...]
    between: tuple[Utterance, ...]
    answer: Utterance

    @property
    def text(self) -> str:
        return "".join(line.text for line in self.said)


def find_waits(talk: Dialogue, limits: LimitSettings) -> tuple[Wait, ...]:
    """The waits of a conversation in order of time.

    A wait begins with the customer's last line before the answer, so that one who sends several
    lines is not answered late for having written on; where he was left alone for more than the
    limit between two of them, it begins with the earlier one. 人呢 and the like begin nothing
    anew; where there is nothing else, they show that the customer has waited since the agent's last
    word. Thanks, 好的 and a farewell wait for nothing, and a customer who says that he is looking
    for something is waited for. Where the agent went to look something up, it begins when the
    customer agreed. Without times that mean something, leave this alone."""
    waits = (_wait(gap, talk, limits) for gap in _gaps(talk, limits))
    return tuple(wait for wait in waits if wait is not None)


def find_waits_now(talk: Dialogue, limits: LimitSettings, *, now_s: Seconds) -> tuple[Wait, ...]:
    """As ``find_waits`` of a conversation in progress, with the wait that goes on as if the agent
    answered at ``now_s``; its answer has no text. After a line of the agent the customer waits where
    this very line says so: what he was to wait for may have come with it."""
    lines = sorted(talk.utterances, key=lambda line: line.start_s)
    at_s = max(now_s, lines[-1].start_s if lines else 0.0)
    answer = Utterance("agent", 0, at_s, at_s, "", 1.0, ())
    waits = find_waits(replace(talk, utterances=(*lines, answer)), limits)
    last = lines[-1] if lines else answer
    told = announces(last.text, talk.words) or leaves(last.text, talk.words)
    goes_on = last.role != "agent" or told
    return tuple(wait for wait in waits if goes_on or wait.answer is not answer)


def _gaps(talk: Dialogue, limits: LimitSettings) -> list[_Gap]:
    """One for each line of the agent; his lines in a row belong together while they follow each
    other within the limit."""
    gaps: list[_Gap] = []
    said: list[Utterance] = []
    between: list[Utterance] = []
    for line in sorted(talk.utterances, key=lambda line: line.start_s):
        if line.role != "agent":
            between.append(line)
            continue
        gaps.append(_Gap(tuple(said), tuple(between), line))
        alone = said and line.start_s - talk.end_of(said[-1]) > limits.reply_s
        said = [line] if between or alone else [*said, line]
        between = []
    return gaps


def _wait(gap: _Gap, talk: Dialogue, limits: LimitSettings) -> Wait | None:
    words, text = talk.words, gap.text
    held = [at for at, line in enumerate(gap.between) if pauses(line.text, words)]
    between = gap.between[held[-1] + 1 :] if held else gap.between
    asked = [line for line in between if needs_answer(line.text, text, words)]
    left = leaves(text, words)
    notice = text if announces(text, words) or (talk.typed and left) else ""
    away = bool(notice or left) and not held
    turned = turns_to_customer(text, words)
    chased = bool(asked and gap.said and not turned) and all(
        is_chase(line.text, words) for line in asked
    )
    if away and not asked and waits_for_customer(text, words, silent=not between):
        return None
    if away:
        start_s = _left_at(gap, talk, limits)
    elif asked and not chased:
        start_s = _asked_at(asked, talk, limits)
    elif gap.said and not held and not turned:
        start_s = talk.end_of(gap.said[-1] if chased else (*gap.said, *between)[-1])
    else:
        return None
    replies = bool(asked) and not chased
    return Wait(
        start_s=start_s,
        answer=gap.answer,
        limit_s=_limit(gap, talk, limits, asked=replies, notice=notice),
        asked=replies,
        first=not gap.said,
        notice=notice,
        doubt=_doubt(gap, talk, start_s, idle=not (asked or away)),
        slack_s=talk.step_s,
    )


def _limit(
    gap: _Gap, talk: Dialogue, limits: LimitSettings, *, asked: bool, notice: str
) -> Seconds:
    if notice:
        return max(limits.announced_wait_s, named_wait_s(gap.text))
    if not talk.typed:
        return limits.unannounced_wait_s
    if not asked:
        return limits.unannounced_wait_chat_s
    return limits.reply_s if gap.said else limits.first_reply_s


def _left_at(gap: _Gap, talk: Dialogue, limits: LimitSettings) -> Seconds:
    """When the agent went to look: with the customer's answer to it, if that came soon."""
    left_s = talk.end_of(gap.said[-1])
    if gap.between and gap.between[0].start_s - left_s <= limits.reply_s:
        return max(left_s, talk.end_of(gap.between[0]))
    return left_s


def _asked_at(asked: Sequence[Utterance], talk: Dialogue, limits: LimitSettings) -> Seconds:
    lines = [asked[0], *(line for line in asked[1:] if not is_chase(line.text, talk.words))]
    if talk.typed:
        for line, following in itertools.pairwise(lines):
            if following.start_s - line.start_s > limits.reply_s:
                return line.start_s
    return talk.end_of(lines[-1])


def _doubt(gap: _Gap, talk: Dialogue, start_s: Seconds, *, idle: bool) -> str:
    end_s = gap.answer.start_s
    if any(line.role == "unknown" for line in gap.between):
        return "有一句分不清是谁说的"
    if any(start_s <= at <= end_s for at in talk.system_s):
        return "其间有系统或机器人的消息"
    if says(gap.text, talk.words.transfers):
        return "其间在转接"
    if end_s - start_s > CLOSED_S and _may_be_night(talk, start_s, end_s):
        return "隔了日期，可能是下班时间"
    return "客户没有提问，也可能是客户在忙" if idle else ""


def _may_be_night(talk: Dialogue, start_s: Seconds, end_s: Seconds) -> bool:
    try:
        begin = datetime.fromisoformat(talk.started_at or "")
    except ValueError:
        return True
    days = [(begin + timedelta(seconds=at)).date() for at in (start_s, end_s)]
    return days[0] != days[1]
