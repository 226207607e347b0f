"""The transcript of a call's page: whole for most calls, a part at a time for a long one.

A part is bounded by its lines and by its bytes, so that a page is no heavier for long sentences:
300 KB with 60 findings an hour, by the bytes below."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, starmap
from urllib.parse import parse_qsl

from pipeline.report import ROLES
from pipeline.review.action_view import clock
from pipeline.review.call_view import FindingView, TranscriptLine
from pipeline.types import Seconds, Utterance

LINES = 100
"""The most utterances of a part: five minutes, and 40 KB of a page (our choice)."""

LINE_BYTES = 320
"""Bytes of a page for an utterance besides its text, with the links of a reviewer (measured)."""

PART_BYTES = 45_000
"""The most bytes of a part, unless one utterance alone has more (our choice)."""

WHOLE = 300
WHOLE_BYTES = 120_000
"""A transcript of so many utterances and bytes is shown whole (our choice)."""

PAPER_BYTES = 130_000
FINDING_BYTES = 900
"""Other parts come with a page, for paper, where they have fewer bytes than the first, less the
second for each finding; else they are loaded when somebody asks for them (our choice)."""

AWAY = 80
"""A page with more findings has the forms of those in the part that it shows (our choice)."""

NEAR = 1.0
"""Thousandths of a time line: one pixel of a screen."""

SHORT_LIST = 20
"""A page with more findings has the rarer forms of one of them at a time (our choice)."""

SHORT_HISTORY = 20
"""The history of a call has a form to undo each of its last actions; older decisions have theirs at
their finding (our choice)."""

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


def cut_lines(sizes: Sequence[int]) -> tuple[range, ...]:
    """The utterances of each part, one part at least. ``sizes``: the bytes of their texts.

    >>> cut_lines([30, 60]), cut_lines([])
    ((range(0, 2),), (range(0, 0),))
    >>> cut_lines([30_000, 60_000, 100, 50_000])
    (range(0, 1), range(1, 2), range(2, 3), range(3, 4))
    """
    if len(sizes) <= WHOLE and sum(sizes) + LINE_BYTES * len(sizes) <= WHOLE_BYTES:
        return (range(len(sizes)),)
    starts, taken = [0], 0
    for at, size in enumerate(sizes):
        taken += LINE_BYTES + size
        if at > starts[-1] and (taken > PART_BYTES or at - starts[-1] >= LINES):
            starts.append(at)
            taken = LINE_BYTES + size
    return tuple(starmap(range, pairwise((*starts, len(sizes)))))


def name_parts(
    cuts: Sequence[range], utterances: Sequence[Utterance]
) -> tuple[TranscriptPart, ...]:
    """The parts of a transcript with their times."""
    return tuple(
        TranscriptPart(
            number, lines.start, lines.stop,
            utterances[lines.start].start_s if lines else 0.0,
            utterances[lines.stop - 1].end_s if lines else 0.0,
        )
        for number, lines in enumerate(cuts, 1)
    )  # fmt: skip


def fits_on_page(plain: Sequence[str], findings: int) -> bool:
    """Whether lines for paper go with a page that has so many findings."""
    return len("\n".join(plain).encode()) <= PAPER_BYTES - FINDING_BYTES * findings


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
    """One SVG path for each side and lane of the time line, 1000 wide and 80 high. What is less
    than ``NEAR`` apart is drawn as one: 400 pieces a path at most."""
    spans: dict[tuple[str, int], list[tuple[float, float]]] = defaultdict(list)
    for one in utterances:
        drawn = spans[one.role, one.channel % 2 if two else 0]
        left = 1000 * one.start_s / total
        right = max(1000 * one.end_s / total, left + 1.5)
        if drawn and left - drawn[-1][1] < NEAR:
            left, right = drawn[-1][0], max(right, drawn.pop()[1])
        drawn.append((left, right))
    return {key: _path(drawn, key[1], two=two) for key, drawn in spans.items()}


def _path(spans: Sequence[tuple[float, float]], lane: int, *, two: bool) -> str:
    top, height = (2 + 40 * lane, 36) if two else (2, 76)
    return "".join(
        f"M{left:.1f} {top}h{right - left:.1f}v{height}h-{right - left:.1f}z"
        for left, right in spans
    )
