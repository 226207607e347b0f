"""Tell seconds from milliseconds by how fast somebody would have spoken."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from pipeline.errors import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.imports.draft import DraftLine

SLOWEST = 0.05
"""Characters a second. Who says less in the time that his lines last did not say it in seconds: a
slow speaker says 2 (our choice, as are those below)."""

LONGEST_GAP = 500.0
"""Where lines have no ends, whole numbers with a median gap of so much and more are milliseconds: in
seconds every answer would take eight minutes."""

FASTEST = 30.0
"""Characters a second that nobody says."""

IMPOSSIBLE = 0.002
"""Below it the times cannot be seconds at all: a sentence of ten characters would last 83
minutes."""

ENOUGH_CHARS = 6


def in_seconds(lines: Sequence[DraftLine], where: str) -> list[DraftLine]:
    """The lines with their times in seconds, where they are numbers whose unit nobody says.

    Raises ``UnreadableError`` where they can be neither seconds nor milliseconds.
    """
    numbers = [t for line in lines for t in (line.start, line.end) if isinstance(t, float)]
    chars = sum(sum(map(str.isalnum, line.text)) for line in lines)
    if not numbers or any(line.in_seconds for line in lines) or chars < ENOUGH_CHARS:
        return list(lines)
    lasting = _lasting_s(lines)
    gap = 0.0 if lasting else _gap_s(lines)
    lasting = lasting or max(numbers) - min(numbers)
    rate = chars / lasting if lasting > 0 else SLOWEST
    if rate >= SLOWEST or 0 < gap < LONGEST_GAP:
        return list(lines)
    whole = all(number == int(number) for number in numbers)
    if whole and rate * 1000 <= FASTEST and rate * 1000 >= SLOWEST:
        return [_shrunk(line) for line in lines]
    if rate >= IMPOSSIBLE or gap:
        return list(lines)
    raise UnreadableError(
        f"{where}: its times are neither seconds nor milliseconds: {chars} characters would last "
        f"{lasting:.0f} s or {lasting / 1000:.1f} s; expected seconds, or start_ms and end_ms"
    )


def _lasting_s(lines: Sequence[DraftLine]) -> float:
    pairs = ((line.start, line.end) for line in lines)
    return sum(e - s for s, e in pairs if isinstance(s, float) and isinstance(e, float) and e > s)


def _gap_s(lines: Sequence[DraftLine]) -> float:
    """The median time between lines that follow each other; 0 for fewer than two."""
    starts = sorted(line.start for line in lines if isinstance(line.start, float))
    return median(after - one for one, after in pairwise(starts)) if len(starts) > 1 else 0.0


def _shrunk(line: DraftLine) -> DraftLine:
    start, end = (t / 1000 if isinstance(t, float) else t for t in (line.start, line.end))
    words = tuple(
        replace(word, start_s=word.start_s / 1000, end_s=word.end_s / 1000) for word in line.words
    )
    return replace(line, start=start, end=end, words=words)
