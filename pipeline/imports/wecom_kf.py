"""Messages of 微信客服 as its interface hands them out (``sync_msg``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_CUSTOMER, _AGENT = 3, 5
"""``origin``: who sent a message. 4 is an event; anything else is of nobody."""
_ENDED = 3
"""``change_type`` of an event: the session has ended."""
_PAUSE_S = 12 * 3600
"""A session in which nobody writes for longer has ended (our choice)."""
_RECALLS = frozenset({"user_recall_msg", "servicer_recall_msg"})


def is_kf(entries: Sequence[tuple[str, Any]]) -> bool:
    """Whether the entries are messages of 微信客服."""
    return bool(entries) and all(
        isinstance(entry, dict)
        and "msgtype" in entry
        and "send_time" in entry
        and bool(_place(entry, "open_kfid") or _place(entry, "external_userid"))
        for _, entry in entries
    )


def with_pages_joined(value: Any) -> Any:
    """Pages of messages of 微信客服 as one, since a session may go on in the next page; any other
    value as it is."""
    pages = value if isinstance(value, list) else []
    if len(pages) < 2 or not all(
        isinstance(page, dict) and isinstance(page.get("msg_list"), list) for page in pages
    ):
        return value
    messages = [one for page in pages for one in page["msg_list"]]
    return {"msg_list": messages} if is_kf([("", one) for one in messages]) else value


def as_kf_messages(entries: Sequence[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The messages as callqa reads them: one conversation a session of a customer with an account.
    Its id is the customer's and the time of its first message. A recalled message is of the system;
    one that no servicer signed is of nobody."""
    recalled = {
        str(event.get("recall_msgid"))
        for _, entry in entries
        if (event := _event(entry)) and str(event.get("event_type")) in _RECALLS
    }
    sessions: dict[tuple[str, str], tuple[str, int]] = {}
    found: list[tuple[str, Any]] = []
    for place, entry in sorted(entries, key=lambda one: _time(one[1])):
        who = _place(entry, "open_kfid"), _place(entry, "external_userid")
        at = _time(entry)
        name, last = sessions.get(who, ("", 0))
        event = _event(entry)
        if not name or (at - last > _PAUSE_S and not event):
            name = f"{who[1]}-{at}"
        message = _message(entry, name, is_recalled=str(entry.get("msgid")) in recalled)
        found.append((place, message))
        ended = event.get("change_type") == _ENDED
        sessions[who] = ("", at) if ended else (name, at)
    return found


def _message(entry: Mapping[str, Any], name: str, *, is_recalled: bool) -> dict[str, Any]:
    inner = entry.get("text")
    text = inner.get("content") if isinstance(inner, dict) else None
    spoken = entry.get("msgtype") == "text" and isinstance(text, str) and not is_recalled
    event = _event(entry)
    message = {"conversation_id": name, "time": _time(entry) or entry.get("send_time")}
    if not spoken:
        moved = str(event.get("new_servicer_userid") or "")
        said = f"会话已转接至客服{moved}" if event.get("change_type") == 2 and moved else ""
        return {**message, "role": "system", "text": said or f"[{entry.get('msgtype')}]"}
    servicer = str(entry.get("servicer_userid") or "")
    origin = entry.get("origin")
    if origin == _CUSTOMER:
        return {
            **message,
            "role": "customer",
            "text": text,
            "customer_id": _place(entry, "external_userid"),
        }
    if origin == _AGENT and servicer:
        return {**message, "role": "agent", "text": text, "agent_id": servicer}
    return {**message, "role": "unknown", "text": text}


def _event(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    event = entry.get("event")
    return event if isinstance(event, dict) else {}


def _place(entry: Mapping[str, Any], name: str) -> str:
    """A name of the message, else of its event."""
    return str(entry.get(name) or _event(entry).get(name) or "")


def _time(entry: Mapping[str, Any]) -> int:
    value = entry.get("send_time")
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
