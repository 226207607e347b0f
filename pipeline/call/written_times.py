"""What the times of a chat or a transcript tell: answers, and in a transcript silence and
talk-over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING, Any

from pipeline.dynamics import (
    REPLY_FIGURES,
    Dialogue,
    Scene,
    find_interruptions,
    find_late_replies,
    find_overlaps,
    find_silence,
    find_waits,
    find_waits_now,
    measure_dynamics,
    measure_replies,
    with_figures,
)
from pipeline.types import Dynamics, Finding, Seconds, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.dynamics import Wait
    from pipeline.imports import Conversation
    from pipeline.lexicon import TalkWords
    from pipeline.settings import LimitSettings
    from pipeline.types import Utterance

NO_SOUND = "文字会话没有录音"
NO_TIMES = "没有时间"
NO_ENDS = "没有每句话的结束时间"

SOUND_ONLY = (
    "talk_ratio_agent", "silence_s", "longest_silence_s", "interruptions_by_agent", "interruptions_by_customer",
    "hold_s", "talk_over_s", "longest_monologue_agent_s", "longest_monologue_start_s", "time_to_greeting_s", "ended_by",
)  # fmt: skip

NEVER_READ = ("hold_s", "ended_by")
"""What times do not tell either: music, and who hung up."""


@dataclass(frozen=True, slots=True)
class Times:
    """``waits``: when the customer waited for the agent; ``None`` without times."""

    dynamics: Dynamics
    findings: tuple[Finding, ...] = ()
    overlaps: tuple[Span, ...] = ()
    waits: tuple[Span, ...] | None = None


def measure_times(conversation: Conversation, words: TalkWords, limits: LimitSettings) -> Times:
    """The figures and findings of a conversation's times; without times all figures are ``None``,
    and without the ends of utterances those of a call are."""
    typed = conversation.medium == "chat"
    shows_silence = not typed and conversation.ended
    if not (shows_silence or (typed and conversation.timed)):
        reason = NO_ENDS if conversation.timed else NO_TIMES
        figures: dict[str, tuple[Any, str]] = dict.fromkeys(REPLY_FIGURES, (None, reason))
        return Times(with_figures(_unheard(conversation), figures))
    waits = find_waits(_dialogue(conversation, words), limits)
    dynamics = _unheard(conversation)
    talk: tuple[Finding, ...] = ()
    overlaps: tuple[Span, ...] = ()
    if shows_silence:
        dynamics, talk, overlaps = _as_heard(conversation, words, limits, waits)
    late = find_late_replies(waits, typed=typed)
    dynamics = measure_replies(dynamics, waits, typed=typed, step_s=conversation.step_s)
    spans = tuple(Span(wait.start_s, wait.answer.start_s) for wait in waits if wait.duration_s > 0)
    return Times(dynamics, (*talk, *late), overlaps, spans)


def waits_now(
    conversation: Conversation, words: TalkWords, limits: LimitSettings, *, now_s: Seconds
) -> tuple[Wait, ...]:
    """The waits of a chat in progress at a moment, ``now_s`` seconds after its beginning, the one
    that goes on among them; none without times."""
    if conversation.medium != "chat" or not conversation.timed:
        return ()
    return find_waits_now(_dialogue(conversation, words), limits, now_s=now_s)


def _dialogue(conversation: Conversation, words: TalkWords) -> Dialogue:
    return Dialogue(
        conversation.utterances,
        conversation.medium == "chat",
        words,
        conversation.step_s,
        conversation.system_s,
        conversation.meta.started_at,
    )


def _as_heard(
    conversation: Conversation, words: TalkWords, limits: LimitSettings, waits: Sequence[Wait]
) -> tuple[Dynamics, tuple[Finding, ...], tuple[Span, ...]]:
    """Silence and talk-over as of a recording; an overlap may be shorter by what the times are
    rounded to."""
    said = conversation.utterances
    scene = Scene(said, tuple((u.role, u.span) for u in said), conversation.duration_s, words)
    sure = replace(limits, overlap_s=limits.overlap_s + conversation.step_s)
    silence = _judged(find_silence(scene, limits), waits)
    talk = (*silence, *find_interruptions(scene, sure))
    figures: dict[str, tuple[Any, str]] = dict.fromkeys(NEVER_READ, (None, NO_SOUND))
    return with_figures(measure_dynamics(scene, talk), figures), talk, find_overlaps(scene)


def _judged(talk: Sequence[Finding], waits: Sequence[Wait]) -> list[Finding]:
    """Silence as the waits explain it: announced; the agent's, where he let an answer wait and the
    wait is not charged by itself; else nobody's."""
    by_end = {wait.answer.start_s: wait for wait in waits}
    return [
        replace(finding, rule=_silence_rule(finding.rule, by_end.get(finding.end_s)))
        if finding.kind == "silence"
        else finding
        for finding in talk
    ]


def _silence_rule(rule: str, wait: Wait | None) -> str:
    if rule == "silence.announced" or (wait is not None and wait.notice):
        return "silence.announced"
    return rule if wait is not None and not (wait.doubt or wait.is_late) else "silence"


def _unheard(conversation: Conversation) -> Dynamics:
    """What needs a recording is ``None``; the latency is that of ``response_latencies``."""
    latencies = response_latencies(conversation) if conversation.timed else []
    said = conversation.utterances
    last = said[-1].role if said else None
    nothing = Dynamics(None, None, None, None, None, None, last_speaker=last)
    figures: dict[str, tuple[Any, str]] = dict.fromkeys(SOUND_ONLY, (None, NO_SOUND))
    latency = median(latencies) if latencies else None
    why = "没有应答" if conversation.timed else NO_TIMES
    return with_figures(nothing, {**figures, "response_latency_median_s": (latency, why)})


def response_latencies(conversation: Conversation) -> list[Seconds]:
    """How long the customer waited for each answer: from the end of what was said, in a chat from
    the time the last line was sent, to the agent's first line after it."""
    waits: list[Seconds] = []
    asked: Utterance | None = None
    for utterance in conversation.utterances:
        if utterance.role == "customer":
            asked = utterance
        elif utterance.role == "agent" and asked is not None:
            since = asked.start_s if conversation.medium == "chat" else asked.end_s
            waits.append(max(0.0, utterance.start_s - since))
            asked = None
    return waits
