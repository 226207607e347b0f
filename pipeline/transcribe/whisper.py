"""Whisper through faster-whisper and CTranslate2: windows of their own length, beam search, words
with times."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens

from pipeline.transcribe.clock import time_words
from pipeline.transcribe.encoder import (
    CACHED_S,
    STATES_PER_S,
    WHISPER_S,
    Encoded,
    Encoder,
    stack_states,
)
from pipeline.transcribe.guard import is_loop, is_too_sparse, plain
from pipeline.transcribe.placing import (
    AlignedPart,
    find_sparse,
    find_wordless,
    gather,
    place_words,
    text_of,
)
from pipeline.transcribe.script import simplify
from pipeline.transcribe.vocabulary import TrimmedWhisper, Vocabulary
from pipeline.transcribe.windows import PAD_S, Piece, Window, batches_of, pack_windows
from pipeline.types import SAMPLE_RATE, Seconds, Span, Track, Word

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from pipeline.ear import States, StatesListener
    from pipeline.settings import Device
    from pipeline.transcribe.recogniser import Recognition
    from pipeline.weights import ModelFolder

TAIL_S: Seconds = 2.0
"""Silence after the speech of a window. With 1 s beam search drops text; 4 s costs time without a
gain."""

TOKENS_PER_S = 12
"""Upper bound of tokens for a second of speech. It stops a loop early; fast speech has about 8."""

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

WEIGHED_AT_ONCE = 8
"""Texts that are weighed together against one sound."""

WEIGHED_TAIL_S: Seconds = 1.0
"""Silence after sound that texts are weighed against. Nothing is decoded there, so no text can be
dropped."""

MOST_TOKENS = 440
"""Whisper's decoder takes 448 tokens, prompt and end included."""

