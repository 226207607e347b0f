"""What the times of chats and transcripts show, from the file to the score."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.types import CallResult
from tests.call.test_written import checked

ROW = "c1,{},{},{},8012\n"
HEAD = "会话编号,发送时间,角色,消息内容,工号\n"


def a_chat(*said: tuple[str, str, str]) -> str:
    return HEAD + "".join(ROW.format(at, who, text) for at, who, text in said)


HELLO = ("2026-11-02 09:30:10", "客服", "您好，客服8012为您服务，有什么可以帮您？")
ASKS = ("2026-11-02 09:30:00", "客户", "我的快递到哪了")
BYE = ("2026-11-02 10:31:00", "客服", "请问还有其他可以帮您的吗？谢谢您，再见。")


def rules(result: CallResult, kind: str = "process") -> list[tuple[str, str, float]]:
    return [
        (f.rule, f.verdict, f.points)
        for f in result.findings
        if f.kind == kind and f.match == "signal"
    ]


def test_a_chat_with_a_wait_of_half_an_hour_loses_points(tmp_path: Path):
    said = [ASKS, HELLO, ("2026-11-02 09:31:00", "客户", "单号是八八一二")]
    result = checked(tmp_path, a_chat(*said, ("2026-11-02 10:01:00", "客服", "到站了。"), BYE))

    assert ("process.slow_reply", "confirmed", -4.0) in rules(result)
    assert result.dynamics.reply_worst_s == 1800.0
    assert "让客户久等 1 次" in result.score.flags
    (item,) = [item for item in result.score.items if item.id == "process"]
    assert any("客户等了 30 分钟才得到回复" in reason.text for reason in item.reasons)


def test_times_to_the_minute_are_known_as_such(tmp_path: Path):
    said = [
        (ASKS[0][:16], *ASKS[1:]),
        ("2026-11-02 09:32", *HELLO[1:]),
        ("2026-11-02 09:40", "客服", "再见"),
    ]
    result = checked(tmp_path, a_chat(*said))

    assert [rule for rule, verdict, _ in rules(result) if verdict == "confirmed"] == []
    assert result.dynamics.reply_worst_s is None
    assert result.dynamics.reply_late_share == 0.0


def test_a_message_of_the_bot_leaves_the_wait_to_a_person(tmp_path: Path):
    bot = ("2026-11-02 09:30:01", "机器人", "正在为您转人工")
    answer = ("2026-11-02 09:35:00", "客服", "您好，请问您有什么问题？")

    assert rules(checked(tmp_path, a_chat(ASKS, bot, answer))) == [
        ("process.slow_reply", "review", 0.0)
    ]


def test_without_times_nothing_is_known_of_replies(tmp_path: Path):
    result = checked(
        tmp_path,
        '[{"role": "客户", "content": "在吗"}, {"role": "客服", "content": "您好"}]',
        "a.json",
    )

    reasons = {one.figure: one.reason for one in result.dynamics.unmeasured}
    assert result.dynamics.reply_late_share is None
    assert (reasons["reply_late_share"], reasons["first_reply_s"]) == ("没有时间", "没有时间")


def a_transcript(*said: tuple[str, float, float, str]) -> str:
    utterances = [
        {"role": who, "start_s": start, "end_s": end, "text": text}
        for who, start, end, text in said
    ]
    return json.dumps({"call": {"call_id": "c1"}, "utterances": utterances})


GREETS = ("agent", 0.5, 4.02, "您好，客服8012，请问有什么可以帮您？")


def test_a_transcript_shows_who_broke_in(tmp_path: Path):
    said = [
        GREETS,
        ("customer", 5.0, 9.0, "我的包裹三天了还没有"),
        ("agent", 7.5, 10.0, "您先报一下单号。"),
    ]
    result = checked(tmp_path, a_transcript(*said), "a.json")

    assert result.dynamics.interruptions_by_agent == 1
    (found,) = [f for f in result.findings if f.kind == "interruption"]
    assert (found.role, found.verdict, found.quote, found.points) == (
        "agent",
        "confirmed",
        "您先报一下单号。",
        -3.0,
    )
    assert {i.id for i in result.score.items if not i.applies} == {"pace", "tone"}


def test_an_overlap_that_rounding_may_have_made_is_none(tmp_path: Path):
    # full seconds: 8 to 9 may be 1.9 s of overlap, or none
    said = [
        ("customer", 5.0, 9.0, "我的包裹三天了还没有"),
        ("agent", 8.0, 11.0, "您先报一下单号。"),
    ]

    assert checked(tmp_path, a_transcript(*said), "a.json").dynamics.interruptions_by_agent == 0


@pytest.mark.parametrize(
    ("before", "rule"),
    [("我看看。", "silence"), ("请您稍等，我查一下。", "silence.announced")],
)
def test_a_transcript_shows_silence(tmp_path: Path, before: str, rule: str):
    said = [
        GREETS,
        ("customer", 5.0, 9.5, "我的包裹三天了还没有到"),
        ("agent", 10.0, 12.0, before),
        ("agent", 72.0, 75.0, "到站了，请您放心。"),
    ]
    result = checked(tmp_path, a_transcript(*said), "a.json")

    assert [(f.rule, f.start_s) for f in result.findings if f.kind == "silence"] == [(rule, 12.0)]
    assert ("process.long_wait_no_notice" in {f.rule for f in result.findings}) == (
        rule == "silence"
    )
    assert result.dynamics.longest_silence_s == 60.0


def test_silence_in_which_the_customer_looks_for_something_is_nobodys(tmp_path: Path):
    said = [
        GREETS,
        ("customer", 5.0, 9.5, "我的包裹三天了还没有到"),
        ("agent", 10.0, 12.0, "请您报一下单号。"),
        ("customer", 42.0, 45.0, "八八一二"),
    ]
    result = checked(tmp_path, a_transcript(*said), "a.json")

    assert [f.rule for f in result.findings if f.kind == "silence"] == ["silence"]


def test_a_transcript_without_ends_shows_no_silence(tmp_path: Path):
    said = [
        {"role": "customer", "start_s": 5.0, "text": "我的包裹三天了还没有到"},
        {"role": "agent", "start_s": 95.0, "text": "到站了。"},
    ]
    result = checked(
        tmp_path,
        json.dumps({"call": {"call_id": "c1"}, "medium": "voice", "utterances": said}),
        "a.json",
    )

    assert (result.dynamics.silence_s, result.dynamics.reply_late_share) == (None, None)
    reasons = {one.figure: one.reason for one in result.dynamics.unmeasured}
    assert reasons["reply_late_share"] == "没有每句话的结束时间"
