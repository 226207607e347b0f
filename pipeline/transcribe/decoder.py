"""From the encoder's states to tokens, and from texts to their places and weights: what Whisper's
decoder does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from faster_whisper.tokenizer import Tokenizer
from faster_whisper.transcribe import get_suppressed_tokens

from pipeline.transcribe.encoder import stack_states
from pipeline.transcribe.guard import is_loop
from pipeline.transcribe.placing import AlignedPart, place_words
from pipeline.transcribe.script import simplify
from pipeline.transcribe.vocabulary import TrimmedWhisper, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.ear import States
    from pipeline.settings import Device
    from pipeline.transcribe.encoder import Encoded
    from pipeline.types import Seconds, Word

TOKENS_PER_S = 12
"""Upper bound of tokens for a second of speech. It stops a loop early; fast speech has about 8."""

WEIGHED_AT_ONCE = 8
"""Texts that are weighed together against one sound."""

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
class Draft:
    """The decoding of one window: text tokens and their mean log probability."""

    tokens: tuple[int, ...]
    logprob: float


class Decoder:
    """The decoder of a loaded model, with its tokens."""

    def __init__(self, model: Any, decoding: Decoding) -> None:
        self.model = model
        self._decoding = decoding
        self._tokenizer = Tokenizer(
            model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language="zh"
        )
        self._vocabulary: Vocabulary | None = (
            model.model.vocabulary if isinstance(model.model, TrimmedWhisper) else None
        )
        self._prompt = [*self._tokenizer.sot_sequence, self._tokenizer.no_timestamps]
        self._suppressed = get_suppressed_tokens(self._tokenizer, [-1])

    def decode(self, encoded: Sequence[Encoded]) -> list[Draft]:
        """The best decoding of each window, decoded together."""
        longest_s = max(one.length_s for one in encoded)
        results = self.model.model.generate(
            stack_states([one.states for one in encoded]),
            [self._prompt] * len(encoded),
            beam_size=self._decoding.beam_size,
            max_length=min(
                self.model.max_length, len(self._prompt) + 20 + int(TOKENS_PER_S * longest_s)
            ),
            return_scores=True,
            suppress_blank=True,
            suppress_tokens=self._suppressed,
        )
        return [Draft(tuple(r.sequences_ids[0]), float(r.scores[0])) for r in results]

    def place(
        self, encoded: Sequence[Encoded], drafts: Sequence[Draft]
    ) -> list[list[tuple[int, Word]]]:
        """The words of each decoding with the index of their stretch."""
        tokens = [
            [token for token in draft.tokens if token < self._tokenizer.eot] for draft in drafts
        ]
        aligned = self._align(encoded, tokens)
        return [place_words(one.window, parts) for one, parts in zip(encoded, aligned, strict=True)]

    def align(self, encoded: Sequence[Encoded], texts: Sequence[str]) -> list[list[AlignedPart]]:
        """Each text in parts (a part is a character, or a word of Latin letters), placed in its
        window. ``probability`` is the model's own for that part, after the parts before it.

        An empty text, and one longer than the decoder takes, has no parts.
        """
        spelt = [self._spell(text) if text else [] for text in texts]
        return self._align(
            encoded, [tokens if len(tokens) <= MOST_TOKENS else [] for tokens in spelt]
        )

    def _align(
        self, encoded: Sequence[Encoded], tokens: list[list[int]]
    ) -> list[list[AlignedPart]]:
        if not any(tokens):
            return [[] for _ in encoded]
        frames = [2 * len(one.states) for one in encoded]
        aligned: list[list[AlignedPart]] = self.model.find_alignment(
            self._tokenizer, tokens, stack_states([one.states for one in encoded]), frames
        )
        return aligned

    def weigh(self, states: States, texts: Sequence[str]) -> tuple[tuple[float, ...], ...]:
        """See ``Recogniser.weigh``, against these states."""
        weighed: list[tuple[float, ...]] = []
        for start in range(0, len(texts), WEIGHED_AT_ONCE):
            batch = [self._spell(text) for text in texts[start : start + WEIGHED_AT_ONCE]]
            results = self.model.model.align(
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

    def is_loop(self, draft: Draft) -> bool:
        """Whether a decoding says one thing again and again."""
        return is_loop(self.text(draft))

    def text(self, draft: Draft) -> str:
        """What a decoding says, in simplified characters."""
        decoded: str = self._tokenizer.decode(list(draft.tokens))
        return simplify(decoded)

    def _spell(self, text: str) -> list[int]:
        """The tokens of a text, as the model knows them."""
        tokens: list[int] = self._tokenizer.encode(text)
        return self._vocabulary.spell(tokens) if self._vocabulary else tokens

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
