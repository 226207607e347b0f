"""Whisper through faster-whisper and CTranslate2: windows of their own length, beam search, words
with times."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipeline.transcribe.clock import time_words
from pipeline.transcribe.decoder import Decoder, Decoding, Draft
from pipeline.transcribe.encoder import CACHED_S, STATES_PER_S, WHISPER_S, Encoded, Encoder
from pipeline.transcribe.guard import is_loop, is_too_sparse, plain
from pipeline.transcribe.placing import AlignedPart, find_sparse, find_wordless, gather, text_of
from pipeline.transcribe.windows import PAD_S, Piece, Window, batches_of, pack_windows
from pipeline.types import SAMPLE_RATE, Seconds, Span, Track, Word

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pipeline.ear import States, StatesListener
    from pipeline.transcribe.recogniser import Recognition
    from pipeline.weights import ModelFolder

TAIL_S: Seconds = 2.0
"""Silence after the speech of a window. With 1 s beam search drops text; 4 s costs time without a
gain."""

LOW_LOGPROB = -0.7
"""A window with a lower mean log probability a token is decoded again (our choice)."""

ALONE_S: Seconds = 10.0
"""A stretch that is decoded alone is padded to at least this length: the decoder loops on much
shorter ones. With 10 s instead of Whisper's full 30 s no finding changed on calls/dev, at a third
of the cost."""

AGAIN_TAIL_S: Seconds = 6.0
"""Silence after a window that is decoded again. Three times the first silence gives a different
decoding, and Whisper's full length costs up to twice as much. With it no finding changed on
calls/dev. A loop needs the full length: a customer's card and telephone numbers (d13) looped again
with 6 and 10 s, and were recognised with 14 s and more."""

MORE_TEXT = 1.2
"""The words of a stretch decoded alone are used if they have this many times the characters (our
choice)."""

USELESS_LOGPROB = -1.0
"""A decoding with a lower log probability is dropped (Whisper's own threshold for a failed
decoding)."""

WEIGHED_TAIL_S: Seconds = 1.0
"""Silence after sound that texts are weighed against. Nothing is decoded there, so no text can be
dropped."""


class WhisperRecogniser:
    """A loaded Whisper model. Not safe for use by several threads at once."""

    def __init__(
        self, model: Any, folder: ModelFolder, *, decoding: Decoding, inventions: Collection[str]
    ) -> None:
        self._decoder = Decoder(model, decoding)
        self._decoding = decoding
        self._inventions = frozenset(inventions)
        self.name = folder.name
        self.sha256 = folder.sha256
        self.encoder_sha256 = folder.sha256
        self.hears_itself = True
        self.encoder = Encoder(model)
        self._cached: list[Encoded] = []

    def recognise(
        self, tracks: Sequence[Track], *, listen: StatesListener | None = None
    ) -> tuple[Recognition, ...]:
        """See ``Recogniser.recognise``. Windows of like length are decoded together."""
        windows = [window for track in tracks for window in pack_windows(track)]
        found: list[tuple[Window, list[tuple[int, Word]]]] = []
        self.forget()
        for batch in batches_of(windows, most=self._decoding.batch_size):
            found += zip(batch, self._transcribe(batch, listen), strict=True)
        return gather(tracks, found, self._inventions)

    def forget(self) -> None:
        """Drop the states of the call before."""
        self._cached.clear()

    def hear(
        self, windows: Sequence[Window], listen: StatesListener | None = None
    ) -> list[Encoded]:
        """The states of windows, which ``align`` reads; ``weigh`` uses them again. ``listen``: see
        ``TextRecogniser.recognise``."""
        encoded = [Encoded(w, self.encoder.encode(w.samples, self._length_s(w))) for w in windows]
        self._cache(encoded)
        if listen is None:
            return encoded
        return [replace(one, reading=listen(one.as_heard())) for one in encoded]

    def _length_s(self, window: Window) -> Seconds:
        """Of a window with the silence behind it."""
        return max(window.length_s + TAIL_S, self._decoding.least_s)

    def align(self, encoded: Sequence[Encoded], texts: Sequence[str]) -> list[list[AlignedPart]]:
        """See ``Decoder.align``."""
        return self._decoder.align(encoded, texts)

    def weigh(
        self, track: Track, span: Span, texts: Sequence[str]
    ) -> tuple[tuple[float, ...], ...]:
        """See ``Recogniser.weigh``. States cached by ``recognise`` are used again."""
        return self._decoder.weigh(self._states_of(track, span, WEIGHED_TAIL_S), texts)

    def states_of(self, track: Track, span: Span) -> States:
        """See ``Recogniser.states_of``. States cached by ``recognise`` are used again."""
        return self._states_of(track, span, 0.0)

    def _states_of(self, track: Track, span: Span, tail_s: Seconds) -> States:
        """The states of a stretch with a little sound around it and ``tail_s`` behind it."""
        for encoded in self._cached:
            if encoded.window.source is track.samples:
                states = encoded.part(span, tail_s)
                if states is not None:
                    return states
        wide = Span(max(0.0, span.start_s - PAD_S), span.end_s + PAD_S)
        low, high = (int(time_s * SAMPLE_RATE) for time_s in (wide.start_s, wide.end_s))
        states = self.encoder.encode(track.samples[low:high], wide.duration_s + WEIGHED_TAIL_S)
        return states[: len(states) - round((WEIGHED_TAIL_S - tail_s) * STATES_PER_S)]

    def _transcribe(
        self, windows: Sequence[Window], listen: StatesListener | None
    ) -> list[list[tuple[int, Word]]]:
        """The words of each window with the index of their stretch."""
        encoded = self.hear(windows, listen)
        drafts = self._decoder.decode(encoded)
        found = self._decoder.place(encoded, drafts)
        for i, (window, draft) in enumerate(zip(windows, drafts, strict=True)):
            if self._is_doubtful(draft, window) or find_wordless(window, found[i]):
                found[i] = self._transcribe_again(window, draft, found[i])
            for piece in find_sparse(window, found[i]):
                found[i] = self._with_piece_alone(window, piece, found[i])
            found[i] = time_words(window, encoded[i].reading, found[i])
        return found

    def _cache(self, encoded: Sequence[Encoded]) -> None:
        self._cached += encoded
        while sum(one.length_s for one in self._cached) > CACHED_S:
            del self._cached[0]

    def _with_piece_alone(
        self, window: Window, piece: Piece, words: list[tuple[int, Word]]
    ) -> list[tuple[int, Word]]:
        """The words of a window. If a stretch has more words when it is decoded alone, it gets
        these."""
        alone = self._transcribe_alone(window, piece)
        own = [word for word in words if word[0] == piece.index]
        if len(plain(text_of(alone))) <= MORE_TEXT * len(plain(text_of(own))):
            return words
        others = [word for word in words if word[0] != piece.index]
        return sorted([*others, *alone], key=lambda word: word[1].start_s)

    def _transcribe_alone(self, window: Window, piece: Piece) -> list[tuple[int, Word]]:
        """Decode one stretch of a window by itself, since beside others the decoder skipped it."""
        low = int(piece.offset_s * SAMPLE_RATE)
        block = window.samples[low : low + int(piece.span.duration_s * SAMPLE_RATE)]
        alone = Window(window.channel, window.source, (replace(piece, offset_s=0.0),))
        encoded = Encoded(
            alone, self.encoder.encode(block, max(ALONE_S, piece.span.duration_s + TAIL_S))
        )
        draft = self._decoder.decode([encoded])[0]
        if draft.logprob < LOW_LOGPROB or self._decoder.is_loop(draft):
            return []
        return self._decoder.place([encoded], [draft])[0]

    def _transcribe_again(
        self, window: Window, first: Draft, words: list[tuple[int, Word]]
    ) -> list[tuple[int, Word]]:
        """Decode a doubtful window alone with a longer silence behind it, and choose the better
        decoding.

        A decoding without a loop wins, then the one with fewer stretches without words, then the
        likelier one.
        """
        longer_s = self._length_s(window) - TAIL_S + AGAIN_TAIL_S
        length_s = WHISPER_S if self._decoder.is_loop(first) else longer_s
        encoded = Encoded(window, self.encoder.encode(window.samples, length_s))
        second = self._decoder.decode([encoded])[0]
        again = self._decoder.place([encoded], [second])[0]
        best, words = max(
            ((second, again), (first, words)),
            key=lambda pair: (
                not self._decoder.is_loop(pair[0]),
                -len(find_wordless(window, pair[1])),
                pair[0].logprob,
            ),
        )
        return [] if best.logprob < USELESS_LOGPROB or self._decoder.is_loop(best) else words

    def _is_doubtful(self, draft: Draft, window: Window) -> bool:
        text = self._decoder.text(draft)
        return draft.logprob < LOW_LOGPROB or is_loop(text) or is_too_sparse(text, window.speech_s)
