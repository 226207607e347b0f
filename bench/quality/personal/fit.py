"""Fit a chain of labels (a linear-chain conditional random field, Lafferty et al. 2001) to signs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize

from pipeline.privacy.signs import BUCKETS
from pipeline.privacy.tagger import LABELS, MAY_BEGIN, MAY_END, MAY_FOLLOW

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Examples:
    """``signs``: one row a character, sparse (characters, ``BUCKETS``); ``labels`` and ``counts``,
    how much each counts, (characters,); ``sizes``: the characters of each line, in order."""

    signs: sparse.csr_matrix
    labels: npt.NDArray[np.int64]
    counts: Floats
    sizes: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """Lines of one length: the places of their characters, int64 (lines, length)."""

    places: npt.NDArray[np.int64]


def batches_of(sizes: npt.NDArray[np.int64]) -> list[Batch]:
    """Lines of the same length together."""
    begins = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return [
        Batch(begins[sizes == size][:, None] + np.arange(size))
        for size in np.unique(sizes)
        if size > 0
    ]


def fit(examples: Examples, *, spread: float, turns: int) -> tuple[Floats, Floats]:
    """Weights (``BUCKETS``, labels) and steps (labels, labels) of the highest likelihood, with a
    normal prior of the variance ``spread``."""
    count = len(LABELS)
    size = BUCKETS * count
    batches = batches_of(examples.sizes)
    turned = examples.signs.T  # a view, no copy
    gold = np.zeros((len(examples.labels), count))
    gold[np.arange(len(gold)), examples.labels] = 1.0

    def cost(flat: Floats) -> tuple[float, Floats]:
        weights, steps = flat[:size].reshape(BUCKETS, count), flat[size:].reshape(count, count)
        unary = examples.signs @ weights.astype(np.float32)
        chance = np.zeros_like(gold)
        pairs = np.zeros((count, count))
        loss = 0.0
        for batch in batches:
            loss += _learn_batch(batch, unary, examples, steps, chance, pairs)
        slope = turned @ (chance * examples.counts[:, None]).astype(np.float32)
        flat_slope = np.concatenate([slope.ravel().astype(float), pairs.ravel()])
        loss += 0.5 * float(flat @ flat) / spread
        return loss, flat_slope + flat / spread

    first = np.zeros(size + count * count)
    found = minimize(
        cost, first, jac=True, method="L-BFGS-B", options={"maxiter": turns, "maxcor": 6}
    )
    return found.x[:size].reshape(BUCKETS, count), found.x[size:].reshape(count, count)


def _learn_batch(
    batch: Batch,
    unary: npt.NDArray[np.float32],
    examples: Examples,
    steps: Floats,
    chance: Floats,
    pairs: Floats,
) -> float:
    """Add to ``chance`` and ``pairs`` what is expected less what is there; the loss."""
    places = batch.places
    logits = unary[places].astype(float)
    top = logits.max(axis=2, keepdims=True)
    seen = np.exp(logits - top)
    step = np.exp(steps) * MAY_FOLLOW
    lines, length = seen.shape[:2]
    forward, scales = np.empty_like(seen), np.empty((lines, length))
    now = seen[:, 0] * MAY_BEGIN
    for at in range(length):
        if at:
            now = (forward[:, at - 1] @ step) * seen[:, at]
        scales[:, at] = now.sum(axis=1)
        forward[:, at] = now / scales[:, at, None]
    backward = np.empty_like(seen)
    backward[:, -1] = MAY_END
    for at in range(length - 2, -1, -1):
        backward[:, at] = ((seen[:, at + 1] * backward[:, at + 1]) @ step.T) / scales[
            :, at + 1, None
        ]
    both = forward * backward
    ends = both[:, -1].sum(axis=1)
    both /= both.sum(axis=2, keepdims=True)
    labels = examples.labels[places]
    counts = examples.counts[places[:, 0]]
    rows = np.arange(lines)[:, None]
    log_all = np.log(scales).sum(axis=1) + top[:, :, 0].sum(axis=1) + np.log(ends)
    told = logits[rows, np.arange(length), labels].sum(axis=1)
    if length > 1:
        told = told + steps[labels[:, :-1], labels[:, 1:]].sum(axis=1)
        after = seen[:, 1:] * backward[:, 1:] / scales[:, 1:, None] / ends[:, None, None]
        weighted = forward[:, :-1] * counts[:, None, None]
        expected = np.einsum("nti,ntj->ij", weighted, after) * step
        pairs += expected
        np.subtract.at(
            pairs, (labels[:, :-1].ravel(), labels[:, 1:].ravel()), np.repeat(counts, length - 1)
        )
    both[rows, np.arange(length), labels] -= 1.0
    chance[places] = both
    return float(((log_all - told) * counts).sum())
