"""Operators of the rule language on how a call runs: silence, pace, level, talk-over, length,
metadata."""

from __future__ import annotations

import itertools
from statistics import median
from typing import TYPE_CHECKING

from pipeline.errors import LexiconError
from pipeline.lexicon import is_found
from pipeline.phrases.sighting import Occurrence
from pipeline.types import CallFacts, Seconds, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.lexicon import (
        CallLength,
        HangUp,
        MetaIs,
        PaceLimit,
        ResponseTime,
        Silence,
        SpeakerIs,
        TalkOver,
        UtteranceCount,
        VolumeJump,
    )
    from pipeline.phrases.condition_view import ConditionView

META_LIMIT_S: Seconds = 1.0
"""A regular expression that takes longer on metadata never ends (our choice)."""

SPEAKING_LEAST_S: Seconds = 1.0
"""Shorter utterances have no pace."""

FAREWELLS = ("再见", "拜拜", "再会", "慢走", "挂了")
LAST_WORDS = 2
"""A farewell is looked for in so many last utterances."""

CERTAIN = 0.95
"""Confidence of what is measured, not heard (our choice)."""


def at(facts: CallFacts, number: int, phrase: str, span: Span | None = None) -> Occurrence:
    """Utterance ``number`` as a hit, or a stretch that belongs to it."""
    utterance = facts.utterances[number]
    return Occurrence(
        number, number, span or utterance.span, utterance.text, phrase, "signal", CERTAIN
    )


def whole_call(facts: CallFacts, phrase: str) -> Occurrence:
    """The whole call as one hit."""
    return Occurrence(
        0,
        max(0, len(facts.utterances) - 1),
        Span(facts.begins_s, facts.duration_s),
        "",
        phrase,
        "signal",
        CERTAIN,
        sentences=(),
    )


def of_silence(silence: Silence, view: ConditionView) -> Iterator[Occurrence]:
    """Each belongs to the utterance before it, whose side is the hit's side. In a text with times
    these are the customer's waits: how long somebody typed is no silence."""
    if view.facts.waits is not None:
        yield from _waits(silence, view)
        return
    heard_until, owner = 0.0, None
    for number, utterance in enumerate(view.facts.utterances):
        if owner is not None and utterance.start_s - heard_until >= silence.least_s:
            gap = Span(heard_until, utterance.start_s)
            yield at(view.facts, owner, f"静默 {gap.duration_s:.1f} 秒", gap)
        if utterance.end_s >= heard_until:
            heard_until, owner = utterance.end_s, number


def _waits(silence: Silence, view: ConditionView) -> Iterator[Occurrence]:
    for wait in view.facts.waits or ():
        before = [n for n, u in enumerate(view.facts.utterances) if u.start_s < wait.end_s]
        if before and wait.duration_s >= silence.least_s:
            yield at(view.facts, before[-1], f"等待 {wait.duration_s:.0f} 秒", wait)


def of_pace(limit: PaceLimit, view: ConditionView) -> Iterator[Occurrence]:
    for number, utterance in enumerate(view.facts.utterances):
        if utterance.span.duration_s < SPEAKING_LEAST_S:
            continue
        chars_per_min = sum(c.isalnum() for c in utterance.text) / utterance.span.duration_s * 60
        over = limit.over is not None and chars_per_min > limit.over
        under = limit.under is not None and chars_per_min < limit.under
        if over or under:
            yield at(view.facts, number, f"语速 {chars_per_min:.0f} 字/分")


def of_volume(jump: VolumeJump, view: ConditionView) -> Iterator[Occurrence]:
    """Compared with the median of the same side; nothing without sound or with less than three
    utterances."""
    for role in ("agent", "customer", "unknown"):
        own = [
            (number, level)
            for number, level in enumerate(view.facts.levels_db)
            if level is not None and view.facts.utterances[number].role == role
        ]
        if len(own) < 3:
            continue
        usual = median(level for _, level in own)
        for number, level in own:
            if level - usual >= jump.least_db:
                yield at(view.facts, number, f"音量突然升高 {level - usual:.0f} 分贝")


