"""Score stored calls again, by another sheet or lexicon, without hearing them again.

What was measured stays: pace, silence, talk-over and tone are not words of the lexicon. Findings of
rules that did not change stay with their evidence; rules that changed, and those that look at them,
are looked for in the stored text. A phrase that was never in the lexicon is so found where the
recogniser wrote it; to hear it where it wrote something else, score the recordings again."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline.call.find_again import Digests, changed_rules, find_again, may_find, roles_are_sure
from pipeline.call.hand_over import judge_own_words
from pipeline.call.no_chance import unless_no_chance
from pipeline.call.present_score import agent_is_heard, score_again
from pipeline.call.written_parts import (
    due_here,
    elsewhere,
    left_to_people,
    unless_in_another,
    unless_lost,
    with_sources,
)
from pipeline.dynamics import judge_hang_up, with_record
from pipeline.knowledge import Knowledge, find_knowledge, settle
from pipeline.lexicon import KNOWLEDGE_RULES, Lexicon, Rule, ScorecardBook
from pipeline.phrases import PhraseBook, load_meaning
from pipeline.score import leave_to_people
from pipeline.topics import read_matter
from pipeline.types import TEXT_CODEC, CallMeta, CallResult, CustomerOutcome, Finding, Utterance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.lexicon import KnowledgeTopic
    from pipeline.settings import Settings


@dataclass(slots=True)
class Rescorer:
    """What calls are scored by. ``known``: the rules of earlier lexicon versions; of a version that
    is not there all rules are looked for again."""

    lexicon: Lexicon
    sheets: ScorecardBook
    settings: Settings
    known: Mapping[str, Digests] = field(default_factory=dict)
    _books: dict[str, PhraseBook] = field(default_factory=dict)

    def rescore(self, result: CallResult, call: CallMeta, outcome: CustomerOutcome) -> CallResult:
        """The result by this lexicon and these sheets, with metadata and outcome as they are known
        now."""
        findings, checks = result.findings, result.knowledge
        if not result.no_talk:
            if result.engine.lexicon_version != self.lexicon.version:
                book = self._book(result.engine.lexicon_version)
                findings = find_again(result, call, book, self.lexicon.rules)
            if self._knows_otherwise(result, call):
                known = know_again(result, result.utterances, self.lexicon.knowledge, call)
                checks = known.checks
                findings = with_knowledge(findings, known)
            if findings != result.findings:
                findings = owed_here(findings, result, self.lexicon.rules)
            if _ends_here(result):
                findings = judge_hang_up(
                    findings, result.utterances, call, duration_s=result.recording.duration_s
                )
        findings = unless_no_chance(
            findings, result.utterances, call, result.recording, self.lexicon.rules
        )
        sheet = self.sheets.choose(call.queue, call.day)
        left = leave_to_people(findings, self.settings.scoring.review_only)
        matter = read_matter(
            result.utterances, self.lexicon, call, roles_sure=roles_are_sure(result)
        )
        now = replace(
            result,
            call=call,
            outcome=outcome,
            findings=left,
            topics=matter.topics,
            settlement=matter.settlement,
            knowledge=settle(checks, left),
            dynamics=with_record(result.dynamics, call),
        )
        scored = score_again(now, sheet, self.lexicon.rules, agent_heard=agent_is_heard(result))
        engine = replace(
            result.engine,
            lexicon_version=self.lexicon.version,
            scoring_version=sheet.mark,
            callqa_version=__version__,
            settings_version=self.settings.version,
        )
        return replace(now, engine=engine, findings=scored.findings, score=scored.score)

    def book(self) -> PhraseBook:
        """All rules made ready, once."""
        return self._book("")

    def needs_words(self, result: CallResult, call: CallMeta) -> bool:
        """Whether rules or facts will be looked for in the text of a result, word by word. ``call``:
        its metadata as they are known now."""
        version = result.engine.lexicon_version
        if result.no_talk:
            return False
        if self.lexicon.knowledge and self._knows_otherwise(result, call):
            return True
        return version != self.lexicon.version and may_find(self._book(version), result.utterances)

    def _knows_otherwise(self, result: CallResult, call: CallMeta) -> bool:
        """Whether other facts may be in force for a call than when it was scored."""
        moved = bool(self.lexicon.knowledge) and call.day != result.call.day
        return moved or result.engine.lexicon_version != self.lexicon.version

    def _book(self, version: str) -> PhraseBook:
        """The rules that are not as they were in a version, made ready once; of an unknown version
        all."""
        if version not in self._books:
            rules = changed_rules(self.lexicon.rules, self.known.get(version, {}))
            self._books[version] = PhraseBook.of(rules, load_meaning())
        return self._books[version]


def know_again(
    result: CallResult,
    utterances: Sequence[Utterance],
    topics: Sequence[KnowledgeTopic],
    call: CallMeta,
) -> Knowledge:
    """Questions and answers looked for in the words of a stored result, or in these as people
    corrected them."""
    return find_knowledge(
        utterances,
        topics,
        day=call.day,
        typed=result.recording.codec == TEXT_CODEC and result.engine.model == "chat",
        roles_sure=any(utterance.role == "agent" for utterance in utterances),
    )


def with_knowledge(findings: Sequence[Finding], known: Knowledge) -> tuple[Finding, ...]:
    """The findings with those about facts replaced, in order of time."""
    others = [finding for finding in findings if finding.rule not in KNOWLEDGE_RULES]
    return tuple(sorted((*others, *known.findings), key=attrgetter("place")))


def owed_here(
    findings: Sequence[Finding], result: CallResult, rules: Sequence[Rule]
) -> tuple[Finding, ...]:
    """Findings made again in the words of a result that belong to its agent and its part of a conversation,
    and where their quotes are."""
    part = result.part
    findings = judge_own_words(findings, result.utterances, result.hand_over, rules)
    if part is not None:
        not_here = (elsewhere(rules, part) | set(part.elsewhere)) - set(part.in_doubt)
        if result.recording.codec == TEXT_CODEC:
            not_here |= frozenset(result.not_due)
        findings = left_to_people(due_here(findings, part, not_here), part.in_doubt)
    findings = unless_in_another(unless_lost(findings, result.notes), result.notes, rules)
    findings = unless_no_chance(findings, result.utterances, result.call, result.recording, rules)
    return with_sources(findings, result.utterances, result.places)


def _ends_here(result: CallResult) -> bool:
    """Whether the call ends with its own agent."""
    is_last = result.part is None or result.part.is_last
    return is_last and (result.hand_over is None or result.hand_over.agent == "second")
