"""A linear model over what stands side by side in a sentence: characters, and syllables without
tones, in which a recogniser's wrong characters sound like the right ones."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pipeline.ear import pinyin_reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Floats = npt.NDArray[np.float32]

CHARACTERS = (1, 2, 3, 4)
SYLLABLES = (2, 3)
"""Lengths of the n-grams: on data by other hands these did best (models/meaning/README.md)."""

BEGIN, END = "<", ">"
"""Marks around a sentence: 那就 at its beginning is not 那就 inside it."""


@dataclass(frozen=True)
class NgramModel:
    """Logistic regressions over TF-IDF (scikit-learn's: sublinear, each kind of n-gram of length 1),
    one for each label. ``grams``: characters as they stand, syllables with spaces between;
    ``idf``: float32 (grams,); ``rows``: int8 (grams, labels), times ``scales`` (labels,); ``bias``:
    (labels,)."""

    grams: tuple[str, ...]
    idf: Floats
    rows: npt.NDArray[np.int8]
    scales: Floats
    bias: Floats

    @classmethod
    def of(cls, arrays: Mapping[str, npt.NDArray[Any]], side: str) -> NgramModel:
        """The model of one side from the arrays of the file. Raises ``KeyError``, ``ValueError``."""
        grams = tuple(map(str, arrays[f"{side}.grams"]))
        rows, labels = arrays[f"{side}.rows"], arrays[f"{side}.bias"].size
        if rows.shape != (len(grams), labels) or arrays[f"{side}.idf"].shape != (len(grams),):
            raise ValueError(f"the arrays of {side} do not fit each other")
        floats = {
            name: arrays[f"{side}.{name}"].astype(np.float32) for name in ("idf", "scales", "bias")
        }
        return cls(grams, floats["idf"], rows, floats["scales"], floats["bias"])

    @cached_property
    def _lookup(self) -> dict[str, int]:
        return {gram: number for number, gram in enumerate(self.grams)}

    def logits(self, texts: Sequence[str]) -> Floats:
        """The log odds of each label, float32 (texts, labels)."""
        return np.array([self._one(text) for text in texts], np.float32).reshape(
            len(texts), self.bias.size
        )

    def _one(self, text: str) -> Floats:
        total = self.bias.copy()
        for grams in (_grams(f"{BEGIN}{text}{END}", CHARACTERS), _spoken(text)):
            found = Counter(self._lookup[gram] for gram in grams if gram in self._lookup)
            if not found:
                continue
            ids = np.fromiter(found, np.int64)
            counts = np.array([1.0 + math.log(n) for n in found.values()], np.float32)
            weights = counts * self.idf[ids]
            weights /= np.float32(np.sqrt((weights * weights).sum()))
            total += (weights @ self.rows[ids].astype(np.float32)) * self.scales
        return total


def _grams(text: str, lengths: Sequence[int]) -> Iterator[str]:
    for length in lengths:
        for start in range(len(text) - length + 1):
            yield text[start : start + length]


def _spoken(text: str) -> Iterator[str]:
    """Syllables side by side; what is no Chinese character is one syllable as it stands."""
    said = [syllable.lower() for syllable in " ".join(pinyin_reader()(text)).split()]
    for length in SYLLABLES:
        for start in range(len(said) - length + 1):
            yield " ".join(said[start : start + length])
