"""A recogniser that hears what a test tells it to, behind the same interface as Whisper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.imports.cleaning import spread
from pipeline.types import Span, Track, Word

if TYPE_CHECKING:
    from pipeline.transcribe import Recognition


@dataclass
class FakeRecogniser:
    """``says[channel]`` holds the text of each stretch of speech of that channel, in order; a
    stretch without a text is not understood. ``confidence`` is that of every word."""

    says: Mapping[int, Sequence[str]] = field(default_factory=dict)
    confidence: float = 0.9
    name: str = "fake"
    sha256: str = "0" * 64
    encoder_sha256: str = "0" * 64
    hears_itself: bool = True

    def recognise(self, tracks: Sequence[Track]) -> tuple[Recognition, ...]:
        from pipeline.transcribe import Recognition  # noqa: PLC0415 - loads faster-whisper, which worker processes of tests do not need

        return tuple(
            Recognition(
                track.channel,
                span,
                words_over(self._text(track.channel, index), span, self.confidence),
            )
            for track in tracks
            for index, span in enumerate(track.speech)
        )

    def weigh(
        self, track: Track, span: Span, texts: Sequence[str]
    ) -> tuple[tuple[float, ...], ...]:
        """All texts fit as well: nothing sounds like anything else, so that what was written
        stays."""
        return tuple(tuple(-10.0 * (i > 0) for _ in text) for i, text in enumerate(texts))

    def _text(self, channel: int, index: int) -> str:
        texts = self.says.get(channel, ())
        return texts[index] if index < len(texts) else ""


def words_over(text: str, span: Span, confidence: float = 0.9) -> tuple[Word, ...]:
    """One word a character, spread evenly over the span; punctuation joins the character before."""
    return spread(text, span, confidence)
