"""Match the characters of an utterance's text to its words and their times."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from pipeline.types import Span, Utterance

if TYPE_CHECKING:
    from collections.abc import Iterator


def carried(utterance: Utterance) -> Iterator[tuple[int, int, int | None]]:
    """For every spoken character of the words: the word's index, the place in the word, and the
    place in the text.

    The last is ``None`` if the text does not have the character at that place.

    >>> from tests.builders import an_utterance
    >>> list(carried(an_utterance("好，8。")))
    [(0, 0, 0), (1, 0, 2)]
    """
    places = [
        (index, place, character)
        for index, word in enumerate(utterance.words)
        for place, character in enumerate(word.text)
        if character.isalnum()
    ]
    spoken = [at for at, character in enumerate(utterance.text) if character.isalnum()]
    matcher = SequenceMatcher(
        None, [place[2] for place in places], [utterance.text[at] for at in spoken], False
    )
    placed = {
        block.a + i: spoken[block.b + i]
        for block in matcher.get_matching_blocks()
        for i in range(block.size)
    }
    for i, (index, place, _) in enumerate(places):
        yield index, place, placed.get(i)


def time_of(utterance: Utterance, start: int, end: int) -> Span:
    """The time of characters ``start`` to ``end`` of the text; the whole utterance if no word
    carries them."""
    words = [
        utterance.words[word]
        for word, _, at in carried(utterance)
        if at is not None and start <= at < end
    ]
    if not words:
        return utterance.span
    return Span(min(word.start_s for word in words), max(word.end_s for word in words))
