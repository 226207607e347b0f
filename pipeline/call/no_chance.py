"""Duties whose lack may not be the agent's: the recording is damaged, or nobody was there to hear
them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.dynamics import FAREWELLS, LAST_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.lexicon import Rule
    from pipeline.types import CallMeta, Finding, Recording, Utterance

DAMAGED = "录音有损坏，可能正好缺了这句话"
SILENT = "客户一直没有说话，可能没有人在听"
LEFT = "客户先挂机或者线路断了，可能来不及说"
"""Why a person decides, in Chinese."""

CLOSES = (*FAREWELLS, "谢谢", "多谢", "没有了", "没了", "没事了", "不用了", "就这样")
"""What a customer says who has come to the end (our choice). After it an agent who speaks could
take leave, too."""


def unless_no_chance(
    findings: Iterable[Finding],
    utterances: Sequence[Utterance],
    call: CallMeta,
    recording: Recording,
    rules: Iterable[Rule],
) -> tuple[Finding, ...]:
    """The findings. The lack of a duty is for review where the agent may have done it in a place
    that is damaged, and what belongs to the end of a call where the customer never spoke, or where
    he hung up or the line broke before the agent could take leave."""
    if recording.decode_errors:
        return tuple(_left(f, DAMAGED) if f.kind == "missing" else f for f in findings)
    why = _why_not_ended(utterances, call)
    if not why:
        return tuple(findings)
    at_end = {
        rule.id
        for rule in rules
        if (duty := rule.duty) is not None and duty.within in ("last", "any") and duty.share is None
    }
    return tuple(_left(f, why) if f.kind == "missing" and f.rule in at_end else f for f in findings)


def _why_not_ended(utterances: Sequence[Utterance], call: CallMeta) -> str:
    """Why the agent may have had no chance to end the call; empty where he had."""
    if utterances and all(one.role == "agent" for one in utterances):
        return SILENT
    if call.hung_up_by == "system":
        return LEFT
    return LEFT if call.hung_up_by == "customer" and not could_take_leave(utterances) else ""


def could_take_leave(utterances: Sequence[Utterance]) -> bool:
    """Whether the agent spoke after the customer had come to the end."""
    last = sorted(utterances, key=lambda one: one.start_s)[-LAST_WORDS:]
    closed = [
        one.start_s
        for one in last
        if one.role == "customer" and any(word in one.text for word in CLOSES)
    ]
    return any(one.role == "agent" and one.start_s > min(closed) for one in last if closed)


def _left(finding: Finding, why: str) -> Finding:
    if finding.verdict != "confirmed":
        return finding
    evidence = "；".join(filter(None, (finding.evidence, why)))
    return replace(finding, verdict="review", points=0.0, evidence=evidence)
