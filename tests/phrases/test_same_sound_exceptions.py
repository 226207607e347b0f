"""Exceptions that have the sound of a phrase, and other characters."""

from __future__ import annotations

import pytest

from pipeline.lexicon import Phrase, Rule, load_lexicon
from pipeline.phrases import PhraseMatcher
from pipeline.phrases.matching import why_harmless
from pipeline.phrases.text import as_spoken


@pytest.mark.parametrize(
    ("written", "charged"),
    [
        ("蓝牙先不要脸，等灯亮了再连。", []),
        ("您先别动，不要脸接电脑。", []),
        ("你这人真不要脸，往后别来。", ["不要脸"]),
        ("您想得美一项都可以在网上办。", []),
        ("想得美，一分都没有。", ["想得美"]),
        ("师傅在楼下等着瞧门请您开一下。", []),
        ("你等着瞧吧。", ["你等着瞧", "等着瞧"]),
        ("请问您急什么东西？", []),
        ("您好，邮政速递，请问您急什么急到哪里？", []),
        ("您瞎扯后请往左走。", []),
        ("请您不要脸系对方。", []),
        ("你咬我帮您登记吗？", []),
        ("你瞎扯。", ["你瞎扯", "瞎扯"]),
        ("你急什么急。", ["你急什么", "急什么急"]),
    ],
)
def test_the_recogniser_may_write_a_rude_word_for_an_ordinary_one_of_its_sound(
    written: str, charged: list[str]
):
    matcher = PhraseMatcher(rule for rule in load_lexicon().rules if rule.kind == "forbidden")
    text = as_spoken(written)

    found = [hit for hit in matcher.spell(text) if why_harmless(hit, text) is None]

    assert sorted({hit.phrase.say for hit in found}) == sorted(charged)


def test_a_courtesy_that_is_written_was_said_whatever_its_exceptions_sound_like():
    please = Rule(
        "required.please",
        "请",
        "required",
        "B",
        "high",
        "agent",
        (Phrase("请"),),
        exceptions=("情况",),
    )
    text = as_spoken("请框选一下再拍。")

    (hit,) = PhraseMatcher([please]).spell(text)

    assert why_harmless(hit, text) is None
