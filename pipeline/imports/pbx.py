"""Call records of telephone systems (Asterisk, FreePBX, FreeSWITCH) as rows of calls."""

from __future__ import annotations

import re
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.imports.exported_times import read_time
from pipeline.imports.lines import SWITCH_ANSWERS_S
from pipeline.imports.tables import Table, TableRow

if TYPE_CHECKING:
    from collections.abc import Mapping

ASTERISK = frozenset({"src", "dst", "dstchannel", "disposition"})
FREESWITCH = frozenset({"destination_number", "start_stamp", "uuid"})
"""Headings by which the tables are known: Asterisk's cdr fields (FreePBX keeps them), and those of
FreeSWITCH's mod_cdr_csv."""

PBX_HEADINGS = ASTERISK | FREESWITCH | {"calldate", "channel", "lastapp", "lastdata", "uniqueid"}
"""Headings by which the line of headings is found."""

PBX_FIELDS = (
    "file", "call_id", "agent_id", "customer_id", "queue", "started_at", "direction", "answered_at",
    "ended_at", "answer", "ringing_s", "hung_up_by", "transferred_to", "conversation",
)  # fmt: skip

_EXTENSION = re.compile(r"(?:PJ)?SIP/(\d{2,6})-|(?:Agent|Local|IAX2|SCCP)/(\d{2,6})(?=[-@/;]|$)")
_SWITCH_EXTENSION = re.compile(r"(?:sofia/[^/]+/|user/|sip:)?(\d{2,6})(?:@.*)?")
_BLIND = re.compile(r"bl_xfer:([^/,|]+)/")
_OUTSIDE = 7
"""From so many digits on a number is no extension (our choice)."""


def call_rows(table: Table) -> Table | None:
    """The table with ``PBX_FIELDS`` for headings, ``None`` if it is no call record of a telephone
    system.

    ``direction``: inbound, outbound, internal; ``answer``: answered, missed; ``ringing_s``: seconds
    until an agent answered, empty where only the switch is known to have; ``hung_up_by``: agent,
    customer. An empty cell is unknown. Several rows of one recording become one: the answered ones
    count, and an agent who differs between them is unknown; the call was handed to the later one.
    """
    names = {heading.strip().casefold(): heading for heading in table.headings}
    reader = _asterisk if names.keys() >= ASTERISK else _freeswitch
    if not (names.keys() >= ASTERISK or names.keys() >= FREESWITCH):
        return None
    rows: dict[str, TableRow] = {}
    faults = list(table.faults)
    for row in table.rows:
        cells = {name: row.cells[heading].strip() for name, heading in names.items() if name}
        made = TableRow(row.line, reader(cells))
        key = made.cells["file"] or made.cells["call_id"]
        if not key:
            faults.append(f"{table.path}, line {row.line}: neither a recording nor a call is named")
            continue
        rows[key] = _joined(rows[key], made) if key in rows else made
    return Table(table.path, PBX_FIELDS, tuple(rows.values()), faults=tuple(faults))


def _joined(first: TableRow, second: TableRow) -> TableRow:
    """Two rows of one recording. The answered one counts; of two, a differing agent is unknown."""
    if bool(first.cells["answered_at"]) != bool(second.cells["answered_at"]):
        return first if first.cells["answered_at"] else second
    same = first.cells["agent_id"] == second.cells["agent_id"]
    agent = first.cells["agent_id"] if same else ""
    moved = {} if same else _handed_over(first, second)
    return TableRow(first.line, {**second.cells, **_filled(first), "agent_id": agent, **moved})


