"""Which lists and objects of a JSON value are messages, and which only hold some deeper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.imports.side_flags import is_flag
from pipeline.imports.vocabulary import fields_of, spelling
from pipeline.imports.wecom import is_archive

if TYPE_CHECKING:
    from collections.abc import Mapping

_LISTS = """
utterances segments messages 消息 对话 消息列表 聊天记录 msgs dialogue dialog turns chat comments message_list msg_list
chat_records chat_list chat_messages chat_log 会话记录 对话记录 聊天内容 会话内容 对话内容 消息记录 records items list sentences
record_list chats history logs replies events lines rows data content result results 明细
"""
LISTS = tuple(_LISTS.split())
"""Keys of the list of messages, the likeliest first. The same words may name a list of
conversations: its members decide."""

_RANK = {spelling(key): at for at, key in reversed(list(enumerate(LISTS)))}
_OTHER_LISTS = "words tokens alternatives chars characters attachments users participants tags"
_NOT_MESSAGES = frozenset(_OTHER_LISTS.split())
_PAGES = """
page page_no page_num page_index page_number current_page offset cursor next_cursor next_page has_more has_next page_token
next_page_token 页码 页数 当前页
"""
PAGING = frozenset(map(spelling, _PAGES.split()))
"""Keys that count pages."""

DEEPEST = 12
"""So many levels are searched (our choice)."""


def list_key(value: Mapping[str, Any]) -> str:
    """The key of an object's messages; "" if it has none.

    >>> list_key({"total": 2, "records": [{"role": "客服", "text": "您好"}]}), list_key({"list": [{"messages": []}]})
    ('records', '')
    """
    known = sorted(
        (key for key in value if spelling(key) in _RANK and isinstance(value[key], list)),
        key=lambda key: _RANK[spelling(key)],
    )
    own = next((key for key in known if are_messages(value[key], sure=_is_weak(key))), "")
    empty = next((key for key in known if not value[key] and not _is_weak(key)), "")
    if own or not (empty or known or value):
        return own
    named = named_lists(value)
    if len(named) == 1 and not empty:
        return named[0]
    return "" if any(map(holds_talk, value.values())) else empty


def _is_weak(key: str) -> bool:
    """Whether a key names lists of other things too."""
    return _RANK.get(spelling(key), len(_RANK)) >= _RANK["records"]


def named_lists(value: Mapping[str, Any]) -> list[str]:
    """Keys that nobody knows whose lists are surely messages: each has a text and a side."""
    return [
        key
        for key, members in value.items()
        if spelling(key) not in _RANK
        and spelling(key) not in _NOT_MESSAGES
        and isinstance(members, list)
        and _are_surely(members)
    ]


def _are_surely(members: list[Any]) -> bool:
    return bool(members) and all(
        isinstance(one, dict) and _has_text(one) and _has_side(one) for one in members
    )


def are_messages(members: list[Any], *, sure: bool = False) -> bool:
    """Whether a list is one of messages, not of conversations: half of it and more have a text, a
    side or a time, and none has messages of its own. ``sure``: they have a text."""
    objects = [one for one in members if isinstance(one, dict)]
    if not objects or is_archive([("", one) for one in members]):
        return bool(objects)
    if any(map(_is_conversation, objects)):
        return False
    return sum(_is_message(one, sure=sure) for one in objects) * 2 >= len(members)


def _is_conversation(one: Mapping[str, Any]) -> bool:
    """Whether an object has messages. One with a text and a side of its own is a message; a list in
    it, such as that of goods, counts only under a name that nothing else has."""
    lists = [key for key, child in one.items() if _is_list_of_talk(key, child)]
    own = bool(lists) and _has_text(one) and _has_side(one)
    return any(not own or not _is_weak(key) for key in lists)


def _is_message(one: Mapping[str, Any], *, sure: bool) -> bool:
    if _has_text(one) and _has_side(one):
        return True
    if any(holds_talk(child) for key, child in one.items() if spelling(key) not in _NOT_MESSAGES):
        return False
    return _has_text(one) or (not sure and bool({"role", "start"} & fields_of(one).keys()))


def _is_list_of_talk(key: str, child: Any) -> bool:
    """Whether the member of an object is its messages, so that the object is a conversation."""
    if spelling(key) not in _RANK or not isinstance(child, list):
        return key == "conversation_parts" and isinstance(child, dict | list)
    if child and all(isinstance(one, dict) and _is_piece(one) for one in child):
        return False
    return are_messages(child, sure=True) or (not child and not _is_weak(key))


def _is_piece(one: Mapping[str, Any]) -> bool:
    """Whether an object is a piece of a message: {"type": "text", "text": "您好"}."""
    return isinstance(one.get("type"), str) and not _has_side(one)


def holds_talk(value: Any, depth: int = 0) -> bool:
    """Whether there is a conversation somewhere in a value."""
    if depth > DEEPEST:
        return False
    if isinstance(value, list):
        return _are_surely(value) or any(holds_talk(one, depth + 1) for one in value)
    if not isinstance(value, dict):
        return False
    return any(
        _is_list_of_talk(key, child)
        or (spelling(key) not in _NOT_MESSAGES and holds_talk(child, depth + 1))
        for key, child in value.items()
    )


def _has_text(one: Mapping[str, Any]) -> bool:
    key = fields_of(one).get("text")
    return key is not None and not holds_talk(one[key])


def _has_side(one: Mapping[str, Any]) -> bool:
    return bool({"role", "speaker"} & fields_of(one).keys()) or any(map(is_flag, one))
