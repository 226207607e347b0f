"""What the second ear heard and the text has lost: found, placed, cancelled, charged with both
witnesses only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ear import HeardPhrase, toneless, weigh_texts
from pipeline.lexicon import Phrase, Rule, fold_you
from pipeline.phrases import PhraseBook, PhraseMatcher, find_phrases
from pipeline.phrases.acoustic import UNHEARD_SCORE, Checked, alike_confidence
from pipeline.phrases.doubt import CONFIRMED_FROM
from pipeline.phrases.heard import heard_confidence
from pipeline.phrases.layers import sight
from pipeline.phrases.matching import Hit, PhraseEntry
from pipeline.phrases.text import turns_of
from pipeline.types import CallFacts, Finding, Span, Utterance
from tests.builders import an_utterance

SPOKEN = (
    "你找领导去不归我管这个事我不知道会绝对让您是说有人跟讲过好的吧随便啊爱投诉什么态度"
    "师傅那也没办法退讨款要申请表先呀给一来了私了懒得搭理这种事们有义务清楚余"
)
UNITS = ("", *dict.fromkeys(toneless(SPOKEN)))


def rule(rule_id: str, *phrases: str, role: str = "agent", kind: str = "forbidden", **more) -> Rule:
    said = tuple(Phrase(say) for say in phrases)
    return Rule(rule_id, rule_id, kind, "D", "high", role, said, **more)  # type: ignore[arg-type]


SHIRK = rule("forbidden.shirk", "不归我管", "你找领导去", "我不知道", negated_by=True)
COMPLAINT = rule("fact.complaint", "什么态度", role="customer", kind="process", review_only=True)


@dataclass(frozen=True)
class Speaks:
    """The units of a head, for ``weigh_texts``."""

    units: tuple[str, ...] = UNITS


@dataclass
class Recording:
    """What was truly said, four characters a second, as both witnesses hear it: the ear reads its
    syllables, and Whisper likes the text that has them."""

    truth: Mapping[int, str]
    heard: Sequence[HeardPhrase] = ()
    whisper: Mapping[str, float] = field(default_factory=dict)

    def phrases(self, channel: int, span: Span) -> Sequence[HeardPhrase]:
        return [
            one
            for one in self.heard
            if one.channel == channel and span.start_s <= one.span.start_s < span.end_s
        ]

    def weigh(self, channel: int, span: Span, texts: Sequence[str]) -> Sequence[float]:
        logs = np.full((12 * len(self.truth[channel]), len(UNITS)), -12.0, np.float32)
        for at, syllable in enumerate(toneless(self.truth[channel])):
            logs[12 * at : 12 * at + 6, UNITS.index(syllable)] = 0.0
            logs[12 * at + 6 : 12 * at + 12, 0] = 0.0
        return weigh_texts(Speaks(), logs, texts)  # type: ignore[arg-type]

    def __call__(self, channel: int, span: Span, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return [[self.whisper.get(text, -20.0) / len(text)] * len(text) for text in texts]


def hears(truth: str, phrase: str, *, score: float = -0.1, channel: int = 0) -> HeardPhrase:
    at = truth.index(phrase) / 4
    span = Span(at, at + len(phrase) / 4)
    return HeardPhrase(channel, span, toneless(phrase), score)


def judge(
    written: Utterance,
    truth: str,
    phrase: str,
    *,
    likes: float = -1.0,
    score: float = -0.1,
    rules=(SHIRK,),
) -> list[Finding]:
    """``likes``: Whisper's log probability of the truth; that of what it wrote is -2."""
    plain = "".join(c for c in written.text if c.isalnum())
    recording = Recording(
        {written.channel: truth},
        [hears(truth, phrase, score=score, channel=written.channel)],
        {plain: -2.0, truth: likes, fold_you(truth): likes},
    )
    found = find_phrases(
        CallFacts((written,), 10.0),
        PhraseBook.of(rules),
        roles_sure=True,
        listener=recording,
        ear=recording,
    ).findings
    return [finding for finding in found if finding.kind != "missing"]


def test_a_phrase_that_the_text_has_lost_is_heard_and_both_are_told():
    (finding,) = judge(an_utterance("这个不会爱吧。"), "这个不归我管吧", "不归我管")

    assert (finding.phrase, finding.quote, finding.match) == ("不归我管", "不会爱", "acoustic")
    assert finding.heard_and_written == "听到“不归我管”，转写“不会爱”"
    assert finding.verdict == "confirmed"


