"""What was heard in a recording, judged: found, measured, scored, a result for each agent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import PurePath
from typing import TYPE_CHECKING

from pipeline.call.agents_of_recording import as_parts, part_call, part_heard
from pipeline.call.hand_over import duties_elsewhere, judge_own_words
from pipeline.call.measure import Guidance, Measures, measure_call
from pipeline.call.no_chance import unless_no_chance
from pipeline.call.no_talk import NO_TALK_NOTES, find_no_talk
from pipeline.call.second_ear import CallEar
from pipeline.call.written_parts import unless_lost
from pipeline.dynamics import judge_hang_up, with_record
from pipeline.knowledge import Knowledge, count_answers, find_knowledge, settle
from pipeline.phrases import Listener, Phrases, find_phrases
from pipeline.score import LEAST_AGENT_SPEECH_S, figures_of, leave_to_people, score_call
from pipeline.sound import measure_levels
from pipeline.topics import Matter, read_matter
from pipeline.types import (
    CallFacts,
    CallResult,
    CustomerOutcome,
    Finding,
    KnowledgeCheck,
    Span,
    Track,
    part_sha256,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.call.checker import Checker
    from pipeline.call.listen import DiarizedTranscript, StageTimer
    from pipeline.ear import PhraseHearing
    from pipeline.speakers import AgentTurn
    from pipeline.transcribe import Recogniser
    from pipeline.types import CallMeta, HandOver, Recording


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges what was heard in one recording. ``hearing``: of the second ear, where there is one."""

    checker: Checker
    hearing: PhraseHearing | None
    timer: StageTimer
    faults: Sequence[str]

    def parts(
        self,
        heard: DiarizedTranscript,
        meta: CallMeta,
        recording: Recording,
        turns: Sequence[AgentTurn],
    ) -> tuple[CallResult, ...]:
        """One result for each agent, in their order."""
        whole = meta.call_id or PurePath(recording.path).stem
        ids = [f"{whole}#{number}" for number in range(1, len(turns) + 1)]
        ends = [*(turn.start_s for turn in turns[1:]), recording.duration_s]
        alone = []
        for at, (turn, end_s) in enumerate(zip(turns, ends, strict=True)):
            own = replace(
                recording,
                sha256=part_sha256(recording.sha256, at + 1),
                stretch=Span(turn.start_s, end_s),
                file_sha256=recording.sha256 if at else "",
            )
            call = part_call(meta, turns, at, ids)
            alone.append(self.call(part_heard(heard, turn, end_s), call, own))
        sheets = [self.checker.sheets.choose(one.call.queue, one.call.day) for one in alone]
        return as_parts(alone, sheets, self.checker.lexicon, whole)

    def call(
        self,
        heard: DiarizedTranscript,
        meta: CallMeta,
        recording: Recording,
        *,
        hand_over: HandOver | None = None,
    ) -> CallResult:
        """The result of a call, or of an agent's part as of a call of its own."""
        facts, tracks = _facts_of(heard, meta, recording), _tracks_of(heard)
        found = self._find(heard, facts, recording)
        no_talk = find_no_talk(tracks, facts.utterances, heard.sounds, duration_s=facts.duration_s)
        notes = (
            *_notes(recording, heard, self.faults),
            *((NO_TALK_NOTES[no_talk],) if no_talk else ()),
        )
        findings = () if no_talk else self._owed(found, facts, recording, hand_over, notes)
        checks = settle(found.knowledge.checks, findings)
        not_due = found.phrases.not_due | duties_elsewhere(self.checker.lexicon.rules, hand_over)
        sheet = self.checker.sheets.choose(meta.queue, meta.day)
        measures, matter = found.measures, found.matter
        with self.timer("score"):
            scored = score_call(
                findings,
                sheet,
                self.checker.lexicon.rules,
                figures={} if hand_over else found.figures(recording, checks, findings),
                agent_heard=measures.pace.agent.speaking_s >= LEAST_AGENT_SPEECH_S,
                notes=notes,
                not_due=not_due,
            )
        return CallResult(
            recording=recording,
            call=meta,
            engine=self.checker.engine(sheet),
            utterances=facts.utterances,
            findings=scored.findings,
            pace=measures.pace,
            dynamics=with_record(measures.dynamics, meta),
            tone=measures.tone,
            score=scored.score,
            address=found.phrases.address,
            sounds=heard.sounds,
            overlaps=measures.overlaps,
            not_due=tuple(sorted(not_due)),
            topics=matter.topics,
            settlement=matter.settlement,
            knowledge=checks,
            notes=notes,
            no_talk=no_talk,
            hand_over=hand_over,
        )

    def _find(self, heard: DiarizedTranscript, facts: CallFacts, recording: Recording) -> _Found:
        checker, lexicon, tracks = self.checker, self.checker.lexicon, _tracks_of(heard)
        recogniser, sure = checker.recogniser, heard.roles.is_sure
        with self.timer("phrases"):
            phrases = find_phrases(
                facts,
                checker.book,
                roles_sure=sure,
                listener=listener_of(tracks, recogniser),
                check_all=not recogniser.hears_itself,
                ear=CallEar(self.hearing, recogniser, tracks) if self.hearing else None,
            )
        with self.timer("measures"):
            rules = Guidance(
                checker.settings.limits, lexicon.talk, checker.history, checker.tone_model
            )
            measures = measure_call(heard, facts, recording, phrases.findings, rules)
            matter = read_matter(facts.utterances, lexicon, facts.meta, roles_sure=sure)
            knowledge = find_knowledge(
                facts.utterances, lexicon.knowledge, day=facts.meta.day, roles_sure=sure
            )
        return _Found(phrases, measures, matter, knowledge)

    def _owed(
        self,
        found: _Found,
        facts: CallFacts,
        recording: Recording,
        hand_over: HandOver | None,
        notes: Sequence[str],
    ) -> tuple[Finding, ...]:
        """The findings that are this agent's own, each with the verdict that the call allows."""
        rules, words, meta = self.checker.lexicon.rules, facts.utterances, facts.meta
        findings = judge_hang_up(found.findings, words, meta, duration_s=facts.duration_s)
        findings = judge_own_words(
            sorted(findings, key=attrgetter("place")), words, hand_over, rules
        )
        findings = unless_lost(findings, notes)
        findings = unless_no_chance(findings, words, meta, recording, rules)
        return leave_to_people(findings, self.checker.settings.scoring.review_only)


