from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.lexicon import Lexicon, Phrase, Rule, load_lexicon
from pipeline.phrases import Listener, PhraseBook, PhraseMatcher, find_phrases, load_meaning
from pipeline.phrases.examples import run_examples
from pipeline.phrases.text import as_spoken, word_edges
from pipeline.types import CallFacts
from tests.builders import an_utterance

LEXICON: Lexicon = load_lexicon()
BOOK = PhraseBook.of(LEXICON.rules, load_meaning())
MATCHER = BOOK.matcher


def hits(sentence: str, kind: str) -> list[str]:
    return [
        hit.rule.phrase or hit.phrase.say
        for hit in MATCHER.find(as_spoken(sentence))
        if hit.rule.kind == kind
    ]


@pytest.mark.long
def test_each_rule_hits_its_own_examples_and_spares_its_counterexamples():
    assert [(f.rule.id, f.example, f.should_hit) for f in run_examples(LEXICON.rules, BOOK)] == []


@pytest.mark.parametrize(
    ("sentence", "polite"),
    [
        ("请您提供一下号码。", True),
        ("好的，请稍等。", True),
        ("申请信用卡要填申请表。", False),
        ("邀请码在申请页面输入。", False),
        ("不用请假，周末举行。", False),
        ("敬请期待。", False),
        ("公司聘请的师傅。", False),
    ],
)
def test_qing_counts_only_as_a_word_of_its_own(sentence: str, polite: bool):
    assert ("请" in hits(sentence, "required")) is polite


@pytest.mark.parametrize(
    ("sentence", "slot", "said"),
    [
        ("您好，客服中心。", "您好", True),
        ("王先生您好，请讲。", "您好", True),
        ("您好像还没有收入证明。", "您好", False),
        ("你好像还没有。", "您好", False),
        ("祝您生活愉快，再见。", "再见", True),
        ("再见面的活动下个月才有。", "再见", False),
    ],
)
def test_near_misses_are_not_polite(sentence: str, slot: str, said: bool):
    assert (slot in hits(sentence, "required")) is said


@pytest.mark.parametrize(
    ("sentence", "phrases"),
    [
        ("这个不归我管，你去营业厅问。", ["不归我管"]),
        ("我们绝不会让您找领导去。", []),
        ("不规范管理的问题我们会处理。", []),
        ("我知道了，找零钱去。", []),
        ("我不知道您方便不方便。", []),
        ("你会告状你去告吧。", ["你会告状你去告吧"]),
    ],
)
def test_forbidden_phrases_and_their_look_alikes(sentence: str, phrases: list[str]):
    assert hits(sentence, "forbidden") == phrases


def test_word_edges_are_those_of_the_dictionary():
    assert word_edges("申请表") in (frozenset({0, 3}), frozenset({0, 2, 3}))


def judged(*utterances, roles_sure: bool = True, listener: Listener | None = None):
    facts = CallFacts(utterances, 30.0)
    return find_phrases(facts, BOOK, roles_sure=roles_sure, listener=listener).findings


def of_kind(findings, kind: str) -> list[tuple[str, str]]:
    return [(finding.phrase, finding.verdict) for finding in findings if finding.kind == kind]


def test_the_customers_own_words_are_nobodys_fault():
    findings = judged(
        an_utterance("随你便，我不知道怎么弄", "customer"),
        an_utterance("请您别着急。", start_s=9.0),
    )

    assert of_kind(findings, "forbidden") == []


def test_a_finding_lies_where_it_is_heard():
    found = judged(an_utterance("这个不归我管。", start_s=10.0, end_s=13.0))
    (finding,) = [finding for finding in found if finding.kind == "forbidden"]

    assert (finding.start_s, finding.end_s, finding.quote) == (11.0, 13.0, "不归我管")


def test_unsure_roles_and_unclear_words_are_for_review():
    rude = "这个不归我管。"

    assert of_kind(judged(an_utterance(rude), roles_sure=False), "forbidden") == [
        ("不归我管", "review")
    ]
    assert of_kind(judged(an_utterance(rude, confidence=0.3)), "forbidden") == [
        ("不归我管", "review")
    ]
    assert of_kind(judged(an_utterance(rude, "unknown")), "forbidden") == [("不归我管", "review")]


def test_polite_words_of_nobody_knows_whom_leave_a_person_nothing_to_decide():
    polite = an_utterance("您好，请稍等，感谢您的来电，再见。", "unknown")

    assert judged(polite) == ()
    assert judged(replace(polite, role="agent"), roles_sure=False) != ()


