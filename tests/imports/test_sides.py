"""Who wrote a message: names of platforms, columns of yes and no, directions, numbers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.imports import NameMap, read_text_file
from pipeline.imports.speaker_names import role_of

if TYPE_CHECKING:
    from pathlib import Path


def roles(folder: Path, entries: list[dict[str, Any]], names: NameMap | None = None) -> list[str]:
    path = folder / "a.json"
    path.write_text(json.dumps(entries, ensure_ascii=False), encoding="utf-8")
    (one,) = read_text_file(path, names).conversations
    return [utterance.role for utterance in one.utterances]


@pytest.mark.parametrize(
    ("names", "role"),
    [
        ("工程师 值班员 主播 卖家 店小二 在线客服1号 客服1号 3号客服 店铺客服 受理员 坐席端 值班员小李 工程师-王", "agent"),
        ("游客 C端用户 会员 顾客 买家 游客8f3a 匿名用户12 微信用户 乘客 业主 投诉人 end-user", "customer"),
        ("智能助手 小蜜 阿里小蜜 京小智 AI客服 AI助手 语音机器人 虚拟客服 智能客服小i 欢迎语", "system"),
        ("kefu_xiaomei 👩客服 🙂客服小美", "agent"),
        ("王芳 客户经理 老师 管家 第三方 司机", "unknown"),
    ],
)  # fmt: skip
def test_platforms_call_the_sides_so(names: str, role: str) -> None:
    assert {name: role_of(name) for name in names.split()} == dict.fromkeys(names.split(), role)


@pytest.mark.parametrize(
    ("key", "agent", "customer"),
    [
        ("is_agent", True, False),
        ("isCustomer", 0, 1),
        ("fromAgent", "true", "false"),
        ("是否客服", "是", "否"),
        ("from_visitor", "N", "Y"),
        ("direction", "out", "in"),
        ("消息方向", "发出", "接收"),
        ("isSelf", 1, 0),
    ],
)
def test_yes_and_no_and_directions_tell_the_side(
    tmp_path: Path, key: str, agent: Any, customer: Any
) -> None:
    entries = [{key: agent, "text": "您好", "name": "王芳"}, {key: customer, "text": "退款"}]
    assert roles(tmp_path, entries) == ["agent", "customer"]


def test_columns_of_yes_and_no_count_in_tables(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "是否客服,是否机器人,内容\n是,否,您好\n否,否,退款\n否,是,稍候\n", encoding="utf-8"
    )
    found = read_text_file(path)
    assert [u.role for u in found.conversations[0].utterances] == ["agent", "customer"]
    assert found.notes == ()


def test_a_direction_that_all_messages_share_is_the_calls(tmp_path: Path) -> None:
    entries = [{"direction": "inbound", "text": text} for text in ("您好", "退款")]
    assert roles(tmp_path, entries) == ["unknown", "unknown"]


def test_a_name_and_a_flag_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    entries = [
        {"role": "客户", "isAgent": True, "text": "你找领导去"},
        *[{"role": "客户", "text": "退款"}] * 2,
    ]
    path.write_text(json.dumps(entries), encoding="utf-8")
    found = read_text_file(path)
    assert "entry 1: '客户' is not the side" in found.faults[0]
    assert [u.text for u in found.conversations[0].utterances] == ["退款", "退款"]


def test_numbers_of_senders_have_the_sides_of_the_settings(tmp_path: Path) -> None:
    entries = [
        {"senderType": 1, "text": "您好", "name": "王芳"},
        {"senderType": 2, "text": "退款", "name": "李四"},
        {"senderType": 3, "text": "稍候"},
    ]
    names = NameMap(agent=("1",), customer=("2",), system=("3",))
    assert roles(tmp_path, entries, names) == ["agent", "customer"]
    assert roles(tmp_path, entries) == ["unknown"] * 3


@pytest.mark.parametrize(("agent", "customer"), [("客服", "客户"), ("agent_name", "visitor_name")])
def test_a_column_with_the_names_of_the_two_people_tells_their_sides(
    tmp_path: Path, agent: str, customer: str
) -> None:
    path = tmp_path / "a.csv"
    rows = "c1,小美,李四,小美,您好\nc1,小美,李四,李四,退款\nc1,小美,李四,王五,喂\n"
    path.write_text(f"会话编号,{agent},{customer},发送人,内容\n{rows}", encoding="utf-8")
    found = read_text_file(path)
    assert [u.role for u in found.conversations[0].utterances] == ["agent", "customer", "unknown"]
    assert (found.conversations[0].strangers, found.notes) == (("王五",), ())


def test_the_object_of_a_conversation_may_name_the_two_people(tmp_path: Path) -> None:
    messages = [{"from": "小美", "text": "您好"}, {"from": "李四", "text": "退款"}]
    path = tmp_path / "a.json"
    path.write_text(
        json.dumps({"agent_name": "小美", "customer_name": "李四", "messages": messages})
    )
    (one,) = read_text_file(path).conversations
    assert [u.role for u in one.utterances] == ["agent", "customer"]


def test_a_chinese_name_may_be_spread() -> None:
    assert (role_of("客 服"), role_of("客　户")) == ("agent", "customer")
