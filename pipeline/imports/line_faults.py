"""Lines that cannot be read: which are left out, and which conversations they may be of."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.imports.draft import Draft, DraftLine
    from pipeline.imports.moments import Moment

MOST_LOST = 0.5
"""A conversation is refused if a larger share of its lines cannot be read (our choice)."""


def without_untimely(draft: Draft) -> Draft:
    """The conversation without the lines whose times cannot be: none where the others have one, of
    another kind, or with the end before the start. They are among its ``lost`` lines.

    Raises ``UnreadableError`` where too few lines are left.
    """
    spoken = [line for line in draft.lines if line.text.strip()]
    usual = Counter(_kind(line.start) for line in spoken).most_common(1)
    kind = usual[0][0] if usual else ""
    if kind == "" and any(line.start is not None for line in spoken):
        kind = Counter(_kind(line.start) for line in spoken if line.start is not None).most_common(
            1
        )[0][0]
    faults = {at: fault for at, line in enumerate(spoken) if (fault := _untimely(line, kind))}
    lost = (*draft.lost, *faults.values())
    ensure_enough(draft.where, lost, len(spoken) - len(faults))
    gone = {id(spoken[at]) for at in faults}
    kept = tuple(line for line in draft.lines if id(line) not in gone)
    return replace(draft, lines=kept, lost=lost) if faults else draft


def ensure_enough(where: str, lost: Sequence[str], read: int) -> None:
    """Raise ``UnreadableError`` where more of a conversation is lost than ``MOST_LOST``."""
    if len(lost) > (len(lost) + read) * MOST_LOST:
        if len(lost) == 1:
            raise UnreadableError(lost[0])
        raise UnreadableError(f"{lost[0]} (and {len(lost) - 1} lines more of {where})")


def _kind(moment: Moment | None) -> str:
    if isinstance(moment, datetime):
        return "a date with a zone" if moment.tzinfo else "a date"
    return "" if moment is None else "seconds" if isinstance(moment, float) else "a time of day"


def _untimely(line: DraftLine, kind: str) -> str | None:
    own = _kind(line.start)
    if own != kind:
        if not own:
            return (
                f"{line.where}: no time, though other lines have one; expected one for every line"
            )
        return (
            f"{line.where}: its time is of another kind ({own}) than those of the other lines ({kind}); "
            "expected only seconds, only 09:30:05, or only dates with times"
        )
    if line.end is not None and _kind(line.end) != kind:
        return f"{line.where}: start and end are of different kinds; expected two times of one kind"
    if isinstance(line.start, float) and isinstance(line.end, float) and line.end < line.start:
        return f"{line.where}: ends {line.start - line.end:g} s before it starts; expected the end after the start"
    return None


def owners(
    lines: Mapping[int, str | None], conversations: Mapping[str, Sequence[int]]
) -> dict[int, tuple[str, ...]]:
    """For each lost line the conversations that it may be of. ``lines``: its place → the
    conversation that it names, ``None`` if it names none; ``conversations``: the places of the
    lines of each.

    Where no other conversation lies between the lines of one, a line is of the one before it or
    after it; else it may be of any.

    >>> owners({3: None, 4: "b"}, {"a": [1, 2], "b": [5, 6], "c": [7]})
    {3: ('a', 'b'), 4: ('b',)}
    >>> owners({3: None}, {"a": [1, 5], "b": [2]})
    {3: ('a', 'b')}
    """
    spans = sorted((min(at), max(at), name) for name, at in conversations.items() if at)
    apart = all(one[1] < after[0] for one, after in pairwise(spans))
    found: dict[int, tuple[str, ...]] = {}
    for place, named in lines.items():
        if named is not None:
            found[place] = (named,)
        elif not apart:
            found[place] = tuple(name for _, _, name in spans)
        else:
            before = [name for first, _, name in spans if first < place][-1:]
            after = [name for first, last, name in spans if last > place][:1]
            found[place] = tuple(dict.fromkeys((*before, *after)))
    return found