def test_what_was_not_said_is_missing_and_in_doubt_it_is_for_review():
    polite = (
        an_utterance("您好，这里是客服热线，请讲。"),
        an_utterance("还有其他问题吗？", start_s=9.0),
    )
    closing = an_utterance("再见。", start_s=20.0)

    assert "再见" not in dict(of_kind(judged(*polite, closing), "missing"))
    assert dict(of_kind(judged(*polite), "missing"))["再见"] == "confirmed"
    assert dict(of_kind(judged(*polite, roles_sure=False), "missing"))["再见"] == "review"


def test_ni_hao_greets_too_and_is_counted_where_the_customer_is_addressed():
    findings = judged(
        an_utterance("你好，这里是客服热线，请讲。"),
        an_utterance("再见，还有其他问题吗。", start_s=9.0),
    )

    assert "您好" not in dict(of_kind(findings, "missing"))


def test_an_agent_who_says_next_to_nothing_is_not_charged_with_silence():
    assert {verdict for _, verdict in of_kind(judged(an_utterance("嗯。")), "missing")} == {
        "review"
    }


def test_a_lexicon_without_phrases_and_an_empty_text_find_nothing():
    assert PhraseMatcher([]).find(as_spoken("不归我管")) == ()
    assert MATCHER.find(as_spoken("")) == ()


def test_a_longer_phrase_takes_the_place_of_those_inside_it_over_all_forbidden_rules():
    def rule(rule_id: str, say: str) -> Rule:
        return Rule(rule_id, rule_id, "forbidden", "D", "high", "agent", (Phrase(say),))

    matcher = PhraseMatcher([rule("a", "去告吧"), rule("b", "你去告吧")])

    assert [hit.rule.id for hit in matcher.find(as_spoken("那你去告吧"))] == ["b"]


def test_words_that_two_phrases_of_a_forbidden_rule_share_are_charged_once():
    def rule(rule_id: str, *say: str) -> Rule:
        return Rule(rule_id, rule_id, "forbidden", "D", "high", "agent", tuple(map(Phrase, say)))

    matcher = PhraseMatcher([rule("a", "你烦不烦", "烦不烦啊"), rule("b", "啊滚开吧")])

    def found(text: str) -> list[str]:
        return [hit.rule.id for hit in matcher.find(as_spoken(text))]

    assert found("你烦不烦啊") == ["a"]
    assert found("你烦不烦，你烦不烦啊") == ["a", "a"]
    assert found("烦不烦啊滚开吧") == ["a", "b"]
    assert len(MATCHER.find(as_spoken("你烦不烦啊"))) == 1


@pytest.mark.long
def test_no_harmless_sentence_is_an_accusation():
    """Sentences of patient agents that contain, deny, warn of, or sound like taboo phrases."""
    file = Path(__file__).parents[1] / "data" / "harmless.txt"
    sentences = file.read_text(encoding="utf-8").splitlines()

    charged = {
        sentence: found
        for sentence in sentences
        if (
            found := [
                f.phrase
                for f in judged(an_utterance(sentence))
                if f.kind == "forbidden" and f.verdict == "confirmed"
            ]
        )
    }
    assert len(sentences) > 200
    assert charged == {}


@pytest.mark.parametrize(
    "sentence", ["没办法你找领导去吧", "我没有时间随你便", "这个特别麻烦不归我管"]
)
def test_a_negation_that_belongs_to_other_words_denies_nothing(sentence: str):
    assert len(hits(sentence, "forbidden")) >= 1


@pytest.mark.long
def test_sentences_of_agents_name_the_rules_that_they_break():
    """604 sentences, half of them near misses. Rude ones must be charged by the rules that they
    name."""
    file = Path(__file__).parents[1] / "data" / "sentences.tsv"
    right = wrong = missed = 0
    for line in file.read_text(encoding="utf-8").splitlines()[1:]:
        sentence, _, rules = line.partition("\t")
        wanted = set(filter(None, rules.split(",")))
        found = {
            f.rule
            for f in judged(an_utterance(sentence))
            if f.verdict == "confirmed"
            and (f.kind == "forbidden" or f.phrase in ("您好", "请", "再见"))
            and f.kind != "missing"
        }
        right, wrong, missed = (
            right + len(found & wanted),
            wrong + len(found - wanted),
            missed + len(wanted - found),
        )

    assert right > 300
    assert right / (right + wrong) >= 0.98
    assert right / (right + missed) >= 0.98