LEAST_PROBABILITY = 1e-9
"""The probability of an impossible token, so that its logarithm is finite."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """Options of the search. ``beam_size`` 5 gives error rate 0.098 on calls/dev, 2 gives 0.103,
    and greedy search 0.124 (docs/performance.md)."""

    beam_size: int = 5
    batch_size: int = 8
    threads: int = 0
    """0: CTranslate2 chooses."""
    device: Device = "cpu"
    compute_type: str = ""
    """A name of CTranslate2; empty: int8 on a CPU, float16 on a GPU."""
    least_s: Seconds = 0.0
    """Each window is padded with silence to this length: for calls in progress, whose windows are of
    single stretches."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """The decoding of one window: text tokens and their mean log probability."""

    tokens: tuple[int, ...]
    logprob: float


class WhisperRecogniser:
    """A loaded Whisper model. Not safe for use by several threads at once."""

    def __init__(
        self, model: Any, folder: ModelFolder, *, decoding: Decoding, inventions: Collection[str]
    ) -> None:
        self._model = model
        self._decoding = decoding
        self._inventions = frozenset(inventions)
        self._tokenizer = Tokenizer(
            model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language="zh"
        )
        self._vocabulary: Vocabulary | None = (
            model.model.vocabulary if isinstance(model.model, TrimmedWhisper) else None
        )
        self._prompt = [*self._tokenizer.sot_sequence, self._tokenizer.no_timestamps]
        self._suppressed = get_suppressed_tokens(self._tokenizer, [-1])
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
        """Each text in parts (a part is a character, or a word of Latin letters), placed in its
        window. ``probability`` is the model's own for that part, after the parts before it.

        An empty text, and one longer than the decoder takes, has no parts.
        """
        spelt = [self._spell(text) if text else [] for text in texts]
        return self._align_tokens(
            encoded, [tokens if len(tokens) <= MOST_TOKENS else [] for tokens in spelt]
        )

    def weigh(
        self, track: Track, span: Span, texts: Sequence[str]
    ) -> tuple[tuple[float, ...], ...]:
        """See ``Recogniser.weigh``. States cached by ``recognise`` are used again."""
        states = self._states_of(track, span, WEIGHED_TAIL_S)
        weighed: list[tuple[float, ...]] = []
        for start in range(0, len(texts), WEIGHED_AT_ONCE):
            batch = [self._spell(text) for text in texts[start : start + WEIGHED_AT_ONCE]]
            results = self._model.model.align(
                stack_states([states] * len(batch)),
                self._tokenizer.sot_sequence,
                batch,
                [2 * len(states)] * len(batch),
            )
            weighed += [
                self._by_character(r.text_token_probs, b)
                for r, b in zip(results, batch, strict=True)
            ]
        return tuple(weighed)

    def _spell(self, text: str) -> list[int]:
        """The tokens of a text, as the model knows them."""
        tokens: list[int] = self._tokenizer.encode(text)
        return self._vocabulary.spell(tokens) if self._vocabulary else tokens

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

    def _by_character(
        self, probabilities: Sequence[float], tokens: Sequence[int]
    ) -> tuple[float, ...]:
        """The log probabilities of tokens, summed for each character that they spell."""
        pieces, parts = self._tokenizer.split_tokens_on_unicode(list(tokens))
        logs = np.log(np.maximum(probabilities, LEAST_PROBABILITY))
        spent, out = 0, []
        for piece, part in zip(pieces, parts, strict=True):
            share = float(logs[spent : spent + len(part)].sum()) / max(1, len(piece))
            out += [share] * len(piece)
            spent += len(part)
        return tuple(out)

    def _transcribe(
        self, windows: Sequence[Window], listen: StatesListener | None
    ) -> list[list[tuple[int, Word]]]:
        """The words of each window with the index of their stretch."""
        encoded = self.hear(windows, listen)
        drafts = self._decode(encoded)
        found = self._align(encoded, drafts)
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
        draft = self._decode([encoded])[0]
        if draft.logprob < LOW_LOGPROB or self._is_loop(draft):
            return []
        return self._align([encoded], [draft])[0]

    def _transcribe_again(
        self, window: Window, first: _Draft, words: list[tuple[int, Word]]
    ) -> list[tuple[int, Word]]:
        """Decode a doubtful window alone with a longer silence behind it, and choose the better
        decoding.

        A decoding without a loop wins, then the one with fewer stretches without words, then the
        likelier one.
        """
        longer_s = self._length_s(window) - TAIL_S + AGAIN_TAIL_S
        length_s = WHISPER_S if self._is_loop(first) else longer_s
        encoded = Encoded(window, self.encoder.encode(window.samples, length_s))
        second = self._decode([encoded])[0]
        again = self._align([encoded], [second])[0]
        best, words = max(
            ((second, again), (first, words)),
            key=lambda pair: (
                not self._is_loop(pair[0]),
                -len(find_wordless(window, pair[1])),
                pair[0].logprob,
            ),
        )
        return [] if best.logprob < USELESS_LOGPROB or self._is_loop(best) else words

    def _is_doubtful(self, draft: _Draft, window: Window) -> bool:
        text = self._text(draft)
        return draft.logprob < LOW_LOGPROB or is_loop(text) or is_too_sparse(text, window.speech_s)

    def _is_loop(self, draft: _Draft) -> bool:
        return is_loop(self._text(draft))

    def _text(self, draft: _Draft) -> str:
        decoded: str = self._tokenizer.decode(list(draft.tokens))
        return simplify(decoded)

    def _decode(self, encoded: Sequence[Encoded]) -> list[_Draft]:
        longest_s = max(one.length_s for one in encoded)
        results = self._model.model.generate(
            stack_states([one.states for one in encoded]),
            [self._prompt] * len(encoded),
            beam_size=self._decoding.beam_size,
            max_length=min(
                self._model.max_length, len(self._prompt) + 20 + int(TOKENS_PER_S * longest_s)
            ),
            return_scores=True,
            suppress_blank=True,
            suppress_tokens=self._suppressed,
        )
        return [_Draft(tuple(r.sequences_ids[0]), float(r.scores[0])) for r in results]

    def _align(
        self, encoded: Sequence[Encoded], drafts: Sequence[_Draft]
    ) -> list[list[tuple[int, Word]]]:
        tokens = [
            [token for token in draft.tokens if token < self._tokenizer.eot] for draft in drafts
        ]
        aligned = self._align_tokens(encoded, tokens)
        return [place_words(one.window, parts) for one, parts in zip(encoded, aligned, strict=True)]

    def _align_tokens(
        self, encoded: Sequence[Encoded], tokens: list[list[int]]
    ) -> list[list[AlignedPart]]:
        if not any(tokens):
            return [[] for _ in encoded]
        frames = [2 * len(one.states) for one in encoded]
        aligned: list[list[AlignedPart]] = self._model.find_alignment(
            self._tokenizer, tokens, stack_states([one.states for one in encoded]), frames
        )
        return aligned
