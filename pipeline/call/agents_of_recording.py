"""Several agents in one recording: what is heard in the part of each, and its result."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING

from pipeline.call.hand_over import hand_over_words, people_of
from pipeline.call.part_result import judge_part
from pipeline.call.recorded_parts import Member
from pipeline.dynamics import with_figures
from pipeline.speakers import AgentTurn, find_agents, find_second_voice
from pipeline.types import Part, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.call.listen import DiarizedTranscript
    from pipeline.lexicon import Lexicon, Scorecard, TalkWords
    from pipeline.speakers import VoiceModel
    from pipeline.types import CallMeta, CallResult, Seconds


def tell_turns(
    heard: DiarizedTranscript, call: CallMeta, words: TalkWords, voices: VoiceModel
) -> tuple[AgentTurn, ...]:
    """The agents of a recording of two channels, where each is surely told from the others by what is
    said and nothing in a later one's voice speaks against it; else empty."""
    if len(heard.tracks) != 2 or not heard.roles.is_sure or heard.leak.is_strong:
        return ()
    people = people_of(heard)
    turns = find_agents(
        people, hand_over_words(words), agent_id=call.agent_id, transferred_to=call.transferred_to
    )
    for turn, after in pairwise((*turns, AgentTurn(inf))):
        own = [u for u in people if u.role == "agent" and turn.start_s <= u.start_s < after.start_s]
        acoustics = next(a for a in heard.tracks if a.track.channel == own[0].channel)
        spans = [u.span for u in own]
        if turn.start_s and find_second_voice(acoustics, spans, voices=voices) is not None:
            return ()
    return turns


def part_heard(heard: DiarizedTranscript, turn: AgentTurn, end_s: Seconds) -> DiarizedTranscript:
    """What is heard in one agent's part, which ends at ``end_s``; times are those of the recording.
    Words on his channel after his last ones are nobody's, and nothing is measured there."""
    left_s = end_s if turn.left_s is None else turn.left_s
    said = tuple(
        replace(u, role="unknown") if u.role == "agent" and u.start_s >= left_s else u
        for u in heard.roles.utterances
        if turn.start_s <= u.start_s < end_s
    )
    whole = Span(turn.start_s, left_s)
    tracks = tuple(
        replace(one, track=replace(one.track, speech=_inside(one.track.speech, whole)))
        for one in heard.tracks
    )
    sounds = tuple(one for one in heard.sounds if turn.start_s <= one.start_s < end_s)
    return replace(heard, tracks=tracks, roles=replace(heard.roles, utterances=said), sounds=sounds)


def _inside(spans: Iterable[Span], whole: Span) -> tuple[Span, ...]:
    cut = (Span(max(s.start_s, whole.start_s), min(s.end_s, whole.end_s)) for s in spans)
    return tuple(span for span in cut if span.duration_s > 0)


def part_call(
    call: CallMeta, turns: Sequence[AgentTurn], at: int, call_ids: Sequence[str]
) -> CallMeta:
    """The metadata of one agent's part: the call was answered in the first one, handed on in the one
    before the last, and hung up in the last one."""
    is_last = at + 1 == len(turns)
    own = replace(
        call,
        call_id=call_ids[at],
        agent_id=turns[at].agent,
        hung_up_by=call.hung_up_by if is_last else None,
        transferred_to=call.transferred_to if at + 2 == len(turns) else None,
    )
    if at == 0:
        return own
    started_at = _later(call.started_at, turns[at].start_s)
    direction = None if call.direction == "outbound" else call.direction  # no call back to anybody
    return replace(own, started_at=started_at, answer=None, ringing_s=None, direction=direction)


def _later(moment: str | None, by_s: Seconds) -> str | None:
    """An ISO 8601 time, so much later; ``None`` where it is none.

    >>> _later("2026-11-02T09:30:00", 61.7)
    '2026-11-02T09:31:01'
    """
    try:
        return (datetime.fromisoformat(moment or "") + timedelta(seconds=int(by_s))).isoformat()
    except ValueError:
        return None


def as_parts(
    alone: Sequence[CallResult], sheets: Sequence[Scorecard], lexicon: Lexicon, conversation: str
) -> tuple[CallResult, ...]:
    """The results of the agents of one recording, made as of calls of their own, each as his part:
    without the lack of another one's duties."""
    ids = tuple(one.call.call_id or "" for one in alone)
    by_sha256 = {one.recording.sha256: one for one in alone}
    parts = []
    for at, own in enumerate(alone):
        others = tuple(sha256 for sha256 in by_sha256 if sha256 != own.recording.sha256)
        is_last = at + 1 == len(alone)
        member = Member(
            Part(conversation, at + 1, ids, is_last=is_last, cut=True),
            others,
            frozenset(others),
            before="sure" if at else None,
            after=None if is_last else "sure",
            handed_to=alone[at + 1].call.agent_id if own.call.transferred_to else None,
        )
        judged = judge_part(own, own.call, member, by_sha256, sheet=sheets[at], lexicon=lexicon)
        ended = {} if is_last else {"ended_by": (None, "这一段没有挂机，由下一位客服接着")}
        parts.append(replace(judged, dynamics=with_figures(judged.dynamics, ended)))
    return tuple(parts)
