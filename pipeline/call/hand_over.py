"""What a hand-over inside a recording means for the agent of the call: his own words and duties."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.call.written_parts import LACKS_FOR_REVIEW, elsewhere, for_review
from pipeline.dynamics import AGENT_HUNG_UP, CUT_OFF
from pipeline.speakers import (
    LONGEST_AGENT,
    SURE,
    HandOverWords,
    Roles,
    find_hand_over,
    find_passed_on,
    find_second_voice,
    give_to_nobody,
)
from pipeline.types import HandOver, Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.call.listen import DiarizedTranscript
    from pipeline.lexicon import Rule, TalkWords
    from pipeline.speakers import VoiceModel
    from pipeline.types import CallMeta, Finding, Seconds, Utterance


TOLD_LATE_S: Seconds = 10.0
"""A telephone system may tell so long after it that another agent has the call (our choice)."""


def tell_agents_apart(
    heard: DiarizedTranscript,
    call: CallMeta,
    words: TalkWords,
    voices: VoiceModel,
    *,
    handed_over_s: Seconds | None = None,
) -> tuple[DiarizedTranscript, HandOver | None]:
    """The transcript with the words of another agent given to nobody, and where he takes over: by
    what is said, else, or where that comes later, as the telephone system has told
    (``handed_over_s``): what the first one said so shortly before may be nobody's then, and what is
    missing is for review. Where only another voice tells it, and no words, the roles are not sure, so
    that a person decides."""
    found = find_hand_over(people_of(heard), hand_over_words(words), agent_id=call.agent_id)
    told = _as_told(heard, call, handed_over_s)
    is_told = told is not None and (found is None or _comes_later(found, handed_over_s))
    found = told if is_told else found
    if found is None:
        return _with_third_person(_with_second_voice(heard, voices)), None
    if found.other is None and found.agent == "first":
        found = replace(found, other=_extension(call.transferred_to))
    said = give_to_nobody(heard.roles.utterances, found, channels=len(heard.tracks))
    roles = replace(heard.roles, utterances=said)
    note = _note(found) + (LACKS_FOR_REVIEW if is_told else "")
    return replace(heard, roles=roles, notes=(*heard.notes, note)), found


def _as_told(
    heard: DiarizedTranscript, call: CallMeta, handed_over_s: Seconds | None
) -> HandOver | None:
    """As a telephone system has told; 0 without a second agent is how tables write that nobody took
    the call over."""
    if handed_over_s is None or (handed_over_s == 0 and not call.transferred_to):
        return None
    since_s = handed_over_s - TOLD_LATE_S
    later = [u.start_s for u in people_of(heard) if u.role == "agent" and u.start_s >= since_s]
    return HandOver(min(later)) if later else None


def _comes_later(found: HandOver, handed_over_s: Seconds | None) -> bool:
    """Whether it is another hand-over than the one that was told, after it."""
    return (
        handed_over_s is not None
        and found.agent == "first"
        and found.at_s > handed_over_s + TOLD_LATE_S
    )


def hand_over_words(words: TalkWords) -> HandOverWords:
    return HandOverWords(words.transfers, words.greetings, words.waits)


def people_of(heard: DiarizedTranscript) -> list[Utterance]:
    """What no machine says."""
    machine = {(s.channel, s.start_s) for s in heard.sounds if s.kind == "announcement"}
    return [u for u in heard.roles.utterances if (u.channel, u.start_s) not in machine]


def _extension(number: str | None) -> str | None:
    """The number that a call was handed to, if it may be an agent's."""
    return number if number and len(number) <= LONGEST_AGENT else None


def _with_second_voice(heard: DiarizedTranscript, voices: VoiceModel) -> DiarizedTranscript:
    """The transcript, its roles not sure if two voices follow each other on the agent's channel."""
    said = [u for u in heard.roles.utterances if u.role == "agent"]
    channels = {u.channel for u in said}
    if len(heard.tracks) != 2 or len(channels) != 1 or not heard.roles.is_sure:
        return heard
    own = next(one for one in heard.tracks if one.track.channel in channels)
    spans = [u.span for u in people_of(heard) if u.role == "agent"]
    at_s = find_second_voice(own, spans, voices=voices)
    if at_s is None:
        return heard
    roles = replace(
        heard.roles,
        confidence=min(heard.roles.confidence, SURE - 0.01),
        note=f"客服一侧约 {_clock(at_s)} 起像换了一个人的声音，角色不能确定，由人工复核，不扣分",
    )
    return replace(heard, roles=roles)


def _with_third_person(heard: DiarizedTranscript) -> DiarizedTranscript:
    """The transcript of a mix, its roles not sure if the customer passes the telephone on: two
    voices are told apart, so the third one is taken for one of them, perhaps for the agent's. What
    is said from then on is nobody's."""
    at_s = find_passed_on(people_of(heard)) if len(heard.tracks) == 1 else None
    if at_s is None or all(one.role == "unknown" for one in heard.roles.utterances):
        return heard
    said = tuple(
        replace(one, role="unknown") if one.start_s > at_s else one
        for one in heard.roles.utterances
    )
    confidence = min(heard.roles.confidence, SURE - 0.01)
    note = f"约 {_clock(at_s)} 起客户像让别人接听，单声道录音分不出三个人，之后的话不知道是谁说的，角色不能确定"
    notes = "；".join(filter(None, (heard.roles.note, note)))
    return replace(heard, roles=Roles(said, confidence, notes, heard.roles.mixed))


def _clock(at_s: float) -> str:
    return f"{int(at_s) // 60:02d}:{int(at_s) % 60:02d}"


def duties_elsewhere(rules: Iterable[Rule], found: HandOver | None) -> frozenset[str]:
    """The duties of the other agent: the farewell and what is owed once where he comes second, the
    greeting where he came first."""
    if found is None:
        return frozenset()
    number = 1 if found.agent == "first" else 2
    return elsewhere(rules, Part("", number, ("", ""), is_last=number == 2))


def judge_own_words(
    findings: Sequence[Finding],
    utterances: Sequence[Utterance],
    found: HandOver | None,
    rules: Iterable[Rule],
) -> tuple[Finding, ...]:
    """The findings without the lack of the other agent's duties; what was measured while he led
    the call, or while the customer waited for him, is for review."""
    if found is None:
        return tuple(findings)
    not_here = duties_elsewhere(rules, found)
    ends = (AGENT_HUNG_UP, CUT_OFF) if found.agent == "first" else ()
    own = [
        f
        for f in findings
        if f.rule not in ends and not (f.kind == "missing" and f.rule in not_here)
    ]
    before = [u.end_s for u in utterances if u.role == "agent" and u.start_s < found.at_s]
    left_s = max(before, default=found.at_s)

    def is_his(finding: Finding) -> bool:
        if finding.kind == "missing" or finding.match != "signal":
            return False
        ends = finding.start_s >= left_s - 0.05
        return ends if found.agent == "first" else finding.start_s < found.at_s

    return tuple(one for f in own for one in (for_review([f]) if is_his(f) else (f,)))


def _note(found: HandOver) -> str:
    at = _clock(found.at_s)
    other = f"另一位客服（工号 {found.other}）" if found.other else "另一位客服"
    if found.agent == "second":
        return f"约 {at} 换成本通的客服接听，之前是{other}，他的话不算本通客服的，由人工复核"
    return f"约 {at} 起由{other}接听，他的话不算本通客服的，由人工复核；不要求本通客服道别"
