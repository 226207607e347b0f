"""Talk-over and 抢话: both speak at once, and one of them broke in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.pace import spoken_length
from pipeline.types import Finding, Quote, Role, Seconds, Span, Utterance

if TYPE_CHECKING:
    from pipeline.dynamics.scene import Scene
    from pipeline.settings import LimitSettings

LEAST_S: Seconds = 0.3
"""Shorter overlaps are turns that follow closely: people overlap this much by reaction (our
choice)."""


def find_interruptions(scene: Scene, limits: LimitSettings) -> tuple[Finding, ...]:
    """Find where one side begins while the other speaks and both go on for ``limits.overlap_s``.

    ``role`` is the side that broke in. Utterances of fewer than ``limits.overlap_chars`` characters
    do not count, and neither do back-channels (嗯, 好的, 对对对). The result is empty if overlap
    cannot be detected.
    """
    if scene.deaf_to_overlap:
        return ()
    return tuple(
        _interruption(span, second, _text_in(span, role, scene), sure=scene.roles_sure)
        for second in scene.utterances
        for role, span in scene.stretches
        if {role, second.role} == {"agent", "customer"}
        and span.start_s < second.start_s
        and span.overlap_s(second.span) >= limits.overlap_s
        and spoken_length(second.text) >= limits.overlap_chars
        and not scene.is_back_channel(second)
        and not _only_listens(span, role, scene)
    )


def _text_in(span: Span, role: Role, scene: Scene) -> str:
    return "".join(u.text for u in scene.by_role(role) if u.span.overlap_s(span) > 0)


def _only_listens(span: Span, role: Role, scene: Scene) -> bool:
    """Whether a stretch has words and all of them are back-channels. A stretch without words gives
    false."""
    utterances = [u for u in scene.by_role(role) if u.span.overlap_s(span) > 0]
    return bool(utterances) and all(scene.is_back_channel(u) for u in utterances)


def find_overlaps(scene: Scene) -> tuple[Span, ...]:
    """Stretches of ``LEAST_S`` and more in which agent and customer speak at once, in order of
    time."""
    if scene.deaf_to_overlap:
        return ()
    sides = {
        role: [span for own, span in scene.stretches if own == role]
        for role in ("agent", "customer")
    }
    pairs = ((a, b) for a in sides["agent"] for b in sides["customer"])
    both = (
        Span(max(a.start_s, b.start_s), min(a.end_s, b.end_s))
        for a, b in pairs
        if a.overlap_s(b) >= LEAST_S
    )
    return tuple(sorted(both))


def _interruption(interrupted: Span, second: Utterance, words: str, *, sure: bool) -> Finding:
    return Finding(
        rule="interruption",
        kind="interruption",
        phrase="抢话",
        role=second.role,
        start_s=second.start_s,
        end_s=min(interrupted.end_s, second.end_s),
        quote=second.text,
        match="signal",
        confidence=0.9 if sure else 0.5,
        verdict="confirmed" if sure else "review",
        evidence=f"对方正在说：“{words}”" if words else "",
        quotes=(Quote(second.role, second.start_s, second.end_s, second.text),),
    )
