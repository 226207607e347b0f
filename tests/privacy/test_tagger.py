"""The learned tagger: its file, its arithmetic, and what is made of its findings."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from bench.quality.personal.writing import SENTENCES, TEMPLATES, sha256_of
from pipeline.errors import ModelError
from pipeline.privacy.signs import Line, lines_of
from pipeline.privacy.tagger import (
    LABELS,
    MAY_BEGIN,
    MAY_END,
    MAY_FOLLOW,
    load_tagger,
    read_chain,
)
from pipeline.weights import shipped_folder

MODEL = shipped_folder("models") / "personal" / "model.npz"


def test_the_likeliest_row_and_the_chances_are_those_of_all_rows_tried_out():
    chance = np.random.default_rng(3)
    logits = chance.normal(size=(4, len(LABELS))).astype(np.float32)
    step = (np.exp(chance.normal(size=(len(LABELS), len(LABELS)))) * MAY_FOLLOW).astype(np.float32)
    weights = {}
    for row in itertools.product(range(len(LABELS)), repeat=4):
        weight = MAY_BEGIN[row[0]] * MAY_END[row[-1]]
        weight *= np.prod([step[a, b] for a, b in itertools.pairwise(row)])
        weights[row] = weight * np.exp(sum(logits[at, label] for at, label in enumerate(row)))
    expected = np.zeros(logits.shape)
    for row, weight in weights.items():
        expected[range(4), row] += weight / sum(weights.values())

    path, chances = read_chain(logits, step)

    assert tuple(path) == max(weights, key=weights.__getitem__)
    assert chances == pytest.approx(expected, abs=1e-5)


def test_a_line_is_read_alike_alone_and_beside_others():
    said = [
        ("麻烦转一下葛优良", "customer"),
        ("好的", "agent"),
        ("我们住翠湖花园三栋二零一", "customer"),
    ]
    lines = [Line(text, role, "") for text, role in said]
    together = load_tagger().logits(lines)
    for line, logits in zip(lines, together, strict=True):
        assert load_tagger().logits([line])[0] == pytest.approx(logits)


def test_the_question_of_another_speaker_belongs_to_a_line_and_his_own_words_do_not():
    said = [("您贵姓", "agent"), ("我姓张", "customer"), ("弓长张", "customer")]
    assert [line.asked for line in lines_of(said)] == ["", "您贵姓", "您贵姓"]


def test_no_lines_and_empty_lines_hold_nothing():
    assert load_tagger().tag([], least=0.0) == []
    assert load_tagger().tag([Line("", "agent", "")], least=0.0) == []


def test_the_file_learnt_from_the_sentences_beside_it_and_is_small():
    with np.load(MODEL) as arrays:
        assert str(arrays["learnt_from"]) == sha256_of(TEMPLATES, SENTENCES), (
            "python -m bench.quality.train_personal"
        )
    assert MODEL.stat().st_size <= 1_000_000
    card = MODEL.with_name("README.md").read_text(encoding="utf-8")
    assert sha256_of(MODEL) in card


@pytest.mark.parametrize("content", [b"", b"not a model", MODEL.read_bytes()[:5000]])
def test_a_broken_file_is_named_with_its_remedy(tmp_path: Path, content: bytes):
    broken = tmp_path / "model.npz"
    broken.write_bytes(content)
    with pytest.raises(ModelError, match=r"model\.npz: the tagger .* cannot be read.*install"):
        load_tagger(broken)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rows", None),
        ("rows", np.zeros((3, 8), np.int8)),
        ("gaps", np.full(5, 60000, np.uint16)),
        ("steps", np.zeros((3, 3), np.float32)),
        ("steps", np.full((8, 8), np.nan, np.float32)),
        ("family", np.zeros(3, np.uint8)),
        ("ranks3", np.zeros(3, np.uint8)),
        ("scale", np.float32(np.inf)),
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(
    tmp_path: Path, name: str, value: np.ndarray | None
):
    with np.load(MODEL) as entries:
        arrays = {key: entries[key] for key in entries.files if key != name}
    np.savez(tmp_path / "model.npz", **arrays, **({} if value is None else {name: value}))
    with pytest.raises(ModelError, match="cannot be read"):
        load_tagger(tmp_path / "model.npz")
