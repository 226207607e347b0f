"""Each question about a fact with its answer, and what is found in the answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING

from pipeline.knowledge.amounts import has_number
from pipeline.knowledge.clear import least_confidence
from pipeline.knowledge.compare import LENGTHS
from pipeline.knowledge.statements import Stating, Wrong
from pipeline.knowledge.turns import Clause, Turn, asks, clauses_of, is_plain, is_special, turns_of
from pipeline.knowledge.words import APPROXIMATE, NAMES_A_DAY, residue
from pipeline.lexicon import KNOWLEDGE_RULES, Amount, Fact, Hours, KnowledgeTopic, Wording
from pipeline.types import Finding, KnowledgeCheck, Quote

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from pipeline.types import Answer, Utterance, Verdict

CLEAR = 0.9
"""From this probability on of every word of a number it was heard clearly (our choice: the digits
of clear recordings of ours have 0.95 and more, those that were misheard 0.3 to 0.8)."""

UNSURE = 0.5
"""Confidence of a finding without words that could be weighed (our choice)."""

WRONG, LEFT_OUT, NO_ANSWER = KNOWLEDGE_RULES
ANSWER_OF: dict[str, Answer] = {WRONG: "wrong", LEFT_OUT: "left_out", NO_ANSWER: "no_answer"}


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What was asked and how it was answered."""

    findings: tuple[Finding, ...] = ()
    checks: tuple[KnowledgeCheck, ...] = ()


@dataclass(frozen=True, slots=True)
class _Asked:
    """A topic with its facts of the day, asked first in turn ``first``."""

    topic: KnowledgeTopic
    facts: tuple[Fact, ...]
    turns: tuple[Turn, ...]
    clauses: tuple[tuple[Clause, ...], ...]
    first: int


def find_knowledge(
    utterances: Sequence[Utterance],
    topics: Sequence[KnowledgeTopic],
    *,
    day: date | None,
    typed: bool = False,
    roles_sure: bool = True,
) -> Knowledge:
    """One check a topic that the customer asks about, and findings where the answer is wrong, leaves
    something required out, or is not there. ``day`` of the call: facts in force then are compared;
    ``None`` compares today's. ``typed``: the words were written, so that nothing was misheard. A
    call without questions, without an agent or without utterances has no checks."""
    turns = turns_of(utterances)
    if not topics or not any(turn.role == "agent" for turn in turns):
        return Knowledge()
    clauses = tuple(clauses_of(t, utterances) if t.role == "agent" else () for t in turns)
    findings: list[Finding] = []
    checks: list[KnowledgeCheck] = []
    for topic in topics:
        facts = tuple(fact for fact in topic.facts if fact.is_in_force(day))
        first = next(
            (at for at, t in enumerate(turns) if t.role == "customer" and asks(t, topic)), None
        )
        if first is None or not facts:
            continue
        asked = _Asked(topic, facts, turns, clauses, first)
        check, found = _judge(asked, utterances, sure=roles_sure, typed=typed)
        findings += found
        checks.append(check)
    order = sorted(findings, key=attrgetter("place"))
    return Knowledge(tuple(order), settle(checks, findings))


def settle(
    checks: Sequence[KnowledgeCheck], findings: Sequence[Finding]
) -> tuple[KnowledgeCheck, ...]:
    """The checks by the findings as they stand, which people may have confirmed or refused: a
    refused finding makes the answer right."""
    return tuple(_settled(check, findings) for check in checks)


def count_answers(checks: Sequence[KnowledgeCheck], findings: Sequence[Finding]) -> float | None:
    """How many questions have an answer that was judged, by machine or people; ``None`` without
    any: then nothing was measured."""
    judged = sum(not check.open and check.answer != "unsure" for check in checks)
    own = [finding for finding in findings if finding.rule in KNOWLEDGE_RULES]
    added = sum(f.verdict == "confirmed" and not any(_is_of(f, c) for c in checks) for f in own)
    return float(judged + added) or None


