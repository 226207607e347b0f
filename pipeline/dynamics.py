"""How the two sides share the time: silence, talk-over, response latency, talk ratio."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from statistics import median

from pipeline.pace import join_spans, spoken_length
from pipeline.settings import LimitSettings
from pipeline.types import Dynamics, Finding, Role, Seconds, Span, Utterance


def find_silence(speech: Sequence[Span], limits: LimitSettings) -> tuple[Finding, ...]:
    """Stretches of ``limits.silence_s`` and more in which neither side speaks, between the first and
    the last speech. Nobody's fault by itself: the role is ``unknown`` and the sheet decides."""
    heard = join_spans(speech, limits.silence_s)
    return tuple(
        Finding(
            rule="silence.long" if gap.duration_s >= limits.long_silence_s else "silence",
            kind="silence",
            phrase=f"静默 {gap.duration_s:.1f} 秒",
            role="unknown",
            start_s=gap.start_s,
            end_s=gap.end_s,
            quote="",
            match="signal",
            confidence=0.95,
            verdict="confirmed",
        )
        for gap in (Span(a.end_s, b.start_s) for a, b in itertools.pairwise(heard))
    )


def find_interruptions(
    utterances: Sequence[Utterance], limits: LimitSettings, *, roles_sure: bool
) -> tuple[Finding, ...]:
    """Where one side begins while the other speaks and both go on for ``limits.overlap_s``.

    ``role`` is who broke in. Utterances of fewer than ``limits.overlap_chars`` characters are
    back-channels (嗯, 好的) and do not count. Needs two channels: on a mix, utterances never overlap.
    """
    found: list[Finding] = []
    for second in utterances:
        for first in utterances:
            overlap_s = first.span.overlap_s(second.span)
            if (
                {first.role, second.role} == {"agent", "customer"}
                and first.start_s < second.start_s
                and overlap_s >= limits.overlap_s
                and spoken_length(second.text) >= limits.overlap_chars
            ):
                found.append(_interruption(first, second, roles_sure=roles_sure))
    return tuple(found)


def _interruption(first: Utterance, second: Utterance, *, roles_sure: bool) -> Finding:
    return Finding(
        rule="interruption",
        kind="interruption",
        phrase="抢话",
        role=second.role,
        start_s=second.start_s,
        end_s=min(first.end_s, second.end_s),
        quote=second.text,
        match="signal",
        confidence=0.9 if roles_sure else 0.5,
        verdict="confirmed" if roles_sure else "review",
    )


def measure_dynamics(
    utterances: Sequence[Utterance], findings: Sequence[Finding], speech: Sequence[Span], *, stereo: bool
) -> Dynamics:
    """Figures of the conversation. Talk-over and latency are ``None`` on a mix, where speech of both
    at once cannot be told; the ratio is ``None`` where a role is unknown or nobody speaks."""
    spoken = {role: _speaking_s(utterances, role) for role in ("agent", "customer", "unknown")}
    known_s = spoken["agent"] + spoken["customer"]
    gaps = [finding.end_s - finding.start_s for finding in findings if finding.kind == "silence"]
    by = [finding.role for finding in findings if finding.kind == "interruption"]
    return Dynamics(
        talk_ratio_agent=spoken["agent"] / known_s if known_s and not spoken["unknown"] else None,
        silence_s=sum(gaps) if speech else None,
        longest_silence_s=max(gaps, default=0.0) if speech else None,
        interruptions_by_agent=by.count("agent") if stereo and known_s else None,
        interruptions_by_customer=by.count("customer") if stereo and known_s else None,
        response_latency_median_s=_latency(utterances) if stereo else None,
    )


def _speaking_s(utterances: Sequence[Utterance], role: Role | str) -> Seconds:
    return sum(span.duration_s for span in join_spans([u.span for u in utterances if u.role == role], 0.0))


def _latency(utterances: Sequence[Utterance]) -> Seconds | None:
    """Median time from the customer's end to the agent's answer, ``None`` without an answer."""
    waits = [
        answer.start_s - asked.end_s
        for asked, answer in itertools.pairwise(utterances)
        if asked.role == "customer" and answer.role == "agent" and answer.start_s >= asked.end_s
    ]
    return median(waits) if waits else None
