"""The quotes of a finding: every sentence that it rests on, each by the one who said it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.lexicon import load_lexicon
from pipeline.phrases import PhraseBook, find_phrases
from pipeline.phrases.examples import read_example
from pipeline.types import Finding
from tests.phrases.test_logic import HEAD


@pytest.fixture(scope="module")
def book() -> PhraseBook:
    return PhraseBook.of(load_lexicon().rules)


def found(talk: str, book: PhraseBook) -> list[Finding]:
    return list(find_phrases(read_example(talk, role="agent"), book, roles_sure=True).findings)


def said(finding: Finding) -> list[tuple[str, str]]:
    return [(quote.said_by, quote.text) for quote in finding.quotes]


def test_a_complaint_without_comfort_shows_the_complaint_and_the_answer(book: PhraseBook):
    talk = "客服：您好。 / 客户：你们的服务太差了。 / 客服：那你要怎么样。"
    (one,) = [f for f in found(talk, book) if f.rule == "process.complaint_apology"]

    assert (one.role, one.quote) == ("agent", "太差了")
    assert said(one) == [("customer", "太差了"), ("agent", "那你要怎么样。")]
    assert one.quotes[0].start_s == one.start_s
    assert one.quotes[1].start_s > one.quotes[0].end_s


def test_blame_after_a_complaint_shows_both_sentences(book: PhraseBook):
    talk = "客户：我要投诉你们。 / 客服：好的。 / 客户：怎么办？ / 客服：这是你自己的问题。"
    (one,) = [f for f in found(talk, book) if f.rule == "process.complaint_blame"]

    assert [role for role, _ in said(one)] == ["customer", "agent"]


def test_each_quote_stands_in_what_its_speaker_said(book: PhraseBook):
    for rule in book.rules:
        for talk in rule.positive:
            facts = read_example(talk, role=rule.role)
            for one in find_phrases(facts, book, roles_sure=True).findings:
                for quote in one.quotes:
                    own = "".join(u.text for u in facts.utterances if u.role == quote.said_by)
                    assert plain(quote.text) in plain(own), (rule.id, talk)


def plain(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def test_words_of_both_sides_in_one_hit_are_two_quotes(tmp_path: Path):
    logic = "    conditions: {a: {all: [姓名, 电话], unit: scope}}\n    when: a\n"
    (tmp_path / "rules.yaml").write_text(HEAD + logic, encoding="utf-8")
    book = PhraseBook.of(load_lexicon(tmp_path).rules)

    (one,) = found("客服：姓名？ / 客户：电话？", book)

    assert one.quote == "姓名……电话"
    assert said(one) == [("agent", "姓名"), ("customer", "电话")]


def test_what_nobody_said_has_no_quote(tmp_path: Path):
    logic = "    conditions: {a: {none: [谢谢], role: agent}}\n    when: a\n"
    (tmp_path / "rules.yaml").write_text(HEAD + logic, encoding="utf-8")
    book = PhraseBook.of(load_lexicon(tmp_path).rules)

    (one,) = found("客服：再见。", book)

    assert one.quotes == ()
