"""Findings of tone for a supervisor: only if voice and words, or voice and talk-over, agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.types import Finding, Seconds, Span, Tone, ToneStretch, Utterance

if TYPE_CHECKING:
    from collections.abc import Sequence

NEAR_S: Seconds = 5.0
"""Most distance between words and voice that belong together (our choice)."""

UPSET_LEAST = 2
"""Utterances with words of upset that show an upset customer without the voice (our choice)."""


def find_tone(
    tone: Tone,
    findings: Sequence[Finding],
    utterances: Sequence[Utterance],
    *,
    upset: Sequence[str],
) -> tuple[Finding, ...]:
    """Find stretches of the agent to listen to (``tone.raised``), and agents who stayed calm with
    an upset customer (``tone.kept_calm``, A 五(四)).

    All findings are for review and take no points.
    """
    rude = [f for f in findings if f.role == "agent" and f.kind in ("forbidden", "interruption")]
    raised = [
        _finding("tone.raised", "语气高于平时", stretch, _evidence(stretch, near))
        for stretch in tone.agent.stretches
        if (near := [f for f in rude if _is_near(f, stretch)])
    ]
    if raised or rude or tone.agent.stretches:
        return tuple(raised)
    return _kept_calm(tone, utterances, upset)


def _kept_calm(
    tone: Tone, utterances: Sequence[Utterance], upset: Sequence[str]
) -> tuple[Finding, ...]:
    """The finding needs the agent's voice: an agent whose tone was not measured is neither praised
    nor blamed."""
    angry, loud = _signs(tone, utterances, upset)
    if not tone.agent.windows or not (loud or len(angry) >= UPSET_LEAST):
        return ()
    start_s, end_s = min(u.start_s for u in angry), max(u.end_s for u in angry)
    voice = f"；客户声音：{loud[0].evidence}" if loud else ""
    evidence = f"客户说“{angry[0].text}”{voice}；客服的声音没有高于平时，没有禁语，没有抢话"
    stretch = ToneStretch(start_s, end_s, "", min(0.6, tone.agent.confidence or 0.4))
    return (_finding("tone.kept_calm", "客户激动，客服保持平稳（建议表扬）", stretch, evidence),)


def is_upset(tone: Tone, utterances: Sequence[Utterance], upset: Sequence[str]) -> bool:
    """Whether the customer is upset: two utterances have words of upset, or one has them and a
    raised voice."""
    angry, loud = _signs(tone, utterances, upset)
    return bool(loud) or len(angry) >= UPSET_LEAST


def _signs(
    tone: Tone, utterances: Sequence[Utterance], upset: Sequence[str]
) -> tuple[list[Utterance], list[ToneStretch]]:
    """The customer's utterances with words of upset, and the raised stretches near them."""
    angry = [
        utterance
        for utterance in utterances
        if utterance.role == "customer" and any(word in utterance.text for word in upset)
    ]
    loud = [
        stretch
        for stretch in tone.customer.stretches
        if any(
            Span(stretch.start_s - NEAR_S, stretch.end_s + NEAR_S).overlap_s(u.span) > 0
            for u in angry
        )
    ]
    return angry, loud


def _is_near(finding: Finding, stretch: ToneStretch) -> bool:
    return finding.start_s <= stretch.end_s + NEAR_S and finding.end_s >= stretch.start_s - NEAR_S


def _evidence(stretch: ToneStretch, near: Sequence[Finding]) -> str:
    words = "、".join(
        dict.fromkeys(
            f"抢话“{f.quote}”" if f.kind == "interruption" else f"“{f.quote}”" for f in near
        )
    )
    return f"{stretch.evidence}；同时：{words}"


def _finding(rule: str, phrase: str, stretch: ToneStretch, evidence: str) -> Finding:
    return Finding(
        rule=rule,
        kind="tone",
        phrase=phrase,
        role="agent",
        start_s=stretch.start_s,
        end_s=stretch.end_s,
        quote="",
        match="signal",
        confidence=stretch.confidence,
        verdict="review",
        evidence=evidence,
    )