def _settled(check: KnowledgeCheck, findings: Sequence[Finding]) -> KnowledgeCheck:
    about = [f for f in findings if f.rule in KNOWLEDGE_RULES and _is_of(f, check)]
    if not about:
        answer: Answer = check.answer if check.answer == "unsure" else "right"
        return replace(check, answer=answer, open=False)
    sure = [finding for finding in about if finding.verdict == "confirmed"]
    worst = min((sure or about), key=lambda finding: KNOWLEDGE_RULES.index(finding.rule))
    return replace(check, answer=ANSWER_OF[worst.rule], open=not sure)


def _is_of(finding: Finding, check: KnowledgeCheck) -> bool:
    """Whether a finding is about the answer to a question: it quotes the question and names its
    topic."""
    if not finding.quotes:
        return False
    asked = finding.quotes[0]
    at = round(asked.start_s, 3) == round(check.start_s, 3)
    return at and finding.phrase.startswith(_phrase(finding.rule, check.name))


def _phrase(rule: str, name: str) -> str:
    said = {WRONG: "业务知识答错", LEFT_OUT: "业务知识漏说", NO_ANSWER: "业务问题没有答复"}
    return f"{said[rule]}：{name}"


def _judge(
    asked: _Asked, utterances: Sequence[Utterance], *, sure: bool, typed: bool
) -> tuple[KnowledgeCheck, list[Finding]]:
    stating = _listen(asked)
    question = _question(asked, utterances)
    topic = asked.topic
    check = KnowledgeCheck(topic.id, topic.name, question.start_s, question.end_s, "right")
    wrong = _first_of_each([w for w in stating.wrong if w.fact.id not in stating.right])
    if wrong:
        return check, [
            _wrong(w, question, topic, utterances, typed=typed, sure=sure) for w in wrong
        ]
    right = stating.right | {f.id for f in asked.facts if _is_said(f, stating)}
    touched = right | stating.unclear | {fact for fact, groups in stating.said.items() if groups}
    if not touched and _may_answer(asked):
        return replace(check, answer="unsure"), []
    if not touched:
        return check, [_no_answer(asked, question, utterances)]
    missing = [
        fact
        for fact in asked.facts
        if fact.required and fact.id not in right and fact.id not in stating.unclear
    ]
    if missing:
        return check, [_left_out(asked, missing, stating, question, utterances)]
    return (check if right else replace(check, answer="unsure")), []


def _listen(asked: _Asked) -> Stating:
    """All that the agent states after the question. A value alone is about the question where it
    follows it at once, or after no more than 嗯 and 好的."""
    stating = Stating(asked.facts)
    elliptic = False
    for turn, clauses in list(zip(asked.turns, asked.clauses, strict=True))[asked.first :]:
        if turn.role == "customer" and asks(turn, asked.topic):
            stating.special |= is_special(turn, asked.topic)
            elliptic = is_plain(turn, asked.topic)
        elif turn.role == "agent":
            stating.hear(turn, clauses, elliptic=elliptic)
        elif residue(turn.text):
            elliptic = False
    return stating


def _may_answer(asked: _Asked) -> bool:
    """Whether an agent says a number after the question that is read for no amount, such as
    九十九一个月, or a day where a length of time was asked for: that is an answer, right or wrong."""
    amounts = [fact.value for fact in asked.facts if isinstance(fact.value, Amount | Hours)]
    lengths = any(isinstance(one, Amount) and one.unit in LENGTHS for one in amounts)
    said = [clause for own in asked.clauses[asked.first :] for clause in own if not clause.asks]
    return bool(amounts) and any(
        has_number(clause.text) or (lengths and NAMES_A_DAY.search(clause.text)) for clause in said
    )


def _is_said(fact: Fact, stating: Stating) -> bool:
    groups = fact.value.says if isinstance(fact.value, Wording) else ()
    return bool(groups) and len(stating.said.get(fact.id, ())) == len(groups)


def _first_of_each(wrong: Sequence[Wrong]) -> list[Wrong]:
    first: dict[str, Wrong] = {}
    for one in wrong:
        first.setdefault(one.fact.id, one)
    return list(first.values())


