"""What a sentence means, however it is worded: a greeting, an offer of help, a request, a reproach.

Two models (``models/meaning``) read each sentence, and the mean of their log odds counts: one looks
at n-grams of characters and syllables, the other is a small transformer. Both learn from
``sentences.tsv`` (``bench/quality/train_meaning.py``).
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.errors import ModelError
from pipeline.phrases.network import SentenceNetwork
from pipeline.phrases.ngrams import NgramModel
from pipeline.weights import UNREADABLE, read_arrays, shipped_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from pipeline.types import Role

MODEL = shipped_folder("models") / "meaning" / "model.npz"

RUDE = (
    "shirk", "blame", "impatient", "brush_off", "sarcasm", "threat", "insult", "overpromise",
    "private_deal", "leak", "disparage", "slang",
)  # fmt: skip
"""Labels of what an agent must not say; the others are what he does for the customer, or what a
customer tells."""

TOLD_BY_TONE = ("sarcasm", "slang")
"""Rude labels that a sentence alone never settles. Praise and irony have the same words (您真会算账), and
the words of a region (巴适得很) are new to the model as those of the net are. Of 860 warm sentences by
two hands that the model had not seen 35 were as surely sarcasm as any mockery, and three slang."""

BY_WORDS = tuple(label for label in RUDE if label not in TOLD_BY_TONE)

MIN_CHARS = 4
"""A shorter sentence shows no attitude by itself and gets no label (our choice)."""

SHORTEST = 2
"""A text of one character means nothing by itself."""

SIDES: tuple[Role, Role] = ("agent", "customer")

PLAIN: Mapping[Role, float] = {"agent": -np.inf, "customer": -2.5}
"""Log odds by n-grams. A sentence with no label above it needs no network: it means nothing that
counts. A third of what customers say lies below, and none of 225 sentences of the held-out hand
that have a label; among agents' sentences too few do."""

_NUMBERS = ("near", "show", "sure")
_TEXTS = ("labels", "words", "data_sha256")


@dataclass(frozen=True, slots=True)
class Meaning:
    """``label``: one of :data:`RUDE`, ``None`` if none is sure enough. ``probability``: 0 to 1, of
    the likeliest."""

    label: str | None
    probability: float


@dataclass(frozen=True)
class MeaningClassifier:
    """``ngrams``: the linear model of each side. ``labels``: ``agent.shirk``, ``customer.praise`` …, as the network gives them. From
    ``show[label]`` on a sentence is shown to a person, from ``sure[label]`` on it is sure; below
    ``near[label]`` nothing like it was said. ``data_sha256``: of the sentences that the network
    learnt from."""

    network: SentenceNetwork
    ngrams: Mapping[Role, NgramModel]
    labels: tuple[str, ...]
    near: Mapping[str, float]
    show: Mapping[str, float]
    sure: Mapping[str, float]
    data_sha256: str
    _cache: dict[tuple[str, Role], npt.NDArray[np.float32]] = field(
        default_factory=dict, repr=False
    )

    def read(self, sentences: Sequence[str], roles: Sequence[Role]) -> npt.NDArray[np.float32]:
        """The probability of each label, float32 (sentences, labels). Labels of the other side are
        0, and so is a text of one character. Somebody of unknown role is read as the agent."""
        texts = [written(sentence) for sentence in sentences]
        sides: list[Role] = ["customer" if role == "customer" else "agent" for role in roles]
        keys = list(zip(texts, sides, strict=True))
        new = [k for k in dict.fromkeys(keys) if len(k[0]) >= SHORTEST and k not in self._cache]
        if len(self._cache) > CACHED:
            self._cache.clear()
            new = [key for key in dict.fromkeys(keys) if len(key[0]) >= SHORTEST]
        for key, row in zip(new, self._read(new), strict=True):
            self._cache[key] = row
        nothing = np.zeros(len(self.labels), np.float32)
        rows = [self._cache.get(key, nothing) for key in keys]
        return np.array(rows, np.float32).reshape(len(rows), len(self.labels))

    def _read(self, keys: Sequence[tuple[str, Role]]) -> npt.NDArray[np.float32]:
        """The rows of texts that have not been read yet."""
        rows = np.zeros((len(keys), len(self.labels)), np.float32)
        for side, model in self.ngrams.items():
            own = [index for index, (_, of) in enumerate(keys) if of == side]
            columns = [n for n, label in enumerate(self.labels) if label.startswith(f"{side}.")]
            scores = model.logits([bare(keys[index][0]) for index in own])
            doubted = np.flatnonzero(scores.max(axis=1, initial=-np.inf) >= PLAIN[side])
            texts = [keys[own[at]][0] for at in doubted]
            deep = self.network.logits(texts, [SIDES.index(side)] * len(texts))[:, columns]
            scores[doubted] = (scores[doubted] + deep) / 2
            rows[np.ix_(own, columns)] = 1.0 / (1.0 + np.exp(-scores))
        return rows

    @cached_property
    def charge(self) -> Mapping[str, float]:
        """From where on a sentence takes points by its meaning alone."""
        return {**self.sure, **{f"agent.{label}": math.inf for label in TOLD_BY_TONE}}

    def probability(self, row: npt.NDArray[np.float32], label: str) -> float:
        """That of one label in a row of ``read``."""
        return float(row[self.labels.index(label)])

    def classify(self, sentences: Sequence[str]) -> tuple[Meaning, ...]:
        """What is rude in sentences of the agent, one meaning each, in their order.

        >>> load_meaning().classify(["。"])
        (Meaning(label=None, probability=0.0),)
        """
        rows = self.read(sentences, ["agent"] * len(sentences))
        return tuple(
            self.rudest(row) if len(written(sentence)) >= MIN_CHARS else Meaning(None, 0.0)
            for sentence, row in zip(sentences, rows, strict=True)
        )

    def rudest(self, row: npt.NDArray[np.float32], labels: Sequence[str] = RUDE) -> Meaning:
        """The one of these rude labels that is likeliest in a row, if it is to be shown."""
        by_label = {name: self.probability(row, f"agent.{name}") for name in labels}
        label = max(by_label, key=lambda name: by_label[name] / self.show[f"agent.{name}"])
        most = by_label[label]
        return Meaning(label if most >= self.show[f"agent.{label}"] else None, most)