def test_its_time_is_that_of_the_ear():
    (finding,) = judge(an_utterance("这个不会爱吧。"), "这个不归我管吧", "不归我管")

    assert (finding.start_s, finding.end_s) == (0.5, 1.5)


@pytest.mark.parametrize(
    ("likes", "score"),
    [(-9.0, -0.1), (-4.5, -1.45)],
    ids=["Whisper likes the written text better", "the ear is not sure"],
)
def test_without_both_witnesses_nobody_is_charged(likes, score):
    found = judge(
        an_utterance("这个不会爱吧。"), "这个不归我管吧", "不归我管", likes=likes, score=score
    )

    assert [finding.verdict for finding in found] in ([], ["review"])


@pytest.mark.parametrize(
    ("score", "gain", "difference", "syllables", "charged"),
    [
        (0.0, 10.0, 3.0, 3, False),
        (0.0, 5.0, -2.0, 4, True),
        (0.0, 5.0, -3.0, 4, False),
        (-0.5, 5.0, -5.0, 5, True),
        (-1.0, 5.0, -5.0, 5, False),
        (-1.5, 1.0, -8.0, 7, True),
        (0.0, 10.0, -8.1, 7, False),
    ],
)
def test_what_only_the_ear_heard_is_charged_where_both_witnesses_together_are_sure(
    score, gain, difference, syllables, charged
):
    """-2.4 + 1.37 score + 0.06 gain + 0.14 difference + 1.17 syllables is 2.2 or more: 0.9."""
    confidence = heard_confidence(score, gain, difference, syllables)

    assert (confidence >= CONFIRMED_FROM) == charged


def test_of_two_phrases_that_are_heard_as_well_the_longer_one_was_said():
    said = rule("forbidden.shirk", "不归我", "不归我管")
    written = an_utterance("这个不会爱吧。")
    truth = "这个不归我管吧"
    recording = Recording(
        {0: truth},
        [hears(truth, "不归我"), hears(truth, "不归我管")],
        {"这个不会爱吧": -2.0, truth: -1.0},
    )
    (finding,) = find_phrases(
        CallFacts((written,), 10.0),
        PhraseBook.of([said]),
        roles_sure=True,
        listener=recording,
        ear=recording,
    ).findings

    assert (finding.phrase, finding.verdict) == ("不归我管", "confirmed")


@pytest.mark.parametrize(("heard", "found"), [(True, ["不归我管"]), (False, [])])
def test_a_sound_alike_that_the_ear_heard_is_put_to_the_recording_however_sure_the_text_is(
    heard, found
):
    """The ear likes what is written better than the phrase, so it is no phrase that the text lost."""
    recording = Recording(
        {0: "不归我款吧"},
        [HeardPhrase(0, Span(0.1, 1.0), toneless("不归我管"), -0.5)] if heard else [],
        {"不归我款吧": -2.0, "不归我管吧": -1.0},
    )
    judged = find_phrases(
        CallFacts((an_utterance("不归我款吧。", confidence=0.9999),), 10.0),
        PhraseBook.of([SHIRK]),
        roles_sure=True,
        listener=recording,
        ear=recording,
    ).findings

    assert [finding.phrase for finding in judged] == found


@pytest.mark.parametrize(("gain", "charged"), [(-9.9, True), (-29.3, False)])
def test_a_sound_alike_that_the_ear_is_against_is_for_review_whatever_whisper_likes(gain, charged):
    entry = PhraseEntry(SHIRK, "", Phrase("都是你自己的原因"), by_sound=True)
    alike = Hit(entry, 0, 9, "pinyin", 0.17)

    confidence = alike_confidence(Checked(alike, 0.0, 7.1, gain=gain, score=-2.0))

    assert (confidence >= CONFIRMED_FROM) == charged


