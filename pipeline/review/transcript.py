"""The transcript of a call's page: whole for most calls, a part at a time for a long one."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from pipeline.report import ROLES
from pipeline.review.action_view import clock
from pipeline.review.call_view import FindingView, TranscriptLine
from pipeline.types import Seconds, Utterance

LINES = 100
"""Utterances of a part: five minutes, and 40 KB of a page (our choice)."""

WHOLE = 300
"""A transcript of so many utterances is shown whole (our choice)."""

SHORT_LIST = 20
"""A page with more findings has the rarer forms of one of them at a time (our choice)."""

HITS = 12
"""Places of searched words that a page names (our choice)."""


@dataclass(frozen=True, slots=True)
class TranscriptPart:
    """Utterances ``first`` up to ``end`` (not included), said from ``start_s`` to ``end_s``."""

    number: int
    first: int
    end: int
    start_s: Seconds
    end_s: Seconds

    @property
    def name(self) -> str:
        return f"{clock(self.start_s)}–{clock(self.end_s)}"


def words_of_part(number: int) -> range:
    """The utterances whose words a part of a page needs, before their number is known."""
    return range((number - 1) * LINES, WHOLE if number == 1 else number * LINES)


def cut_parts(utterances: Sequence[Utterance]) -> tuple[TranscriptPart, ...]:
    """The parts of a transcript, one at least."""
    many = len(utterances)
    size = LINES if many > WHOLE else max(many, 1)
    starts = range(0, many, size) or range(1)
    return tuple(
        TranscriptPart(
            number, first, min(first + size, many),
            utterances[first].start_s if many else 0.0,
            utterances[min(first + size, many) - 1].end_s if many else 0.0,
        )
        for number, first in enumerate(starts, 1)
    )  # fmt: skip


def part_with(parts: Sequence[TranscriptPart], line: int) -> TranscriptPart:
    """The part that an utterance is in; the last one for a number beyond it."""
    return next((part for part in parts if line < part.end), parts[-1])


def lines_of(views: Sequence[FindingView], utterances: Sequence[Utterance]) -> list[int]:
    """For each finding the utterance in which it begins."""
    starts = [one.start_s for one in utterances]
    return [max(0, bisect_right(starts, one.finding.start_s + 0.05) - 1) for one in views]


def searched_words(came: str) -> str:
    """The words that a list was searched for, by its filter; empty for none."""
    asked = dict(parse_qsl(came))
    return (asked.get("text") or asked.get("find") or "").strip()


def find_lines(words: str, utterances: Sequence[Utterance]) -> list[int]:
    """The first utterances with these words, as they are shown.

    >>> find_lines("宽带", []), find_lines("", [])
    ([], [])
    """
    if not words:
        return []
    return [at for at, one in enumerate(utterances) if words in one.text][:HITS]


def print_lines(
    lines: Sequence[TranscriptLine], views: Sequence[FindingView], places: Sequence[int]
) -> list[str]:
    """All utterances as plain lines, each with what was found in it, for the parts that a page
    shows only on paper."""
    found: Mapping[int, list[str]] = defaultdict(list)
    for view, at in zip(views, places, strict=True):
        if view.state != "gone" and view.finding.kind != "missing":
            found[at].append(f"【{view.name}】")
    return [
        f"{clock(line.utterance.start_s)} {ROLES[line.utterance.role]}：{line.utterance.text}"
        f"{''.join(found[at]) if at in found else ''}{_before(line)}"
        for at, line in enumerate(lines)
    ]


def _before(line: TranscriptLine) -> str:
    if line.before is None:
        return ""
    return f"（机器：{ROLES[line.before.role]} “{line.before.text}”）"


def speech_paths(
    utterances: Sequence[Utterance], total: Seconds, *, two: bool
) -> dict[tuple[str, int], str]:
    """One SVG path for each side and lane of the time line, 1000 wide and 80 high."""
    paths: dict[tuple[str, int], list[str]] = defaultdict(list)
    for one in utterances:
        lane = one.channel % 2 if two else 0
        top, height = (2 + 40 * lane, 36) if two else (2, 76)
        left = 1000 * one.start_s / total
        width = max(1000 * (one.end_s - one.start_s) / total, 1.5)
        paths[one.role, lane].append(f"M{left:.1f} {top}h{width:.1f}v{height}h-{width:.1f}z")
    return {key: "".join(pieces) for key, pieces in paths.items()}
