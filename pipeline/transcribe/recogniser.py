"""What a recogniser is to the rest of callqa, so that Whisper and the tests' fake are
interchangeable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.types import Span, Track, Word


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was recognised in one stretch of speech of one track. Words are in the order of time;
    for Chinese a word is one character with the punctuation behind it."""

    channel: int
    span: Span
    words: tuple[Word, ...]


class Recogniser(Protocol):
    """Turns the speech of tracks into words."""

    @property
    def name(self) -> str:
        """The model's name, for the result."""

    @property
    def sha256(self) -> str:
        """SHA-256 of the model's weights, hex."""

    def recognise(self, tracks: Sequence[Track]) -> tuple[Recognition, ...]:
        """One ``Recognition`` for each stretch of speech of each track, in the order of tracks and
        time.

        A stretch in which nothing is understood has no words. A track without speech gives none.
        """

    def weigh(
        self, track: Track, span: Span, texts: Sequence[str]
    ) -> tuple[tuple[float, ...], ...]:
        """How well each text fits the sound of one stretch of a track: for each of its characters
        the natural logarithm of its probability after those before it, so that two texts for one
        sound can be compared.

        ``span`` is at most 28 s long. Texts are simplified Chinese, not empty.
        """
