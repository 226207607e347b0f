"""Words at the times that the second ear reads, wherever it is surer than Whisper's alignment.

Alignment by the decoder's attention counts the silence before a word as part of it, and is
otherwise good to a tenth of a second; the ear to some hundredths. But the ear reads syllables, and
what was heard wrong, or is a number, has others than those that were said: such words keep the
times of the alignment.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.ear import EARLY_S, FRAMES_PER_S, LATE_S, toneless
from pipeline.transcribe.guard import plain
from pipeline.types import Seconds, Span, Word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.ear import Placed, Reading
    from pipeline.transcribe.windows import Window

SURE = -4.0
"""A syllable that explains its frames worse than this was not said there (natural logarithm)."""

MOST_S: Seconds = 0.5
"""The alignment's ends are seldom wrong by more: where the ear's lies farther away, it slipped."""

FLUENT_S: Seconds = 0.25
"""In fluent speech a word ends where the next one begins; a gap from here on is a pause."""

ONSET_S: Seconds = 0.05
"""After a pause a word begins so much earlier yet than in fluent speech: its soft onset is heard
before the ear can tell the syllable (median of 117 lines of calls/dev)."""


def time_words(
    window: Window, reading: Reading | None, words: Sequence[tuple[int, Word]]
) -> list[tuple[int, Word]]:
    """The words of a window, each with the index of its stretch, at the ear's times where it is
    sure. Texts, stretches and order stay. ``reading``: ``None`` where no ear read the window."""
    if reading is None or not words:
        return list(words)
    spelt = _spell([word for _, word in words], reading)
    runs = _runs(spelt)
    placed = iter(reading.place([one for run in runs for one in spelt[run[0]]]))
    given, own = list(words), list[Span | None]()
    for run in runs:
        found = [one for _, one in zip(spelt[run[0]], placed, strict=False)]
        if found and spelt[run[0]] == UNREAD:
            _widen(given, run, found, window)
        sure = found and spelt[run[0]] != UNREAD and min(one.score for one in found) >= SURE
        span = _span_of(found, window, words[run[0]][0]) if sure else None
        near = span and abs(span.end_s - words[run[0]][1].end_s) <= MOST_S
        own += [span if near else None] * len(run)
    begins = {piece.index: piece.span.start_s for piece in reversed(window.pieces)}
    return _in_order(given, own, begins)


UNREAD = (None,)


def _spell(words: Sequence[Word], reading: Reading) -> list[tuple[str | None, ...]]:
    """The syllables of each word; ``UNREAD`` for one whose reading is not known, such as a number."""
    texts = [plain(word.text) for word in words]
    read = iter(toneless("".join(texts)))
    spelt = [tuple(next(read) for _ in text) for text in texts]
    return [own if own and reading.knows(own) else UNREAD for own in spelt]


def _runs(spelt: Sequence[tuple[str | None, ...]]) -> list[range]:
    """The words that are placed together: those in a row whose reading is not known, any other by
    itself."""
    runs: list[range] = []
    for at, own in enumerate(spelt):
        if at and own == UNREAD == spelt[at - 1]:
            runs[-1] = range(runs[-1].start, at + 1)
        else:
            runs.append(range(at, at + 1))
    return runs


def _widen(
    words: list[tuple[int, Word]], run: range, found: Sequence[Placed], window: Window
) -> None:
    """Let words whose reading is not known reach over all the sound that the ear leaves for them: a
    beep over a number must not miss its last digit."""
    first, last = run[0], run[-1]
    for at, is_begin in ((first, True), (last, False)):
        index, word = words[at]
        span = _span_of(found, window, index)
        if span and is_begin:
            words[at] = index, replace(word, start_s=min(word.start_s, span.start_s))
        elif span:
            words[at] = index, replace(word, end_s=max(word.end_s, span.end_s))


def _span_of(found: Sequence[Placed], window: Window, index: int) -> Span | None:
    """The place in the call of what was placed; ``None`` where its middle lies in another stretch
    than ``index``."""
    start_s = found[0].first / FRAMES_PER_S - EARLY_S
    end_s = found[-1].last / FRAMES_PER_S + LATE_S
    middle_s = (start_s + end_s) / 2
    for piece in window.pieces:
        within_s = middle_s - piece.offset_s
        if piece.index == index and 0 <= within_s <= piece.span.duration_s:
            low, high = (
                min(max(piece.span.start_s + at, piece.span.start_s), piece.span.end_s)
                for at in (start_s - piece.offset_s, end_s - piece.offset_s)
            )
            return Span(low, high)
    return None


def _in_order(
    words: Sequence[tuple[int, Word]], own: Sequence[Span | None], begins: Mapping[int, Seconds]
) -> list[tuple[int, Word]]:
    """The words at their ``own`` times, the others as they are, as far as the order allows: none
    begins before the one before it, nor ends after the end of the next one. In fluent speech each
    word ends where the next one begins. ``begins``: of each stretch."""
    timed: list[tuple[int, Word]] = []
    for (index, word), span, later in zip(words, own, _later(words, own), strict=True):
        start_s, end_s = (span.start_s, span.end_s) if span else (word.start_s, word.end_s)
        goes_on = bool(timed) and timed[-1][0] == index
        ended_s = timed[-1][1].end_s if goes_on else begins[index]
        if span and not (goes_on and start_s - ended_s < FLUENT_S):
            start_s = max(start_s - ONSET_S, ended_s)
        if later and not span:
            start_s, end_s = min(start_s, later.start_s), min(end_s, later.end_s)
        elif later and later.start_s - end_s < FLUENT_S:
            end_s = later.start_s
        if goes_on:
            start_s, end_s = max(start_s, timed[-1][1].start_s), max(end_s, ended_s)
        timed.append((index, replace(word, start_s=start_s, end_s=max(start_s, end_s))))
    return timed


def _later(words: Sequence[tuple[int, Word]], own: Sequence[Span | None]) -> list[Span | None]:
    """For each word the next one's own time, or for a word without one that of the next word of its
    stretch that has one."""
    found: list[Span | None] = []
    for at, (index, _) in enumerate(words):
        rest = [
            span
            for (other, _), span in zip(words[at + 1 :], own[at + 1 :], strict=True)
            if other == index
        ]
        found.append(rest[0] if own[at] and rest else next(filter(None, rest), None))
    return found
