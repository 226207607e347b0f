"""What an agent owes in a call, by whole conversations: polite agents lose nothing, whatever their
wording, and what is missing is named with its place."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.call.written import check_conversation
from pipeline.imports.read_texts import read_conversations
from pipeline.lexicon import ScorecardBook, load_lexicon, load_scorecards
from pipeline.phrases import PhraseBook, find_phrases, load_meaning
from pipeline.phrases.examples import find_in, read_example, run_examples
from pipeline.report import result_from_dict, result_to_dict
from pipeline.settings import Settings

if TYPE_CHECKING:
    from pipeline.types import CallResult, Finding

LEXICON = load_lexicon()
SHEETS = load_scorecards(rule_ids=[rule.id for rule in LEXICON.rules])
HEAD = "会话编号,发送时间,角色,消息内容,工号\n"


@cache
def book() -> PhraseBook:
    return PhraseBook.of(LEXICON.rules, load_meaning())


def chat(folder: Path, *said: str, sheet: str = "default", step_s: int = 20) -> CallResult:
    """The result of a chat with a line every ``step_s`` seconds, by one sheet."""
    path = folder / "chat.csv"
    lines = []
    for number, line in enumerate(said):
        side, text = line.split("：", 1)
        minute, second = divmod(number * step_s, 60)
        hour, minute = divmod(minute, 60)
        lines.append(f"c1,2026-11-02 {9 + hour:02}:{minute:02}:{second:02},{side},{text},8012\n")
    path.write_text(HEAD + "".join(lines), encoding="utf-8")
    (conversation,) = read_conversations(path)
    only = next(one for one in SHEETS.sheets if one.id == sheet)
    sheets = ScorecardBook((only,), sheet)
    return check_conversation(conversation, book(), LEXICON, sheets, Settings())


def found(result: CallResult, *prefixes: str) -> list[tuple[str, str]]:
    return [(f.rule, f.verdict) for f in result.findings if f.rule.startswith(prefixes)]


def charged(result: CallResult) -> list[str]:
    kinds = ("missing", "forbidden")
    return [f.rule for f in result.findings if f.kind in kinds and f.verdict == "confirmed"]


def missing(talk: str) -> dict[str, Finding]:
    return {f.rule: f for f in find_in(talk, book()) if f.kind == "missing"}


BY_THE_BOOK = (
    "客服：早上好，这里是广电客户服务中心，我是客服8012，很高兴为您服务，请问有什么可以帮到您？",
    "客户：我家的电视没有信号了",
    "客服：对不起，这是我们工作的疏忽，请您说一下地址。",
    "客户：人民路八号",
    "客服：师傅今天下午三点到您家里检修，我的解释您满意吗？",
    "客户：满意",
    "客服：还有其他问题吗？",
    "客户：没有了",
    "客服：谢谢您的配合，请慢走。",
)
NATURAL = (
    "客服：您好，这边是国家电网的，有什么能帮到您？",
    "客户：我家停电了",
    "客服：请您说一下地址好吗？",
    "客户：人民路八号",
    "客服：好的，人民路八号对吗？今天晚上八点来电，这样处理您看可以吗？",
    "客户：可以",
    "客服：您看还有没有其他要咨询的？",
    "客户：没有了",
    "客服：好的，感谢您的来电，再见。",
)


@pytest.mark.parametrize("sheet", ["default", "cable"])
@pytest.mark.parametrize("said", [BY_THE_BOOK, NATURAL])
def test_an_agent_who_is_polite_in_any_wording_has_full_points(
    tmp_path: Path, said: tuple[str, ...], sheet: str
):
    result = chat(tmp_path, *said, sheet=sheet)

    assert charged(result) == []
    assert result.score.total == 100.0


def test_who_asks_nothing_of_the_customer_need_not_say_please(tmp_path: Path):
    result = chat(
        tmp_path,
        "客服：您好，电力客服8012为您服务，有什么能帮到您？",
        "客户：今天几点来电",
        "客服：今天晚上八点来电，这样您看可以吗？",
        "客户：可以",
        "客服：您看还有没有其他要咨询的？",
        "客户：没有了",
        "客服：感谢您的来电，再见。",
    )

    assert charged(result) == []
    assert not {"missing.please", "missing.nin"} & {f.rule for f in result.findings}
    assert result.score.total == 100.0


def test_one_please_does_not_do_for_all_later_requests(tmp_path: Path):
    result = chat(
        tmp_path,
        "客服：您好，客服8012为您服务，请问有什么可以帮您？",
        "客户：我要查余额",
        "客服：号码报一下。",
        "客户：一三八一二三四五六七八",
        "客服：身份证报一下。",
        "客户：我找一下",
        "客服：地址说一下。",
        "客户：人民路八号",
        "客服：余额五十元。您满意吗？还有其他问题吗？感谢您的来电，再见。",
    )
    (lack,) = [f for f in result.findings if f.rule == "missing.please"]

    assert (lack.verdict, lack.points) == ("confirmed", -8.0)
    assert lack.quote in ("号码报一下", "身份证报一下", "地址说一下")
    assert (lack.start_s, lack.end_s) != (0.0, result.recording.duration_s)


def test_who_says_ni_throughout_is_charged(tmp_path: Path):
    result = chat(
        tmp_path,
        "客服：你好，客服8012为你服务，请问有什么可以帮你？",
        "客户：我要查余额",
        "客服：请你报一下号码。",
        "客户：一三八一二三四五六七八",
        "客服：你的余额是五十元，你满意吗？你还有其他问题吗？",
        "客户：没有了",
        "客服：感谢你的来电，再见。",
    )

    assert ("missing.nin", "confirmed") in found(result, "missing.")
    assert next(f for f in result.findings if f.rule == "missing.nin").points == -6.0


def test_ni_in_words_that_the_agent_repeats_addresses_nobody():
    talk = (
        "客服：您好，请问有什么可以帮您？ / 客户：师傅骂我 / 客服：您听到“你等着，你自己想办法，你走吧”是吗？"
        " / 客户：是 / 客服：师傅说你自己想办法，是吗？我帮您登记，请您放心。"
    )

    assert "missing.nin" not in missing(talk)
    facts = read_example(talk, role="agent")
    assert find_phrases(facts, book(), roles_sure=True).address.ni == 0


@pytest.mark.parametrize("minutes", [15, 20, 30])
def test_a_chat_that_lets_the_customer_wait_is_charged(tmp_path: Path, minutes: int):
    result = chat(tmp_path, *NATURAL, step_s=minutes * 60)

    assert ("process.slow_reply", "confirmed") in found(result, "process.")
    assert (result.score.total or 0.0) < 100.0


TRADITIONAL = (
    "客服：您好，這邊是國家電網的，有什麼能幫到您？",
    "客户：我家停電了",
    "客服：請您說一下地址好嗎？",
    "客户：人民路八號",
    "客服：好的，人民路八號對嗎？今天晚上八點來電，這樣處理您看可以嗎？",
    "客户：可以",
    "客服：您看還有沒有其他要諮詢的？",
    "客户：沒有了",
    "客服：好的，感謝您的來電，再見。",
)


def test_traditional_characters_score_as_simplified_ones(tmp_path: Path):
    old, new = chat(tmp_path, *TRADITIONAL), chat(tmp_path, *NATURAL)

    assert old.score == new.score
    assert [(f.rule, f.verdict) for f in old.findings] == [
        (f.rule, f.verdict) for f in new.findings
    ]


def test_a_customer_who_complains_of_the_attitude_is_a_fact_of_the_customer(tmp_path: Path):
    said = list(NATURAL)
    said[3] = "客户：你这是什么态度我要投诉你"
    result = chat(tmp_path, *said)
    (fact,) = [f for f in result.findings if f.rule == "fact.attitude_complaint"]

    assert (fact.role, fact.verdict, fact.points) == ("customer", "review", 0.0)
    assert [f for f in result.findings if f.kind == "forbidden"] == []


@pytest.mark.parametrize(
    "rude", ["这事不归我管，您找领导去。", "您不懂就别问了，烦不烦。", "您会告状您去告吧。"]
)
def test_a_forbidden_phrase_said_with_nin_counts_in_a_rude_sentence(tmp_path: Path, rude: str):
    said = list(NATURAL)
    said[4] = f"客服：{rude}"
    result = chat(tmp_path, *said)

    assert "confirmed" in [f.verdict for f in result.findings if f.kind == "forbidden"]


@pytest.mark.parametrize(
    "harmless",
    [
        "好的，那我先挂了，再见。",
        "当妈的都着急，我理解您的心情。",
        "您是说师傅说您自己想办法，对吗？",
        "您听到的是“不归我管，你自己想办法”，对吗？",
    ],
)
def test_words_that_only_look_rude_take_nothing(tmp_path: Path, harmless: str):
    said = (*NATURAL[:-2], "客户：没有了，就这样吧", f"客服：{harmless}", NATURAL[-1])
    result = chat(tmp_path, *said)

    assert [f for f in result.findings if f.kind == "forbidden" and f.verdict == "confirmed"] == []
    assert result.score.total == 100.0


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ("现在还查不出原因，我们核实以后给您回复。", "process.promise_no_time"),
        ("可能是五十吧，也许八十。", "process.hedge"),
    ],
)
def test_a_vague_answer_is_shown_to_a_person(tmp_path: Path, said: str, rule: str):
    result = chat(tmp_path, *NATURAL[:4], f"客服：{said}", *NATURAL[5:])

    assert (rule, "review") in found(result, "process.")


def test_examples_of_duties_are_tried_like_all_others():
    duties = [rule for rule in LEXICON.rules if rule.duty is not None]
    (please,) = [rule for rule in duties if rule.id == "missing.please"]
    wrong = ("客服：您好，请您报一下号码。", "客服：您好，请您说一下地址。")

    assert run_examples(duties, book()) == ()
    assert [f.example for f in run_examples([replace(please, positive=wrong)], book())] == [*wrong]


def test_a_duty_that_may_be_done_anywhere_is_done_also_after_its_call():
    talk = "客户：我的电话是13812345678。 / 客服：您的电话是一三八一二三四五六七八，对吗？ / 客户：对。"

    assert "missing.restate" not in missing(talk)
    assert "missing.restate" in missing(
        talk.replace("您的电话是一三八一二三四五六七八，对吗？", "记下了。")
    )


def test_a_result_says_which_duties_the_call_gave_no_occasion_for(tmp_path: Path):
    result = chat(
        tmp_path, "客服：您好，您的包裹明天送到。", "客户：好的", "客服：感谢您的来电，再见。"
    )

    assert {"missing.please", "missing.nin"} <= set(result.not_due)
    assert "missing.closing" not in result.not_due
    assert result_from_dict(result_to_dict(result)).not_due == result.not_due
