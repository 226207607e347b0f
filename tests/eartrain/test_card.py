"""The card of the shipped head is true: hashes, sizes and figures are those of its files."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import pytest

from pipeline.ear import load_head
from pipeline.eartrain import encode_quiet, measure_head, read_figures, render_card, write_figures
from pipeline.eartrain.card import read_aside
from pipeline.errors import ModelError
from pipeline.weights import find_model, load_manifest, shipped_folder

FOLDER = shipped_folder("models") / "ear"
FIGURES = read_figures(FOLDER)
HEAD = FOLDER / FIGURES["file"]
LARGEST = 1_500_000
BASE = next(model for model in load_manifest() if model.name == "base")


def meta() -> dict:
    with np.load(HEAD, allow_pickle=False) as arrays:
        return json.loads(str(arrays["meta"]))


def test_the_file_is_the_one_that_the_figures_are_of():
    assert hashlib.sha256(HEAD.read_bytes()).hexdigest() == FIGURES["sha256"]
    assert HEAD.stat().st_size == FIGURES["bytes"] <= LARGEST


def test_it_belongs_to_the_model_that_comes_with_callqa():
    (model,) = [file for file in BASE.files if file.name == "model.bin"]

    assert FIGURES["whisper_sha256"] == meta()["whisper_sha256"] == model.sha256
    assert load_head(HEAD).whisper_sha256 == model.sha256


def test_the_weights_know_what_they_were_made_from():
    own = meta()

    assert own["data"] == FIGURES["data"]
    assert (own["seed"], own["versions"]) == (FIGURES["seed"], FIGURES["versions"])
    assert len(own["units"]) == FIGURES["syllables"] + 1


def test_its_size_is_the_stated_one():
    with np.load(HEAD, allow_pickle=False) as arrays:
        weights = {name: arrays[name] for name in arrays.files if name != "meta"}

    assert sum(w.size for w in weights.values()) == FIGURES["weights"]
    assert weights["in_w"].shape[1] == FIGURES["width"]
    assert weights["d0"].shape[0] == FIGURES["taps"]
    assert {w.dtype for w in weights.values()} == {np.dtype(np.float16)}


def test_the_card_says_what_the_figures_say():
    card = (FOLDER / "README.md").read_text(encoding="utf-8")

    assert card == render_card(FIGURES, read_aside(FOLDER))
    for one in FIGURES["data"]:
        assert one["sha256"] in card


def test_every_licence_allows_what_is_done():
    licences = {licence for one in FIGURES["data"] for licence in one["licences"]}

    assert licences
    for licence in licences:
        assert any(free in licence for free in ("Apache-2.0", "CC0-1.0", "MIT")), licence


def test_the_sentences_of_the_synthetic_voices_lie_beside_it():
    lines = (FOLDER / "sentences.txt").read_text(encoding="utf-8").splitlines()
    spoken, drawn = [one for one in FIGURES["data"] if one["list"] == "speech.jsonl"]

    assert spoken["utterances"] == len(lines) == len(set(lines))
    assert drawn["utterances"] == 600  # of models/meaning/sentences.tsv


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"measured": 3}', "\x00"])
def test_figures_that_cannot_be_read_are_named(tmp_path, text: str):
    (tmp_path / "figures.json").write_text(text, encoding="utf-8")

    with pytest.raises(ModelError, match=r"figures\.json: the figures of the training cannot be"):
        read_figures(tmp_path)


def test_figures_that_the_card_cannot_be_made_of_are_named_and_nothing_is_written(tmp_path):
    with pytest.raises(ModelError, match=r"figures\.json: lacks figures for the card"):
        write_figures(tmp_path, {"measured": {}})

    assert list(tmp_path.iterdir()) == []


@pytest.mark.long
@pytest.mark.model
def test_it_hears_no_more_syllables_without_speech_than_the_card_says():
    from pipeline.transcribe import load_encoder  # noqa: PLC0415 - loads the whole recogniser

    said = FIGURES["measured"]["quiet"]
    quiet = encode_quiet(load_encoder(find_model("base")).encode, seed=FIGURES["seed"] + 1000)

    measured = measure_head(load_head(HEAD), quiet, quiet.heard, ["不归我管"], 0)

    assert measured.quiet_min == said["quiet_min"]
    assert measured.inserted <= said["inserted"] + 3  # processors round states differently
