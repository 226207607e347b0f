"""微信客服, 飞书妙记 and FreeSWITCH's records without headings; the samples are made by us."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import UnreadableError
from pipeline.imports import read_call_table, read_text_file
from pipeline.imports.conversation import Conversation
from pipeline.ingest import read_metadata
from pipeline.settings import IngestSettings

AT = 1_793_500_200  # 2026-11-01 in every zone
KF, CUSTOMER = "wkAJ2GCAAASSm4", "wmAJ2GCAAAme1X"


def text(at: int, origin: int, content: str, servicer: str = "", **more: Any) -> dict[str, Any]:
    return {
        "msgid": f"m{at}",
        "open_kfid": KF,
        "external_userid": CUSTOMER,
        "send_time": AT + at,
        "origin": origin,
        "servicer_userid": servicer,
        "msgtype": "text",
        "text": {"content": content},
        **more,
    }


def event(at: int, kind: str, **more: Any) -> dict[str, Any]:
    inner = {"event_type": kind, "open_kfid": KF, "external_userid": CUSTOMER, **more}
    return {
        "msgid": f"e{at}",
        "send_time": AT + at,
        "origin": 4,
        "msgtype": "event",
        "event": inner,
    }


FIRST = [
    event(0, "enter_session"),
    text(1, 3, "我要退款"),
    event(2, "session_status_change", change_type=1, new_servicer_userid="zhangsan"),
    text(3, 5, "您好，请问有什么可以帮您？", "zhangsan"),
    text(4, 5, "这个不归我管", "zhangsan"),
    event(5, "servicer_recall_msg", recall_msgid="m4"),
    text(6, 5, "您的问题已收到"),
    event(7, "session_status_change", change_type=3),
]
SECOND = [text(100, 3, "还在吗"), text(101, 5, "在的", "lisi")]


def read(tmp_path: Path, value: object, name: str = "a.json") -> tuple[Conversation, ...]:
    path = tmp_path / name
    path.write_text(
        "\n".join(map(json.dumps, value))
        if name.endswith("l") and isinstance(value, list)
        else json.dumps(value),
        encoding="utf-8",
    )
    found = read_text_file(path)
    assert not found.faults
    assert not found.notes
    return found.conversations


def said(conversation: Conversation) -> list[tuple[str, str]]:
    return [(u.role, u.text) for u in conversation.utterances]


FORMS = {
    "the answer of the interface": (
        {"errcode": 0, "next_cursor": "x", "has_more": 1, "msg_list": [*FIRST, *SECOND]},
        "a.json",
    ),
    "a bare list": ([*FIRST, *SECOND], "a.json"),
    "the newest first": ([*FIRST, *SECOND][::-1], "a.json"),
    "pages": ([{"msg_list": FIRST[:4]}, {"msg_list": [*FIRST[4:], *SECOND]}], "a.json"),
    "a message a line": ([*FIRST, *SECOND], "a.jsonl"),
    "a page a line": ([{"msg_list": FIRST[:4]}, {"msg_list": [*FIRST[4:], *SECOND]}], "a.jsonl"),
}


@pytest.mark.parametrize("form", FORMS)
def test_sessions_of_weixin_kf(tmp_path: Path, form: str):
    value, name = FORMS[form]
    one, two = read(tmp_path, value, name)

    assert said(one) == [
        ("customer", "我要退款"),
        ("agent", "您好，请问有什么可以帮您？"),
        ("unknown", "您的问题已收到"),  # nobody signed it
    ]
    assert (one.meta.agent_id, one.meta.customer_id) == ("zhangsan", CUSTOMER)
    assert said(two) == [("customer", "还在吗"), ("agent", "在的")]
    assert two.meta.agent_id == "lisi"
    assert two.meta.call_id == f"{CUSTOMER}-{AT + 100}"


def test_a_transfer_of_weixin_kf_makes_two_parts(tmp_path: Path):
    moved = event(
        5,
        "session_status_change",
        change_type=2,
        old_servicer_userid="zhangsan",
        new_servicer_userid="lisi",
    )
    talk = [text(1, 3, "退款"), text(2, 5, "您好", "zhangsan"), moved, text(6, 5, "您好", "lisi")]
    found = read(tmp_path, talk)
    assert [(one.meta.agent_id, one.part and one.part.number) for one in found] == [
        ("zhangsan", 1),
        ("lisi", 2),
    ]


def test_two_customers_and_a_long_pause_are_sessions_of_their_own(tmp_path: Path):
    other = {**text(2, 3, "我要开票"), "external_userid": "wmOther"}
    later = text(100_000, 3, "第二天又来了")
    found = read(tmp_path, [text(1, 3, "退款"), other, later])
    assert [said(one)[0][1] for one in found] == ["退款", "我要开票", "第二天又来了"]


MINUTES = """2026年11月2日 上午 9:30|1分钟 5秒

