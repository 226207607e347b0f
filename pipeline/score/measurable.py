"""Nothing measured, nothing awarded: an element whose every deduction rests on something that a
call cannot show is 不适用."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.lexicon import (
    FIGURES,
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


def why_unmeasured(item: Item, figures: Figures, rules: Mapping[str, Rule]) -> str:
    """In Chinese, why nothing that takes points of an element can be seen in this call; empty where
    something can, or where nothing takes points."""
    behind = [figure_behind(charge, rules) for charge in item.charges]
    if not behind or any(figure is None or figures.get(figure) is not None for figure in behind):
        return ""
    names = dict.fromkeys(FIGURES[figure] for figure in behind if figure)
    return f"不适用：本通没有“{'”“'.join(names)}”，无法考核"