@pytest.mark.parametrize(
    ("gain", "opposite", "charged"),
    [(2.9, True, False), (3.0, True, True), (2.9, False, True), (None, True, False)],
)
def test_a_sound_alike_of_the_opposite_is_charged_only_if_the_ear_likes_it_better(
    gain, opposite, charged
):
    """Whisper likes 我没有义务给你 better by 1.5 than 我们有义务给您, which was said."""
    entry = PhraseEntry(SHIRK, "", Phrase("我没有义务给你"), by_sound=True)
    alike = Hit(entry, 0, 7, "pinyin", 0.04)
    checked = Checked(alike, 0.0, 1.5, gain=gain, score=-0.4, opposite=opposite)

    assert (alike_confidence(checked) >= CONFIRMED_FROM) == charged


def test_a_sound_alike_takes_in_the_character_beside_it_that_belongs_to_it():
    """了 is read le in 撕了, and liao in 私了: by distances alone 了 would stay behind 私了."""
    said = (rule("forbidden.deal", "给你私了"),)
    written = an_utterance("给你撕了吧。", confidence=0.6)
    recording = Recording(
        {0: "给你私了吧"}, whisper={"给你撕了吧": -2.0, "给你私了吧": -1.0, "给你私了了吧": -9.0}
    )
    (finding,) = find_phrases(
        CallFacts((written,), 10.0),
        PhraseBook.of(said),
        roles_sure=True,
        listener=recording,
        ear=recording,
    ).findings

    assert (finding.phrase, finding.quote, finding.verdict) == ("给你私了", "给你撕了", "confirmed")


def test_of_places_that_the_ear_likes_the_same_whisper_chooses():
    """The ear does not know 泡, so to it the phrase fits with the sign behind it or without."""
    (finding,) = judge(an_utterance("这个不会爱泡吧。"), "这个不归我管吧", "不归我管")

    assert (finding.quote, finding.verdict) == ("不会爱泡", "confirmed")


def test_of_two_writings_of_one_sound_whisper_chooses():
    """The ear hears both alike: 那是别人的视频 is not 那是别人的事."""
    rules = (rule("forbidden.shirk", "我也没办法退款"),)
    written = an_utterance("我也没办法腿款。", confidence=0.8)
    (finding,) = judge(
        written, "我也没办法退款", "我也没办法退款", likes=-5.0, score=-0.1, rules=rules
    )

    assert finding.verdict == "confirmed"
    assert finding.evidence.endswith("音节相同，听音 -0.10")
    assert not [
        one
        for one in judge(
            written, "我也没办法退款", "我也没办法退款", likes=-11.0, score=-0.1, rules=rules
        )
        if one.verdict == "confirmed"
    ]


@pytest.mark.parametrize(
    ("written", "truth", "heard", "likes", "alike"),
    [
        ("我也没办法腿款。", "我也没办法退款", -0.1, -11.0, "same"),
        ("我也没办法腿款。", "我也没办法退款", -2.0, -11.0, ""),
        ("我也没办法讨款。", "我也没办法退款", -0.1, -6.0, "near"),
        ("我也没办法讨款。", "我也没办法讨款", -0.1, -3.0, ""),
    ],
    ids=["same sound", "unheard", "near", "the ear is against it"],
)
def test_a_sound_alike_tells_whether_a_witness_is_against_it(written, truth, heard, likes, alike):
    (turn,) = turns_of([an_utterance(written, confidence=0.8)])
    phrase, plain = "我也没办法退款", turn.text.plain
    ears = [hears(phrase, phrase, score=heard)] if heard > UNHEARD_SCORE else []
    recording = Recording({0: truth}, ears, {plain: -2.0, phrase: likes})
    matcher = PhraseMatcher([rule("forbidden.shirk", phrase)])

    (sighting,) = sight(turn, matcher, recording, ear=recording)

    assert sighting.alike == alike


def test_a_text_that_fits_the_sound_as_well_stays_as_it_is():
    assert judge(an_utterance("我知道的。"), "我知道的", "我知道") == []
    same_sound = an_utterance("不归我馆吧。", confidence=0.99)
    assert judge(same_sound, "不归我管吧", "不归我管", likes=-20.0) == []


@pytest.mark.parametrize(("phrase", "seen"), [("懒得搭理你", ["review"]), ("懒得搭理", [])])
def test_long_words_of_the_same_syllables_are_seen_however_little_whisper_likes_them(phrase, seen):
    written = an_utterance("懒的答理你这种事。", confidence=0.6)
    tired = rule("forbidden.tired", phrase)

    found = judge(written, "懒得搭理你这种事", phrase, likes=-21.0, rules=(tired,))

    assert [one.verdict for one in found] == seen


