"""How each operator of the rule language is evaluated, one row each.

How it is written is the other half: ``pipeline.lexicon.OPERATORS``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from pipeline.lexicon import (
    CallLength,
    Echo,
    Entity,
    HangUp,
    Meant,
    MetaIs,
    Operator,
    PaceLimit,
    Pattern,
    Repeated,
    ResponseTime,
    RuleHits,
    Silence,
    Similar,
    SpeakerIs,
    TalkOver,
    Unanswered,
    UtteranceCount,
    VolumeJump,
    WordList,
)
from pipeline.phrases import echo, operators, signals
from pipeline.phrases.sighting import Occurrence

if TYPE_CHECKING:
    from pipeline.phrases.condition_view import ConditionView

Evaluate: TypeAlias = Callable[[Any, "ConditionView"], Iterable[Occurrence]]
"""From an operator and the call as its condition sees it to the hits, in order of time."""


def _in_scope(find: Evaluate) -> Evaluate:
    """Of the hits that ``find`` gives those that lie where the condition looks."""
    return lambda operator, view: view.inside(find(operator, view))


EVALUATORS: Mapping[type[Operator], Evaluate] = {
    # These look at the scope by themselves.
    WordList: operators.of_words,
    UtteranceCount: signals.of_count,
    # These are about the whole call.
    CallLength: signals.of_length,
    HangUp: signals.of_hang_up,
    MetaIs: signals.of_meta,
    SpeakerIs: signals.of_speaker,
    Pattern: _in_scope(operators.of_pattern),
    Similar: _in_scope(operators.of_similar),
    Meant: _in_scope(operators.of_meaning),
    Repeated: _in_scope(operators.of_repetition),
    Entity: _in_scope(operators.of_entity),
    Echo: _in_scope(echo.of_echo),
    RuleHits: _in_scope(operators.of_rule),
    Unanswered: _in_scope(operators.of_unanswered),
    Silence: _in_scope(signals.of_silence),
    PaceLimit: _in_scope(signals.of_pace),
    VolumeJump: _in_scope(signals.of_volume),
    TalkOver: _in_scope(signals.of_talk_over),
    ResponseTime: _in_scope(signals.of_response),
}
"""By the operator's noun."""
