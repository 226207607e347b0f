"""Phrases that another wording in the same sentence may deny: a person decides."""

from __future__ import annotations

from dataclasses import replace

import pytest

import pipeline as callqa
from pipeline.lexicon import Phrase, Rule
from pipeline.phrases.doubt import weighed
from pipeline.phrases.layers import POLITE
from pipeline.phrases.matching import Hit, PhraseEntry
from pipeline.phrases.meaning import load_meaning
from pipeline.phrases.readings import Readings
from pipeline.phrases.sighting import Sighting
from pipeline.phrases.text import turns_of
from tests.builders import an_utterance


def charged(sentence: str) -> list[str]:
    """The rules that are charged for an agent's sentence."""
    found = callqa.check_text([callqa.Turn("agent", sentence)]).findings
    return [one.rule for one in found if one.kind == "forbidden" and one.verdict == "confirmed"]


@pytest.mark.parametrize(
    "sentence",
    [
        "我们不保证一次修好。",
        "谁也保证不了一定成功。",
        "百分之百通过，这个话我们不敢说。",
        "未必一定能给您办成。",
        "贷款不见得肯定能批。",
        "稳赚不赔，哪有这种好事。",
        "百分之百成功是不可能的。",
        "您这不是无理取闹，我理解。",
        "怎么能说不归我管呢，我来帮您。",
    ],
)
def test_who_denies_what_a_phrase_says_is_not_charged_for_it(sentence: str):
    assert charged(sentence) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "保证一次修好。",
        "绝对不可能有问题，保证一次修好。",
        "你放心，我保证百分之百没问题。",
        "这个贷款肯定能批。",
    ],
)
def test_who_promises_too_much_is_charged(sentence: str):
    assert charged(sentence) == ["forbidden.overpromise"]


@pytest.mark.parametrize(
    "sentence",
    [
        "任何人让您把钱打到我个人账户，都是诈骗。",
        "骗子会说加我微信转钱，您要小心。",
        "对方要是让您别走平台，一定是骗子。",
        "要是谁承诺您零风险，那肯定是骗局。",
        "自称客服的人说百分之百通过，您千万别相信。",
        "现在冒充银行的很多，说什么稳赚不赔，请您提高警惕。",
        "征信洗白都是骗局，请您不要相信。",
        "名额是免费的，要是有人说五百块我帮您弄一个，那是诈骗。",
    ],
)
def test_who_warns_of_fraud_is_not_charged_for_the_words_of_those_who_commit_it(sentence: str):
    assert charged(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "rule"),
    [
        ("加我微信私下转，你放心我不是骗子。", "forbidden.private_deal"),
        ("别走平台，直接转给我，我又不会骗你。", "forbidden.private_deal"),
        ("这款产品稳赚不赔，不是骗人的。", "forbidden.overpromise"),
    ],
)
def test_who_says_that_he_does_not_cheat_is_charged(sentence: str, rule: str):
    assert rule in charged(sentence)


def test_a_question_that_only_looks_like_a_denial_is_charged():
    assert charged("你这不是无理取闹吗？") == ["forbidden.insult"]


def found_in(sentence: str) -> list[tuple[str, str]]:
    """The forbidden phrases found in an agent's sentence, with their verdicts."""
    found = callqa.check_text([callqa.Turn("agent", sentence)]).findings
    return [(one.phrase, one.verdict) for one in found if one.kind == "forbidden"]


def test_a_phrase_that_cuts_a_word_of_a_harmless_sentence_is_for_a_person():
    assert found_in("狗东西街道的驿站关门了，换到河西街道。") == [("狗东西", "review")]


@pytest.mark.long
def test_the_word_that_is_cut_is_named():
    (finding,) = callqa.check_text([callqa.Turn("agent", "狗东西街道的驿站关门了。")]).findings[:1]

    assert finding.evidence == "这几个字可能是“西街”的一部分，请听前后文"


def test_a_phrase_that_cuts_a_word_of_a_rude_sentence_is_charged():
    assert found_in("你的资料齐，百分之百批下来。") == [("百分之百批", "confirmed")]


