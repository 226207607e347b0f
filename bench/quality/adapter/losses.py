"""What the adapter of Whisper learns from: its text, its syllables, and the states of clean sound."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import tokenizers
import torch
from torch.nn import Parameter, functional

from bench.quality.adapter.whisper import LAYERS, Adapters, Tensor, Whisper
from pipeline.eartrain.spelling import spell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bench.quality.adapter.windows import TrainingWindow

PROMPT, END = (50258, 50260, 50359, 50363), 50257
"""Whisper's tokens: a text in Chinese begins, transcribe, no timestamps; the text ends."""

SMOOTHED = 0.05
STATES_WEIGHT, SYLLABLES_WEIGHT = 1.0, 0.5

TAIL = 60
"""States behind the speech of a window that are compared with those of clean sound."""


class Losses:
    """Three losses of a batch of windows. ``head``: the weights of the second ear's head, which learn
    too."""

    def __init__(self, whisper: Whisper, head: Path, tokenizer: Path) -> None:
        self._whisper = whisper
        self._tokens = tokenizers.Tokenizer.from_file(str(tokenizer))
        with np.load(head, allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        meta = json.loads(str(arrays.pop("meta")))
        self._dilations: list[int] = meta["dilations"]
        self._numbers = {unit: number for number, unit in enumerate(meta["units"])}
        as_tensor = {name: torch.from_numpy(a.astype(np.float32)) for name, a in arrays.items()}
        self._mean, self._scale = as_tensor.pop("mean"), as_tensor.pop("scale")
        self.head: Mapping[str, Tensor] = {n: Parameter(t) for n, t in as_tensor.items()}
        self._measure = self._measure_of_states()

    def of(self, batch: list[TrainingWindow], adapters: Adapters) -> tuple[Tensor, Tensor, Tensor]:
        """Of the text (nats a token), of the states (1: as far from the clean ones as any two), of
        the syllables (nats one)."""
        length = min(batch[0].heard.shape[1], 2 * (max(one.frames for one in batch) // 2 + 100))
        heard, clean = (
            torch.from_numpy(np.stack([getattr(one, side)[:, :length] for one in batch]))
            for side in ("heard", "clean")
        )
        kept = torch.zeros(len(batch), length // 2)
        for number, one in enumerate(batch):
            kept[number, : one.frames // 2 + TAIL] = 1
        with torch.autocast("cpu", dtype=torch.bfloat16):
            with torch.no_grad():
                wanted = self._whisper.encode(clean, {}).float()
            states = self._whisper.encode(heard, adapters).float()
            text = self._of_text(batch, states)
        far = (((states - wanted) @ self._measure) ** 2).sum(-1)
        return text, (far * kept).sum() / kept.sum(), self._of_syllables(batch, states, kept)

    def _of_text(self, batch: list[TrainingWindow], states: Tensor) -> Tensor:
        texts = [self._tokens.encode(one.text, add_special_tokens=False).ids for one in batch]
        longest = len(PROMPT) + max(map(len, texts)) + 1
        said = torch.full((len(batch), longest), END)
        wanted = torch.full((len(batch), longest), -100)
        for number, (one, ids) in enumerate(zip(batch, texts, strict=True)):
            whole = torch.tensor([*PROMPT, *ids, END])
            said[number, : len(whole)] = whole
            if one.text:
                wanted[number, len(PROMPT) - 1 : len(whole) - 1] = whole[len(PROMPT) :]
        asked = wanted.view(-1) >= 0
        if not asked.any():
            return torch.zeros(())
        hidden = self._whisper.decode(states, said)
        logits = self._whisper.logits(hidden.reshape(len(asked), -1)[asked])
        return functional.cross_entropy(logits, wanted.view(-1)[asked], label_smoothing=SMOOTHED)

    def _of_syllables(self, batch: list[TrainingWindow], states: Tensor, kept: Tensor) -> Tensor:
        """Sound without speech has no syllable: its loss is counted as one each half second."""
        spelt = [[self._numbers[s] for s in spell(one.text) if s in self._numbers] for one in batch]
        log_probs = functional.log_softmax(self._read(states), -1).transpose(0, 1)
        frames, counts = kept.sum(1).long(), torch.tensor([len(own) for own in spelt])
        flat = torch.tensor([unit for own in spelt for unit in own], dtype=torch.long)
        losses = functional.ctc_loss(
            log_probs, flat, frames, counts, reduction="none", zero_infinity=True
        )
        return (losses / torch.where(counts > 0, counts.float(), frames / 25)).mean()

    def _read(self, states: Tensor) -> Tensor:
        """As ``pipeline.ear.head`` reads."""
        w = self.head
        hidden = functional.gelu(
            (states - self._mean) * self._scale @ w["in_w"] + w["in_b"], approximate="tanh"
        )
        for block, dilation in enumerate(self._dilations):
            kernel = w[f"d{block}"]
            inner = _normed(hidden) * w[f"g{block}"] + w[f"h{block}"]
            inner = functional.conv1d(
                inner.transpose(1, 2),
                kernel.T[:, None],
                padding=len(kernel) // 2 * dilation,
                dilation=dilation,
                groups=kernel.shape[1],
            ).transpose(1, 2)
            hidden = hidden + functional.gelu(
                inner @ w[f"p{block}"] + w[f"q{block}"], approximate="tanh"
            )
        return _normed(hidden) @ w["out_w"] + w["out_b"]

    def _measure_of_states(self) -> Tensor:
        """A square root M of what states differ by: |(s - t) M|² is half how far they are apart, each
        dimension by its own spread, and half how far what the decoder reads of them is. The spread is
        that of ``scale``, the head's own normalisation."""
        spread = 1 / self._scale.numpy().astype(np.float64)
        metric = np.diag(0.5 / spread**2) / len(spread)
        for layer in range(LAYERS):
            read = self._whisper.weights[f"decoder/layer_{layer}/attention/linear_1/weight"]
            for part in np.split(read.numpy().astype(np.float64), 2):
                own = part.T @ part
                metric += 0.25 / LAYERS * own / np.sum(np.diag(own) * spread**2)
        values, vectors = np.linalg.eigh(metric)
        root = vectors * np.sqrt(np.maximum(values, 0))
        return torch.from_numpy(root.astype(np.float32))


def _normed(x: Tensor) -> Any:
    return functional.layer_norm(x, x.shape[-1:])
