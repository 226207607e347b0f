"""The three levels of each label, and how the model does at them on a hand that it has not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.quality.meaning.data import SIDES, Sentence, sha256
from bench.quality.meaning.ngram_fit import labels_of, score_unseen, truth_of
from pipeline.phrases.meaning import RUDE
from pipeline.phrases.network import SentenceNetwork
from pipeline.types import Role

FAULTS = (
    "refuse_no_way", "transfer_no_reason", "promise_no_time", "private_question", "ask_favour",
    "hedge",
)  # fmt: skip
"""Faults of service that are no rudeness: such sentences are not ordinary."""

NEAR = 0.1
"""Below it nothing like the label was said (our choice)."""

# Rude labels (our choice): two ordinary sentences of the hand may be shown for each label, and one
# may be sure, the strangest; none else, not even one whose log odds were MARGIN higher. The hand's
# ordinary sentences are near misses for the half. Chosen on one half of them and counted on the
# other, 7 in 1000 are sure at 60 % of what is rude; without the one, 5 in 1000 at 52 %.
SHOWN_IN_ERROR, SURE_IN_ERROR = 2, 1
LEAST_SHOWN, LEAST_SURE, MARGIN = 0.35, 0.9, 0.3

# What agents do and customers tell (our choice): shown from where PRECISION is right.
PRECISION = 0.93
SHOW_WITHIN, SURE_WITHIN, SURE_ABOVE_SHOW = (0.3, 0.5), (0.6, 0.95), 0.2
SHOW_IF_NEVER_RIGHT = 0.8

Floats = npt.NDArray[np.float64]
Levels = dict[str, tuple[float, float, float]]
"""``near``, ``show``, ``sure`` of each label, ``agent.shirk`` …"""


@dataclass(frozen=True)
class Held:
    """What both models say together about one side's sentences of the held-out hand.
    ``probabilities``: float64 (sentences, labels); ``truth``: bool, of the same shape."""

    who: Role
    labels: tuple[str, ...]
    probabilities: Floats
    truth: npt.NDArray[np.bool_]

    def column(self, label: str) -> tuple[Floats, npt.NDArray[np.bool_]]:
        at = self.labels.index(label)
        return self.probabilities[:, at], self.truth[:, at]

    @property
    def rude(self) -> npt.NDArray[np.bool_]:
        """Sentences with a label of RUDE, bool (sentences,)."""
        return self.truth[:, [name in RUDE for name in self.labels]].any(axis=1)

    @property
    def ordinary(self) -> npt.NDArray[np.bool_]:
        """Sentences with no fault of any kind, bool (sentences,)."""
        return ~self.truth[:, [name in (*RUDE, *FAULTS) for name in self.labels]].any(axis=1)

    def rude_from(self, levels: Mapping[str, float]) -> npt.NDArray[np.bool_]:
        """Sentences that reach the level of a rude label, bool (sentences,)."""
        reached = [self.column(name)[0] >= levels[f"{self.who}.{name}"] for name in RUDE]
        return np.any(reached, axis=0)


def read_held(
    sentences: Sequence[Sentence],
    network: SentenceNetwork,
    order: Sequence[str],
    scores: Mapping[Role, Floats],
    held: int,
) -> list[Held]:
    """Both sides. ``order``: labels of the network; ``scores``: ``unseen_scores``."""
    made = []
    for number, who in enumerate(SIDES):
        side = [s for s in sentences if s.who == who]
        own = [s for s in side if s.hand == held]
        labels = labels_of(side)
        columns = [list(order).index(f"{who}.{label}") for label in labels]
        deep = network.logits([s.form for s in own], [number] * len(own))[:, columns]
        mean = (scores[who] + deep.astype(np.float64)) / 2
        probabilities = 1 / (1 + np.exp(-mean))
        made.append(Held(who, tuple(labels), probabilities, truth_of(own, labels)))
    return made


def unseen_scores(
    sentences: Sequence[Sentence], held: int, cache: Path | None = None
) -> dict[Role, Floats]:
    """Log odds of the held-out hand by n-grams of the others. ``cache``: a file that keeps them; it
    counts as long as the data are the same."""
    key = f"{sha256()} {held} {len(sentences)}"
    if cache is not None and cache.exists():
        with np.load(cache, allow_pickle=False) as entries:
            if str(entries["key"]) == key:
                return {who: entries[who] for who in SIDES}
    scores = {who: score_unseen([s for s in sentences if s.who == who], held) for who in SIDES}
    if cache is not None:
        arrays: dict[str, Any] = {str(who): scores[who] for who in SIDES}
        arrays["key"] = np.array(key)
        np.savez(cache, allow_pickle=False, **arrays)
    return scores


def choose_levels(held: Held) -> Levels:
    """Levels of one side's labels."""
    levels: Levels = {}
    for label in held.labels:
        probabilities, truth = held.column(label)
        if held.who == "agent" and label in RUDE:
            show, sure = rude_levels(probabilities[held.ordinary])
        else:
            show, sure = plain_levels(probabilities, truth)
        levels[f"{held.who}.{label}"] = (NEAR, show, sure)
    return levels


def rude_levels(ordinary: Floats) -> tuple[float, float]:
    """``show`` and ``sure`` by the probabilities of ordinary sentences, of which there must be
    three.

    >>> show, sure = rude_levels(np.array([0.1, 0.99, 0.2, 0.95, 0.3]))
    >>> round(show, 2), round(sure, 2)
    (0.35, 0.96)
    """
    highest = np.sort(ordinary)[::-1]
    show = max(LEAST_SHOWN, float(highest[SHOWN_IN_ERROR]) + 1e-4)
    strange = highest[SURE_IN_ERROR]
    log_odds = np.log(strange / (1 - strange)) + MARGIN
    return show, max(float(1 / (1 + np.exp(-log_odds))), show, LEAST_SURE)


def plain_levels(probabilities: Floats, truth: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """``show``: the lowest level from which PRECISION of the sentences have the label.

    >>> show, sure = plain_levels(np.array([0.9, 0.5, 0.4, 0.2]), np.array([1, 1, 0, 0], bool))
    >>> show, sure
    (0.5, 0.7)
    """
    order = np.argsort(-probabilities)
    precision = np.cumsum(truth[order]) / np.arange(1, len(order) + 1)
    right = np.flatnonzero(precision >= PRECISION)
    level = float(probabilities[order][right.max()]) if len(right) else SHOW_IF_NEVER_RIGHT
    sure = float(np.clip(level + SURE_ABOVE_SHOW, *SURE_WITHIN))
    return float(np.clip(level, *SHOW_WITHIN)), sure


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one label at one level: shares, 0 to 1; ``precision`` is ``None`` where nothing reaches
    the level, ``recall`` where no sentence has the label."""

    sentences: int
    precision: float | None
    recall: float | None


def figures_of(held: Held, label: str, level: float) -> Figures:
    probabilities, truth = held.column(label)
    found = probabilities >= level
    return Figures(
        int(truth.sum()),
        float(truth[found].mean()) if found.any() else None,
        float(found[truth].mean()) if truth.any() else None,
    )