def _handed_over(first: TableRow, second: TableRow) -> dict[str, str]:
    """The second agent of a recording by the time of answering, and nobody known to have hung up:
    the first row ends with the transfer."""
    moments = [row.cells["answered_at"] for row in (first, second)]
    if not all(moments) or not all(row.cells["agent_id"] for row in (first, second)):
        return {}
    early, late = (first, second) if moments[0] <= moments[1] else (second, first)
    moved = late.cells["agent_id"] if moments[0] != moments[1] else ""
    return {
        "transferred_to": early.cells["transferred_to"] or moved,
        "ringing_s": early.cells["ringing_s"],
        "hung_up_by": late.cells["hung_up_by"] if moved else "",
    }


def _filled(row: TableRow) -> dict[str, str]:
    return {name: text for name, text in row.cells.items() if text}


def _asterisk(cells: Mapping[str, str]) -> dict[str, str]:
    caller = _extension(cells.get("channel", ""))
    called = _extension(cells.get("dstchannel", ""))
    direction = _direction(caller, called, cells["dst"])
    answered = cells["disposition"].upper() == "ANSWERED"
    queue = cells.get("lastdata", "").split(",")[0] if cells.get("lastapp") == "Queue" else ""
    if not queue and cells.get("dcontext") == "ext-queues":
        queue = cells["dst"]
    recording = cells.get("recordingfile") or _of_userfield(cells.get("userfield", ""))
    return {
        "file": PureWindowsPath(recording).name,
        "call_id": cells.get("uniqueid", ""),
        "agent_id": {"inbound": called, "outbound": caller}.get(direction, ""),
        "customer_id": {"inbound": cells["src"], "outbound": cells["dst"]}.get(direction, ""),
        "queue": queue,
        "started_at": cells.get("calldate") or cells.get("start", ""),
        "direction": direction,
        "answered_at": (cells.get("answer") or cells.get("calldate", "")) if answered else "",
        "ended_at": cells.get("end", ""),
        "answer": _answered(cells, called),
        "ringing_s": _rung(cells) if answered else "",
        "hung_up_by": _side(cells.get("hangupsource", ""), caller, called, direction),
        "transferred_to": "",
        "conversation": cells.get("linkedid") or cells.get("uniqueid", ""),
    }


def _answered(cells: Mapping[str, str], called: str) -> str:
    """Asterisk's word for the answer. A queue without an agent's channel was left before anybody
    answered. BUSY and FAILED tell nothing about the agent."""
    disposition = cells["disposition"].upper().replace(" ", "")
    if disposition == "NOANSWER":
        return "missed"
    if disposition != "ANSWERED":
        return ""
    left = cells.get("lastapp") == "Queue" and not called and not cells["dstchannel"]
    return "missed" if left else "answered"


def _rung(cells: Mapping[str, str]) -> str:
    """Seconds of ringing: from start to answer, else duration without the billed seconds. At once
    is the answer of a menu or queue, not of an agent."""
    start, answer = cells.get("start") or cells.get("calldate", ""), cells.get("answer", "")
    rung = _between(start, answer)
    if rung is None and cells.get("duration", "").isdigit() and cells.get("billsec", "").isdigit():
        rung = float(int(cells["duration"]) - int(cells["billsec"]))
    return f"{rung:g}" if rung is not None and rung > SWITCH_ANSWERS_S else ""


def _between(start: str, end: str) -> float | None:
    """Seconds between two moments of one table; ``None`` where one is none, or they are turned
    round."""
    try:
        seconds = (read_time(end, "") - read_time(start, "")).total_seconds()
    except (SettingsError, TypeError):
        return None
    return seconds if seconds >= 0 else None