@dataclass(frozen=True, slots=True)
class _Found:
    """What is found and measured in a call, before it is judged."""

    phrases: Phrases
    measures: Measures
    matter: Matter
    knowledge: Knowledge

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All of them, as they are found."""
        return (*self.phrases.findings, *self.measures.findings, *self.knowledge.findings)

    def figures(
        self,
        recording: Recording,
        checks: tuple[KnowledgeCheck, ...],
        findings: tuple[Finding, ...],
    ) -> Mapping[str, float | None]:
        """The figures that a scorecard may charge; ``checks``, ``findings``: as they are judged."""
        return figures_of(
            self.measures.pace,
            self.measures.dynamics,
            self.measures.tone,
            self.phrases.address,
            CustomerOutcome().with_words(self.matter.settlement),
            duration_s=recording.judged.duration_s,
            knowledge=count_answers(checks, findings),
        )


def _tracks_of(heard: DiarizedTranscript) -> tuple[Track, ...]:
    return tuple(acoustics.track for acoustics in heard.tracks)


def _facts_of(heard: DiarizedTranscript, meta: CallMeta, recording: Recording) -> CallFacts:
    utterances, judged = heard.roles.utterances, recording.judged
    return CallFacts(
        utterances,
        judged.end_s,
        meta,
        measure_levels(_tracks_of(heard), utterances),
        begins_s=judged.start_s,
        sides_doubtful=heard.roles.sides_doubtful,
    )


def listener_of(tracks: Sequence[Track], recogniser: Recogniser) -> Listener:
    """Weighs texts against a stretch of these tracks."""
    by_channel: Mapping[int, Track] = {track.channel: track for track in tracks}

    def weigh(channel: int, span: Span, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return recogniser.weigh(by_channel[channel], span, texts)

    return weigh


def _notes(
    recording: Recording, heard: DiarizedTranscript, faults: Sequence[str]
) -> tuple[str, ...]:
    notes = list(heard.notes)
    if faults:
        notes.append(f"录音旁的表里这通有 {len(faults)} 处没有读懂，按未知处理")
    if recording.decode_errors:
        notes.append(f"录音有 {recording.decode_errors} 处损坏，内容可能不完整")
    if heard.roles.note and heard.roles.utterances:
        notes.append(heard.roles.note)
    return tuple(notes)
