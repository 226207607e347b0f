"""Nothing measured, nothing awarded: an element whose every deduction rests on something that a
call cannot show, or on duties that it gave no occasion for, is 不适用."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.lexicon import (
    KNOWLEDGE_RULES,
    FigureDeduction,
    FindingDeduction,
    HangUp,
    PaceLimit,
    ResponseTime,
    Rule,
    Silence,
    TalkOver,
    VolumeJump,
)
from pipeline.score.figure_words import explain_unmeasured

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.lexicon import Item
    from pipeline.score.figures import Figures

OF_KIND = {
    "silence": "silence_s",
    "interruption": "interruptions_by_agent",
    "pace": "agent_chars_per_min",
    "tone": "tone_calm",
    "volume": "agent_chars_per_min",
}
"""The figure without which no finding of a kind can be: who cannot hear silence finds none."""

OF_RULE = {
    "process.slow_reply": "reply_late_share",
    "process.long_wait_no_notice": "reply_late_share",
    **dict.fromkeys(KNOWLEDGE_RULES, "knowledge_answers"),
}

OF_OPERATOR = {
    Silence: "silence_s",
    TalkOver: "interruptions_by_agent",
    ResponseTime: "response_latency_s",
    PaceLimit: "agent_chars_per_min",
    VolumeJump: "agent_chars_per_min",
    HangUp: "agent_chars_per_min",
}
"""The pace is measured wherever there is sound and the agent speaks."""


def figure_behind(
    charge: FindingDeduction | FigureDeduction, rules: Mapping[str, Rule]
) -> str | None:
    """The figure that must be known for a deduction to be possible; ``None`` where words show it,
    or where a group of rules is named."""
    if isinstance(charge, FigureDeduction):
        return charge.limit.figure
    if charge.kind in OF_KIND:
        return OF_KIND[charge.kind]
    if charge.rule in OF_RULE:
        return OF_RULE[charge.rule]
    rule = rules.get(charge.rule)
    if rule is None:
        return None
    signals = (OF_OPERATOR.get(type(one.operator)) for one in rule.conditions)
    return next((figure for figure in signals if figure), None)


@dataclass(frozen=True, slots=True)
class Known:
    """What a call can show: its figures, the rules, and the duties that it gave no occasion for."""

    figures: Figures
    rules: Mapping[str, Rule]
    not_due: frozenset[str] = frozenset()


def why_unmeasured(item: Item, known: Known) -> str:
    """In Chinese, why nothing that takes points of an element can be seen in this call; empty where
    something can, or where nothing takes points."""
    seen = [charge for charge in item.charges if not _is_not_due(charge, known)]
    if item.charges and not seen:
        return "不适用：本通没有需要履行这些职责的情形"
    behind = [figure_behind(charge, known.rules) for charge in seen]
    if not behind or any(f is None or known.figures.get(f) is not None for f in behind):
        return ""
    return explain_unmeasured(figure for figure in behind if figure)


def _is_not_due(charge: FindingDeduction | FigureDeduction, known: Known) -> bool:
    """Whether a deduction is for the lack of duties that did not apply."""
    if isinstance(charge, FigureDeduction) or charge.kind != "missing":
        return False
    if not charge.rule.endswith("*"):
        return charge.rule in known.not_due
    named = {name for name in known.rules if name.startswith(charge.rule[:-1])}
    return {name for name in named if known.rules[name].duty is not None} <= known.not_due
