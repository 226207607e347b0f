"""Where in a JSON value the conversations are: lists of them, pages, levels of wrapping."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline.imports.helpdesk import as_inbox_message, as_ticket
from pipeline.imports.json_forms import own_form
from pipeline.imports.json_lists import DEEPEST, PAGING, are_messages, list_key, named_lists
from pipeline.imports.vocabulary import spelling
from pipeline.imports.wecom import as_messages, is_archive

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Entries = Sequence[tuple[str, Any]]


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
        return any(spelling(key) in PAGING for one in (*self.above, self.found) for key in one)


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
    value: Any,
    place: str,
    above: tuple[Mapping[str, Any], ...],
    search: Search,
    depth: int,
    name: str = "",
) -> bool:
    """Whether the value has a conversation. ``name``: the key that names it."""
    value = own_form(value)
    if depth > DEEPEST:
        return False
    if isinstance(value, list):
        return _walk_list(value, place, above, search, depth)
    if not isinstance(value, dict):
        return False
    value = as_ticket(value) or value
    key = list_key(value)
    if key:
        entries = _numbered(value[key], f"{key} entry")
        search.talks.append(Talk(place, value, _messages(entries), above, name))
        return True
    lists = named_lists(value)
    for key in lists:
        entries = _numbered(value[key], f"{key} entry")
        search.talks.append(Talk(place, {}, _messages(entries), (*above, value), key))
    children = (
        (key, child)
        for key, child in value.items()
        if key not in lists and isinstance(child, dict | list) and child
    )
    are_named = len(value) > 1 and all(map(_is_talk, value.values()))
    found = [
        _walk(
            child,
            _joined(place, key),
            (*above, value),
            search,
            depth + 1,
            key if are_named else "",
        )
        for key, child in children
    ]
    return bool(lists) or any(found)


def _is_talk(value: Any) -> bool:
    """Whether a value is an object with the messages of a conversation, and no page of them."""
    own = own_form(value)
    return isinstance(own, dict) and bool(list_key(own)) and not PAGING & set(map(spelling, own))


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
    if is_archive(entries):
        return as_messages(entries)
    return [(place, as_inbox_message(entry)) for place, entry in entries]


def _numbered(members: Sequence[Any], word: str) -> Entries:
    return [(f"{word} {at}", member) for at, member in enumerate(members, 1)]


def _joined(place: str, name: str) -> str:
    return f"{place}, {name}" if place else name
