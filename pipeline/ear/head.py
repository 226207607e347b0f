"""A small network on the states of Whisper's encoder that reads syllables, in numpy.

It belongs to one Whisper model, whose states it was trained on. A file of weights (npz) holds
``meta``, JSON text with

    kind            "syllables-ctc-1"
    whisper_sha256  of the ``model.bin`` that it was trained on
    units           the syllables without tones, the blank of CTC first
    blocks          how many residual blocks, and ``dilations``, one for each

and the weights: ``mean``, ``scale`` (n) of the states; ``in_w`` (n, width), ``in_b``; for each
block i ``g{i}``, ``h{i}`` (gain and offset of its norm), ``d{i}`` (taps, width: each dimension is
convolved by itself), ``p{i}`` (width, width) and ``q{i}``; ``out_w`` (width, units), ``out_b``.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pipeline.ear.spelling import YOU
from pipeline.errors import ModelError
from pipeline.weights import UNREADABLE, default_cache, read_arrays, shipped_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

States = npt.NDArray[np.float32]
"""Encoder output of one window, shape (frames, width of the model), 50 frames a second."""

LogProbabilities = npt.NDArray[np.float32]
"""Natural logarithms (frames, units); the blank is unit 0."""

Hidden = npt.NDArray[np.float32]

KIND = "syllables-ctc-1"

FLAT = 1e-5
"""Added to the variance, so that the norm of a constant frame is finite."""


@dataclass(frozen=True, slots=True, eq=False)
class SyllableHead:
    """``units``: the syllables, the blank first. ``whisper_sha256``: of the model whose states it
    reads. ``sha256``: of the file that it was read from, empty for one that was not."""

    units: tuple[str, ...]
    whisper_sha256: str
    dilations: tuple[int, ...]
    weights: Mapping[str, npt.NDArray[np.float32]]
    sha256: str = ""

    def read(self, states: States) -> LogProbabilities:
        """The log probability of each unit in each frame; 您 is counted with 你, in both units."""
        trunk = self._trunk(states)
        logits = trunk @ self.weights["out_w"] + self.weights["out_b"]
        logits -= logits.max(axis=1, keepdims=True)
        logs: LogProbabilities = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        for said, counted in YOU.items():
            if said in self.units and counted in self.units:
                one, other = self.units.index(said), self.units.index(counted)
                both = np.logaddexp(logs[:, one], logs[:, other])
                logs[:, one] = logs[:, other] = both
        return logs

    def _trunk(self, states: States) -> Hidden:
        w = self.weights
        hidden: Hidden = (states.astype(np.float32, copy=False) - w["mean"]) * w["scale"]
        hidden = _gelu(hidden @ w["in_w"] + w["in_b"])
        for block, dilation in enumerate(self.dilations):
            inner = _normed(hidden) * w[f"g{block}"] + w[f"h{block}"]
            inner = _convolved(inner, w[f"d{block}"], dilation)
            hidden = hidden + _gelu(inner @ w[f"p{block}"] + w[f"q{block}"])
        return _normed(hidden)


def _normed(hidden: Hidden) -> Hidden:
    centred: Hidden = hidden - hidden.mean(axis=1, keepdims=True)
    variance: Hidden = (centred * centred).mean(axis=1, keepdims=True)
    normed: Hidden = centred / np.sqrt(variance + np.float32(FLAT))
    return normed


def _gelu(x: Hidden) -> Hidden:
    """The usual approximation by tanh (Hendrycks and Gimpel 2016, arXiv:1606.08415)."""
    inner: Hidden = np.float32(0.7978846) * (x + np.float32(0.044715) * x * x * x)
    return np.asarray(np.float32(0.5) * x * (np.float32(1.0) + np.tanh(inner)), np.float32)


def _convolved(hidden: Hidden, kernel: Hidden, dilation: int) -> Hidden:
    """Each dimension by itself over time, (frames, width); beyond both ends is 0."""
    reach = len(kernel) // 2 * dilation
    padded = np.pad(hidden, ((reach, reach), (0, 0)))
    out = np.zeros_like(hidden)
    for tap, weight in enumerate(kernel):
        low = tap * dilation
        out += padded[low : low + len(hidden)] * weight
    return out


def find_head(whisper_sha256: str, folders: Sequence[Path] | None = None) -> SyllableHead | None:
    """The head of a Whisper model, ``None`` if it has none.

    ``folders``: where files of weights may lie; ``None`` for ``ear`` in the cache of models, where
    a site puts what it trained, and then those that come with callqa. Raises ``ModelError`` for a
    file that cannot be read.
    """
    chosen = (
        folders
        if folders is not None
        else (default_cache() / "ear", shipped_folder("models") / "ear")
    )
    for folder in chosen:
        for path in sorted(folder.glob("*.npz")) if folder.is_dir() else ():
            head = load_head(path)
            if head.whisper_sha256 == whisper_sha256:
                return head
    return None


@lru_cache(maxsize=4)
def load_head(path: Path) -> SyllableHead:
    """The head in one file. Raises ``ModelError`` if it is missing, damaged or of another kind."""
    try:
        content = path.read_bytes()
        head = _made(read_arrays(io.BytesIO(content)))
    except UNREADABLE as error:
        raise ModelError(
            f"{path}: not a readable second ear ({error}); restore the file, or delete it to work "
            "without"
        ) from error
    return replace(head, sha256=hashlib.sha256(content).hexdigest())


def _made(arrays: Mapping[str, npt.NDArray[Any]]) -> SyllableHead:
    """Raises ``KeyError``, ``ValueError`` for entries that are missing or do not fit each other."""
    meta = json.loads(str(arrays["meta"]))
    if meta["kind"] != KIND:
        raise ValueError(f"it is of the kind {meta['kind']!r}, expected {KIND!r}")
    units, dilations = tuple(map(str, meta["units"])), tuple(map(int, meta["dilations"]))
    if len(dilations) != meta["blocks"]:
        raise ValueError(f"{len(dilations)} dilations for {meta['blocks']} blocks")
    names = ["mean", "scale", "in_w", "in_b", "out_w", "out_b"]
    names += [f"{letter}{block}" for block in range(len(dilations)) for letter in "ghdpq"]
    weights = {name: arrays[name].astype(np.float32) for name in names}
    for name, weight in weights.items():
        if not np.isfinite(weight).all():
            raise ValueError(f"{name} holds something else than finite numbers")
    width = weights["in_w"].shape[1]
    if weights["in_w"].shape[0] != len(weights["mean"]):
        raise ValueError("mean and in_w are not of one size")
    if weights["out_w"].shape != (width, len(units)):
        raise ValueError(f"out_w has the shape {weights['out_w'].shape}, not {(width, len(units))}")
    for block in range(len(dilations)):
        if weights[f"p{block}"].shape != (width, width) or len(weights[f"d{block}"]) % 2 == 0:
            raise ValueError(f"block {block} does not fit the width {width}")
    return SyllableHead(units, str(meta["whisper_sha256"]), dilations, weights)
