"""Conversations at any level of a JSON file: lists, pages, wrappers, tickets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.imports import read_text_file
from pipeline.types import CallMeta

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.imports import TextFile

MESSAGES = [{"role": "客服", "text": "您好"}, {"role": "客户", "text": "退款"}]
SAID = [("agent", "您好"), ("customer", "退款")]


def read(folder: Path, content: Any, name: str = "a.json") -> TextFile:
    path = folder / name
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return read_text_file(path)


def ids(found: TextFile) -> list[str | None]:
    return [one.meta.call_id for one in found.conversations]


def said(found: TextFile) -> list[list[tuple[str, str]]]:
    return [[(u.role, u.text) for u in one.utterances] for one in found.conversations]


def call(name: str, **more: Any) -> dict[str, Any]:
    return {"call_id": name, "messages": MESSAGES, **more}


def lines(*values: Any) -> str:
    return "\n".join(json.dumps(value, ensure_ascii=False) for value in values)


@pytest.mark.parametrize(
    ("content", "name", "expected"),
    [
        ({"conversations": [call("c1"), call("c2")]}, "a.json", ["c1", "c2"]),
        ({"list": [{"sessionId": n, "messages": MESSAGES} for n in ("c1", "c2")]}, "a.json", ["c1", "c2"]),
        ({"code": 0, "msg": "ok", "data": {"total": 2, "records": [call("c1"), call("c2")]}}, "a.json", ["c1", "c2"]),
        ({"data": {"records": MESSAGES}}, "a.json", ["a"]),
        ([{"page": 1, "data": [call("c1")]}, {"page": 2, "data": [call("c2")]}], "a.json", ["c1", "c2"]),
        (lines({"page": 1, "data": {"list": [call("c1")]}}, {"page": 2, "data": {"list": [call("c2")]}}), "a.jsonl", ["c1", "c2"]),
        (lines(MESSAGES, MESSAGES), "a.jsonl", ["a-1", "a-2"]),
        ([MESSAGES, MESSAGES], "a.json", ["a-1", "a-2"]),
        ({"c1": MESSAGES, "c2": MESSAGES}, "a.json", ["c1", "c2"]),
        ({"result": {"data": {"conversations": [{"meta": {"call_id": "c1"}, "chat": {"messages": MESSAGES}}]}}}, "a.json", ["c1"]),
        (lines(call("c1")), "a.jsonl", ["c1"]),
        (lines(MESSAGES[0]), "a.jsonl", ["a"]),
    ],
)  # fmt: skip
def test_each_conversation_is_one_wherever_it_lies(
    tmp_path: Path, content: Any, name: str, expected: list[str]
) -> None:
    found = read(tmp_path, content, name)
    assert (ids(found), found.faults) == (expected, ())
    assert all(one in (SAID, SAID[:1]) for one in said(found))


def test_a_ticket_of_zendesk_has_the_sides_of_its_people(tmp_path: Path) -> None:
    comments = [
        {"author_id": 1, "body": "退款", "created_at": "2026-11-02T09:30:00"},
        {"author_id": 22, "body": "您好", "created_at": "2026-11-02T09:31:00"},
        {"author_id": 22, "body": "这人烦", "created_at": "2026-11-02T09:32:00", "public": False},
        {"author_id": 9, "body": "我是谁", "created_at": "2026-11-02T09:33:00"},
    ]
    ticket = {"id": 35, "requester_id": 1, "assignee_id": 22, "comments": comments}
    found = read(tmp_path, {"tickets": [ticket]})
    assert said(found) == [[("customer", "退款"), ("agent", "您好"), ("unknown", "我是谁")]]
    assert found.conversations[0].meta.agent_id == "22"


def test_a_conversation_of_intercom_begins_with_its_source(tmp_path: Path) -> None:
    parts = [
        {"part_type": "comment", "body": "<p>您好</p>", "created_at": 1793464260, "author": {"type": "admin", "id": "814"}},
        {"part_type": "note", "body": "内部", "created_at": 1793464270, "author": {"type": "admin", "id": "814"}},
        {"part_type": "assignment", "body": None, "created_at": 1793464280, "author": {"type": "bot", "id": "b"}},
    ]  # fmt: skip
    source = {"body": "<p>退款</p>", "author": {"type": "lead", "id": "u1"}}
    content = {"type": "conversation", "id": "403", "created_at": 1793464200, "source": source, "conversation_parts": {"conversation_parts": parts}}  # fmt: skip
    found = read(tmp_path, content)
    assert (ids(found), said(found)) == (["403"], [[("customer", "退款"), ("agent", "您好")]])
    assert found.conversations[0].meta.agent_id == "814"


def test_metadata_counts_at_each_level_around_the_only_conversation(tmp_path: Path) -> None:
    content = {
        "request_id": "r",
        "call": {
            "call_id": "c9",
            "开始时间": "2026-11-02 09:30",
            "挂机方": "客户",
            "呼叫方向": "呼入",
        },
        "data": {"工号": "8012", "queue": "投诉", "chat": {"客户编号": "C8", "messages": MESSAGES}},
    }
    (one,) = read(tmp_path, content).conversations
    assert one.meta == CallMeta("c9", "8012", "C8", "2026-11-02T09:30:00", "投诉")


def test_the_object_of_a_conversation_gives_what_telephone_systems_say(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {"call": {"挂机方": "客户", "呼叫方向": "呼入", "振铃时长": 12}, "messages": MESSAGES},
    )
    meta = found.conversations[0].meta
    assert (meta.hung_up_by, meta.direction, meta.ringing_s) == ("customer", "inbound", 12.0)
    wrong = read(tmp_path, {"call": {"挂机方": "火星"}, "messages": MESSAGES})
    assert "'火星'; expected 坐席, 客户 or 系统" in wrong.faults[0]


def test_what_stands_around_several_conversations_is_of_all_but_for_the_id(tmp_path: Path) -> None:
    content = {
        "queue": "投诉",
        "call_id": "x",
        "conversations": [call("c1"), {"messages": MESSAGES}],
    }
    found = read(tmp_path, content)
    assert [(one.meta.call_id, one.meta.queue) for one in found.conversations] == [
        ("c1", "投诉"),
        ("a-2", "投诉"),
    ]


def test_keys_that_nobody_knows_are_named(tmp_path: Path) -> None:
    content = {
        "call": {"call_id": "c", "坐席号码": "8012"},
        "messages": [{**MESSAGES[0], "心情": 1}],
    }
    assert read(tmp_path, content).notes == (
        f"{tmp_path / 'a.json'}：不认识这些列或键，没有读取：坐席号码、心情",
    )


def test_the_number_of_a_person_may_stand_in_his_object(tmp_path: Path) -> None:
    content = {
        "agent": {"id": 8012, "name": "王芳"},
        "customer": {"id": "C8"},
        "messages": MESSAGES,
    }
    meta = read(tmp_path, content).conversations[0].meta
    assert (meta.agent_id, meta.customer_id) == ("8012", "C8")


def test_what_is_no_conversation_among_others_is_named(tmp_path: Path) -> None:
    found = read(tmp_path, {"conversations": [call("c1"), {"call_id": "c2"}, call("c3")]})
    assert ids(found) == ["c1", "c3"]
    assert "conversations, entry 2: an object that is no conversation" in found.faults[0]


def test_two_conversations_of_one_id_are_not_taken_and_others_are(tmp_path: Path) -> None:
    found = read(tmp_path, [call("c1"), call("c1"), call("c2")])
    assert ids(found) == ["c2"]
    assert "2 conversations have the id 'c1'" in found.faults[0]


def test_pages_go_on_with_the_conversation_of_the_page_before(tmp_path: Path) -> None:
    pages = [
        {"page": at, "messages": [{"conversation_id": "c1", **message}]}
        for at, message in enumerate(MESSAGES, 1)
    ]
    found = read(tmp_path, pages)
    assert (ids(found), said(found)) == (["c1"], [SAID])


def test_pages_whose_messages_name_no_conversation_are_refused(tmp_path: Path) -> None:
    found = read(tmp_path, [{"page": 1, "messages": MESSAGES}, {"page": 2, "messages": MESSAGES}])
    assert found.conversations == ()
    assert "a page of messages that name no conversation" in found.faults[0]


@pytest.mark.parametrize(
    "more",
    [
        {"items": [{"name": "鞋", "content": "红"}]},
        {"replies": []},
        {"quote": {"from": "客户", "text": "你找领导去"}},
        {"attachments": [{"name": "a.png", "text": "图"}]},
    ],
)
def test_what_a_message_carries_is_no_conversation(tmp_path: Path, more: dict[str, Any]) -> None:
    found = read(tmp_path, [{**MESSAGES[0], **more}, MESSAGES[1]])
    assert (said(found), found.faults) == ([SAID], ())


def test_a_text_in_pieces_is_joined(tmp_path: Path) -> None:
    pieces = [{"type": "text", "text": "您"}, {"type": "image_url"}, {"type": "text", "text": "好"}]
    found = read(tmp_path, {"messages": [{"role": "assistant", "content": pieces}]})
    assert said(found) == [[("agent", "您好")]]


def test_keys_that_name_objects_of_messages_are_their_ids_unless_these_have_one(
    tmp_path: Path,
) -> None:
    found = read(tmp_path, {"c1": {"工号": "8012", "messages": MESSAGES}, "x": call("c2")})

    assert (ids(found), said(found)) == (["c1", "c2"], [SAID, SAID])


def test_keys_of_pages_are_no_ids(tmp_path: Path) -> None:
    found = read(
        tmp_path, {"p1": {"page": 1, "list": MESSAGES}, "p2": {"page": 2, "list": MESSAGES}}
    )

    assert (ids(found), len(found.faults)) == ([], 2)
