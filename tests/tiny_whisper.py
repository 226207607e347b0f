"""A Whisper model of one layer with random weights, in a folder as faster-whisper has them: it
understands nothing, and everything about loading, encoding and aligning is real."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import WhisperSpec

from pipeline.weights import find_model

WIDTH, HEADS = 16, 2
STATES, TOKENS = 1500, 448
"""Whisper's longest encoding and decoding."""


def make_tiny_whisper(folder: Path, *, mel_bands: int = 80) -> Path:
    """Write the model into ``folder``. 80 mel bands are those of ``base``, 128 those of
    ``large-v3``. Vocabulary and tokenizer are those of ``base``."""
    base = find_model("base").folder
    vocabulary = json.loads((base / "vocabulary.json").read_text(encoding="utf-8"))
    folder.mkdir(parents=True)
    spec = WhisperSpec(1, HEADS, 1, HEADS)
    _Weights(np.random.default_rng(0)).fill(spec, mel_bands, len(vocabulary))
    spec.register_vocabulary(vocabulary)
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    for key in ("lang_ids", "suppress_ids", "suppress_ids_begin"):
        setattr(spec.config, key, config[key])
    spec.config.alignment_heads = [[0, 0]]
    spec.validate()
    spec.save(str(folder))
    (folder / "tokenizer.json").write_bytes((base / "tokenizer.json").read_bytes())
    if mel_bands != 80:
        features = json.dumps({"feature_size": mel_bands})
        (folder / "preprocessor_config.json").write_text(features, encoding="utf-8")
    return folder


class _Weights:
    """Fills the layers of a specification with small random numbers."""

    def __init__(self, random: np.random.Generator) -> None:
        self._random = random

    def fill(self, spec: Any, mel_bands: int, size: int) -> None:
        encoder, decoder = spec.encoder, spec.decoder
        self._convolution(encoder.conv1, mel_bands)
        self._convolution(encoder.conv2, WIDTH)
        encoder.position_encodings.encodings = self._some(STATES, WIDTH)
        decoder.position_encodings.encodings = self._some(TOKENS, WIDTH)
        decoder.embeddings.weight = decoder.projection.weight = self._some(size, WIDTH)
        for half in (encoder, decoder):
            self._norm(half.layer_norm)
            for layer in half.layer:
                self._attention(layer.self_attention, (3 * WIDTH, WIDTH))
                self._feed_forward(layer.ffn)
        for layer in decoder.layer:
            self._attention(layer.attention, (WIDTH, 2 * WIDTH, WIDTH))

    def _some(self, *shape: int) -> Any:
        return (0.05 * self._random.standard_normal(shape)).astype(np.float32)

    def _convolution(self, layer: Any, bands: int) -> None:
        layer.weight, layer.bias = self._some(WIDTH, bands, 3), np.zeros(WIDTH, np.float32)

    def _norm(self, layer: Any) -> None:
        layer.gamma, layer.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)

    def _linear(self, layer: Any, outputs: int, inputs: int) -> None:
        layer.weight, layer.bias = self._some(outputs, inputs), np.zeros(outputs, np.float32)

    def _attention(self, layer: Any, outputs: tuple[int, ...]) -> None:
        self._norm(layer.layer_norm)
        for linear, size in zip(layer.linear, outputs, strict=True):
            self._linear(linear, size, WIDTH)

    def _feed_forward(self, layer: Any) -> None:
        self._norm(layer.layer_norm)
        self._linear(layer.linear_0, 4 * WIDTH, WIDTH)
        self._linear(layer.linear_1, WIDTH, 4 * WIDTH)
