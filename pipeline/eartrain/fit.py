"""Fit the network: steps by frames on rough labels first, then CTC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pipeline.eartrain.network import Arrays, Network, Shape
from pipeline.eartrain.spelling import Units, spell
from pipeline.types import load_extra

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from numpy.random import Generator

    from pipeline.eartrain.labels import FrameLabels
    from pipeline.eartrain.states import Corpus

LENGTHS = (256, 448, 832)
"""Frames that a batch is filled up to; the step is compiled once for each."""

BATCH_FRAMES = 6400

COVERED = 8
"""Most frames of a stretch that is covered (SpecAugment's time mask: arXiv:1904.08779)."""

AVERAGED = 0.985
"""The exported weights are a running mean of the last steps' (at first of fewer)."""

REPORT_EVERY = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and from which seed a head is trained."""

    frame_steps: int = 500
    ctc_steps: int = 1000
    rate: float = 3e-3
    seed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class _Item:
    begin: int
    length: int
    syllables: list[int]
    parts: list[int]


class _Stock:
    """The utterances that can be learnt from, and batches of them."""

    def __init__(
        self, corpus: Corpus, labels: FrameLabels, units: Units, without: Collection[str]
    ) -> None:
        self._states, self._labels = corpus.states, labels
        items = [
            _item(heard.begin, heard.length, heard.text, units)
            for heard in corpus.heard
            if heard.speaker not in without and labels.used[heard.begin]
        ]
        self._bins = [
            [item for item in items if low < item.length <= high and _fits(item, high)]
            for low, high in zip((0, *LENGTHS[:-1]), LENGTHS, strict=True)
        ]
        frames = np.array([sum(i.length for i in items) for items in self._bins], float)
        self._shares = frames / frames.sum()
        self.minutes = float(frames.sum() / 3000)

    def moments(self, rng: Generator) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Mean of the states and 1 over their deviation."""
        items = [item for items in self._bins for item in items]
        chosen = rng.choice(len(items), min(400, len(items)), replace=False)
        cut = [self._states[items[n].begin : items[n].begin + items[n].length] for n in chosen]
        sample = np.concatenate(cut).astype(np.float32)
        return sample.mean(axis=0), 1 / (sample.std(axis=0) + 1e-4)

    def draw(self, rng: Generator, mean: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
        """A batch of utterances of like length, a little of each covered."""
        which = int(rng.choice(len(self._bins), p=self._shares))
        size, items = LENGTHS[which], self._bins[which]
        chosen = [items[n] for n in rng.integers(len(items), size=BATCH_FRAMES // size)]
        count = len(chosen)
        batch: dict[str, npt.NDArray[Any]] = {
            "states": np.zeros((count, size, self._states.shape[1]), np.float16),
            "length": np.array([item.length for item in chosen], np.int32),
            "syllable_count": np.array([len(item.syllables) for item in chosen], np.int32),
            "part_count": np.array([len(item.parts) for item in chosen], np.int32),
            "syllables": np.zeros((count, size // 5), np.int32),
            "parts": np.zeros((count, 2 * size // 5), np.int32),
            **{name: np.zeros((count, size), np.int32) for name in ("syllable", "part", "tone")},
        }
        for row, item in enumerate(chosen):
            inside = slice(item.begin, item.begin + item.length)
            batch["states"][row, : item.length] = self._states[inside]
            batch["syllables"][row, : len(item.syllables)] = item.syllables
            batch["parts"][row, : len(item.parts)] = item.parts
            for name in ("syllable", "part", "tone"):
                batch[name][row, : item.length] = getattr(self._labels, name)[inside]
            for _ in range(int(rng.integers(3))):
                at = int(rng.integers(item.length))
                batch["states"][row, at : at + int(rng.integers(2, COVERED + 1))] = mean
        return batch


def _fits(item: _Item, size: int) -> bool:
    """Whether the labels have room: five frames a syllable are faster than anybody speaks."""
    return len(item.syllables) <= size // 5 and len(item.parts) <= 2 * size // 5


def _item(begin: int, length: int, text: str, units: Units) -> _Item:
    syllables = spell(text) if text else []
    numbers = units.number(syllables) or []
    return _Item(begin, length, numbers, units.number_parts(syllables) if numbers else [])


def fit_head(
    corpus: Corpus,
    labels: FrameLabels,
    units: Units,
    *,
    shape: Shape,
    plan: Plan,
    without: Collection[str] = (),
    report: Callable[[str], None] = lambda _: None,
) -> Arrays:
    """The arrays of a trained head, as ``pipeline.ear`` reads them.

    ``without``: speakers that are not learnt from. ``report`` is given a line now and then.
    """
    rng = np.random.default_rng(plan.seed)
    stock = _Stock(corpus, labels, units, without)
    mean, scale = stock.moments(rng)
    network = Network(shape, units, mean, scale)
    report(f"{stock.minutes:.0f} minutes to learn from")
    weights = network.make_weights(rng)
    for phase, (loss, steps) in enumerate(
        ((network.frame_loss, plan.frame_steps), (network.ctc_loss, plan.ctc_steps))
    ):
        fitter = _Fitter(loss, steps, plan.rate if phase == 0 else plan.rate / 2, plan.seed + phase)
        weights = fitter.fit(weights, lambda: stock.draw(rng, mean), report)
    return network.export(weights)


class _Fitter:
    """Adam with a falling rate on one loss, and a running mean of the weights."""

    def __init__(self, loss: Callable[..., Any], steps: int, rate: float, seed: int) -> None:
        self._jax = load_extra("jax", extra="ear", use="callqa ear train")
        self._optax = load_extra("optax", extra="ear", use="callqa ear train")
        self._steps, self._key = steps, self._jax.random.key(seed)
        schedule = self._optax.warmup_cosine_decay_schedule(
            1e-4, rate, max(1, min(80, steps // 8)), max(2, steps), 2e-5
        )
        self._optimiser = self._optax.chain(
            self._optax.clip_by_global_norm(2.0),
            self._optax.adamw(schedule, weight_decay=1e-2),
        )
        self._value_and_grad = self._jax.value_and_grad(loss)

    def fit(
        self, weights: Arrays, draw: Callable[[], Any], report: Callable[[str], None]
    ) -> Arrays:
        state, averaged = self._optimiser.init(weights), weights
        step = self._jax.jit(self._step)
        values: list[float] = []
        for number in range(self._steps):
            key = self._jax.random.fold_in(self._key, number)
            decay = min(AVERAGED, (number + 1) / (number + 10))
            weights, state, averaged, value = step(weights, state, averaged, draw(), key, decay)
            values.append(float(value))
            if (number + 1) % REPORT_EVERY == 0:
                mean = float(np.mean(values[-REPORT_EVERY:]))
                report(f"step {number + 1} of {self._steps}: loss {mean:.3f}")
        return {name: np.asarray(array) for name, array in averaged.items()}

    def _step(
        self, weights: Any, state: Any, averaged: Any, batch: Any, key: Any, decay: Any
    ) -> Any:
        value, gradient = self._value_and_grad(weights, batch, key)
        update, state = self._optimiser.update(gradient, state, weights)
        weights = self._optax.apply_updates(weights, update)
        averaged = self._jax.tree.map(
            lambda mean, new: decay * mean + (1 - decay) * new, averaged, weights
        )
        return weights, state, averaged, value
