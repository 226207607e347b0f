"""Where in a JSON value the conversations are: lists of them, pages, levels of wrapping."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline.imports.helpdesk import as_ticket
from pipeline.imports.json_forms import own_form
from pipeline.imports.side_flags import is_flag
from pipeline.imports.vocabulary import fields_of, spelling
from pipeline.imports.wecom import as_messages, is_archive

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Entries = Sequence[tuple[str, Any]]

LISTS = [
    "utterances",
    "segments",
    "messages",
    "消息",
    "对话",
    "消息列表",
    "聊天记录",
    "msgs",
    "dialogue",
    "dialog",
    "turns",
    "chat",
    "comments",
    "message_list",
    "msg_list",
    "chat_records",
    "chat_list",
    "chat_messages",
    "chat_log",
    "会话记录",
    "对话记录",
    "聊天内容",
    "会话内容",
    "对话内容",
    "消息记录",
    "records",
    "items",
    "list",
    "sentences",
    "record_list",
    "chats",
    "history",
    "logs",
    "replies",
    "events",
    "lines",
    "rows",
    "data",
    "content",
    "result",
    "results",
    "明细",
]
"""Keys of the list of messages, the likeliest first. The same words may name a list of
conversations: its members decide."""

_RANK = {spelling(key): at for at, key in reversed(list(enumerate(LISTS)))}
_NOT_MESSAGES = frozenset(
    map(
        spelling,
        [
            "words",
            "tokens",
            "alternatives",
            "chars",
            "characters",
            "attachments",
            "users",
            "participants",
            "tags",
        ],
    )
)
_PAGING = frozenset(
    map(
        spelling,
        [
            "page",
            "page_no",
            "page_num",
            "page_index",
            "page_number",
            "current_page",
            "offset",
            "cursor",
            "next_cursor",
            "next_page",
            "has_more",
            "has_next",
            "page_token",
            "next_page_token",
            "页码",
            "页数",
            "当前页",
        ],
    )
)
_DEEPEST = 12
"""So many levels are searched (our choice)."""


@dataclass(frozen=True, slots=True)
class Talk:
    """The messages of one conversation, or of several if each names its own.

    ``place``: where it is in the file, "" for all of it. ``found``: the object that has them, empty
    for a bare list; ``above``: the objects around it, the outermost first; ``name``: the key that
    names it among others of one object.
    """

    place: str
    found: Mapping[str, Any]
    entries: Entries
    above: tuple[Mapping[str, Any], ...] = ()
    name: str = ""

    @property
    def is_page(self) -> bool:
        """Whether a reader may have cut it: an object around it counts pages."""
        return any(spelling(key) in _PAGING for one in (*self.above, self.found) for key in one)


@dataclass(frozen=True, slots=True)
class Search:
    """``faults``: places of members that are no conversation among others that are."""

    talks: list[Talk] = field(default_factory=list)
    faults: list[tuple[str, Any]] = field(default_factory=list)


def find_talks(value: Any) -> Search:
    """All conversations of a JSON value, in its order; none if there is none."""
    search = Search()
    _walk(value, "", (), search, 0)
    return search


def _walk(
    value: Any, place: str, above: tuple[Mapping[str, Any], ...], search: Search, depth: int
) -> bool:
    """Whether the value has a conversation."""
    value = own_form(value)
    if depth > _DEEPEST:
        return False
    if isinstance(value, list):
        return _walk_list(value, place, above, search, depth)
    if not isinstance(value, dict):
        return False
    value = as_ticket(value) or value
    key = list_key(value)
    if key:
        entries = _numbered(value[key], f"{key} entry")
        search.talks.append(Talk(place, value, _messages(entries), above))
        return True
    lists = _named_lists(value)
    for name in lists:
        entries = _numbered(value[name], f"{name} entry")
        search.talks.append(Talk(place, {}, _messages(entries), (*above, value), name))
    children = (
        (name, child)
        for name, child in value.items()
        if name not in lists and isinstance(child, dict | list) and child
    )
    found = [
        _walk(child, _joined(place, name), (*above, value), search, depth + 1)
        for name, child in children
    ]
    return bool(lists) or any(found)


def _walk_list(
    value: list[Any], place: str, above: tuple[Mapping[str, Any], ...], search: Search, depth: int
) -> bool:
    if are_messages(value):
        entries = _messages(_numbered(value, "entry"))
        search.talks.append(Talk(place, {}, entries, above))
        return True
    missed: list[tuple[str, Any]] = []
    found = False
    for at, member in enumerate(value, 1):
        where = _joined(place, f"entry {at}")
        if _walk(member, where, above, search, depth + 1):
            found = True
        else:
            missed.append((where, member))
    if found:
        search.faults.extend(missed)
    return found


def _messages(entries: Entries) -> Entries:
    return as_messages(entries) if is_archive(entries) else entries


def _numbered(members: Sequence[Any], word: str) -> Entries:
    return [(f"{word} {at}", member) for at, member in enumerate(members, 1)]


def _joined(place: str, name: str) -> str:
    return f"{place}, {name}" if place else name


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
    named = _named_lists(value)
    if len(named) == 1 and not empty:
        return named[0]
    return "" if any(map(holds_talk, value.values())) else empty


def _is_weak(key: str) -> bool:
    """Whether a key names lists of other things too."""
    return _RANK.get(spelling(key), len(_RANK)) >= _RANK["records"]


def _named_lists(value: Mapping[str, Any]) -> list[str]:
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
    if any(_is_list_of_talk(key, child) for one in objects for key, child in one.items()):
        return False
    return sum(_is_message(one, sure=sure) for one in objects) * 2 >= len(members)


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
    return are_messages(child, sure=True) or (not child and not _is_weak(key))


def holds_talk(value: Any, depth: int = 0) -> bool:
    """Whether there is a conversation somewhere in a value."""
    if depth > _DEEPEST:
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
