"""By sound and against the recording: what was misheard is found, what only sounds alike is
refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from pipeline.lexicon import Duty, Phrase, Rule
from pipeline.phrases import PhraseBook, find_phrases
from pipeline.phrases.alike import Alike, SoundIndex
from pipeline.phrases.sound import GAP, Soundboard, distance, distances, syllables
from pipeline.types import CallFacts, Finding, FormOfAddress, Span, Utterance
from tests.builders import an_utterance


def rule(rule_id: str, *phrases: str, kind: str = "forbidden", **more: object) -> Rule:
    said = tuple(Phrase(say) for say in phrases)
    return Rule(rule_id, rule_id, kind, "D", "high", "agent", said, **more)  # type: ignore[arg-type]


SHIRK = rule("forbidden.shirk", "不归我管", "你找领导去", "我不知道")
GREETING = rule("required.nin_hao", "您好", kind="required", phrase="您好")
OWED = rule(
    "missing.greeting",
    kind="missing",
    phrase="您好",
    duty=Duty(("required.nin_hao",), within="first"),
)


@dataclass
class Ear:
    """A recording in which each of ``fits`` fits so well (log probability), all other texts badly.
    Remembers the texts that it was asked for."""

    fits: Mapping[str, float]
    asked: list[str] = field(default_factory=list)

    def __call__(self, channel: int, span: Span, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        self.asked += texts
        return [[self.fits.get(text, -30.0) / len(text)] * len(text) for text in texts]


def judged(
    *utterances: Utterance, ear: Ear | None, rules: Sequence[Rule] = (SHIRK,)
) -> tuple[Finding, ...]:
    return find_phrases(
        CallFacts(utterances, 30.0), PhraseBook.of(rules), roles_sure=True, listener=ear
    ).findings


def unclear(text: str, start_s: float = 0.0) -> Utterance:
    return an_utterance(text, start_s=start_s, confidence=0.55)


@pytest.mark.parametrize(
    ("closer", "farther"),
    [
        (("知", "资"), ("知", "多")),
        (("您", "宁"), ("您", "网")),
        (("领", "零"), ("领", "钱")),
        (("飞", "灰"), ("飞", "做")),
        (("搬", "帮"), ("搬", "对")),
        (("管", "惯"), ("管", "敢")),
    ],
)
def test_what_accents_and_telephones_merge_is_closer_than_the_rest(
    closer: tuple[str, str], farther: tuple[str, str]
):
    def apart(pair: tuple[str, str]) -> float:
        return distance(syllables(pair[0])[0], syllables(pair[1])[0])

    assert 0 < apart(closer) < apart(farther) <= 1


def test_a_distance_is_the_same_both_ways_and_nothing_to_itself():
    found = syllables("您好请讲客服中心不归我管")

    assert all(distance(a, a) == 0 for a in found)
    assert all(distance(a, b) == distance(b, a) for a in found for b in found)


def test_the_index_finds_the_place_of_a_phrase_by_sound():
    index = SoundIndex(["不归我管", "你找领导去"])

    assert index.find("这个不规我管你问别人") == (Alike(0, 2, 6, 0.0),)
    assert index.find("今天天气很好") == ()
    assert index.find("") == ()
    assert SoundIndex([]).find("不归我管") == ()


def test_a_lost_weak_syllable_is_bridged():
    (found,) = SoundIndex(["你找你们领导去"]).find("找你们领导去")

    assert (found.start, found.end, round(found.distance, 3)) == (0, 6, round(0.45 / 7, 3))


def test_the_quick_search_finds_what_aligning_every_phrase_finds():
    """The oracle: plain edit distance with the same costs, phrase by phrase and place by place."""
    phrases = ["不归我管", "你找领导去", "爱办不办", "用不起别用", "我也没办法", "关我什么事"]
    index = SoundIndex(phrases)
    for text in (
        "这个不规我管你找林导去吧",
        "爱板不半",
        "不起别用没人求证你",
        "那我也没方法",
        "馆我什么是啊你说",
    ):
        for number, phrase in enumerate(phrases):
            least = cheapest(phrase, text) / len(phrase)
            found = [a.distance for a in index.find(text) if a.index == number]
            assert bool(found) == (least <= 0.25), (phrase, text)
            if found:
                assert min(found) == pytest.approx(least, abs=1e-3)


def cheapest(phrase: str, text: str) -> float:
    """The least cost of aligning a phrase with any part of a text."""
    said, heard = syllables(phrase), syllables(text)
    row = [0.0] * (len(heard) + 1)
    for syllable, gap in zip(said, Soundboard.gaps(phrase), strict=True):
        new = [row[0] + float(gap)]
        for at, other in enumerate(heard):
            new.append(
                min(row[at] + distance(syllable, other), row[at + 1] + float(gap), new[at] + GAP)
            )
        row = new
    return min(row)


def test_distances_of_many_syllables_are_those_of_each_pair():
    said = syllables("您请讲这个不归我管的吗儿")

    apart = [[np.float32(distance(one, other)) for other in said] for one in said]

    assert distances(said, said).tolist() == apart


def test_the_same_phrases_are_found_whatever_else_is_in_the_lexicon():
    others = [
        f"{a}{b}{c}{d}"
        for a in "天地玄黄"
        for b in "宇宙洪荒"
        for c in "日月盈昃"
        for d in "辰宿列张"
    ]
    alone, among = SoundIndex(["不归我管"]), SoundIndex(["不归我管", *others])
    text = "这个不规我管你去营业厅问"

    assert [a for a in among.find(text) if a.index == 0] == list(alone.find(text))


def test_a_misheard_phrase_is_confirmed_by_the_recording():
    ear = Ear({"这个不规我管": -6.0, "这个不归我管": -5.0})
    (finding,) = judged(unclear("这个不规我管。"), ear=ear)

    assert (finding.phrase, finding.quote, finding.match, finding.verdict) == (
        "不归我管",
        "不规我管",
        "acoustic",
        "confirmed",
    )
    assert "不规我管" in finding.evidence
    assert "+1.0" in finding.evidence


def test_a_sound_alike_that_the_recording_refuses_is_no_finding():
    assert judged(unclear("这个不规范管理。"), ear=Ear({"这个不规范管理": -2.0})) == ()
    assert (
        judged(
            unclear("我知道您很着急。"),
            ear=Ear({"我知道您很着急": -2.0, "我不知道您很着急": -12.0}),
        )
        == ()
    )


def test_words_of_the_same_sound_are_asked_about_however_sure_the_recogniser_was():
    ear = Ear({"这个不规我管": -2.0, "这个不归我管": -4.0})
    (finding,) = judged(an_utterance("这个不规我管。", confidence=0.99), ear=ear)

    assert (finding.match, finding.verdict) == ("acoustic", "confirmed")


def test_where_the_recogniser_was_sure_of_other_words_nothing_is_asked():
    ear = Ear({})

    assert judged(an_utterance("我知道您很着急。", confidence=0.999), ear=ear) == ()
    assert ear.asked == []


def test_a_middling_fit_is_for_a_person():
    (finding,) = judged(
        unclear("这个不规我管。"), ear=Ear({"这个不规我管": -2.0, "这个不归我管": -11.0})
    )

    assert finding.verdict == "review"


def test_without_a_recording_a_sound_alike_is_for_review_only():
    (finding,) = judged(an_utterance("这个不规我管。"), ear=None)

    assert (finding.match, finding.verdict, finding.points) == ("pinyin", "review", 0.0)


def test_an_unclear_hit_is_held_against_its_opposite():
    text = "这个我不知道你等通知"
    refused = judged(
        unclear("这个我不知道，你等通知。"), ear=Ear({text: -9.0, "这个我知道你等通知": -3.0})
    )
    confirmed = judged(
        unclear("这个我不知道，你等通知。"), ear=Ear({text: -1.0, "这个我知道你等通知": -9.0})
    )

    assert [(finding.match, finding.verdict) for finding in refused] == [("acoustic", "review")]
    assert [(finding.match, finding.verdict) for finding in confirmed] == [
        ("acoustic", "confirmed")
    ]


def test_a_phrase_said_with_nin_for_ni_is_for_review_and_nin_stays_in_the_proposed_text():
    ear = Ear({"您找林导去": -5.0, "您找领导去": -4.0})
    (finding,) = judged(unclear("您找林导去。"), ear=ear)

    assert (finding.phrase, finding.verdict) == ("你找领导去", "review")
    assert "您找领导去" in ear.asked


def test_a_greeting_written_ni_hao_by_an_agent_who_says_nin_is_a_nin_hao():
    ear = Ear({"你好客服中心": -3.0, "您好客服中心": -5.0, "请问您要什么": -1.0, "帮您查": -1.0})
    call = (
        unclear("你好，客服中心。"),
        an_utterance("请问您要什么。", start_s=9.0),
        an_utterance("帮您查。", start_s=15.0),
    )
    findings = judged(*call, ear=ear, rules=[GREETING])

    assert [(f.kind, f.phrase, f.match) for f in findings] == [("required", "您好", "acoustic")]


def test_the_same_greeting_by_an_agent_who_says_ni_is_for_a_person():
    ear = Ear({"你好客服中心": -3.0, "您好客服中心": -5.0})
    call = (unclear("你好，客服中心。"), an_utterance("你要什么，我给你查。", start_s=9.0))

    assert [(f.kind, f.verdict) for f in judged(*call, ear=ear, rules=[GREETING, OWED])] == [
        ("missing", "review")
    ]


def test_the_rate_of_nin_leaves_the_unsure_out():
    ear = Ear(
        {
            "你的号码": -3.0,
            "您的号码": -4.0,
            "你等一下": -3.0,
            "您等一下": -6.0,
            "你看": -1.0,
            "您看": -9.0,
        }
    )
    call = (
        unclear("你的号码。"),
        unclear("你等一下。", 9.0),
        unclear("你看。", 15.0),
        unclear("您请说。", 20.0),
    )
    found = find_phrases(
        CallFacts(call, 30.0), PhraseBook.of([SHIRK]), roles_sure=True, listener=ear
    )

    assert found.address == FormOfAddress(nin=2, ni=1, unsure=1)
    assert found.address.nin_rate == pytest.approx(2 / 3)


def test_the_customers_pronouns_do_not_count():
    found = find_phrases(
        CallFacts((an_utterance("你们怎么回事，你说。", "customer"),), 9.0),
        PhraseBook.of([SHIRK]),
        roles_sure=True,
    )

    assert found.address == FormOfAddress()
    assert found.address.nin_rate is None


def test_a_phrase_over_a_short_pause_is_one_phrase():
    first, second = (
        an_utterance("这个不归", start_s=0.0, end_s=1.0),
        an_utterance("我管。", start_s=1.5, end_s=2.0),
    )
    (finding,) = judged(first, second, ear=None)

    assert (finding.phrase, finding.start_s, finding.end_s) == ("不归我管", 0.5, 2.0)


def test_the_other_sides_words_between_keep_a_phrase_apart():
    call = (
        an_utterance("这个不归", start_s=0.0, end_s=1.0),
        an_utterance("什么", "customer", start_s=1.1, end_s=1.4),
        an_utterance("我管。", start_s=1.5, end_s=2.0),
    )

    assert judged(*call, ear=None) == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "我们绝不会让您找领导去。",
        "您是说有人跟您讲过你找领导去，对吗？",
        "是哪位同事跟您说你找领导去的？",
        "我们从来不说不归我管这种话。",
        "客服说不归我管是不对的。",
    ],
)
def test_denied_and_quoted_words_are_no_offence(sentence: str):
    assert (
        judged(
            an_utterance(sentence),
            ear=None,
            rules=[rule("a", "你找领导去", "不归我管", negated_by=True)],
        )
        == ()
    )


@pytest.mark.parametrize(
    "sentence", ["我跟你说你找领导去。", "我都说了不归我管。", "没办法你找领导去吧。"]
)
def test_the_agents_own_words_stay_an_offence(sentence: str):
    found = judged(
        an_utterance(sentence),
        ear=None,
        rules=[rule("a", "你找领导去", "不归我管", negated_by=True)],
    )

    assert len(found) == 1


def test_digits_and_percentages_match_as_they_are_spoken():
    promise = rule("a", "百分之百能办", "一三八")
    texts = [an_utterance("100%能办。"), an_utterance("138", start_s=9.0)]

    assert [finding.phrase for finding in judged(*texts, ear=None, rules=[promise])] == [
        "百分之百能办",
        "一三八",
    ]
