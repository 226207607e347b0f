"""The archive of 企业微信 conversations, and the messages of 微信客服: one message an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.imports.wecom_kf import as_kf_messages, is_kf

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OUTSIDE = ("wo", "wm")
_ROBOT = ("wb",)
"""How ids of external contacts and of robots begin in the archive."""


def is_archive(entries: Sequence[tuple[str, Any]]) -> bool:
    """Whether the entries are messages of the archive, or of 微信客服."""
    return is_kf(entries) or (
        bool(entries)
        and all(
            isinstance(entry, dict)
            and "msgid" in entry
            and ("tolist" in entry or entry.get("action") == "switch")
            for _, entry in entries
        )
    )


def as_messages(entries: Sequence[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The messages as callqa reads them: one conversation a group, or a pair of an employee's side
    and an external contact. A recalled message and the notice of it are of the system."""
    if is_kf(entries):
        return as_kf_messages(entries)
    recalled = {
        str(entry["revoke"].get("pre_msgid"))
        for _, entry in entries
        if isinstance(entry.get("revoke"), dict)
    }
    return [
        (place, _message(entry, recalled=str(entry["msgid"]) in recalled))
        for place, entry in entries
        if entry.get("action") != "switch"
    ]


def _message(entry: Mapping[str, Any], *, recalled: bool) -> dict[str, Any]:
    kind = str(entry.get("msgtype", ""))
    sender = str(entry.get("from", ""))
    inner = entry.get(kind)
    text = (
        inner.get("content") if isinstance(inner, dict) and kind in ("text", "markdown") else None
    )
    dropped = recalled or entry.get("action") == "recall" or kind not in ("text", "markdown")
    side = "customer" if sender.startswith(_OUTSIDE) else "agent"
    role = "system" if dropped or sender.startswith(_ROBOT) else side
    message = {
        "conversation_id": _conversation(entry, sender),
        "time": entry.get("msgtime", entry.get("time")),
        "role": role,
        "text": text if isinstance(text, str) else f"[{kind}]",
    }
    if role == "agent":
        message["agent_id"] = sender
    if role == "customer":
        message["customer_id"] = sender
    return message


def _conversation(entry: Mapping[str, Any], sender: str) -> str:
    room = str(entry.get("roomid") or "")
    if room:
        return room
    listed = entry.get("tolist") or ()
    people = [sender, *map(str, listed if isinstance(listed, list | tuple) else (listed,))]
    outside = sorted(name for name in people if name.startswith(_OUTSIDE))
    return outside[0] if outside else "-".join(sorted(people))
