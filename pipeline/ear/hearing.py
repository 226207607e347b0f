"""From the states of windows to phrases at their times in the call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

from pipeline.ear.paths import score_whole
from pipeline.ear.spelling import toneless
from pipeline.ear.times import Reading
from pipeline.types import Seconds, Span

if TYPE_CHECKING:
    from pipeline.ear.head import LogProbabilities, States, SyllableHead
    from pipeline.ear.search import PhraseSearch
    from pipeline.ear.spelling import Syllables

FRAMES_PER_S = 50
"""States a second of Whisper's encoder."""

LONGEST_PAUSE_S: Seconds = 1.0
"""A phrase does not go over a longer pause between two stretches, as a turn does not."""

EARLY_S: Seconds = 0.06
LATE_S: Seconds = 0.08
"""A syllable begins so long before the frame in which it is read first, and ends so long after the
begin of the last one: medians of 135 lines of calls/dev."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Frames ``first`` to ``end`` (left out) of a window are the call from ``start_s`` on."""

    first: int
    end: int
    start_s: Seconds

    @property
    def span(self) -> Span:
        return Span(self.start_s, self.start_s + (self.end - self.first) / FRAMES_PER_S)


@dataclass(frozen=True, slots=True, eq=False)
class StatesWindow:
    """States of one channel with the stretches of the call that they are of, in order. Between
    stretches, and behind the last, they are of silence."""

    channel: int
    states: States
    stretches: tuple[Stretch, ...]


StatesListener: TypeAlias = Callable[[StatesWindow], Reading | None]
"""Is given each window that a recogniser encodes for its first pass, and gives what it read there,
by which the words are timed; ``None`` leaves them as they are."""


@dataclass(frozen=True, slots=True)
class HeardPhrase:
    """A phrase that was heard. ``score``: a syllable, 0 (nothing else was heard) at most."""

    channel: int
    span: Span
    syllables: Syllables
    score: float


@dataclass(slots=True)
class PhraseHearing:
    """Hears one call: is given its windows, and keeps the phrases."""

    head: SyllableHead
    search: PhraseSearch
    _found: list[HeardPhrase] = field(default_factory=list)

    def hear(self, window: StatesWindow) -> Reading | None:
        """Search the phrases in a window; see ``StatesListener``. ``None`` without a stretch."""
        if not window.stretches:
            return None
        logs = self.head.read(window.states[: window.stretches[-1].end])
        for place in self.search.find(logs, bars=_bars(window)):
            span = Span(
                _time_of(window, place.first) - EARLY_S, _time_of(window, place.last) + LATE_S
            )
            self._found.append(
                HeardPhrase(window.channel, span, self.search.phrases[place.index], place.score)
            )
        return Reading(self.head.units, logs)

    @property
    def phrases(self) -> tuple[HeardPhrase, ...]:
        """What was heard so far, by time."""
        return tuple(sorted(self._found, key=lambda heard: (heard.span, heard.channel)))


def weigh_texts(
    head: SyllableHead, logs: LogProbabilities, texts: Sequence[str]
) -> tuple[float, ...]:
    """How well each text fits all of a stretch: the natural logarithm of its best path, less that
    of what the ear would read by itself; 0 at most. Characters that the ear does not know, such as
    Latin letters, are left out."""
    numbers = {unit: number for number, unit in enumerate(head.units)}
    sequences = [
        [numbers[syllable] for syllable in toneless(text) if syllable in numbers] for text in texts
    ]
    return tuple(score_whole(logs, sequences))


def _bars(window: StatesWindow) -> list[int]:
    """A frame in each pause that is too long for a phrase."""
    return [
        before.end
        for before, after in pairwise(window.stretches)
        if after.start_s - before.span.end_s > LONGEST_PAUSE_S
    ]


def _time_of(window: StatesWindow, frame: int) -> Seconds:
    """The time of a frame's begin in the call. In silence between stretches it is the end of the one
    before."""
    begun = [stretch for stretch in window.stretches if stretch.first <= frame]
    stretch = begun[-1] if begun else window.stretches[0]
    within = min(max(frame, stretch.first), stretch.end) - stretch.first
    return stretch.start_s + within / FRAMES_PER_S