@pytest.mark.long
@pytest.mark.parametrize(
    "sentence",
    [
        "您没听清楚的话，我就再说一遍。",
        "您投诉到哪里都是您的权利，我们都会配合处理。",
        "抱歉，其他同事都在忙没空接听，我来帮您处理。",
        "您别担心会耽误我的时间，慢慢来。",
        "年纪大了就别折腾了，我们上门服务。",
        "您放心，您的资料都在我这边，我马上给您提交。",
        "资料不齐那我们没办法提交审核，我教您怎么补。",
        "您的支付密码是多少请不要告诉任何人。",
        "骗子会问取款密码是多少，您千万不要说。",
    ],
)
def test_a_polite_sentence_that_holds_a_long_phrase_is_not_charged(sentence: str):
    assert charged(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "rule"),
    [
        ("别家都是骗人的，我们这款产品稳赚不赔。", "forbidden.overpromise"),
        ("有人跟您兜底，这款产品稳赚不赔。", "forbidden.overpromise"),
        ("平台上的价格都是假的，你私下转给我，我帮你办。", "forbidden.private_deal"),
    ],
)
def test_a_warning_that_is_a_pretext_excuses_nothing(sentence: str, rule: str):
    assert rule in charged(sentence)


def test_a_long_phrase_that_seems_to_cut_a_word_is_charged():
    """The recogniser writes no comma: 再不交，给你的水封了."""
    assert found_in("物业费再不交给你的水封了。") == [("给你的水封了", "confirmed")]


def test_a_short_phrase_in_a_sentence_that_reads_harmless_is_for_a_person():
    assert found_in("热水器会发出放屁一样的声音，是正常的。") == [("放屁", "review")]


@pytest.mark.long
@pytest.mark.parametrize(
    ("sentence", "rule"),
    [
        ("耳朵里塞棉花了吧。", "forbidden.blame"),
        ("你以为银行是你家开的。", "forbidden.scorn"),
        ("我又不欠你的。", "forbidden.retort"),
        ("你可真能磨叽。", "forbidden.impatient"),
        ("你吃枪药了吧。", "forbidden.insult"),
        ("投诉到天边也没用。", "forbidden.provoke"),
        ("那师傅就那德行。", "forbidden.shirk"),
        ("我道歉行了吧。", "forbidden.sarcasm"),
        ("八百块我给你弄一个名额。", "forbidden.private_deal"),
        ("一个疗程保你断根。", "forbidden.overpromise"),
    ],
)
def test_everyday_rudeness_is_charged(sentence: str, rule: str):
    assert charged(sentence) == [rule]


@pytest.mark.parametrize(
    "sentence",
    [
        "骗子拿到钱以后也不会理你了，请您千万不要转账。",
        "您要是穿着不合适就退吧退吧，我这边给您办。",
        "您说催也白催，我理解您的心情，我再帮您催一次。",
        "您别急，医生懂什么药合适，您听医生的。",
        "记者来我都不怕出镜，我们流程是公开的。",
    ],
)
def test_what_the_polite_say_with_words_of_an_idiom_is_not_charged(sentence: str):
    assert charged(sentence) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "游泳以后耳朵塞了棉花要及时取出来，别感染。",
        "让您问到天黑都没结果，实在对不起。",
        "您已经说了三遍了，我都记下了，不用再重复了。",
        "几个都差不多，您看着办就行，喜欢哪个选哪个。",
        "请问您母亲的手机尾号是多少？我核对一下再告诉您。",
        "请您闭嘴，用鼻子吸气，屏住。",
        "您放屁了以后就可以喝水吃粥了。",
        "智障孩子可以办残疾证，二级以上有护理补贴。",
        "对方也不会理您的话，您可以申请平台介入。",
        "土鳖虫三十克一份，具体用量请您遵医嘱。",
        "神经病和精神病挂的科不一样，您这个挂精神科。",
        "我保证把您的意见一字不漏报上去。",
    ],
)
def test_a_polite_sentence_with_words_of_everyday_rudeness_is_not_charged(sentence: str):
    assert charged(sentence) == []


