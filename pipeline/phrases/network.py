"""A small transformer that reads sentences, in numpy: from texts to the log odds of each label.

Its weights are whole numbers of eight bits with a scale for each row, made into float32 before
they are used; no kernel of eight bits is used, so that processors differ by rounding alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]

BEGIN, PAD, END, UNKNOWN, FIRST_SIDE = 0, 1, 2, 3, 4
"""Numbers of the special words; one word for each side follows."""

LONGEST_WORD = 4
LONGEST_TEXT = 72
"""Words of a sentence that are read; what follows is left out (our choice: 99.9 % of the sentences
that the network learnt from are shorter)."""

HEADS = 12
EMBEDDINGS = "emb"
EPSILON = 1e-12
BATCH_WORDS = 1024
"""Words that are read at once, padding counted: more are no faster."""


@lru_cache(maxsize=1)
def _pools() -> ThreadpoolController:
    """The threads of numpy's libraries; looking for them takes milliseconds, so it is done once."""
    return ThreadpoolController()


@dataclass(frozen=True)
class SentenceNetwork:
    """``words``: the vocabulary, special words first; ``scores``: their log probabilities, float32
    (words,); ``weights``: float32 by name, matrices with a row for each input, as ``of`` makes them.
    The embeddings stay whole numbers, since a sentence needs few of their rows: 12 MB less."""

    words: tuple[str, ...]
    scores: Floats
    weights: Mapping[str, npt.NDArray[Any]]

    @classmethod
    def of(
        cls, words: tuple[str, ...], scores: Floats, arrays: Mapping[str, npt.NDArray[Any]]
    ) -> SentenceNetwork:
        """``arrays``: the weights by name, as ``models/meaning/README.md`` lists them."""
        made: dict[str, npt.NDArray[Any]] = {}
        for name, array in arrays.items():
            stem = name.rpartition(".")[0]
            if stem == EMBEDDINGS:
                made[name] = array
            elif name.endswith(".rows"):
                matrix = array.astype(np.float32) * arrays[f"{stem}.scales"][:, None]
                made[stem] = np.ascontiguousarray(matrix.T)
            elif not name.endswith(".scales"):
                made[name] = array.astype(np.float32)
        return cls(words, scores, made)

    def logits(self, sentences: Sequence[str], sides: Sequence[int]) -> Floats:
        """The log odds of each label, float32 (sentences, labels). ``sides``: 0 for what the
        agent says, 1 for what the customer says."""
        ids = [self._ids(text, side) for text, side in zip(sentences, sides, strict=True)]
        out = np.zeros((len(ids), self.labels), np.float32)
        with _pools().limit(limits=1):  # on matrices so small, threads wait for each other
            for group in _groups(ids):
                out[group] = self._forward([ids[index] for index in group])
        return out

    @property
    def labels(self) -> int:
        return int(self.weights["head.bias"].size)

    @property
    def width(self) -> int:
        return int(self.weights[f"{EMBEDDINGS}.rows"].shape[1])

    @property
    def parameters(self) -> int:
        """Weights in all; the scales of rows are part of them."""
        return sum(
            array.size for name, array in self.weights.items() if not name.endswith(".scales")
        )

    @cached_property
    def _lookup(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.words)}

    @cached_property
    def _least(self) -> float:
        """The score of a character that is not in the vocabulary."""
        return float(self.scores[FIRST_SIDE + 2 :].min()) - 10.0

    def _ids(self, text: str, side: int) -> list[int]:
        words = [self._lookup.get(word, UNKNOWN) for word in self.segment(text)]
        return [BEGIN, FIRST_SIDE + side, *words[:LONGEST_TEXT], END]

    def segment(self, text: str) -> list[str]:
        """The most probable words of a text, by the unigram model of the vocabulary."""
        best, cut = [0.0], [0]
        for end in range(1, len(text) + 1):
            options = []
            for start in range(max(0, end - LONGEST_WORD), end):
                number = self._lookup.get(text[start:end])
                if number is not None:
                    options.append((best[start] + float(self.scores[number]), start))
                elif end - start == 1:
                    options.append((best[start] + self._least, start))
            score, start = max(options)
            best.append(score)
            cut.append(start)
        words: list[str] = []
        end = len(text)
        while end:
            words.append(text[cut[end] : end])
            end = cut[end]
        return words[::-1]

    @property
    def layers(self) -> int:
        return sum(1 for name in self.weights if name.endswith(".q"))

    def _forward(self, ids: Sequence[Sequence[int]]) -> Floats:
        """Log odds of sentences whose words stand one after the other, without padding: only the
        attention looks at rows of one length."""
        w = self.weights
        rows = _Rows.of([len(own) for own in ids])
        numbers = np.fromiter((number for own in ids for number in own), np.int64)
        x = self._embed(numbers) + w["pos"][rows.places]
        x = _normalise(x, w["eln.weight"], w["eln.bias"])
        for layer in range(self.layers):
            x = self._layer(x, rows, f"ly.{layer}")
        sums = np.add.reduceat(x, rows.starts, axis=0)
        mean = sums / rows.lengths[:, None].astype(np.float32)
        out: Floats = (mean @ w["head"] + w["head.bias"]).astype(np.float32)
        return out

    def _embed(self, numbers: Ids) -> Floats:
        rows = self.weights[f"{EMBEDDINGS}.rows"][numbers].astype(np.float32)
        made: Floats = rows * self.weights[f"{EMBEDDINGS}.scales"][numbers, None]
        return made

    def _layer(self, x: Floats, rows: _Rows, name: str) -> Floats:
        w = self.weights
        size = x.shape[1] // HEADS

        def heads(which: str) -> Floats:
            made: Floats = x @ w[f"{name}.{which}"] + w[f"{name}.{which}.bias"]
            return rows.spread(made).reshape(*rows.shape, HEADS, size).transpose(0, 2, 1, 3)

        q, k, v = heads("q"), heads("k"), heads("v")
        weights = q @ k.transpose(0, 1, 3, 2) / np.float32(np.sqrt(size)) + rows.unseen
        weights = np.exp(weights - weights.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        context = (weights @ v).transpose(0, 2, 1, 3).reshape(*rows.shape, x.shape[1])[rows.real]
        attended = context @ w[f"{name}.ao"] + w[f"{name}.ao.bias"]
        x = _normalise(x + attended, w[f"{name}.aln.weight"], w[f"{name}.aln.bias"])
        wide = _gelu(x @ w[f"{name}.fi"] + w[f"{name}.fi.bias"])
        out = wide @ w[f"{name}.fo"] + w[f"{name}.fo.bias"]
        return _normalise(x + out, w[f"{name}.oln.weight"], w[f"{name}.oln.bias"])


@dataclass(frozen=True)
class _Rows:
    """Where the words of sentences stand. ``real``: bool (sentences, longest); ``unseen``: what is
    added to the attention, float32 (sentences, 1, 1, longest); ``lengths``, ``starts``:
    (sentences,); ``places``: of each word in its sentence."""

    real: npt.NDArray[np.bool_]
    unseen: Floats
    lengths: Ids
    starts: Ids
    places: Ids

    @classmethod
    def of(cls, lengths: Sequence[int]) -> _Rows:
        sizes = np.array(lengths, np.int64)
        real = np.arange(sizes.max()) < sizes[:, None]
        unseen = np.where(real, 0.0, -1e9).astype(np.float32)[:, None, None, :]
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        return cls(real, unseen, sizes, starts, np.nonzero(real)[1])

    @property
    def shape(self) -> tuple[int, int]:
        return self.real.shape[0], self.real.shape[1]

    def spread(self, words: Floats) -> Floats:
        """Words one after the other as rows of one length, 0 behind the last."""
        out = np.zeros((*self.shape, words.shape[1]), np.float32)
        out[self.real] = words
        return out


def _groups(ids: Sequence[Sequence[int]]) -> list[list[int]]:
    """Numbers of sentences of like length, so many together that they fill a batch."""
    order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
    groups: list[list[int]] = []
    for index in order:
        if groups and (len(groups[-1]) + 1) * len(ids[index]) <= BATCH_WORDS:
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups


def _normalise(x: Floats, weight: Floats, bias: Floats) -> Floats:
    mean = x.mean(axis=-1, keepdims=True)
    apart = x - mean
    spread = np.sqrt((apart * apart).mean(axis=-1, keepdims=True) + np.float32(EPSILON))
    out: Floats = apart / spread * weight + bias
    return out


def _gelu(x: Floats) -> Floats:
    """The Gaussian error linear unit, by the hyperbolic tangent (Hendrycks and Gimpel,
    arXiv:1606.08415, section 2): a fifth of the time of the error function, and the log odds of
    labels differ by less than 0.1."""
    inner = x * x
    inner *= np.float32(0.044715)
    inner += np.float32(1.0)
    inner *= x
    inner *= np.float32(0.7978845608)  # the root of 2 / pi
    np.tanh(inner, out=inner)
    inner += np.float32(1.0)
    inner *= x
    inner *= np.float32(0.5)
    return inner
