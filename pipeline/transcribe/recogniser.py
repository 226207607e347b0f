"""The interface of a recogniser, so that Whisper and the tests' fake are interchangeable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.ear import States, StatesListener
    from pipeline.types import Span, Track, Word


@dataclass(frozen=True, slots=True)
class Recognition:
    """The words of one stretch of speech of one track, in order of time. A Chinese word is one
    character with the punctuation behind it."""

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

    def recognise(
        self, tracks: Sequence[Track], *, listen: StatesListener | None = None
    ) -> tuple[Recognition, ...]:
        """One ``Recognition`` for each stretch of speech of each track, in the order of tracks and
        time.

        ``listen`` is given the encoder's states of all speech, window by window, while they are
        there. It is only passed to a recogniser whose states a second ear can read.

        A stretch without intelligible speech has no words. A track without speech gives no
        ``Recognition``.
        """

    def weigh(
        self, track: Track, span: Span, texts: Sequence[str]
    ) -> tuple[tuple[float, ...], ...]:
        """Tell how well each text fits the sound of one stretch of a track, so that two texts for
        one sound can be compared.

        For each character of a text the result has the natural logarithm of its probability after
        the characters before it. ``span`` is at most 28 s long. Texts are simplified Chinese, not
        empty.
        """

    def states_of(self, track: Track, span: Span) -> States:
        """The encoder's states of one stretch of a track, at most 28 s long, without silence behind
        it. Only asked of a recogniser whose states a second ear can read."""
