"""Speaking rate (语速): characters a minute of a side's own speaking time.

The denominator comes from speech detection, not from word timestamps, which stretch over pauses
(SYSTRAN/faster-whisper #120); pauses of ``PAUSE_S`` and more are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.settings import LimitSettings
from pipeline.types import Finding, Pace, Role, RolePace, Seconds, Span, Utterance, Word

PAUSE_S: Seconds = 0.5
FASTEST_S: Seconds = 10.0
"""Length of the stretch of speech that is searched for the fastest rate."""

LEAST_S: Seconds = 1.0
"""Less speech than this gives no rate (our choice): one short answer is not a pace."""

_NUMBER = re.compile(r"\d+")


def spoken_length(text: str) -> int:
    """Characters that are spoken: ideographs, letters, and digits as they are read aloud.

    Numbers of one, three or more digits count a character a digit (room 501, agent 1027), those of
    two as read: 十, 十二, 二十, 二十五. Punctuation is not spoken.

    >>> spoken_length("您好，工号1027。"), spoken_length("88号"), spoken_length("20分钟")
    (8, 4, 4)
    """
    expanded = _NUMBER.sub(lambda match: "零" * _digits_spoken(match[0]), text)
    return sum(character.isalnum() for character in expanded) + 3 * text.count("%")


def _digits_spoken(number: str) -> int:
    if len(number) != 2 or number[0] == "0":
        return len(number)
    return 2 - (number == "10") + (number[0] > "1" and number[1] > "0")


def measure_pace(utterances: Sequence[Utterance]) -> Pace:
    """The pace of agent and customer. A side that is not heard for ``LEAST_S`` has no rate."""
    return Pace(agent=_role_pace(utterances, "agent"), customer=_role_pace(utterances, "customer"))


def find_pace(pace: Pace, limits: LimitSettings, *, duration_s: Seconds) -> tuple[Finding, ...]:
    """A finding for review where the agent's pace is outside the limits; it spans the call, or the
    fastest stretch. Pace limits are settings and not truths, so no finding here is ever confirmed."""
    agent = pace.agent
    if agent.chars_per_min is None:
        return ()
    if agent.chars_per_min > limits.fast_chars_per_min:
        rule, phrase = "pace.fast", "语速过快"
    elif agent.chars_per_min < limits.slow_chars_per_min:
        rule, phrase = "pace.slow", "语速过慢"
    else:
        return ()
    start_s = agent.fastest_start_s if rule == "pace.fast" and agent.fastest_start_s is not None else 0.0
    return (
        Finding(
            rule=rule,
            kind="pace",
            phrase=phrase,
            role="agent",
            start_s=start_s,
            end_s=min(duration_s, start_s + FASTEST_S) if start_s else duration_s,
            quote=f"{agent.chars_per_min:.0f} 字/分",
            match="signal",
            confidence=0.5,
            verdict="review",
        ),
    )


def _role_pace(utterances: Sequence[Utterance], role: Role) -> RolePace:
    own = [utterance for utterance in utterances if utterance.role == role]
    stretches = join_spans([utterance.span for utterance in own], PAUSE_S)
    speaking_s = sum(stretch.duration_s for stretch in stretches)
    if speaking_s < LEAST_S:
        return RolePace(None, None, None, speaking_s)
    characters = sum(spoken_length(utterance.text) for utterance in own)
    fastest = _fastest([word for utterance in own for word in utterance.words], stretches)
    rate, at_s = fastest or (None, None)
    return RolePace(characters / speaking_s * 60, rate, at_s, speaking_s)


def join_spans(spans: Sequence[Span], pause_s: Seconds) -> tuple[Span, ...]:
    """Spans in order, those with less than ``pause_s`` between them made one.

    >>> join_spans([Span(2.0, 3.0), Span(0.0, 1.6)], 0.5)
    (Span(start_s=0.0, end_s=3.0),)
    """
    joined: list[Span] = []
    for span in sorted(spans):
        if joined and span.start_s - joined[-1].end_s < pause_s:
            joined[-1] = Span(joined[-1].start_s, max(joined[-1].end_s, span.end_s))
        else:
            joined.append(span)
    return tuple(joined)


def _fastest(words: Sequence[Word], stretches: Sequence[Span]) -> tuple[float, Seconds] | None:
    """Highest rate within ``FASTEST_S`` of speech, and where it begins in the call; ``None`` where there
    is not so much speech."""
    if sum(stretch.duration_s for stretch in stretches) < FASTEST_S:
        return None
    timed = sorted((_speech_clock(word.start_s, stretches), spoken_length(word.text), word.start_s) for word in words)
    best: tuple[float, Seconds] | None = None
    last = 0
    inside = 0
    for start, length, at_s in timed:
        while last < len(timed) and timed[last][0] < start + FASTEST_S:
            inside += timed[last][1]
            last += 1
        if best is None or inside >= best[0]:
            best = (inside, at_s)
        inside -= length
    return (best[0] / FASTEST_S * 60, best[1]) if best else None


def _speech_clock(time_s: Seconds, stretches: Sequence[Span]) -> Seconds:
    """Seconds of speech before a time of the call."""
    return sum(max(0.0, min(time_s, stretch.end_s) - stretch.start_s) for stretch in stretches)
