"""What a table beside a recording says of the recording itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.settings import AgentChannel
    from pipeline.types import Seconds

T = TypeVar("T")
End: TypeAlias = Literal["begin", "end"]
_ENDS: dict[str, frozenset[End]] = {
    **dict.fromkeys(("begin", "开头"), frozenset[End](("begin",))),
    **dict.fromkeys(("end", "结尾"), frozenset[End](("end",))),
    **dict.fromkeys(("both", "开头和结尾"), frozenset[End](("begin", "end"))),
}
_CHANNELS: dict[str, AgentChannel] = {
    "left": "left", "左": "left", "左声道": "left",
    "right": "right", "右": "right", "右声道": "right",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HowRecorded:
    """What a table says of a recording itself. ``not_heard``: the ends of the call that are not in
    it; ``agent_channel``: ``None`` for unknown; ``handed_over_s``: when another agent took the call,
    ``None`` where nobody is known to have."""

    not_heard: frozenset[End] = frozenset()
    agent_channel: AgentChannel | None = None
    handed_over_s: Seconds | None = None


def how_of(cells: Mapping[str, str], where: str) -> tuple[HowRecorded, list[str]]:
    """What a row says of its recording, and the reasons for cells that say nothing."""
    faults: list[str] = []

    def read(name: str, known: Callable[[str], T | None], expected: str) -> T | None:
        cell, at = cells.get(name, ""), f"{where}: {name}"
        found = known(cell.casefold()) if cell else None
        if cell and found is None:
            faults.append(f"{at} is {cell!r}; expected {expected}")
        return found

    ends = read("not_heard", _ENDS.get, "begin, end or both") or frozenset[End]()
    channel: AgentChannel | None = read("agent_channel", _CHANNELS.get, "left or right")
    handed_s = read("handed_over_s", _seconds, "seconds from its begin")
    return HowRecorded(ends, channel, handed_s), faults


def _seconds(cell: str) -> Seconds | None:
    return float(cell) if re.fullmatch(r"\d{1,6}(\.\d{1,3})?", cell) else None
