"""A greeting or a farewell that the recogniser wrote as other words is no sure lack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from pipeline.ear import HeardPhrase
from pipeline.lexicon import load_lexicon
from pipeline.phrases import PhraseBook, find_phrases
from pipeline.types import CallFacts, Finding, Span
from tests.builders import an_utterance
from tests.phrases.test_second_ear import Recording

BOOK = PhraseBook.of(load_lexicon().rules)


@dataclass(frozen=True)
class Parts:
    """What was said from each second on."""

    truth: Mapping[float, str]

    def phrases(self, channel: int, span: Span) -> Sequence[HeardPhrase]:
        return ()

    def weigh(self, channel: int, span: Span, texts: Sequence[str]) -> Sequence[float]:
        return Recording({channel: self.truth[span.start_s]}).weigh(channel, span, texts)


def lack_of_greeting(written: str, said: str | None) -> Finding:
    utterances = (
        an_utterance(f"{written}。", confidence=0.95),
        an_utterance("我也不知道。", role="customer", start_s=10.0, end_s=12.0),
        an_utterance("好的我知道。", confidence=0.95, start_s=13.0, end_s=15.0),
    )
    found = find_phrases(
        CallFacts(utterances, 16.0),
        BOOK,
        roles_sure=True,
        ear=None if said is None else Parts({0.0: said, 13.0: "好的我知道"}),
    ).findings
    (lack,) = (one for one in found if one.rule == "missing.greeting")
    return lack


@pytest.mark.parametrize(
    ("written", "said", "verdict"),
    [
        ("一号这个事我知道", "您好这个事我知道", "review"),
        ("这个事我知道", "您好这个事我知道", "review"),
        ("不好这个事我知道", "您好这个事我知道", "review"),
        ("一号这个事我知道", "一号这个事我知道", "confirmed"),
        ("一号这个事我知道", None, "confirmed"),
    ],
)
def test_a_greeting_that_the_ear_hears_where_it_belongs_is_for_a_person(
    written: str, said: str | None, verdict: str
):
    lack = lack_of_greeting(written, said)

    assert (lack.verdict, lack.match == "acoustic") == (verdict, verdict == "review")
    assert (f"“{written}。”里可能有“您好”，请听录音" in lack.evidence) == (verdict == "review")
