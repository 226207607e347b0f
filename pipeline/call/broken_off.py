"""Calls of which callqa did not hear the end, or not the begin."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.call.present_score import agent_is_heard, score_again
from pipeline.call.written_parts import CUT_SHORT, RESUMED, unless_in_another

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pipeline.lexicon import Rule, Scorecard, ScorecardBook
    from pipeline.types import CallResult


def judge_as_heard(
    results: Sequence[CallResult], not_heard: Collection[str], sheets: ScorecardBook, rules: Sequence[Rule]
) -> tuple[CallResult, ...]:  # fmt: skip
    """The results of a recording, in the order of its agents, of which an end of the call is missing:
    ``begin`` is the first one's, ``end`` the last one's."""
    made = []
    for one in results:
        resumed = "begin" in not_heard and one is results[0]
        cut = "end" in not_heard and one is results[-1]
        if resumed or cut:
            sheet = sheets.choose(one.call.queue, one.call.day)
            one = judge_broken_off(one, sheet, rules, cut=cut, resumed=resumed)  # noqa: PLW2901
        made.append(one)
    return tuple(made)


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
