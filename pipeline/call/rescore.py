"""Score stored calls again, by another sheet or lexicon, without hearing them again.

What was measured stays: pace, silence, talk-over and tone are not words of the lexicon. Findings of
rules that did not change stay with their evidence; rules that changed, and those that look at them,
are looked for in the stored text. A phrase that was never in the lexicon is so found where the
recogniser wrote it; to hear it where it wrote something else, score the recordings again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipeline import __version__
from pipeline.call.hand_over import judge_own_words
from pipeline.call.no_chance import unless_no_chance
from pipeline.call.written_parts import (
    due_here,
    elsewhere,
    left_to_people,
    unless_in_another,
    unless_lost,
    with_sources,
)
from pipeline.dynamics import judge_hang_up, with_record
from pipeline.knowledge import Knowledge, count_answers, find_knowledge, settle
from pipeline.lexicon import (
    KNOWLEDGE_RULES,
    SIGNAL_RULES,
    Lexicon,
    Rule,
    Scorecard,
    ScorecardBook,
    sound_rules,
)
from pipeline.phrases import (
    PhraseBook,
    counts_no_more,
    find_phrases,
    fold,
    is_harmless_now,
    load_meaning,
)
from pipeline.score import (
    LEAST_AGENT_SPEECH_S,
    Scored,
    figures_of,
    leave_to_people,
    score_call,
)
from pipeline.speakers import are_sides_doubtful
from pipeline.topics import UNSURE, read_matter
from pipeline.types import (
    TEXT_CODEC,
    CallFacts,
    CallMeta,
    CallResult,
    CustomerOutcome,
    Finding,
    Span,
    Utterance,
)

if TYPE_CHECKING:
    from pipeline.lexicon import KnowledgeTopic
    from pipeline.settings import Settings

Digests = Mapping[str, str]
"""Rule id → digest of the rule, as it was in one version of a lexicon."""


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
                findings = self._find_again(result, call)
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
            result.utterances, self.lexicon, call, roles_sure=_roles_are_sure(result)
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

    def _find_again(self, result: CallResult, call: CallMeta) -> tuple[Finding, ...]:
        book = self._book(result.engine.lexicon_version)
        present = {rule.id for rule in self.lexicon.rules if rule.is_in_force(call.day)}
        again = {rule.id for rule in book.rules}
        kept = [
            f
            for f in result.findings
            if _is_measured(f) or (f.rule in present and f.rule not in again)
        ]
        found = self._spelt(result, call, book)
        rules = {rule.id: rule for rule in book.rules if rule.id in present}
        heard = _heard_before(result, found, rules)
        said = {finding.rule for finding in heard if finding.kind == "required"}
        lacked = {finding.rule for finding in result.findings if finding.kind == "missing"}
        done = {rule.id for rule in rules.values() if said & rule.slots} - lacked
        spelt = [f for f in found if not (f.kind == "missing" and f.rule in done)]
        fresh = [f for f in (*spelt, *heard) if not _is_inside(f, kept)]
        return tuple(sorted((*kept, *fresh), key=lambda f: (f.start_s, f.end_s, f.rule)))

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
        return version != self.lexicon.version and _may_find(self._book(version), result.utterances)

    def _knows_otherwise(self, result: CallResult, call: CallMeta) -> bool:
        """Whether other facts may be in force for a call than when it was scored."""
        moved = bool(self.lexicon.knowledge) and call.day != result.call.day
        return moved or result.engine.lexicon_version != self.lexicon.version

    @staticmethod
    def _spelt(result: CallResult, call: CallMeta, book: PhraseBook) -> tuple[Finding, ...]:
        """What the rules of ``book`` find in the stored text."""
        utterances = result.utterances
        if not _may_find(book, utterances):
            return ()
        written = result.recording.codec == TEXT_CODEC
        levels = (None,) * len(utterances)
        judged = result.recording.judged
        heard = any(utterance.role == "agent" for utterance in utterances)
        sure = heard and _roles_are_sure(result)
        facts = CallFacts(
            utterances, judged.end_s, call, levels, written=written, begins_s=judged.start_s,
            sides_doubtful=not sure and are_sides_doubtful(result.notes),
        )  # fmt: skip
        found = find_phrases(facts, book, roles_sure=sure, by_sound=False).findings
        unheard = sound_rules(book.rules) if written else ()
        return tuple(finding for finding in found if finding.rule not in unheard)

    def _book(self, version: str) -> PhraseBook:
        """The rules that are not as they were in a version, made ready once; of an unknown version
        all."""
        if version not in self._books:
            rules = changed_rules(self.lexicon.rules, self.known.get(version, {}))
            self._books[version] = PhraseBook.of(rules, load_meaning())
        return self._books[version]


def changed_rules(rules: Sequence[Rule], before: Digests) -> tuple[Rule, ...]:
    """The rules that are new or not as they were, those that look at one of them, and the rules that
    all these look at: a duty cannot be judged without its slots."""
    changed = {rule.id for rule in rules if before.get(rule.id) != rule.digest}
    gone = before.keys() - {rule.id for rule in rules}
    while True:
        more = {r.id for r in rules if r.id not in changed and _looks_at(r) & (changed | gone)}
        if not more:
            break
        changed |= more
    while more := {i for r in rules if r.id in changed for i in _looks_at(r)} - changed:
        changed |= more
    return tuple(rule for rule in rules if rule.id in changed)


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
    return tuple(sorted((*others, *known.findings), key=lambda f: (f.start_s, f.end_s, f.rule)))


def digests_of(lexicon: Lexicon) -> dict[str, str]:
    """The digest of each rule, by its id."""
    return {rule.id: rule.digest for rule in lexicon.rules}


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


def _ends_here(result: CallResult) -> bool:
    """Whether the call ends with its own agent."""
    is_last = result.part is None or result.part.is_last
    return is_last and (result.hand_over is None or result.hand_over.agent == "second")


def _is_one_agents(result: CallResult) -> bool:
    return result.hand_over is None and (result.part is None or result.part.sure)


def _looks_at(rule: Rule) -> set[str]:
    return {other for c in rule.conditions for other in c.operator.rules} | rule.slots


def agent_is_heard(result: CallResult) -> bool:
    """Whether the agent says enough to be judged."""
    if result.recording.codec == TEXT_CODEC:
        return any(utterance.role == "agent" for utterance in result.utterances)
    return result.pace.agent.speaking_s >= LEAST_AGENT_SPEECH_S


def _roles_are_sure(result: CallResult) -> bool:
    """Whether the sides were told apart for sure. Of a result that is older than settlements, its
    notes say so."""
    if result.settlement.reason:
        return result.settlement.reason != UNSURE
    return not any("角色" in note or "客服与客户的判断" in note for note in result.notes)


def _is_measured(finding: Finding) -> bool:
    return finding.match == "signal" and (finding.kind != "process" or finding.rule in SIGNAL_RULES)


def _heard_before(
    result: CallResult, found: Sequence[Finding], rules: Mapping[str, Rule]
) -> list[Finding]:
    """Findings that the recording had shown and the text alone does not, of phrases that still are
    in a rule that changed: what was heard stays heard, and what was meant meant. What the rule leaves
    out by now does not count."""
    return [
        finding
        for finding in result.findings
        if finding.match in ("acoustic", "pinyin", "meaning")
        and finding.rule in rules
        and _still_names(rules[finding.rule], finding, result.utterances)
        and not (
            finding.kind == "forbidden"
            and finding.match != "meaning"
            and is_harmless_now(rules[finding.rule], finding, result.utterances)
        )
        and not any(
            f.rule == finding.rule and f.kind == finding.kind and _meet(f, finding) for f in found
        )
    ]


def _still_names(rule: Rule, finding: Finding, utterances: Sequence[Utterance]) -> bool:
    if finding.match == "meaning":
        return bool(rule.meaning) and not counts_no_more(rule, finding, utterances)
    return finding.kind != "forbidden" or any(
        phrase.say == finding.phrase for phrase in rule.phrases
    )


def _is_inside(finding: Finding, kept: Sequence[Finding]) -> bool:
    """Whether one sentence would be punished twice: a forbidden finding where another already
    stands."""
    return finding.kind == "forbidden" and any(
        f.kind == "forbidden" and _meet(f, finding) for f in kept
    )


def _meet(one: Finding, other: Finding) -> bool:
    return (
        one.role == other.role
        and Span(one.start_s, one.end_s).overlap_s(Span(other.start_s, other.end_s)) > 0
    )


def _may_find(book: PhraseBook, utterances: Sequence[Utterance]) -> bool:
    """Whether the rules of ``book`` can find something, told quickly: rules of conditions and slots
    that must be said always can, and so can a percentage, which is said in another order than it is
    written."""
    if any(rule.when is not None or rule.duty is not None or rule.meaning for rule in book.rules):
        return True
    return any("%" in u.text for u in utterances) or book.matcher.may_spell(_folded(utterances))


def _folded(utterances: Sequence[Utterance]) -> str:
    """What each side says, without punctuation."""
    sides = (
        "".join(u.text for u in utterances if u.role == role)
        for role in ("agent", "customer", "unknown")
    )
    return "|".join("".join(c for c in fold(side) if c.isalnum()) for side in sides)