def test_misheard_words_are_no_witness_against_the_opposite_of_a_phrase():
    recording = Recording(
        {0: "我们有义务给您讲清楚"},
        [HeardPhrase(0, Span(0.0, 1.25), toneless("我没有义务"), -0.2)],
        {"我们要余务给您讲清楚": -9.0, "我没有义务给您讲清楚": -2.0},
    )
    found = find_phrases(
        CallFacts((an_utterance("我们要余务给您讲清楚。"),), 10.0),
        PhraseBook.of([rule("forbidden.duty", "我没有义务")]),
        roles_sure=True,
        listener=recording,
        ear=recording,
    ).findings

    assert [one.verdict for one in found] == ["review"]


def test_what_was_written_wins_where_the_ear_heard_a_phrase_that_was_not_said():
    recording = Recording(
        {0: "这个我知道"},
        [HeardPhrase(0, Span(0.5, 1.25), toneless("我不知道"), -0.7)],
        {"这个我知道": -2.0, "这个我不知道": -2.0},
    )
    found = find_phrases(
        CallFacts((an_utterance("这个我知道。"),), 10.0),
        PhraseBook.of([SHIRK]),
        roles_sure=True,
        listener=recording,
        ear=recording,
    ).findings

    assert found == ()


@pytest.mark.parametrize(
    ("written", "truth"),
    [
        ("绝对不会让您找领导曲。", "绝对不会让您找领导去"),
        ("您是说有人跟您讲过你造领导曲。", "您是说有人跟您讲过你找领导去"),
    ],
    ids=["denied", "told again"],
)
def test_what_makes_a_spelt_phrase_harmless_makes_a_heard_one_so(written, truth):
    said = rule("forbidden.shirk", "找领导去", "你找领导去", negated_by=True)
    phrase = "你找领导去" if "你找" in truth else "找领导去"

    assert judge(an_utterance(written), truth, phrase, rules=(said,)) == []


def test_an_exception_of_the_rule_covers_a_heard_phrase():
    shy = rule("forbidden.shy", "我不知道", exceptions=("我不知道您好",))

    assert judge(an_utterance("我布招您好。"), "我不知道您好", "我不知道", rules=(shy,)) == []


@pytest.mark.parametrize(
    "written",
    ["不会爱也给您办。", "不会爱野给您办。", "不会爱一给您办。", "不归我馆野给您办。"],
    ids=["the phrase", "a word of the same sound beside it", "another word beside it", "alike"],
)
def test_an_exception_holds_where_its_other_words_are_misheard_too(written):
    kind = rule("forbidden.shirk", "不归我管", exceptions=("不归我管也给",))
    truth = "不归我管也给您办"
    said = "不归我管" + written.removesuffix("。")[-4:]
    texts = [said, "不归我管给您办"]
    likes = {written.removesuffix("。"): -2.0} | dict.fromkeys(
        [*texts, *map(fold_you, texts)], -1.0
    )
    recording = Recording({0: truth}, [hears(truth, "不归我管")], likes)

    found = find_phrases(
        CallFacts((an_utterance(written, confidence=0.5),), 10.0),
        PhraseBook.of([kind]),
        roles_sure=True,
        listener=recording,
        ear=recording,
    ).findings

    assert found == ()


def test_an_exception_is_no_excuse_for_what_was_not_said_so():
    kind = rule("forbidden.shirk", "不归我管", exceptions=("不归我管也给",))

    (finding,) = judge(an_utterance("不会爱没办法。"), "不归我管没办法", "不归我管", rules=(kind,))

    assert finding.verdict == "confirmed"


def test_what_a_customer_says_is_not_the_agents():
    customer = an_utterance("这个不会爱吧。", "customer")

    assert judge(customer, "这个不归我管吧", "不归我管") == []


def test_what_a_customer_complains_of_is_heard_too():
    customer = an_utterance("神太都啊。", "customer")

    (finding,) = judge(customer, "什么态度啊", "什么态度", rules=(COMPLAINT,))

    assert (finding.rule, finding.role, finding.verdict) == ("fact.complaint", "customer", "review")


def test_words_that_the_text_lacks_altogether_are_heard_between_their_neighbours():
    (finding,) = judge(an_utterance("那也没办法。"), "那也没办法你找领导去", "你找领导去")

    assert finding.phrase == "你找领导去"
    assert "转写“”" in finding.evidence


