"""The 工号 that stands in the names of a conversation's agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.imports.named_turns import split_turns
from pipeline.imports.speaker_names import agent_number, role_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipeline.imports.draft import DraftLine


def number_in_name(lines: Iterable[DraftLine]) -> str | None:
    """The one 工号 in the agents' names; ``None`` where there is none or where there are several,
    which are told apart later."""
    found = {
        number
        for line in lines
        for name in _names(line)
        if role_of(name) == "agent" and (number := agent_number(name))
    }
    return found.pop() if len(found) == 1 else None


def _names(line: DraftLine) -> tuple[str, ...]:
    if line.speaker == "system":
        return ()
    if line.names or line.speaker:
        return (*line.names, line.speaker)
    return tuple(name for name, _ in split_turns(line.text))
