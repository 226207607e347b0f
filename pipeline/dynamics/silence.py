"""Silence: neither side speaks, and there is no music, ringing or announcement."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from pipeline.dynamics.scene import Scene, spoken
from pipeline.types import Finding, Seconds, Span, join_spans

if TYPE_CHECKING:
    from pipeline.settings import LimitSettings

ANNOUNCED_WITHIN_S: Seconds = 3.0
"""A wait counts as announced if the agent's words about it end this short before it (our
choice)."""


def find_silence(scene: Scene, limits: LimitSettings) -> tuple[Finding, ...]:
    """Find stretches of ``limits.silence_s`` and more between the first and the last speech.

    Rules: ``silence``; ``silence.dead_air`` from ``limits.dead_air_s``; ``silence.long`` from
    ``limits.long_silence_s``; ``silence.announced`` for any length if the agent announced it.
    Silence by itself is nobody's fault: the role is ``unknown`` and the scorecard decides.
    """
    if not scene.speech:
        return ()
    first_s, last_s = min(scene.speech).start_s, max(span.end_s for span in scene.speech)
    sounds = [
        span
        for span in (sound.span for sound in scene.sounds)
        if first_s < span.end_s and span.start_s < last_s
    ]
    filled = join_spans([*scene.speech, *sounds], limits.silence_s)
    return tuple(
        _finding(Span(a.end_s, b.start_s), scene, limits) for a, b in itertools.pairwise(filled)
    )


def _finding(gap: Span, scene: Scene, limits: LimitSettings) -> Finding:
    announcement = _announced(gap, scene)
    if announcement:
        rule, label = "silence.announced", "（已告知等待）"
    elif gap.duration_s >= limits.long_silence_s:
        rule, label = "silence.long", ""
    elif gap.duration_s >= limits.dead_air_s:
        rule, label = "silence.dead_air", ""
    else:
        rule, label = "silence", ""
    return Finding(
        rule=rule,
        kind="silence",
        phrase=f"静默 {gap.duration_s:.1f} 秒{label}",
        role="unknown",
        start_s=gap.start_s,
        end_s=gap.end_s,
        quote="",
        match="signal",
        confidence=0.95,
        verdict="confirmed",
        evidence=f"客服事先说：“{announcement}”" if announcement else "",
    )


def _announced(gap: Span, scene: Scene) -> str:
    """The agent's words about the wait just before it, else an empty text. The customer may have
    answered 好的."""
    for utterance in reversed(scene.utterances):
        if utterance.end_s > gap.start_s + 0.1:
            continue
        if utterance.role == "agent":
            says = any(wait in spoken(utterance) for wait in scene.words.waits)
            return (
                utterance.text
                if says and gap.start_s - utterance.end_s <= ANNOUNCED_WITHIN_S
                else ""
            )
        if not scene.is_back_channel(utterance):
            return ""
    return ""
