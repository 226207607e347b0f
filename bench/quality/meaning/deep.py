"""The transformer in torch: the first layers of multilingual-e5-small and a head for the labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional

from bench.quality.meaning.e5 import E5, POSITIONS, WIDE, WIDTH
from bench.quality.meaning.words import Words
from pipeline.phrases.network import EPSILON, HEADS, LONGEST_TEXT, PAD

KEPT_POSITIONS = LONGEST_TEXT + 8
"""A sentence has three special words; we leave some room."""

DROPOUT = 0.1
MATRICES = {
    "q": (WIDTH, WIDTH), "k": (WIDTH, WIDTH), "v": (WIDTH, WIDTH), "ao": (WIDTH, WIDTH),
    "fi": (WIDE, WIDTH), "fo": (WIDTH, WIDE),
}  # fmt: skip
"""Outputs and inputs: query, key, value, what attention gives, into the wide layer, out of it."""

NORMS = ("aln", "oln")


class DeepModel(nn.Module):  # type: ignore[misc]  # torch is in the extra `train` alone
    """Numbers of words, int64 (sentences, longest), to log odds, float32 (sentences, labels)."""

    def __init__(self, e5: E5, words: Words, labels: int, layers: int) -> None:
        super().__init__()
        self.emb = nn.Embedding(len(words.words), WIDTH)
        self.emb.weight.data = torch.tensor(e5.rows("emb.word", words.sources, WIDTH))
        positions = e5.floats("emb.pos", POSITIONS, WIDTH)[:KEPT_POSITIONS]
        self.pos = nn.Parameter(torch.tensor(positions + e5.floats("emb.type", WIDTH)))
        self.eln = _norm(e5, "emb.ln")
        self.ly = nn.ModuleList(_layer(e5, number) for number in range(layers))
        # a fixed normalisation, set once from the frozen features: the head then learns evenly
        self.norm = nn.BatchNorm1d(WIDTH, affine=False)
        self.head = nn.Linear(WIDTH, labels)
        self.drop = nn.Dropout(DROPOUT)
        self.emb.weight.requires_grad_(False)
        self.pos.requires_grad_(False)

    def features(self, ids: torch.Tensor) -> torch.Tensor:
        """The mean over the words, float32 (sentences, width)."""
        real = ids != PAD
        x = self.drop(self.eln(self.emb(ids) + self.pos[: ids.shape[1]]))
        for layer in self.ly:
            x = self._apply(layer, x, real[:, None, None, :])
        return (x * real[..., None]).sum(1) / real.sum(1, keepdim=True)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        return self.head(self.drop(self.norm(self.features(ids))))

    def begin_training(self) -> None:
        """Dropout works from now on; the normalisation stays as it is."""
        self.train()
        self.norm.eval()

    def _apply(self, layer: Any, x: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
        count, length, _ = x.shape

        def heads(which: str) -> torch.Tensor:
            return layer[which](x).view(count, length, HEADS, -1).transpose(1, 2)

        context = functional.scaled_dot_product_attention(
            heads("q"), heads("k"), heads("v"), attn_mask=real
        )
        joined = context.transpose(1, 2).reshape(count, length, WIDTH)
        x = layer["aln"](x + self.drop(layer["ao"](joined)))
        return layer["oln"](x + self.drop(layer["fo"](functional.gelu(layer["fi"](x)))))


def _layer(e5: E5, number: int) -> nn.ModuleDict:
    parts: dict[str, nn.Module] = {}
    for name, (outputs, inputs) in MATRICES.items():
        linear = nn.Linear(inputs, outputs)
        linear.weight.data = torch.tensor(e5.matrix(f"l{number}.{name}.w", outputs, inputs))
        linear.bias.data = torch.tensor(e5.floats(f"l{number}.{name}.b", outputs))
        parts[name] = linear
    return nn.ModuleDict({**parts, **{name: _norm(e5, f"l{number}.{name}") for name in NORMS}})


def _norm(e5: E5, name: str) -> nn.LayerNorm:
    norm = nn.LayerNorm(WIDTH, eps=EPSILON)
    norm.weight.data = torch.tensor(e5.floats(f"{name}.w", WIDTH))
    norm.bias.data = torch.tensor(e5.floats(f"{name}.b", WIDTH))
    return norm


def restore(
    model: DeepModel, arrays: Mapping[str, npt.NDArray[Any]], features: torch.Tensor | None = None
) -> None:
    """Give the model the weights of a file that ``export_deep`` wrote, for the same words and
    labels. ``features``: of some sentences, float32 (sentences, width); the normalisation is then
    set by them, and taken out of the head again."""
    state = model.state_dict()
    for name in state:
        stem = "emb" if name == "emb.weight" else name.removesuffix(".weight")
        if name in arrays:
            state[name] = torch.tensor(arrays[name].astype(np.float32))
        elif f"{stem}.rows" in arrays:
            rows = arrays[f"{stem}.rows"].astype(np.float32)
            state[name] = torch.tensor(rows * arrays[f"{stem}.scales"][:, None])
    if features is not None:
        mean, variance = features.mean(0), features.var(0)
        weight = state["head.weight"]
        state["norm.running_mean"], state["norm.running_var"] = mean, variance
        state["head.bias"] = state["head.bias"] + weight @ mean
        state["head.weight"] = weight * torch.sqrt(variance + model.norm.eps)
    model.load_state_dict(state)


def pad(rows: Sequence[Sequence[int]]) -> torch.Tensor:
    """int64 (rows, longest)."""
    padded = np.full((len(rows), max(map(len, rows))), PAD, np.int64)
    for at, row in enumerate(rows):
        padded[at, : len(row)] = row
    return torch.from_numpy(padded)


def export_deep(
    model: DeepModel, words: Words, labels: Sequence[str], order: Sequence[str]
) -> dict[str, npt.NDArray[Any]]:
    """The arrays that ``SentenceNetwork`` reads: matrices as int8 with a scale for each row, the
    normalisation inside the head. ``labels``: of the model; ``order``: of the file."""
    state: Mapping[str, npt.NDArray[np.float32]] = {
        name: tensor.detach().numpy() for name, tensor in model.state_dict().items()
    }
    arrays: dict[str, npt.NDArray[Any]] = {
        **_rounded("emb", state["emb.weight"]),
        "pos": state["pos"].astype(np.float16),
        "words": np.array(words.words),
        "scores": words.scores,
    }
    for name, array in state.items():
        stem, _, kind = name.rpartition(".")
        if name.startswith("ly.") and stem.rpartition(".")[2] in MATRICES and kind == "weight":
            arrays |= _rounded(stem, array)
        elif name.startswith(("ly.", "eln.")):
            arrays[name] = array
    spread = np.sqrt(state["norm.running_var"] + model.norm.eps)
    weight = state["head.weight"] / spread
    bias = state["head.bias"] - weight @ state["norm.running_mean"]
    rows = [list(labels).index(label) for label in order]
    return {**arrays, **_rounded("head", weight[rows]), "head.bias": bias[rows].astype(np.float32)}


def _rounded(name: str, matrix: npt.NDArray[np.float32]) -> dict[str, npt.NDArray[Any]]:
    scales = np.abs(matrix).max(axis=1) / 127
    scales[scales == 0] = 1.0
    rows = np.round(matrix / scales[:, None]).astype(np.int8)
    return {f"{name}.rows": rows, f"{name}.scales": scales.astype(np.float32)}
