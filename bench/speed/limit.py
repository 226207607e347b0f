"""The limit: the multiply-adds that the model itself does for some calls, at the speed this machine
multiplies matrices.

What is counted are the calls of CTranslate2: each encoding by its frames, each search by its tokens
and beams, each alignment by its tokens. What no arrangement of the same work could undercut is that
work at the machine's own speed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ctranslate2
import numpy as np
import onnxruntime

WIDTH, LAYERS, INNER, MELS, VOCABULARY = 512, 6, 2048, 80, 51_865
"""Whisper base (Radford et al. 2022, table 1; its config.json)."""

PROMPT = 4
"""Tokens before the text: begin, language, task, no time marks."""

MATRIX = (1500, WIDTH, INNER)
"""The product that the encoder does most: the frames of 30 s through the first half of a
feed-forward layer."""

ROUNDS = 60


def encoder_macs(frames: int) -> float:
    """Multiply-adds for one window of ``frames`` feature frames (100 a second).

    >>> round(encoder_macs(3000) / 1e9, 1)
    43.7
    """
    at = frames // 2
    convolutions = frames * 3 * MELS * WIDTH + at * 3 * WIDTH * WIDTH
    layer = 4 * at * WIDTH**2 + 2 * at * WIDTH * INNER + 2 * at * at * WIDTH
    return float(convolutions + LAYERS * layer)


def decoder_macs(tokens: int, rows: int, at: int) -> float:
    """Multiply-adds for ``tokens`` steps of ``rows`` hypotheses over an encoding of ``at`` places,
    with the keys and values of the encoding made once."""
    attention = 2 * sum(range(1, tokens + 1)) / max(1, tokens) * WIDTH + 2 * at * WIDTH
    step = LAYERS * (6 * WIDTH**2 + 2 * WIDTH * INNER + attention) + WIDTH * VOCABULARY
    return float(tokens * rows * step + LAYERS * 2 * at * WIDTH**2)


def count_work() -> dict[str, float]:
    """Multiply-adds by kind, counted from now on for all Whisper models of this process: the
    dictionary grows."""
    work = {"encoder": 0.0, "decoder": 0.0, "alignment": 0.0}
    whisper = ctranslate2.models.Whisper
    encode, generate, align = whisper.encode, whisper.generate, whisper.align

    def encoding(sound: Any) -> tuple[int, int]:
        """Windows and places; encodes count as work where ``sound`` is still features."""
        shape = tuple(sound.shape)
        if shape[1] != MELS:
            return shape[0], shape[1]
        work["encoder"] += shape[0] * encoder_macs(shape[2])
        return shape[0], shape[2] // 2

    def counted_encode(self: Any, features: Any, *args: Any, **named: Any) -> Any:
        encoding(features)
        return encode(self, features, *args, **named)

    def counted_generate(self: Any, features: Any, prompts: Any, *args: Any, **named: Any) -> Any:
        _, at = encoding(features)
        found = generate(self, features, prompts, *args, **named)
        beams = named.get("beam_size", 5)
        for one in found:
            work["decoder"] += decoder_macs(
                len(one.sequences_ids[0]) + 1, beams, at
            ) + decoder_macs(PROMPT, 1, 0)
        return found

    def counted_align(
        self: Any, features: Any, start: Any, texts: Any, *args: Any, **named: Any
    ) -> Any:
        _, at = encoding(features)
        work["alignment"] += sum(decoder_macs(len(text) + PROMPT + 1, 1, at) for text in texts)
        return align(self, features, start, texts, *args, **named)

    whisper.encode, whisper.generate, whisper.align = (
        counted_encode,
        counted_generate,
        counted_align,
    )
    return work


@dataclass(frozen=True, slots=True)
class Speed:
    """Multiply-adds a second on one core."""

    float32: float
    int8: float


def matrix_speed() -> Speed:
    """The fastest of ``ROUNDS`` products of ``MATRIX``: float32 by numpy's BLAS (set
    OMP_NUM_THREADS=1 before numpy is loaded), 8-bit integers by onnxruntime's MatMulInteger, which
    like CTranslate2 uses the processor's instructions for them. CTranslate2's own product cannot be
    called by itself."""
    rows, inner, columns = MATRIX
    a, b = np.ones((rows, inner), np.float32), np.ones((inner, columns), np.float32)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        _integer_product(), options, providers=["CPUExecutionProvider"]
    )
    small = {"a": np.ones((rows, inner), np.uint8), "b": np.ones((inner, columns), np.int8)}
    macs = float(rows * inner * columns)
    return Speed(macs / _fastest(lambda: a @ b), macs / _fastest(lambda: session.run(None, small)))


def _fastest(product: Callable[[], object]) -> float:
    """Seconds of the processor for the fastest of ``ROUNDS``: the others were disturbed."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        product()
        taken.append(time.process_time() - begun)
    return min(taken)


UINT8, INT8, INT32 = 2, 3, 6
"""Element types of ONNX."""


def _integer_product() -> bytes:
    """An ONNX model of one MatMulInteger node, c = a b, in the form of onnx.proto: written here, as
    the package onnx is not needed for anything else."""
    node = _text(1, "a") + _text(1, "b") + _text(2, "c") + _text(4, "MatMulInteger")
    values = (
        _part(11, _value("a", UINT8)) + _part(11, _value("b", INT8)) + _part(12, _value("c", INT32))
    )
    graph = _part(1, node) + _text(2, "product") + values
    return _number(1, 8) + _part(7, graph) + _part(8, _number(2, 13))


def _value(name: str, kind: int) -> bytes:
    shape = b"".join(_part(1, _text(2, f"{name}{axis}")) for axis in range(2))
    return _text(1, name) + _part(2, _part(1, _number(1, kind) + _part(2, shape)))


def _number(field: int, value: int) -> bytes:
    return bytes([field << 3, value])


def _text(field: int, text: str) -> bytes:
    return _part(field, text.encode("ascii"))


def _part(field: int, content: bytes) -> bytes:
    """A field with its length in front, as protocol buffers have it."""
    length, size = b"", len(content)
    while size >= 128:
        length, size = length + bytes([size % 128 + 128]), size // 128
    return bytes([field << 3 | 2]) + length + bytes([size]) + content


if __name__ == "__main__":
    speed = matrix_speed()
    print(f"{speed.float32:.3e} {speed.int8:.3e}")
