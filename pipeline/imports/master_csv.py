"""Call records without headings: Asterisk's Master.csv, and those of FreeSWITCH's mod_cdr_csv."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MASTER_COLUMNS = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata",
    "start", "answer", "end", "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield",
)  # fmt: skip
"""The order in which Asterisk's cdr_csv writes its fields; it leaves out the last two unless its
settings ask for them."""

_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_ENDS = frozenset({"ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION"})


def is_master_row(cells: Sequence[str]) -> bool:
    """Whether the cells are those of a call in Master.csv.

    >>> is_master_row(["src", "dst"])
    False
    """
    return (
        15 <= len(cells) <= len(MASTER_COLUMNS)
        and cells[14].upper() in _ENDS
        and bool(_TIME.fullmatch(cells[9]))
    )


SWITCH_COLUMNS = (
    "caller_id_name", "caller_id_number", "destination_number", "context", "start_stamp", "answer_stamp", "end_stamp",
    "duration", "billsec", "hangup_cause", "uuid", "bleg_uuid", "accountcode", "read_codec", "write_codec",
)  # fmt: skip
"""The order of FreeSWITCH's default template ("example" in cdr_csv.conf.xml)."""
SWITCH_AS_MASTER = (
    "accountcode", "caller_id_number", "destination_number", "context", "caller_id", "channel_name", "bridge_channel",
    "last_app", "last_arg", "start_stamp", "answer_stamp", "end_stamp", "duration", "billsec", "hangup_cause", "amaflags",
    "uuid", "userfield",
)  # fmt: skip
"""The order of its template "asterisk"."""

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_CAUSE = re.compile(r"[A-Z]+(?:_[A-Z0-9]+)*")


def headless_columns(cells: Sequence[str]) -> tuple[str, ...]:
    """The columns of a call record without headings, by its first row; () for any other row. A row
    may lack empty cells at its end, and columns behind the last known one have no name.

    >>> headless_columns(["主叫", "被叫"])
    ()
    """
    if is_master_row(cells):
        return MASTER_COLUMNS
    for columns in (SWITCH_COLUMNS, SWITCH_AS_MASTER):
        if _is_switch_row(dict(zip(columns, cells, strict=False))):
            return (*columns, *[""] * (len(cells) - len(columns)))
    return ()


def _is_switch_row(cells: Mapping[str, str]) -> bool:
    return (
        bool(_UUID.fullmatch(cells.get("uuid", "")))
        and bool(_TIME.fullmatch(cells.get("start_stamp", "")))
        and bool(_TIME.fullmatch(cells.get("answer_stamp", "")) or not cells.get("answer_stamp"))
        and cells.get("duration", "").isdigit()
        and bool(_CAUSE.fullmatch(cells.get("hangup_cause", "")))
    )
