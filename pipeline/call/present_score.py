"""The score of a result as it stands, by a sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.knowledge import count_answers
from pipeline.score import LEAST_AGENT_SPEECH_S, Scored, figures_of, score_call
from pipeline.types import TEXT_CODEC, CallResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.lexicon import Rule, Scorecard


def score_again(
    result: CallResult, sheet: Scorecard, rules: Sequence[Rule], *, agent_heard: bool
) -> Scored:
    """The score of a result as it stands now, by a sheet. Figures of a part that is not sure, and of
    a call that was handed over, charge nobody."""
    figures = figures_of(
        result.pace,
        result.dynamics,
        result.tone,
        result.address,
        result.outcome.with_words(result.settlement),
        duration_s=result.recording.judged.duration_s,
        knowledge=count_answers(result.knowledge, result.findings),
    )
    return score_call(
        result.findings,
        sheet,
        rules,
        figures=figures if _is_one_agents(result) else {},
        agent_heard=agent_heard,
        notes=result.notes,
        not_due=result.not_due,
    )


def _is_one_agents(result: CallResult) -> bool:
    return result.hand_over is None and (result.part is None or result.part.sure)


def agent_is_heard(result: CallResult) -> bool:
    """Whether the agent says enough to be judged."""
    if result.recording.codec == TEXT_CODEC:
        return any(utterance.role == "agent" for utterance in result.utterances)
    return result.pace.agent.speaking_s >= LEAST_AGENT_SPEECH_S
