"""Words that another model wrote: no forbidden phrase is charged that the sound does not bear out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from pipeline.lexicon import load_lexicon
from pipeline.phrases import PhraseBook, find_phrases
from pipeline.types import CallFacts, CallMeta, Span, Utterance
from tests.fakes import words_over

BOOK = PhraseBook.of(load_lexicon().rules)
SAID = "这个不归我管，你去营业厅问。"
SPAN = Span(6.0, 9.0)

Weigh = Callable[[int, Span, Sequence[str]], list[tuple[float, ...]]]


def hearing(least: float, *, of: str = "不") -> Weigh:
    """A witness that gives each character of the text as written -0.1, the character ``of`` less,
    and other texts far less."""

    def weigh(channel: int, span: Span, texts: Sequence[str]) -> list[tuple[float, ...]]:
        written, *others = texts
        first = tuple(least if c == of else -0.1 for c in written)
        return [first, *(tuple(-5.0 for _ in text) for text in others)]

    return weigh


def judged(text: str, weigh: Weigh | None, *, span: Span = SPAN, check_all: bool = True):
    """The forbidden phrases of an agent's sentence whose words are clear."""
    said = Utterance("agent", 0, span.start_s, span.end_s, text, 0.95, words_over(text, span, 0.95))
    facts = CallFacts((said,), 60.0, CallMeta("c1"))
    found = find_phrases(facts, BOOK, roles_sure=True, listener=weigh, check_all=check_all)
    return [(f.phrase, f.verdict, f.match) for f in found.findings if f.kind == "forbidden"]


def test_a_phrase_whose_every_character_is_in_the_sound_is_charged():
    assert judged(SAID, hearing(-0.5)) == [("不归我管", "confirmed", "acoustic")]


@pytest.mark.parametrize("least", [-4.0, -8.0])
def test_one_character_that_is_not_in_the_sound_leaves_a_clear_phrase_to_a_person(least: float):
    assert judged(SAID, hearing(least)) == [("不归我管", "review", "acoustic")]


def test_the_words_of_the_model_that_listens_need_no_such_check():
    assert judged(SAID, hearing(-8.0), check_all=False) == [("不归我管", "confirmed", "exact")]


def test_a_stretch_that_is_too_long_to_be_weighed_is_left_to_a_person():
    assert judged(SAID, hearing(-0.1), span=Span(0.0, 40.0)) == [("不归我管", "review", "exact")]


def test_a_phrase_said_with_nin_is_no_surer_for_being_heard():
    plain = judged("您找领导去吧。", None, check_all=False)

    assert [verdict for _, verdict, _ in plain] == ["review"]
    assert [verdict for _, verdict, _ in judged("您找领导去吧。", hearing(-0.1))] == ["review"]


def test_what_agents_owe_is_not_made_harder_to_find():
    said = Utterance(
        "agent", 0, 0.0, 2.0, "您好。", 0.95, words_over("您好。", Span(0.0, 2.0), 0.95)
    )
    facts = CallFacts((said,), 60.0, CallMeta("c1"))

    found = [
        find_phrases(facts, BOOK, roles_sure=True, listener=hearing(-9.0, of="好"), check_all=check)
        for check in (False, True)
    ]

    assert found[0] == found[1]
