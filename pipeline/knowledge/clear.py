"""How clearly the words at a place of an utterance were heard."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.types import Utterance


def least_confidence(utterance: Utterance, start: int, end: int) -> float | None:
    """The least confidence of the words that have a letter or digit from ``start`` to ``end`` of the
    utterance's text; ``None`` where the words do not spell the text, as of an imported transcript
    without words.

    >>> from pipeline.types import Utterance, Word
    >>> words = (Word("月租", 0.0, 1.0, 0.99), Word("20", 1.0, 1.5, 0.6), Word("元。", 1.5, 2.0, 0.95))
    >>> least_confidence(Utterance("agent", 0, 0.0, 2.0, "月租20元。", 0.9, words), 2, 5)
    0.6
    """
    spelt = [
        (character, word.confidence)
        for word in utterance.words
        for character in word.text
        if character.isalnum()
    ]
    plain = [at for at, character in enumerate(utterance.text) if character.isalnum()]
    if not spelt or "".join(c for c, _ in spelt) != "".join(utterance.text[at] for at in plain):
        return None
    found = [
        confidence for at, (_, confidence) in zip(plain, spelt, strict=True) if start <= at < end
    ]
    return min(found, default=None)
