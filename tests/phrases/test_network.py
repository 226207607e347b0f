"""The small transformer: the textbook's formulas in plain loops give the same, padding nothing."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from pipeline.phrases.network import HEADS, LONGEST_TEXT, LONGEST_WORD, SentenceNetwork

WIDTH, WIDE, POSITIONS, LABELS = 12, 8, LONGEST_TEXT + 8, 3
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<agent>", "<customer>")
WORDS = (*SPECIAL, "您", "好", "您好", "请", "问", "请问", "稍", "等", "稍等一下", "一", "下")
SCORES = np.array(
    [0.0] * 6 + [-4.0, -5.0, -6.5, -4.5, -5.5, -12.0, -7.0, -7.5, -11.0, -3.0, -6.0], np.float32
)

Matrix = list[list[float]]


def draw_arrays(layers: int, seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    arrays: dict[str, np.ndarray] = {
        "pos": rng.normal(size=(POSITIONS, WIDTH)).astype(np.float16),
        "head.bias": rng.normal(size=LABELS).astype(np.float32),
    }

    def add_matrix(name: str, outputs: int, inputs: int) -> None:
        arrays[f"{name}.rows"] = rng.integers(-127, 128, (outputs, inputs)).astype(np.int8)
        arrays[f"{name}.scales"] = rng.uniform(0.002, 0.01, outputs).astype(np.float32)

    def add_norm(name: str) -> None:
        arrays[f"{name}.weight"] = rng.uniform(0.5, 1.5, WIDTH).astype(np.float32)
        arrays[f"{name}.bias"] = rng.normal(size=WIDTH).astype(np.float32)

    add_matrix("emb", len(WORDS), WIDTH)
    add_matrix("head", LABELS, WIDTH)
    add_norm("eln")
    for layer in range(layers):
        sizes = {"q": WIDTH, "k": WIDTH, "v": WIDTH, "ao": WIDTH, "fi": WIDE, "fo": WIDTH}
        for name, outputs in sizes.items():
            add_matrix(f"ly.{layer}.{name}", outputs, WIDE if name == "fo" else WIDTH)
            arrays[f"ly.{layer}.{name}.bias"] = rng.normal(size=outputs).astype(np.float32)
        for name in ("aln", "oln"):
            add_norm(f"ly.{layer}.{name}")
    return arrays


def network(layers: int = 1) -> SentenceNetwork:
    return SentenceNetwork.of(WORDS, SCORES, draw_arrays(layers))


# ------------------------------------------------------------ the formulas, in loops over numbers
def apply(arrays: dict[str, np.ndarray], name: str, x: Sequence[float]) -> list[float]:
    rows, scales, bias = (arrays[f"{name}.{part}"].tolist() for part in ("rows", "scales", "bias"))
    return [
        sum(weight * scale * value for weight, value in zip(row, x, strict=True)) + own
        for row, scale, own in zip(rows, scales, bias, strict=True)
    ]


def normalise(arrays: dict[str, np.ndarray], name: str, x: Sequence[float]) -> list[float]:
    mean = sum(x) / len(x)
    spread = math.sqrt(sum((value - mean) ** 2 for value in x) / len(x) + 1e-12)
    weight, bias = (arrays[f"{name}.{part}"].tolist() for part in ("weight", "bias"))
    return [(v - mean) / spread * w + b for v, w, b in zip(x, weight, bias, strict=True)]


def attend(q: Matrix, k: Matrix, v: Matrix) -> Matrix:
    """Each of twelve heads has one of twelve numbers, so that nothing is divided by its root."""
    out = []
    for place in range(len(q)):
        row = []
        for head in range(HEADS):
            weights = [math.exp(q[place][head] * key[head]) for key in k]
            mixed = sum(w * value[head] for w, value in zip(weights, v, strict=True))
            row.append(mixed / sum(weights))
        out.append(row)
    return out


def forward(arrays: dict[str, Any], layers: int, numbers: Sequence[int]) -> list[float]:
    """BERT's formulas (Devlin et al. 2019; Vaswani et al. 2017, section 3), then the mean."""
    x = []
    for place, number in enumerate(numbers):
        scale = float(arrays["emb.scales"][number])
        word = [weight * scale for weight in arrays["emb.rows"][number].tolist()]
        position = arrays["pos"][place].tolist()
        summed = [a + b for a, b in zip(word, position, strict=True)]
        x.append(normalise(arrays, "eln", summed))
    for layer in range(layers):
        name = f"ly.{layer}"
        q, k, v = ([apply(arrays, f"{name}.{part}", row) for row in x] for part in "qkv")
        x = [
            add_and_normalise(arrays, f"{name}.aln", row, apply(arrays, f"{name}.ao", mixed))
            for row, mixed in zip(x, attend(q, k, v), strict=True)
        ]
        x = [add_and_normalise(arrays, f"{name}.oln", row, widen(arrays, name, row)) for row in x]
    mean = [sum(column) / len(x) for column in zip(*x, strict=True)]
    return apply(arrays, "head", mean)


