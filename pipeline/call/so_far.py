"""What the rules and measures of a finished call find in one that goes on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from pipeline.dynamics import Scene, find_interruptions, find_silence
from pipeline.pace import measure_pace
from pipeline.phrases import find_phrases
from pipeline.speakers import find_announcements
from pipeline.types import CallFacts, CallMeta, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.lexicon import TalkWords
    from pipeline.phrases import Ear, Listener, PhraseBook
    from pipeline.settings import LimitSettings
    from pipeline.types import Finding, Role, Seconds, SoundEvent, Utterance

AROUND = 30
"""The last utterances that the rules look at (our choice): what an alarm needs lies nearer, and a
look at all of a long call would cost more with each sentence."""

PACE_S: Seconds = 60.0
"""The pace is that of the last minute (our choice)."""

LOUD_DB = 8.0
CALM_LEAST = 5
LOUD_LEAST_S: Seconds = 1.0
"""An utterance of this length is loud if it is louder by so much than the median of at least so many
earlier ones of its speaker (our choice). The finished call's tone needs voice and words to agree; this
is for a person who can look at once, and it accuses nobody."""


@dataclass(frozen=True, slots=True)
class SoFar:
    """A call up to ``now_s``. ``stretches``: who speaks when; ``sides_known`` false: both sides are in
    one stream, and nobody knows who speaks; ``waits``: the stretch without speech may go on."""

    utterances: tuple[Utterance, ...]
    stretches: tuple[tuple[Role, Span], ...]
    now_s: Seconds
    meta: CallMeta
    sounds: tuple[SoundEvent, ...] = ()
    sides_known: bool = True


@dataclass(frozen=True, slots=True)
class Course:
    """How a call runs. ``findings``: long silence, the one that goes on among them, and where the agent
    broke in; ``silent_since_s``: ``None`` while somebody speaks or music plays, and before the first
    word;
    ``chars_per_min``: the agent's pace."""

    findings: tuple[Finding, ...]
    silent_since_s: Seconds | None
    talk_overs: int
    chars_per_min: float | None


def find_said(
    so_far: SoFar, book: PhraseBook, *, listener: Listener | None = None, ear: Ear | None = None
) -> tuple[Finding, ...]:
    """What the rules find in the last ``AROUND`` utterances. Without a ``listener`` only words that
    are spelt count: clear ones are confirmed, others are for review. Raises ``LexiconError``."""
    said = so_far.utterances[-AROUND:]
    facts = CallFacts(said, so_far.now_s, so_far.meta, (None,) * len(said))
    found = find_phrases(
        facts, book, roles_sure=so_far.sides_known, listener=listener, ear=ear,
        by_sound=listener is not None,
    ).findings  # fmt: skip
    return tuple(one for one in found if one.kind != "missing" and one.match != "pinyin")


def follow_course(so_far: SoFar, words: TalkWords, limits: LimitSettings) -> Course:
    """Silence, talk-over and pace up to now, by the measures of a finished call."""
    ends = [span.end_s for _, span in so_far.stretches]
    last_s = max([*ends, *(sound.end_s for sound in so_far.sounds)], default=so_far.now_s)
    silent = bool(ends) and last_s < so_far.now_s - limits.silence_s
    now: tuple[tuple[Role, Span], ...] = (("unknown", Span(so_far.now_s, so_far.now_s)),)
    scene = Scene(
        utterances=so_far.utterances,
        stretches=so_far.stretches + (now if ends else ()),
        duration_s=so_far.now_s,
        words=words,
        sounds=so_far.sounds,
        deaf_to_overlap="" if so_far.sides_known else "单声道录音，听不出两个人同时说话",
        roles_sure=so_far.sides_known,
    )
    silence = [one for one in find_silence(scene, limits) if one.rule == "silence.long"]
    broke_in = [one for one in find_interruptions(scene, limits) if one.role == "agent"]
    lately = [u for u in so_far.utterances if u.end_s > so_far.now_s - PACE_S]
    return Course(
        (*silence, *broke_in),
        last_s if silent else None,
        len(broke_in),
        measure_pace(lately).agent.chars_per_min,
    )


def tell_machines(
    utterances: Sequence[Utterance], words: TalkWords
) -> tuple[tuple[Utterance, ...], tuple[SoundEvent, ...]]:
    """Utterances with those of announcements as nobody's, and the announcements as sounds."""
    sounds = find_announcements(utterances, words.announcements)
    machine = {(sound.channel, sound.start_s) for sound in sounds}
    told = (
        replace(one, role="unknown") if (one.channel, one.start_s) in machine else one
        for one in utterances
    )
    return tuple(told), sounds


def is_loud(level_db: float | None, before: Sequence[float], length_s: Seconds) -> bool:
    """Whether a level stands out from its speaker's levels before.

    >>> is_loud(-18.0, [-30.0, -29.0, -31.0, -30.0, -28.0], 2.0), is_loud(-18.0, [-30.0], 2.0)
    (True, False)
    """
    if level_db is None or len(before) < CALM_LEAST or length_s < LOUD_LEAST_S:
        return False
    return level_db >= median(before) + LOUD_DB
