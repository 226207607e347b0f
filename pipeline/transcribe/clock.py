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
    from collections.abc import Iterator, Mapping, Sequence

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
    placed = iter(reading.place([one for run in _without_repeats(spelt) for one in run]))
    own: list[Span | None] = []
    before: tuple[str | None, ...] = ()
    for (index, word), syllables in zip(words, spelt, strict=True):
        if syllables != UNREAD or before != UNREAD:
            found = [one for _, one in zip(syllables, placed, strict=False)]
        before = syllables
        sure = found and syllables != UNREAD and min(one.score for one in found) >= SURE
        own.append(_span_of(found, window, index, word) if sure else None)
    begins = {piece.index: piece.span.start_s for piece in reversed(window.pieces)}
    return _in_order(words, own, begins)


UNREAD = (None,)


def _spell(words: Sequence[Word], reading: Reading) -> list[tuple[str | None, ...]]:
    """The syllables of each word; ``UNREAD`` for one whose reading is not known, such as a number."""
    texts = [plain(word.text) for word in words]
    read = iter(toneless("".join(texts)))
    spelt = [tuple(next(read) for _ in text) for text in texts]
    return [own if own and reading.knows(own) else UNREAD for own in spelt]


def _without_repeats(
    spelt: Sequence[tuple[str | None, ...]],
) -> Iterator[tuple[str | None, ...]]:
    """Of several words in a row whose reading is not known only the first."""
    before: tuple[str | None, ...] = ()
    for own in spelt:
        if own != UNREAD or before != UNREAD:
            yield own
        before = own


def _span_of(found: Sequence[Placed], window: Window, index: int, word: Word) -> Span | None:
    """The place of a word in the call; ``None`` where it lies in another stretch than the word, or
    farther from the alignment's place than that can be wrong."""
    start_s = found[0].first / FRAMES_PER_S - EARLY_S
    end_s = found[-1].last / FRAMES_PER_S + LATE_S
    middle_s = (start_s + end_s) / 2
    for piece in window.pieces:
        within_s = middle_s - piece.offset_s
        if piece.index == index and 0 <= within_s <= piece.span.duration_s:
            low, high = (
                min(
                    max(piece.span.start_s + at - piece.offset_s, piece.span.start_s),
                    piece.span.end_s,
                )
                for at in (start_s, end_s)
            )
            return Span(low, high) if abs(high - word.end_s) <= MOST_S else None
    return None


def _in_order(
    words: Sequence[tuple[int, Word]], own: Sequence[Span | None], begins: Mapping[int, Seconds]
) -> list[tuple[int, Word]]:
    """The words at their ``own`` times, the others between their neighbours. None begins before the
    one before it, and in fluent speech each ends where the next one begins. ``begins``: of each
    stretch."""
    timed: list[tuple[int, Word]] = []
    for at, ((index, word), span) in enumerate(zip(words, own, strict=True)):
        following = own[at + 1] if at + 1 < len(own) and words[at + 1][0] == index else None
        start_s, end_s = (span.start_s, span.end_s) if span else (word.start_s, word.end_s)
        goes_on = bool(timed) and timed[-1][0] == index
        ended_s = timed[-1][1].end_s if goes_on else begins[index]
        if span and not (goes_on and start_s - ended_s < FLUENT_S):
            start_s = max(start_s - ONSET_S, ended_s)
        elif goes_on:
            start_s = max(start_s, timed[-1][1].start_s if span else ended_s)
        if following and (not span or following.start_s - end_s < FLUENT_S):
            end_s = following.start_s if span else min(end_s, following.start_s)
        timed.append((index, replace(word, start_s=start_s, end_s=max(start_s, end_s))))
    return timed
