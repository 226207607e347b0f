"""Calls of which callqa did not hear the end, or not the begin."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.call.rescore import agent_is_heard, score_again
from pipeline.call.written_parts import CUT_SHORT, RESUMED, unless_in_another

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.lexicon import Rule, Scorecard
    from pipeline.types import CallResult


def judge_broken_off(
    result: CallResult, sheet: Scorecard, rules: Sequence[Rule], *, cut: bool, resumed: bool
) -> CallResult:
    """The result of a call that was ``cut`` before its end, or that goes on with one that was
    (``resumed``): the lack of what may have been said there is for review."""
    said = ((CUT_SHORT, cut), (RESUMED, resumed))
    notes = (*result.notes, *(note for note, holds in said if holds and note not in result.notes))
    now = replace(
        result,
        notes=notes,
        findings=unless_in_another(result.findings, notes, rules),
        engine=replace(result.engine, scoring_version=sheet.mark),
    )
    scored = score_again(now, sheet, rules, agent_heard=agent_is_heard(result))
    return replace(now, findings=scored.findings, score=scored.score)
