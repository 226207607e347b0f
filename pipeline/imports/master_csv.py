"""Asterisk's Master.csv, a table without headings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

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