def add_and_normalise(
    arrays: dict[str, np.ndarray], name: str, x: Sequence[float], more: Sequence[float]
) -> list[float]:
    return normalise(arrays, name, [a + b for a, b in zip(x, more, strict=True)])


def widen(arrays: dict[str, np.ndarray], name: str, x: Sequence[float]) -> list[float]:
    wide = apply(arrays, f"{name}.fi", x)
    bent = [value * 0.5 * (1 + math.tanh(bend(value))) for value in wide]
    return apply(arrays, f"{name}.fo", bent)


def bend(value: float) -> float:
    """Hendrycks and Gimpel 2016, section 2."""
    return math.sqrt(2 / math.pi) * (value + 0.044715 * value**3)


@pytest.mark.parametrize("layers", [1, 2])
def test_log_odds_are_those_of_the_formulas(layers: int):
    net = network(layers)
    texts = ["您好请问", "等", "稍等一下您请x"]
    numbers = [
        [0, 4, 8, 9, 10, 2],  # 您好 as one word; 请问 as two, which are likelier
        [0, 5, 13, 2],
        [0, 4, 14, 6, 9, 3, 2],  # x is no word
    ]
    expected = [forward(draw_arrays(layers), layers, row) for row in numbers]
    assert net.logits(texts, [0, 1, 0]) == pytest.approx(np.array(expected), abs=1e-4)


def test_padding_and_order_change_no_row():
    net = network(2)
    texts = ["您", "您好请问" * 9, "稍等一下", "问" * 40, "好好好"]
    sides = [0, 1, 1, 0, 0]
    together = net.logits(texts, sides)
    for order in ([4, 3, 2, 1, 0], [2, 0, 4, 1, 3]):
        again = net.logits([texts[at] for at in order], [sides[at] for at in order])
        assert again == pytest.approx(together[order], abs=1e-5)
    alone = [net.logits([text], [side])[0] for text, side in zip(texts, sides, strict=True)]
    assert np.array(alone) == pytest.approx(together, abs=1e-5)


def test_the_side_makes_a_difference():
    agent, customer = network().logits(["您好", "您好"], [0, 1])
    assert not np.allclose(agent, customer)


def test_nothing_is_read_of_no_sentences_and_of_what_follows_the_longest():
    net = network()
    assert net.logits([], []).shape == (0, LABELS)
    text = "问" * LONGEST_TEXT
    short, longer = net.logits([text, text + "您好" * 50], [0, 0])
    assert longer == pytest.approx(short, abs=1e-5)


def cuts(text: str) -> Iterator[list[str]]:
    """All ways to cut a text."""
    for marks in itertools.product((False, True), repeat=len(text) - 1):
        words, last = [], 0
        for at, cut in enumerate(marks, start=1):
            if cut:
                words.append(text[last:at])
                last = at
        yield [*words, text[last:]]


def scorer() -> Callable[[list[str]], float]:
    known = dict(zip(WORDS[6:], SCORES[6:].tolist(), strict=True))
    least = min(known.values()) - 10.0

    def score(words: list[str]) -> float:
        total = 0.0
        for word in words:
            if len(word) > LONGEST_WORD or (len(word) > 1 and word not in known):
                return -math.inf
            total += known.get(word, least)
        return total

    return score


@pytest.mark.parametrize(
    "text", ["您好请问稍等一下", "x您好", "稍等一", "一下一下", "请请问问", "好"]
)
def test_a_text_is_cut_into_the_most_probable_words(text: str):
    score = scorer()
    found = network().segment(text)
    assert "".join(found) == text
    assert score(found) == pytest.approx(max(score(words) for words in cuts(text)))


def test_an_empty_text_has_no_words():
    assert network().segment("") == []
