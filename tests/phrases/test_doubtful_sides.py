"""Phrases of the one who is called the customer, where nobody is sure who is who."""

from __future__ import annotations

from pipeline.lexicon import load_lexicon
from pipeline.phrases import PhraseBook, find_phrases, load_meaning
from pipeline.types import CallFacts, Finding, Utterance
from tests.builders import an_utterance

BOOK = PhraseBook.of(load_lexicon().rules, load_meaning())
RUDE = an_utterance("这个不归我管，你找领导去。", "customer", 6.0)


def forbidden(*utterances: Utterance, sides_doubtful: bool) -> list[Finding]:
    facts = CallFacts(utterances, 30.0, sides_doubtful=sides_doubtful)
    found = find_phrases(facts, BOOK, roles_sure=False).findings
    return [finding for finding in found if finding.kind == "forbidden"]


def test_who_may_be_the_agent_after_all_has_his_forbidden_phrases_shown_to_a_person():
    found = forbidden(an_utterance("我的快递呢？"), RUDE, sides_doubtful=True)

    assert [(f.phrase, f.role, f.verdict) for f in found] == [
        ("不归我管", "unknown", "review"),
        ("你找领导去", "unknown", "review"),
    ]
    assert all("谁是客服没有把握" in finding.evidence for finding in found)
    assert [quote.said_by for quote in found[0].quotes] == ["customer"]


def test_a_customer_who_is_surely_one_may_say_what_he_likes():
    assert forbidden(an_utterance("我的快递呢？"), RUDE, sides_doubtful=False) == []


def test_what_would_not_even_be_charged_to_an_agent_is_not_shown_of_a_customer():
    unclear = an_utterance("这个不归我管。", "customer", 6.0, confidence=0.3)
    told = an_utterance("他跟我说不归我管。", "customer", 9.0)
    polite = an_utterance("请问您几点下班？", "customer", 12.0)

    assert forbidden(an_utterance("您好。"), unclear, told, polite, sides_doubtful=True) == []