def _question(asked: _Asked, utterances: Sequence[Utterance]) -> Quote:
    turn = asked.turns[asked.first]
    words = {word for own in asked.topic.questions for word in own}
    numbers = [at for at in turn.utterances if any(w in utterances[at].text for w in words)]
    utterance = utterances[(numbers or turn.utterances)[-1]]
    return Quote("customer", utterance.start_s, utterance.end_s, utterance.text)


def _wrong(
    wrong: Wrong,
    question: Quote,
    topic: KnowledgeTopic,
    utterances: Sequence[Utterance],
    *,
    typed: bool,
    sure: bool,
) -> Finding:
    utterance = utterances[wrong.clause.utterance]
    said = wrong.clause.text.strip("，,。；;！!？?、 ")
    at = wrong.clause.start + wrong.start, wrong.clause.start + wrong.end
    confidence = 1.0 if typed else least_confidence(utterance, *at)
    is_clear = (
        sure
        and wrong.named
        and confidence is not None
        and confidence >= CLEAR
        and isinstance(wrong.fact.value, Amount | Hours)
        and not APPROXIMATE.search(wrong.clause.text)
    )
    verdict: Verdict = "confirmed" if is_clear else "review"
    return _finding(
        WRONG,
        f"{_phrase(WRONG, topic.name)}（{wrong.fact.name}）",
        (question, Quote("agent", utterance.start_s, utterance.end_s, said)),
        confidence=UNSURE if confidence is None else confidence,
        verdict=verdict,
        evidence=f"知识库：{_shown(wrong.fact)}；客服说“{said}”",
    )


def _left_out(
    asked: _Asked,
    missing: Sequence[Fact],
    stating: Stating,
    question: Quote,
    utterances: Sequence[Utterance],
) -> Finding:
    lacking = "；".join(_lacking(fact, stating) for fact in missing)
    return _finding(
        LEFT_OUT,
        f"{_phrase(LEFT_OUT, asked.topic.name)}（{'、'.join(fact.name for fact in missing)}）",
        (question, *_answer(asked, utterances)),
        confidence=UNSURE,
        verdict="review",
        evidence=f"知识库要求说明：{lacking}；没有听到客服说",
    )


def _lacking(fact: Fact, stating: Stating) -> str:
    if not isinstance(fact.value, Wording):
        return _shown(fact)
    said = stating.said.get(fact.id, set())
    return f"{fact.name}（{'、'.join(w[0] for at, w in enumerate(fact.value.says) if at not in said)}）"


def _no_answer(asked: _Asked, question: Quote, utterances: Sequence[Utterance]) -> Finding:
    required = [fact for fact in asked.facts if fact.required] or list(asked.facts)
    return _finding(
        NO_ANSWER,
        _phrase(NO_ANSWER, asked.topic.name),
        (question, *_answer(asked, utterances)),
        confidence=UNSURE,
        verdict="review",
        evidence=f"知识库：{'；'.join(map(_shown, required))}；没有听到客服答复",
    )


def _answer(asked: _Asked, utterances: Sequence[Utterance]) -> tuple[Quote, ...]:
    """The agent's first utterance after the question."""
    numbers = (
        at for turn in asked.turns[asked.first :] if turn.role == "agent" for at in turn.utterances
    )
    said = next((utterances[at] for at in numbers), None)
    return () if said is None else (Quote("agent", said.start_s, said.end_s, said.text),)


def _shown(fact: Fact) -> str:
    days = "".join(
        (f"{fact.starts} 起" if fact.starts else "", f"至 {fact.ends}" if fact.ends else "")
    )
    return f"{fact.name} {fact.shown}" + (f"（{days}）" if days else "")


def _finding(
    rule: str,
    phrase: str,
    quotes: tuple[Quote, ...],
    *,
    confidence: float,
    verdict: Verdict,
    evidence: str,
) -> Finding:
    said = quotes[-1]
    return Finding(
        rule=rule,
        kind="process",
        phrase=phrase,
        role="agent",
        start_s=said.start_s,
        end_s=said.end_s,
        quote=said.text,
        match="exact",
        confidence=confidence,
        verdict=verdict,
        evidence=evidence,
        quotes=quotes,
    )
