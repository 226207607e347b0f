"""The side of a message by a column of yes and no (is_agent), or by its direction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipeline.errors import UnreadableError
from pipeline.imports.speaker_names import role_of
from pipeline.imports.vocabulary import spelling

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.imports.draft import DraftLine

_FLAGS: Mapping[str, str] = {
    "agent": "is_agent is_staff is_service is_servicer is_kf is_kefu is_seat is_operator is_admin is_seller is_merchant "
    "from_agent from_staff from_kf from_kefu from_service from_seller by_agent sent_by_agent agent_send 是否客服 是否坐席 "
    "是否座席 是否商家 是否客服发送 是否坐席发送 是否客服消息 客服发送",
    "customer": "is_customer is_user is_visitor is_guest is_client is_buyer is_consumer from_customer from_user from_visitor "
    "from_client from_buyer from_guest by_customer sent_by_customer 是否客户 是否用户 是否访客 是否买家 是否顾客 "
    "是否客户发送 是否客户消息 客户发送",
    "system": "is_bot is_robot is_system is_ai is_auto is_auto_reply auto_reply from_bot from_robot 是否机器人 是否系统 "
    "是否系统消息 是否自动回复 private is_private is_internal is_note is_whisper internal_note 是否内部消息 是否备注 内部消息",
}
_SIDES = {spelling(name): side for side, names in _FLAGS.items() for name in names.split()}
_DIRECTIONS = frozenset(
    map(
        spelling,
        [
            "direction",
            "dir",
            "msg_direction",
            "message_direction",
            "is_self",
            "is_send",
            "is_sender",
            "is_mine",
            "from_me",
            "is_from_me",
            "方向",
            "消息方向",
            "收发方向",
            "收发",
            "收发类型",
            "上下行",
            "上行下行",
            "mo_mt",
            "是否发送",
        ],
    )
)
_YES = frozenset({"true", "1", "1.0", "是", "y", "yes", "t"})
_NO = frozenset({"false", "0", "0.0", "否", "n", "no", "f"})
_OUT = frozenset(
    [
        "out",
        "outgoing",
        "outbound",
        "sent",
        "send",
        "发出",
        "发送",
        "发",
        "我方",
        "发件",
        "发送方",
        "已发送",
        "回复",
        "下行",
        "mt",
    ]
)
_IN = frozenset(
    [
        "in",
        "incoming",
        "inbound",
        "received",
        "receive",
        "recv",
        "收到",
        "接收",
        "收",
        "对方",
        "收件",
        "来信",
        "接入",
        "上行",
        "mo",
    ]
)


_AGENT_NAMES = """
客服 客服姓名 客服名称 客服昵称 客服名 坐席姓名 坐席名称 座席姓名 接待客服 接待人 接待人员 服务人员 agent_name agent_nick staff_name servicer_name
kf_name seller_name operator_name assignee_name
"""
_CUSTOMER_NAMES = """
客户 客户姓名 客户名称 客户昵称 客户名 访客 访客名称 访客昵称 用户姓名 用户昵称 买家昵称 买家 顾客姓名 customer_name customer_nick visitor_name
buyer_name buyer_nick client_name
"""
_PEOPLE = {
    **{spelling(name): "agent" for name in _AGENT_NAMES.split()},
    **{spelling(name): "customer" for name in _CUSTOMER_NAMES.split()},
}


def is_person(name: str) -> bool:
    """Whether a column or key names the agent or the customer of a conversation.

    >>> is_person("客服姓名"), is_person("visitor_name"), is_person("发送人")
    (True, True, False)
    """
    return spelling(name) in _PEOPLE


def people_in(cells: Mapping[str, Any]) -> dict[str, str]:
    """The names of people that cells give → their side."""
    return {
        str(value).strip(): _PEOPLE[spelling(name)]
        for name, value in cells.items()
        if spelling(name) in _PEOPLE and isinstance(value, str) and value.strip()
    }


def by_people(lines: Sequence[DraftLine], people: Mapping[str, str]) -> tuple[DraftLine, ...]:
    """The lines of a conversation, those of a person whom a column names by his side."""
    return tuple(
        replace(line, speaker=found[0], names=(found[0], *line.names))
        if (found := [people[name] for name in (*line.names, line.speaker) if name in people])
        and all(role_of(name) == "unknown" for name in (*line.names, line.speaker))
        else line
        for line in lines
    )


def is_flag(name: str) -> bool:
    """Whether a column or key may say the side so.

    >>> is_flag("isAgent"), is_flag("消息方向"), is_flag("备注")
    (True, True, False)
    """
    return spelling(name) in _SIDES or spelling(name) in _DIRECTIONS


def flag_side(cells: Mapping[str, Any], where: str) -> str:
    """The side that yes and no say: agent, customer, system; "" where none does. No at is_agent is
    the customer's.

    Raises ``UnreadableError`` where two columns contradict each other.

    >>> flag_side({"is_agent": False}, ""), flag_side({"isRobot": "1", "isAgent": "1"}, "")
    ('customer', 'system')
    """
    other = {"agent": "customer", "customer": "agent", "system": ""}
    said: dict[str, str] = {}
    for name, value in cells.items():
        side, answer = _SIDES.get(spelling(name)), _answer(value)
        if side is not None and answer is not None:
            said[name] = side if answer else other[side]
    sides = set(filter(None, said.values()))
    if "system" in sides:
        return "system"
    if len(sides) > 1:
        raise UnreadableError(
            f"{where}: {' and '.join(said)} contradict each other; expected one side; delete the wrong column"
        )
    return sides.pop() if sides else ""


def with_flag(names: Sequence[str], flag: str, where: str) -> tuple[str, ...]:
    """The names of a speaker, the side of a flag first where no name has one.

    Raises ``UnreadableError`` where a name says the other side.

    >>> with_flag(["王芳"], "agent", ""), with_flag(["客服"], "agent", ""), with_flag(["王芳"], "", "")
    (('agent', '王芳'), ('客服',), ('王芳',))
    """
    known = [name for name in names if role_of(name) != "unknown"]
    if not flag or not known:
        return (flag, *names) if flag else tuple(names)
    if role_of(known[0]) not in (flag, "system") and flag != "system":
        raise UnreadableError(
            f"{where}: {known[0]!r} is not the side that its column of yes and no says ({flag}); expected one side"
        )
    return (flag, *names) if flag == "system" else tuple(names)


def sent_way(cells: Mapping[str, Any]) -> str:
    """``out`` for a message of the site, ``in`` for one of the customer, "" where nobody says."""
    for name, value in cells.items():
        if spelling(name) in _DIRECTIONS:
            word, answer = str(value).strip().casefold(), _answer(value)
            if word in _OUT or answer:
                return "out"
            if word in _IN or answer is False:
                return "in"
    return ""


def by_direction(lines: Sequence[DraftLine]) -> tuple[DraftLine, ...]:
    """The lines of a conversation, those without a known side by their direction. A direction that
    all lines share is the call's, and says nothing of the sender."""
    if not {"in", "out"} <= {line.sent for line in lines}:
        return tuple(lines)
    side = {"out": "agent", "in": "customer"}
    return tuple(
        replace(line, speaker=side[line.sent], names=(side[line.sent], *line.names))
        if line.sent and all(role_of(name) == "unknown" for name in (*line.names, line.speaker))
        else line
        for line in lines
    )


def _answer(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold()
    return True if word in _YES else False if word in _NO else None
