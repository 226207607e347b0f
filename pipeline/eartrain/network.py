"""The network that is trained: the one of ``pipeline.ear``, with more outputs and with losses.

The logits of a syllable are its own plus those of its initial and of its final, so a syllable that
was rarely heard is read by what it shares with others. ``export`` adds the three up: the head that
callqa runs has one matrix, and no initials, finals or tones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pipeline.eartrain.spelling import TONES, Units
from pipeline.types import load_extra

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.random import Generator

PART_WEIGHT = 0.5
TONE_WEIGHT = 0.2
"""Weights of the losses of initials and finals, and of tones, beside that of syllables."""

DROPPED = 0.1
"""Share of the dimensions that a step does without."""

SHIFT = 0.15
"""Random shift of an utterance's states, in standard deviations: another voice, another line."""

Arrays = dict[str, npt.NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Shape:
    """Size of the network. ``taps``: frames that a dimension is convolved over, odd."""

    width: int = 256
    dilations: tuple[int, ...] = (1, 2, 3)
    taps: int = 9


class Network:
    """The network of a shape, for states of ``mean`` and ``scale`` (1 over the deviation)."""

    def __init__(self, shape: Shape, units: Units, mean: Any, scale: Any) -> None:
        use = "callqa ear train"
        self._jax = load_extra("jax", extra="ear", use=use)
        self._np = load_extra("jax.numpy", extra="ear", use=use)
        self._optax = load_extra("optax", extra="ear", use=use)
        self.shape, self.units = shape, units
        self._mean, self._scale = np.asarray(mean), np.asarray(scale)
        self._composed = _composition(units)

    def make_weights(self, rng: Generator) -> Arrays:
        """Random weights to begin with; the blank is likely at first."""
        width, states = self.shape.width, len(self._mean)
        parts, syllables = len(self.units.parts), len(self.units.syllables)
        weights = {
            "in_w": _random(rng, states, width),
            "in_b": np.zeros(width, np.float32),
            "own_w": np.zeros((width, syllables), np.float32),
            "own_b": np.zeros(syllables, np.float32),
            "compose_w": _random(rng, width, len(self._composed)) * np.float32(0.3),
            "part_w": _random(rng, width, parts) * np.float32(0.3),
            "part_b": np.zeros(parts, np.float32),
            "tone_w": _random(rng, width, TONES) * np.float32(0.3),
            "tone_b": np.zeros(TONES, np.float32),
        }
        weights["own_b"][0] = weights["part_b"][0] = 1.0
        for block in range(len(self.shape.dilations)):
            weights |= {
                f"g{block}": np.ones(width, np.float32),
                f"h{block}": np.zeros(width, np.float32),
                f"d{block}": _random(rng, self.shape.taps, width),
                f"p{block}": _random(rng, width, width),
                f"q{block}": np.zeros(width, np.float32),
            }
        return weights

    def frame_loss(self, weights: Arrays, batch: Mapping[str, Any], key: Any) -> Any:
        """Cross-entropy of every frame's syllable, part and tone, a frame."""
        mask = self._mask(batch)
        outputs = self._outputs(weights, batch, mask, key)
        entropy = self._optax.softmax_cross_entropy_with_integer_labels
        losses = [
            (entropy(logits, batch[name]) * mask).sum() / mask.sum()
            for logits, name in zip(outputs, ("syllable", "part", "tone"), strict=True)
        ]
        return losses[0] + PART_WEIGHT * losses[1] + TONE_WEIGHT * losses[2]

    def ctc_loss(self, weights: Arrays, batch: Mapping[str, Any], key: Any) -> Any:
        """CTC of syllables and of parts, a unit; tones by frames, as above."""
        mask = self._mask(batch)
        syllable, part, tone = self._outputs(weights, batch, mask, key)
        entropy = self._optax.softmax_cross_entropy_with_integer_labels(tone, batch["tone"])
        return (
            self._ctc(syllable, mask, batch["syllables"], batch["syllable_count"])
            + PART_WEIGHT * self._ctc(part, mask, batch["parts"], batch["part_count"])
            + TONE_WEIGHT * (entropy * mask).sum() / mask.sum()
        )

    def read(self, weights: Arrays, states: npt.NDArray[np.float32]) -> Any:
        """Log probabilities of syllables (frames, units) for one utterance's states, without the
        noise of training: what the exported head reads."""
        batch = {"states": states[None], "length": np.array([len(states)])}
        logits = self._outputs(weights, batch, self._mask(batch), None)[0][0]
        return self._jax.nn.log_softmax(logits)

    def export(self, weights: Arrays) -> Arrays:
        """The arrays of ``pipeline.ear``: one output, float16."""
        out_w = weights["own_w"] + weights["compose_w"] @ self._composed
        wanted = {name: a for name, a in weights.items() if name[0] in "ghdpq" or name[:3] == "in_"}
        wanted = {name: a for name, a in wanted.items() if not name.startswith("part")}
        exported = wanted | {"out_w": out_w, "out_b": weights["own_b"]}
        exported |= {"mean": self._mean, "scale": self._scale}
        return {name: np.asarray(array).astype(np.float16) for name, array in exported.items()}

    def _mask(self, batch: Mapping[str, Any]) -> Any:
        frames = self._np.arange(batch["states"].shape[1])[None]
        return (frames < batch["length"][:, None]).astype(np.float32)

    def _ctc(self, logits: Any, mask: Any, labels: Any, counts: Any) -> Any:
        """Sound without speech has no label: its loss is counted as one unit each half second."""
        beyond = self._np.arange(labels.shape[1])[None] >= counts[:, None]
        losses = self._optax.ctc_loss(logits, 1 - mask, labels, beyond.astype(np.float32))
        units = self._np.where(counts > 0, counts, mask.sum(axis=1) / 25)
        return (losses / units).mean()

    def _outputs(self, weights: Arrays, batch: Mapping[str, Any], mask: Any, key: Any) -> Any:
        """Logits of syllables, parts and tones, (utterances, frames, units) each. Without a key
        there is no noise."""
        w = weights
        states = (batch["states"].astype(np.float32) - self._mean) * self._scale
        hidden = self._drop(self._shift(states, key), key, 91)
        hidden = self._gelu(hidden @ w["in_w"] + w["in_b"])
        for block, dilation in enumerate(self.shape.dilations):
            inner = (self._norm(hidden) * w[f"g{block}"] + w[f"h{block}"]) * mask[..., None]
            inner = self._convolve(inner, w[f"d{block}"], dilation)
            inner = self._gelu(inner @ w[f"p{block}"] + w[f"q{block}"])
            hidden = hidden + self._drop(inner, key, block)
        hidden = self._drop(self._norm(hidden), key, 92)
        out_w = w["own_w"] + w["compose_w"] @ self._composed
        return (
            hidden @ out_w + w["own_b"],
            hidden @ w["part_w"] + w["part_b"],
            hidden @ w["tone_w"] + w["tone_b"],
        )

    def _shift(self, states: Any, key: Any) -> Any:
        """The same shift in all frames of an utterance."""
        if key is None:
            return states
        random, shape = self._jax.random, (states.shape[0], 1, states.shape[2])
        return states + SHIFT * random.normal(random.fold_in(key, 90), shape)

    def _drop(self, hidden: Any, key: Any, layer: int) -> Any:
        """The same dimensions are dropped in all frames of an utterance."""
        if key is None:
            return hidden
        random, shape = self._jax.random, (hidden.shape[0], 1, hidden.shape[2])
        kept = random.bernoulli(random.fold_in(key, layer), 1 - DROPPED, shape)
        return hidden * kept / (1 - DROPPED)

    def _norm(self, hidden: Any) -> Any:
        centred = hidden - hidden.mean(-1, keepdims=True)
        return centred / self._np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)

    def _gelu(self, x: Any) -> Any:
        return 0.5 * x * (1 + self._np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))

    def _convolve(self, hidden: Any, kernel: Any, dilation: int) -> Any:
        reach, frames = len(kernel) // 2 * dilation, hidden.shape[1]
        padded = self._np.pad(hidden, ((0, 0), (reach, reach), (0, 0)))
        parts = [
            padded[:, at * dilation : at * dilation + frames] * kernel[at]
            for at in range(len(kernel))
        ]
        return sum(parts)


def _random(rng: Generator, rows: int, columns: int) -> npt.NDArray[np.float32]:
    drawn = rng.standard_normal((rows, columns)) / math.sqrt(rows)
    return drawn.astype(np.float32)


def _composition(units: Units) -> npt.NDArray[np.float32]:
    """(initials and finals, syllables): 1 where a syllable has the initial or final. The blank has
    neither."""
    table = np.zeros((len(units.parts), len(units.syllables)), np.float32)
    for number, (initial, final) in enumerate(units.composition()):
        if number:
            table[initial, number] = 1.0
            table[final, number] = 1.0
    return table
