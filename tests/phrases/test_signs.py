"""Utterances that begin with a sign (a quotation mark, a bracket, an emoji), or have nothing else."""

from __future__ import annotations

import pytest

from pipeline.lexicon import (
    Condition,
    ConditionScope,
    Operator,
    Repeated,
    Rule,
    Similar,
    load_lexicon,
)
from pipeline.phrases import PhraseBook, find_phrases, load_meaning
from pipeline.phrases.operators import clauses
from pipeline.phrases.text import turns_of
from pipeline.types import CallFacts, Role, Utterance
from tests.builders import an_utterance

SIGNS = ("“", "《", "【", "😊", "（", "……", "——", "✅", "👨‍👩‍👧", " ", "¥")
RULES = load_lexicon().rules


def spoken(*texts: str, role: Role = "agent") -> tuple[Utterance, ...]:
    """Utterances of one side, one a second from 0 s: one turn."""
    return tuple(
        an_utterance(text, role, float(at), at + 0.9, confidence=0.95)
        for at, text in enumerate(texts)
    )


def clauses_of(*texts: str) -> list[str]:
    """The text of each clause of the turn that the texts make."""
    (turn,) = turns_of(spoken(*texts))
    return [turn.text.plain[low:high] for low, high in clauses(turn)]


@pytest.mark.parametrize("sign", SIGNS)
def test_each_utterance_is_a_clause_whatever_it_begins_with(sign: str):
    assert clauses_of(f"{sign}概不退换") == ["概不退换"]
    assert clauses_of("您好", f"{sign}请讲") == ["您好", "请讲"]
    assert clauses_of(f"{sign}您好", "请讲") == ["您好", "请讲"]
    assert clauses_of(f"{sign}您好", f"{sign}请讲") == ["您好", "请讲"]


@pytest.mark.parametrize("sign", [*SIGNS, ""])
def test_an_utterance_without_a_character_is_no_clause(sign: str):
    assert clauses_of(sign) == []
    assert clauses_of(sign, sign) == []
    assert clauses_of(sign, "您好", sign, "请讲", sign) == ["您好", "请讲"]


@pytest.mark.parametrize("role", ["agent", "customer", "unknown"])
@pytest.mark.parametrize(
    "texts",
    [("",), ("“",), ("😊😊", "……"), ("“概不退换”",), ("", "“概不退换”指的是正常演出", "【")],
)
def test_a_call_of_signs_is_judged(texts: tuple[str, ...], role: Role):
    utterances = spoken(*texts, role=role)
    facts = CallFacts(utterances, 5.0, levels_db=(None,) * len(utterances))
    found = find_phrases(facts, PhraseBook.of(RULES, load_meaning()), roles_sure=True).findings

    assert [finding.rule for finding in found if finding.kind == "forbidden"] == []


def test_a_meaning_is_found_behind_a_quotation_mark():
    rule = Rule("forbidden.shirk", "推诿", "forbidden", "D", "high", "agent", meaning="shirk")
    book = PhraseBook.of([rule], load_meaning())
    said = "这个事情我们部门管不了的你去问别人"
    plain, quoted = (
        find_phrases(CallFacts(spoken("您好。", text), 9.0), book, roles_sure=True).findings
        for text in (f"{said}。", f"“{said}”。")
    )

    assert [finding.match for finding in plain] == ["meaning"]
    # found behind the sign, and for a person: what stands in quotation marks may be told again
    assert [(f.rule, f.start_s, f.verdict) for f in quoted] == [
        (f.rule, pytest.approx(f.start_s, abs=0.1), "review") for f in plain
    ]


@pytest.mark.parametrize("operator", [Repeated(2, 4), Similar(("请您等通知",), 0.9)])
def test_repeated_and_similar_utterances_are_found_behind_a_quotation_mark(operator: Operator):
    condition = Condition("a", operator, ConditionScope())
    rule = Rule(
        "process.a", "甲", "process", "D", "low", "agent",
        conditions=(condition,), when="a", mark="a",
    )  # fmt: skip
    facts = CallFacts(spoken("“请您等通知", "“请您等通知"), 9.0)
    found = find_phrases(facts, PhraseBook.of([rule]), roles_sure=True).findings

    assert found
    assert {finding.quote for finding in found} == {"请您等通知"}