def of_talk_over(talk_over: TalkOver, view: ConditionView) -> Iterator[Occurrence]:
    for number, later in enumerate(view.facts.utterances):
        for earlier in view.facts.utterances[:number]:
            overlap_s = earlier.span.overlap_s(later.span)
            if (
                earlier.role != later.role
                and earlier.start_s < later.start_s
                and overlap_s >= talk_over.least_s
            ):
                yield at(view.facts, number, f"抢话 {overlap_s:.1f} 秒")
                break


def of_response(response: ResponseTime, view: ConditionView) -> Iterator[Occurrence]:
    for (_, asked), (number, answer) in itertools.pairwise(enumerate(view.facts.utterances)):
        waited_s = answer.start_s - asked.end_s
        if asked.role != answer.role and waited_s > response.over_s:
            yield at(
                view.facts, number, f"{waited_s:.1f} 秒后才回应", Span(asked.end_s, answer.start_s)
            )


def of_length(length: CallLength, view: ConditionView) -> Iterator[Occurrence]:
    lasts_s = view.facts.duration_s - view.facts.begins_s
    if _is_outside(lasts_s, length.over_s, length.under_s):
        yield whole_call(view.facts, f"通话 {lasts_s:.0f} 秒")


def of_count(count: UtteranceCount, view: ConditionView) -> Iterator[Occurrence]:
    """Of the utterances in scope."""
    every = [at(view.facts, number, "") for number in range(len(view.facts.utterances))]
    inside = view.inside(every)
    if _is_outside(len(inside), count.over, count.under):
        yield whole_call(view.facts, f"{len(inside)} 句话")


def _is_outside(value: float, over: float | None, under: float | None) -> bool:
    return (over is not None and value > over) or (under is not None and value < under)


def of_hang_up(hang_up: HangUp, view: ConditionView) -> Iterator[Occurrence]:
    if not view.facts.utterances:
        return
    last = view.facts.utterances[-1]
    farewell = any(
        word in u.text for u in view.facts.utterances[-LAST_WORDS:] for word in FAREWELLS
    )
    cut_off = (
        last.role not in (hang_up.by, "unknown")
        and view.facts.duration_s - last.end_s <= hang_up.within_s
    )
    if cut_off and not farewell:
        yield at(view.facts, len(view.facts.utterances) - 1, "对方话音未落通话就断了")


def of_speaker(speaker: SpeakerIs, view: ConditionView) -> Iterator[Occurrence]:
    known = [
        number
        for number, utterance in enumerate(view.facts.utterances)
        if utterance.role != "unknown"
    ]
    if known:
        number = known[0 if speaker.place == "first" else -1]
        if view.facts.utterances[number].role == speaker.role:
            yield at(view.facts, number, "先开口" if speaker.place == "first" else "最后开口")


_TESTS: dict[str, Callable[[str, tuple[str, ...]], bool]] = {
    "equals": lambda value, wanted: value == wanted[0],
    "not": lambda value, wanted: value != wanted[0],
    "in": lambda value, wanted: value in wanted,
    "matches": lambda value, wanted: is_found(wanted[0], value, META_LIMIT_S),
    "from": lambda value, wanted: value >= wanted[0],
    "to": lambda value, wanted: value <= wanted[0],
}
"""``from`` and ``to`` compare as text, which for ISO 8601 times is in order of time."""


def of_meta(meta: MetaIs, view: ConditionView) -> Iterator[Occurrence]:
    """Raises ``LexiconError`` with the rule's place for an expression that does not end in time."""
    value = getattr(view.facts.meta, meta.name)
    try:
        holds = value is not None and _TESTS[meta.test](value, meta.values)
    except TimeoutError as error:
        raise LexiconError(
            f"{view.condition.at}：正则表达式“{meta.values[0]}”一直没有算完，请去掉套在一起的 + 和 *"
        ) from error
    if holds:
        yield whole_call(view.facts, f"{meta.name}：{value}")
