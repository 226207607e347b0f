"""A list of the queue as an address has it: its filter, and how many calls were finished."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import TypeVar, get_args
from urllib.parse import parse_qsl, urlencode

from pipeline.people import QUEUE_SORTS, QUEUE_VIEWS, QueueFilter, QueueView, VerdictFilter

FIELDS = (
    "find",
    "agent",
    "team",
    "queue",
    "since",
    "until",
    "rule",
    "least",
    "most",
    "verdict",
    "text",
    "mark",
    "reviewed",
    "topic",
)
"""The fields of a filter, besides the view and the order."""

LONGEST = 100
"""Characters of a field that are read (our choice)."""

Choice = TypeVar("Choice")


def read_filter(
    params: Mapping[str, str], user: str, *, rules: Mapping[str, str] = MappingProxyType({})
) -> QueueFilter:
    """The filter in the address of a page of the queue. ``rules``: names by id, for the search box.

    >>> read_filter({"view": "mine", "least": "60", "since": "soon"}, "王主管").least
    60.0
    """
    text = {name: params.get(name, "").strip()[:LONGEST] or None for name in FIELDS}
    view: QueueView = next((one for one in QUEUE_VIEWS if one == params.get("view")), "waiting")
    find = text["find"] or ""
    return QueueFilter(
        view=view,
        agent=text["agent"],
        team=text["team"],
        queue=text["queue"],
        since=read_as(date.fromisoformat, text["since"]),
        until=read_as(date.fromisoformat, text["until"]),
        rule=text["rule"],
        least=read_as(float, text["least"]),
        most=read_as(float, text["most"]),
        verdict=next((one for one in get_args(VerdictFilter) if one == text["verdict"]), None),
        text=text["text"] or "",
        mark=text["mark"],
        assigned=user if view == "mine" else None,
        reviewed={"0": False, "1": True}.get(text["reviewed"] or ""),
        topic=text["topic"],
        find=find,
        find_rules=tuple(
            rule for rule, name in rules.items() if find and find in name and not _is_done(rule)
        ),
        sort=next((one for one in QUEUE_SORTS if one == params.get("sort")), None),
        up=params.get("up") == "1",
    )


def given_in(params: Mapping[str, str]) -> dict[str, str]:
    """The fields of the filter that an address has, as they are written there."""
    return {name: params[name][:LONGEST] for name in FIELDS if params.get(name)}


def came_of(params: Mapping[str, str], number: int = 1) -> str:
    """The list that one comes from, for the addresses of its calls."""
    view = next((one for one in QUEUE_VIEWS if one == params.get("view")), "waiting")
    kept: dict[str, str] = {"view": view, **given_in(params)}
    if params.get("sort") in QUEUE_SORTS:
        kept |= {"sort": params["sort"], "up": "1" if params.get("up") == "1" else "0"}
    if number > 1:
        kept["page"] = str(number)
    return urlencode(kept)


def left_place(came: str) -> str:
    """The list that one came from, without the place in it."""
    return urlencode({name: value for name, value in parse_qsl(came) if name != "at"})


def done_in(came: str) -> int:
    """How many calls of a list were finished since it was opened."""
    return min(max(read_as(int, dict(parse_qsl(came)).get("done")) or 0, 0), 10**6)


def one_more_done(came: str) -> str:
    """The list after another of its calls was finished."""
    return urlencode({**dict(parse_qsl(came)), "done": str(done_in(came) + 1)})


def one_less_done(came: str) -> str:
    """The list before its last call was finished."""
    if not came:
        return ""
    params = dict(parse_qsl(left_place(came)))
    return urlencode({**params, "done": str(max(done_in(came) - 1, 0))})


def _is_done(rule: str) -> bool:
    """Whether a rule's findings say that something required was done."""
    return rule.startswith("required.")


def read_as(how: Callable[[str], Choice], text: str | None) -> Choice | None:
    """A value of an address, ``None`` where there is none or it cannot be read."""
    try:
        return how(text) if text else None
    except ValueError:
        return None