关键词:
退款、订单

文字记录:

说话人 1 00:03
您好，客服8012为您服务，请问有什么可以帮您？

说话人 2 00:09
我要退款，
我们约在 09:30

说话人 1 01:02
好的，感谢您的来电，再见。
"""


def test_minutes_of_feishu(tmp_path: Path):
    path = tmp_path / "m.txt"
    path.write_text(MINUTES, encoding="utf-8")
    (found,) = read_text_file(path).conversations
    assert (found.medium, found.meta.started_at) == ("voice", "2026-11-02T09:30:00")
    assert [(u.start_s, u.text) for u in found.utterances] == [
        (3.0, "您好，客服8012为您服务，请问有什么可以帮您？"),
        (9.0, "我要退款， 我们约在 09:30"),
        (62.0, "好的，感谢您的来电，再见。"),
    ]
    assert found.voices == ("说话人 1", "说话人 2", "说话人 1")


def test_minutes_with_names_and_hours_and_a_zone(tmp_path: Path):
    path = tmp_path / "m.txt"
    head = "退款回访\n2026-11-02 14:05 CST|1小时 0分钟 1秒\n\n文字记录：\n"
    path.write_text(head + "客服王芳 00:00:01.500\n您好\n\n客户 01:00:00\n再见\n", encoding="utf-8")
    (found,) = read_text_file(path).conversations
    assert [(u.role, u.start_s) for u in found.utterances] == [("agent", 1.5), ("customer", 3600.0)]
    assert found.meta.started_at == "2026-11-02T14:05:00"


def test_minutes_without_words_are_refused(tmp_path: Path):
    path = tmp_path / "m.txt"
    path.write_text("文字记录:\n说话人 1 00:03\n", encoding="utf-8")
    with pytest.raises(UnreadableError, match="nobody says anything"):
        read_text_file(path)


ID = "3f1b1c7e-5b1a-4f0e-9d0a-0a1b2c3d4e5f"
MISSED = "3f1b1c7e-5b1a-4f0e-9d0a-0a1b2c3d4e60"
EXAMPLE = (
    f'"","13800000000","8012","public","2026-11-02 09:30:00","2026-11-02 09:30:07","2026-11-02 09:31:00","60","53",'
    f'"NORMAL_CLEARING","{ID}","","","PCMA","PCMA"\n'
    f'"","13800000001","8012","public","2026-11-02 09:40:00","","2026-11-02 09:40:20","20","0","NO_ANSWER","{MISSED}","","","",""\n'
)
AS_MASTER = (
    f'"","8012","13800000000","default","""8012"" <8012>","sofia/internal/8012@pbx","sofia/gateway/gw/138","bridge","x",'
    f'"2026-11-02 09:30:00","2026-11-02 09:30:07","2026-11-02 09:31:00","60","53","NORMAL_CLEARING","3","{ID}",""\n'
)


@pytest.mark.parametrize(
    ("table", "direction"),
    [(EXAMPLE, "inbound"), (AS_MASTER, "outbound")],
    ids=["example", "asterisk"],
)
def test_freeswitch_needs_no_headings(tmp_path: Path, table: str, direction: str):
    (tmp_path / "metadata.csv").write_text(table, encoding="utf-8")
    found = read_metadata(tmp_path / f"{ID}.wav", IngestSettings())
    assert (found.call_id, found.agent_id, found.customer_id) == (ID, "8012", "13800000000")
    assert (found.direction, found.answer, found.ringing_s) == (direction, "answered", 7.0)
    assert found.started_at == "2026-11-02T09:30:00"
    lines = read_call_table(tmp_path / "metadata.csv").lines
    assert lines[0].key == ID


def test_a_missed_call_of_freeswitch(tmp_path: Path):
    (tmp_path / "metadata.csv").write_text(EXAMPLE, encoding="utf-8")
    found = read_metadata(tmp_path / f"{MISSED}.wav", IngestSettings())
    assert (found.answer, found.ringing_s) == ("missed", None)


def test_a_table_of_other_columns_keeps_its_first_line(tmp_path: Path):
    path = tmp_path / "c.csv"
    path.write_text(f"通话编号,满意度\n{ID},5分\n", encoding="utf-8")
    assert read_call_table(path).lines[0].key == ID
