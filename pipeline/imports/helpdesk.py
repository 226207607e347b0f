"""Tickets of help desks, in the forms of Zendesk and Intercom, as messages that callqa reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_AGENTS = frozenset({"admin", "agent", "teammate", "team", "staff", "owner", "light_agent"})
_CUSTOMERS = frozenset({"user", "lead", "contact", "end-user", "end_user", "visitor", "customer"})
_SPOKEN = frozenset({"comment", "open", "close", "quick_reply", "reply", ""})
"""Parts of an Intercom conversation whose text the customer sees; the others are notes and
events."""

_INBOX = {
    "user": "agent",
    "contact": "customer",
    "agent_bot": "system",
    "captain_assistant": "system",
}
_NOT_SENT = frozenset({"2", "3", "activity", "template"})
"""Kinds of Chatwoot's messages that nobody writes."""

_PEOPLE = ("requester_id", "assignee_id", "submitter_id", "organization_id", "admin_assignee_id")
Ticket = dict[str, Any]


def as_ticket(value: Mapping[str, Any]) -> Ticket | None:
    """The conversation of a ticket with its messages under ``messages``; ``None`` for another
    object.

    A comment's author is the customer if he asked for the ticket, the agent if the ticket is his,
    else what a role beside him says, else unknown. Internal notes are of the system. The author's
    number is the 工号.
    """
    parts = value.get("conversation_parts")
    if isinstance(parts, dict):
        parts = parts.get("conversation_parts")
    if isinstance(parts, list):
        return _intercom(value, parts)
    comments = value.get("comments")
    if isinstance(comments, list) and any(
        isinstance(one, dict) and "author_id" in one and "body" in one for one in comments
    ):
        return _zendesk(value, comments)
    return None


def _intercom(value: Mapping[str, Any], parts: list[Any]) -> Ticket:
    source = value.get("source")
    first = [{**source, "created_at": value.get("created_at")}] if isinstance(source, dict) else []
    messages = [
        _part(one) if isinstance(one, dict) else one
        for one in (*first, *parts)
        if not isinstance(one, dict) or one.get("body") not in (None, "")
    ]
    return {**_without(value, "source", "conversation_parts"), "messages": messages}


def _part(one: Mapping[str, Any]) -> dict[str, Any]:
    author = one.get("author")
    own: Mapping[str, Any] = author if isinstance(author, dict) else {}
    kind = str(own.get("type", ""))
    spoken = str(one.get("part_type", "")) in _SPOKEN
    return _message(one, kind, own, own.get("id"), spoken=spoken)


def _zendesk(value: Mapping[str, Any], comments: list[Any]) -> Ticket:
    users = {str(one.get("id")): one for one in value.get("users") or () if isinstance(one, dict)}
    messages = [_comment(value, one, users) if isinstance(one, dict) else one for one in comments]
    return {**_without(value, "comments", "users"), "messages": messages}


def _comment(
    ticket: Mapping[str, Any], one: Mapping[str, Any], users: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    author = one.get("author_id")
    inner = one.get("author")
    own = inner if isinstance(inner, dict) else users.get(str(author), {})
    kind = str(own.get("role", ""))
    if not kind and author is not None:
        asked, answers = ticket.get("requester_id"), ticket.get("assignee_id")
        kind = {asked: "end-user", answers: "agent"}.get(author, "") if asked != answers else ""
    return _message(one, kind, own, author, spoken=one.get("public", True) is not False)


def _message(
    one: Mapping[str, Any], kind: str, author: Mapping[str, Any], number: Any, *, spoken: bool
) -> dict[str, Any]:
    """A message with its side; a bot's, and a note that the customer does not see, is the
    system's."""
    side = "agent" if kind in _AGENTS else "customer" if kind in _CUSTOMERS else kind
    text = next((one[key] for key in ("body", "plain_body", "html_body") if one.get(key)), "")
    message = {
        "role": side if spoken else "system",
        "sender": author.get("name") or str(number or ""),
        "text": text,
        "time": one.get("created_at"),
    }
    if spoken and number is not None and side in ("agent", "customer"):
        message[f"{side}_id"] = number
    return message


def as_inbox_message(value: Any) -> Any:
    """A message of Chatwoot, whose agents are of the type user, with its side; any other value as it
    is."""
    sender = value.get("sender") if isinstance(value, dict) else None
    if (
        not isinstance(sender, dict)
        or sender.get("type") not in _INBOX
        or "message_type" not in value
    ):
        return value
    side = _INBOX[sender["type"]]
    silent = value.get("private") is True or str(value["message_type"]) in _NOT_SENT
    message = {
        **{key: member for key, member in value.items() if key not in ("message_type", "sender")},
        "role": "system" if silent else side,
        "sender": sender.get("name") or "",
    }
    return {**message, "agent_id": sender["id"]} if side == "agent" and "id" in sender else message


def _without(value: Mapping[str, Any], *keys: str) -> Ticket:
    """The ticket without its messages, and without numbers of people, which the messages have."""
    return {
        key: member
        for key, member in value.items()
        if key not in (*keys, *_PEOPLE) and not isinstance(member, dict | list)
    }
