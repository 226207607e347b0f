"""Whisper in torch, from the weights of CTranslate2's file, with adapters in its encoder."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import torch
from torch.nn import Parameter, functional

from pipeline.weights.adapter import read_weights

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Tensor: TypeAlias = Any
Weights: TypeAlias = "Mapping[str, Tensor]"
Adapters: TypeAlias = "Mapping[str, tuple[Tensor, Tensor]]"
"""Name of a layer → (rank, in), (out, rank)."""

HEADS = 8
"""Heads of ``base`` (Radford et al. 2022, arXiv:2212.04356, table 1)."""

LAYERS = 6

ADAPTED = (
    "encoder/conv1",
    "encoder/conv2",
    *(
        f"encoder/layer_{layer}/{part}"
        for layer in range(LAYERS)
        for part in (
            "self_attention/linear_0",
            "self_attention/linear_1",
            "ffn/linear_0",
            "ffn/linear_1",
        )
    ),
)
"""The layers that adapters change: all of the encoder. The decoder stays as it is, so that it learns
no texts."""


class Whisper:
    """Encoder and decoder. Shapes: features (windows, 80, frames), states (windows, frames / 2,
    width), tokens (windows, tokens)."""

    def __init__(self, model_bin: Path) -> None:
        found = read_weights(bytearray(model_bin.read_bytes()))
        self.weights: Weights = {
            name: torch.from_numpy(array.astype(np.float32))
            for name, array in found.items()
            if array.dtype == np.float16
        }

    def new_adapters(self, rank: int) -> Adapters:
        """Adapters that change nothing yet."""
        random = torch.Generator().manual_seed(0)
        made = {}
        for name in ADAPTED:
            weight = self.weights[f"{name}/weight"]
            wide = weight[0].numel()
            narrow = torch.randn(rank, wide, generator=random) / math.sqrt(wide)
            made[name] = (Parameter(narrow), Parameter(torch.zeros(len(weight), rank)))
        return made

    def encode(self, features: Tensor, adapters: Adapters) -> Tensor:
        x = self._convolve(features, "encoder/conv1", 1, adapters)
        x = self._convolve(x, "encoder/conv2", 2, adapters).transpose(1, 2).float()
        x = x + self.weights["encoder/position_encodings/encodings"][: x.shape[1]]
        for layer in range(LAYERS):
            at = f"encoder/layer_{layer}"
            x = x + self._attend_to_itself(x, f"{at}/self_attention", adapters, is_causal=False)
            x = x + self._feed_forward(x, f"{at}/ffn", adapters)
        return self._norm(x, "encoder")

    def decode(self, states: Tensor, tokens: Tensor) -> Tensor:
        """What predicts the token after each one, (windows, tokens, width)."""
        x = self.weights["decoder/embeddings/weight"][tokens]
        x = x + self.weights["decoder/position_encodings/encodings"][: tokens.shape[1]]
        for layer in range(LAYERS):
            at = f"decoder/layer_{layer}"
            x = x + self._attend_to_itself(x, f"{at}/self_attention", {}, is_causal=True)
            x = x + self._attend_to_states(x, states, f"{at}/attention")
            x = x + self._feed_forward(x, f"{at}/ffn", {})
        return self._norm(x, "decoder")

    def logits(self, hidden: Tensor) -> Tensor:
        return functional.linear(hidden, self.weights["decoder/embeddings/weight"]).float()

    def _norm(self, x: Tensor, at: str) -> Tensor:
        w = self.weights
        gamma, beta = w[f"{at}/layer_norm/gamma"], w[f"{at}/layer_norm/beta"]
        return functional.layer_norm(x.float(), gamma.shape, gamma, beta, 1e-5)

    def _linear(self, x: Tensor, name: str, adapters: Adapters) -> Tensor:
        y = functional.linear(x, self.weights[f"{name}/weight"], self.weights[f"{name}/bias"])
        if name in adapters:
            narrow, wide = adapters[name]
            y = y + functional.linear(functional.linear(x, narrow), wide)
        return y

    def _convolve(self, x: Tensor, name: str, stride: int, adapters: Adapters) -> Tensor:
        weight = self.weights[f"{name}/weight"]
        if name in adapters:
            narrow, wide = adapters[name]
            weight = weight + (wide @ narrow).view(weight.shape)
        return functional.gelu(
            functional.conv1d(x, weight, self.weights[f"{name}/bias"], stride=stride, padding=1)
        )

    def _attend_to_itself(
        self, x: Tensor, at: str, adapters: Adapters, *, is_causal: bool
    ) -> Tensor:
        parts = self._linear(self._norm(x, at), f"{at}/linear_0", adapters).chunk(3, -1)
        return self._linear(
            _attention(*parts, is_causal=is_causal), f"{at}/linear_1", adapters
        ).float()

    def _attend_to_states(self, x: Tensor, states: Tensor, at: str) -> Tensor:
        query = self._linear(self._norm(x, at), f"{at}/linear_0", {})
        key, value = self._linear(states, f"{at}/linear_1", {}).chunk(2, -1)
        return self._linear(_attention(query, key, value), f"{at}/linear_2", {}).float()

    def _feed_forward(self, x: Tensor, at: str, adapters: Adapters) -> Tensor:
        inner = functional.gelu(self._linear(self._norm(x, at), f"{at}/linear_0", adapters))
        return self._linear(inner, f"{at}/linear_1", adapters).float()


def _attention(query: Tensor, key: Tensor, value: Tensor, *, is_causal: bool = False) -> Tensor:
    query, key, value = (
        one.view(*one.shape[:2], HEADS, -1).transpose(1, 2) for one in (query, key, value)
    )
    seen = functional.scaled_dot_product_attention(query, key, value, is_causal=is_causal)
    return seen.transpose(1, 2).reshape(seen.shape[0], seen.shape[2], -1)