CACHED = 20_000
"""Sentences whose reading is kept: agents say the same over and over."""


def written(sentence: str) -> str:
    """The form that the network reads: half-width, lower case, simplified, without spaces and
    pictures.

    >>> written("Ａ， 您好！")
    'a,您好!'
    """
    half_width = unicodedata.normalize("NFKC", sentence).lower()
    return "".join(c for c in half_width if c.isalnum() or c in _MARKS)


def bare(text: str) -> str:
    """The form that the n-grams are taken from: letters and ideographs, and whether it asks.

    >>> bare("您好,请问?")
    '您好请问?'
    """
    return "".join(c for c in text if c.isalnum()) + ("?" if text.endswith("?") else "")


_MARKS = frozenset(",。?!、;:\"'~%.-")


@lru_cache(maxsize=2)
def load_meaning(path: Path = MODEL) -> MeaningClassifier:
    """The classifier that ``bench/quality/train_meaning.py`` wrote.

    Raises ``ModelError`` if the file is missing, damaged or incomplete.
    """
    try:
        return _made(read_arrays(path))
    except UNREADABLE as error:
        raise ModelError(
            f"{path}: not a readable meaning model ({error}); restore the file, or write it again: "
            "python -m bench.quality.train_meaning"
        ) from error


def _made(arrays: Mapping[str, npt.NDArray[Any]]) -> MeaningClassifier:
    """Raises ``KeyError``, ``ValueError`` for arrays that are missing or do not fit each other."""
    labels = tuple(map(str, arrays["labels"]))
    words = tuple(map(str, arrays["words"]))
    ngrams = {side: NgramModel.of(arrays, side) for side in SIDES}
    weights = {
        name: array
        for name, array in arrays.items()
        if name not in (*_NUMBERS, *_TEXTS, "scores") and not name.startswith(SIDES)
    }
    for name in _NUMBERS:
        if arrays[name].shape != (len(labels),) or not np.isfinite(arrays[name]).all():
            raise ValueError(f"{name} has the shape {arrays[name].shape}, not {(len(labels),)}")
    if arrays["scores"].shape != (len(words),) or arrays["emb.rows"].shape[0] != len(words):
        raise ValueError("words, scores and emb.rows are not of one length")
    if arrays["head.bias"].shape != (len(labels),):
        raise ValueError(f"head.bias has the shape {arrays['head.bias'].shape}")
    for name, array in weights.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"{name} holds something else than finite numbers")
        if name.endswith(".rows") and weights[f"{name[:-5]}.scales"].shape != array.shape[:1]:
            raise ValueError(f"{name} and its scales do not fit")
    missing = {f"agent.{name}" for name in RUDE} - set(labels)
    if missing:
        raise ValueError(f"the labels {', '.join(sorted(missing))} are missing")
    network = SentenceNetwork.of(words, arrays["scores"].astype(np.float32), weights)
    levels = {name: dict(zip(labels, map(float, arrays[name]), strict=True)) for name in _NUMBERS}
    return MeaningClassifier(
        network,
        ngrams,
        labels,
        levels["near"],
        levels["show"],
        levels["sure"],
        str(arrays["data_sha256"]),
    )