def test_words_after_the_last_one_that_was_written_are_heard():
    (finding,) = judge(an_utterance("这个好的"), "这个好的不归我管", "不归我管")

    assert (finding.phrase, finding.start_s) == ("不归我管", 1.0)


@given(at=st.integers(-8, 40), syllables=st.integers(1, 16))
def test_a_phrase_may_be_heard_anywhere_about_the_text(at: int, syllables: int):
    truth, span = "那个不归我管这个事", Span(at / 8, (at + syllables) / 8)
    recording = Recording({0: truth}, [HeardPhrase(0, span, toneless("不归我管"), -0.1)])

    found = find_phrases(
        CallFacts((an_utterance("那这个事"), an_utterance("好的", start_s=1.5)), 10.0),
        PhraseBook.of((SHIRK,)),
        roles_sure=True,
        listener=recording,
        ear=recording,
    ).findings

    assert len([one for one in found if one.kind == "forbidden"]) <= 1


def test_a_polite_you_is_left_to_a_person():
    truth = "那也没办法您找领导去"
    recording = Recording(
        {0: truth},
        [HeardPhrase(0, Span(1.25, 2.5), toneless("你找领导去"), -0.1)],
        {"那也没办法蓝领岛": -2.0, truth: -1.0, fold_you(truth): -4.0},
    )
    (finding,) = find_phrases(
        CallFacts((an_utterance("那也没办法蓝领岛。", end_s=2.5),), 10.0),
        PhraseBook.of([SHIRK]),
        roles_sure=True,
        listener=recording,
        ear=recording,
    ).findings

    assert finding.verdict == "review"


def test_a_spelt_phrase_lies_where_the_ear_heard_it():
    (finding,) = judge(an_utterance("好的不归我管。", end_s=3.0), "好的不归我管", "不归我管")

    assert (finding.match, finding.start_s, finding.end_s) == ("exact", 0.5, 1.5)
    assert finding.heard_and_written == ""


@pytest.mark.parametrize(
    ("truth", "verdict"), [("这个不归我管", "confirmed"), ("这个不会我管", "review")]
)
def test_both_witnesses_judge_what_only_sounds_alike(truth, verdict):
    """Whisper is of two minds; the ear decides."""
    recording = Recording(
        {0: truth},
        [hears(truth, "不归我管")] if verdict == "confirmed" else [],
        {"这个不会我管": -2.0, "这个不归我管": -6.0},
    )
    found = find_phrases(
        CallFacts((an_utterance("这个不会我管。", confidence=0.5),), 10.0),
        PhraseBook.of([SHIRK]),
        roles_sure=True,
        listener=recording,
        ear=recording,
    ).findings

    assert [finding.verdict for finding in found] == [verdict]


def test_a_phrase_in_speech_without_any_text_is_shown_to_a_person():
    recording = Recording(
        {0: "好的吧"}, [HeardPhrase(0, Span(8.0, 9.0), toneless("不归我管"), -0.9)]
    )

    (finding,) = found_with(recording, an_utterance("好的吧。"))

    assert (finding.phrase, finding.verdict, finding.quote) == ("不归我管", "review", "")
    assert (finding.start_s, finding.end_s) == (8.0, 9.0)
    assert finding.heard_and_written == "听到“不归我管”，这一段没有转写文字"


@pytest.mark.parametrize(
    ("role", "score"), [("customer", -0.9), ("agent", -1.6)], ids=["the customer's", "not sure"]
)
def test_speech_without_text_that_no_rule_looks_at_or_that_is_unsure_is_not_shown(role, score):
    utterance = an_utterance("好的吧。", role)
    own = HeardPhrase(utterance.channel, Span(8.0, 9.0), toneless("不归我管"), score)
    recording = Recording({utterance.channel: "好的吧"}, [own])

    assert found_with(recording, utterance) == []


def found_with(recording: Recording, utterance: Utterance) -> list[Finding]:
    """What the rule finds in one utterance and in the sound."""
    judged = find_phrases(
        CallFacts((utterance,), 10.0),
        PhraseBook.of([SHIRK]),
        roles_sure=True,
        listener=recording,
        ear=recording,
    )
    return list(judged.findings)