@pytest.mark.parametrize(
    ("written", "misheard", "phrase", "confidence"),
    [
        ("整岛煤的是快地车抛毛了，非常抱歉。", "整岛煤", "真倒霉", 0.6),
        ("你整个人整岛煤，脑子有病。", "整岛煤", "真倒霉", 0.99),
        ("整岛煤。", "整岛煤", "真倒霉", 0.99),
        ("文来问去灾浪费我们的时间。", "灾浪费我们的时间", "在浪费我们的时间", 0.99),
    ],
    ids=["harmless", "rude", "alone", "longer"],
)
def test_a_misheard_phrase_of_three_syllables_is_weighed_by_its_sentence(
    written: str, misheard: str, phrase: str, confidence: float
):
    heard = misheard_as(written, misheard, phrase, 0.99)

    assert weighed(*heard).confidence == confidence


@pytest.mark.parametrize(
    ("alike", "written", "misheard", "phrase", "confidence"),
    [
        ("same", "您好，邮政速递，请问您计什么祭到哪里？", "计什么祭", "急什么急", POLITE),
        ("near", "您好，邮政速递，请问您计什么坐到哪里？", "计什么坐", "急什么急", 0.99),
        ("same", "你计什么祭，没看见我正忙着呢。", "计什么祭", "急什么急", 0.99),
        ("same", "计什么祭？", "计什么祭", "急什么急", 0.99),
        ("same", "过街来的时候，给我带两条眼。", "给我带两条眼", "给我带两条烟", 0.99),
    ],
    ids=["harmless with it", "another sound", "rude", "alone", "longer"],
)
def test_short_words_of_the_very_syllables_are_weighed_by_their_sentence_with_the_phrase(
    alike, written: str, misheard: str, phrase: str, confidence: float
):
    sighting, readings = misheard_as(written, misheard, phrase, 0.99)

    assert weighed(replace(sighting, alike=alike), readings).confidence == confidence


@pytest.mark.parametrize(
    ("alike", "written", "misheard", "phrase", "confidence"),
    [
        ("same", "买个东西比来比去，你真磨集。", "你真磨集", "你真磨叽", 0.95),
        ("same", "您好，请问你计什么，寄到哪里？", "你计什么", "你急什么", 0.8),
        ("near", "你敢多速我可以有办法对付", "你敢多速", "你敢投诉", 0.95),
        ("near", "要什么套餐，想办什么感情错", "想办什么感情错", "想办什么赶紧说", 0.8),
        ("near", "你敢多速我就有办法对付你这句话", "你敢多速", "你敢投诉", 0.8),
        ("", "你敢多速我可以有办法对付", "你敢多速", "你敢投诉", 0.8),
    ],
    ids=["rude with it", "harmless with it", "surely rude", "not surely", "told", "refused"],
)
def test_a_sound_alike_in_doubt_counts_where_the_sentence_is_rude_with_it(
    alike, written: str, misheard: str, phrase: str, confidence: float
):
    sighting, readings = misheard_as(written, misheard, phrase, 0.8)

    assert weighed(replace(sighting, alike=alike), readings).confidence == confidence


def test_what_may_be_said_with_nin_stays_in_doubt_however_rude_the_sentence_is():
    sighting, readings = misheard_as("你敢多速我可以有办法对付", "你敢多速", "你敢投诉", POLITE)

    assert weighed(replace(sighting, alike="near"), readings).confidence == POLITE


def misheard_as(
    written: str, misheard: str, phrase: str, confidence: float
) -> tuple[Sighting, Readings]:
    """A forbidden phrase in the place of some words of an agent's line."""
    (turn,) = turns_of([an_utterance(written)])
    rule = Rule("forbidden.x", "x", "forbidden", "D", "high", "agent", (Phrase(phrase),))
    start = turn.text.plain.index(misheard)
    hit = Hit(PhraseEntry(rule, "", Phrase(phrase), True), start, start + len(misheard), "pinyin")
    return Sighting(hit, turn, "acoustic", confidence), Readings.of([turn], load_meaning())