def _freeswitch(cells: Mapping[str, str]) -> dict[str, str]:
    caller = _switch_extension(cells.get("caller_id_number", ""))
    called = _switch_extension(cells.get("cc_agent") or cells["destination_number"])
    direction = _direction(caller, called, cells["destination_number"])
    number = cells.get("caller_id_number", "")
    recording = cells.get("record_file") or cells.get("recording_file", "")
    agent = {"inbound": called, "outbound": caller}.get(direction, "")
    return {
        "file": PureWindowsPath(recording).name,
        "call_id": cells["uuid"],
        "agent_id": agent,
        "customer_id": {"inbound": number, "outbound": cells["destination_number"]}.get(direction, ""),
        "queue": cells.get("cc_queue", "").split("@")[0],
        "started_at": cells["start_stamp"],
        "direction": direction,
        "answered_at": cells.get("answer_stamp", ""),
        "ended_at": cells.get("end_stamp", ""),
        "answer": _taken(cells),
        "ringing_s": _rung_at_switch(cells),
        "hung_up_by": _disposed(cells.get("sip_hangup_disposition", ""), direction),
        "transferred_to": _sent_on(cells.get("transfer_history", "")),
        "conversation": cells.get("call_uuid") or cells.get("cc_member_session_uuid", ""),
    }  # fmt: skip


def _taken(cells: Mapping[str, str]) -> str:
    """FreeSWITCH's word for the answer: a queue's agent counts, not the queue itself."""
    if cells.get("cc_queue") and "cc_queue_answered_epoch" in cells:
        return "answered" if _epoch(cells, "cc_queue_answered_epoch") else "missed"
    if cells.get("answer_stamp"):
        return "answered"
    missed = cells.get("hangup_cause", "") in ("NO_ANSWER", "ORIGINATOR_CANCEL", "NO_USER_RESPONSE")
    return "missed" if missed else ""


def _rung_at_switch(cells: Mapping[str, str]) -> str:
    """Seconds until the queue's agent answered, or until the answer of a call without a queue."""
    if cells.get("cc_queue"):
        joined, answered = (
            _epoch(cells, name) for name in ("cc_queue_joined_epoch", "cc_queue_answered_epoch")
        )
        return f"{answered - joined:g}" if joined and answered and answered >= joined else ""
    rung = _between(cells["start_stamp"], cells.get("answer_stamp", ""))
    return f"{rung:g}" if rung is not None and rung > SWITCH_ANSWERS_S else ""


def _epoch(cells: Mapping[str, str], name: str) -> int:
    text = cells.get(name, "")
    return int(text) if text.isdigit() else 0


def _sent_on(history: str) -> str:
    """The number of the last blind transfer in FreeSWITCH's ``transfer_history``.

    >>> _sent_on("1793500000:1d7a:bl_xfer:8013/default/XML")
    '8013'
    """
    numbers = _BLIND.findall(history)
    return numbers[-1] if numbers else ""


def _extension(channel: str) -> str:
    """The extension of a channel, "" where it is a trunk.

    >>> _extension("PJSIP/8012-0000001a"), _extension("Local/8012@from-queue-1;1"), _extension("SIP/trunk-1")
    ('8012', '8012', '')
    """
    match = _EXTENSION.match(channel)
    return (match.group(1) or match.group(2)) if match else ""


def _switch_extension(number: str) -> str:
    match = _SWITCH_EXTENSION.fullmatch(number)
    return match.group(1) if match else ""


def _direction(caller: str, called: str, number: str) -> str:
    if caller and (called or len(number) < _OUTSIDE):
        return "internal"
    if caller:
        return "outbound"
    return "inbound" if called or number else ""


def _of_userfield(text: str) -> str:
    return text.removeprefix("audio:") if text.startswith("audio:") else ""


def _side(channel: str, caller: str, called: str, direction: str) -> str:
    """Who hung up, by the channel that did."""
    if not channel or direction not in ("inbound", "outbound"):
        return ""
    agent = called if direction == "inbound" else caller
    return "agent" if agent and _extension(channel) == agent else "customer"


def _disposed(disposition: str, direction: str) -> str:
    """Who hung up, by FreeSWITCH's word for the caller's leg: ``recv_bye``, its phone did."""
    if disposition not in ("recv_bye", "send_bye") or direction not in ("inbound", "outbound"):
        return ""
    caller_did = disposition == "recv_bye"
    return "customer" if caller_did == (direction == "inbound") else "agent"
