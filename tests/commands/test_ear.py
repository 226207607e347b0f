"""``callqa ear`` says in one line what is missing or does not fit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from pipeline.commands import ear
from pipeline.commands.main import main
from pipeline.ear import SyllableHead
from pipeline.eartrain import WhisperModel
from pipeline.eartrain.spelling import make_units
from pipeline.types import SAMPLE_RATE
from tests.eartrain.spoken import BANDS, hear, whistle

SHA = "a" * 64


def said(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["ear", *words])
    return done.exit_code, done.output.strip()


def test_a_list_of_speech_is_needed():
    code, text = said("measure")

    assert code == 2
    assert (
        text
        == "callqa: name a list of speech with --speech: JSON lines with audio, text and speaker"
    )


def test_a_name_for_the_card_needs_the_file_of_weights(tmp_path: Path):
    (tmp_path / "l.jsonl").write_text("", encoding="utf-8")

    code, text = said("measure", "--speech", str(tmp_path / "l.jsonl"), "--name", "calls")

    assert (code, "--name needs --head" in text) == (2, True)


def test_a_wrong_line_is_named_before_any_model_is_loaded(tmp_path: Path):
    (tmp_path / "l.jsonl").write_text("{}\n", encoding="utf-8")

    code, text = said("measure", "--speech", str(tmp_path / "l.jsonl"), "--model", "no-such")

    assert code == 2
    assert text.startswith(f"callqa: {tmp_path}/l.jsonl:1: is no utterance")


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    """A head that reads nothing but the blank, for an encoder that is a spectrum."""
    units = make_units().syllables
    blank = np.zeros(len(units), np.float32)
    blank[0] = 9.0
    weights = {
        "mean": np.zeros(BANDS, np.float32),
        "scale": np.ones(BANDS, np.float32),
        "in_w": np.eye(BANDS, dtype=np.float32),
        "in_b": np.zeros(BANDS, np.float32),
        "out_w": np.zeros((BANDS, len(units)), np.float32),
        "out_b": blank,
    }
    head = SyllableHead(units, SHA, (), weights)
    monkeypatch.setattr(ear, "_load_whisper", lambda model: WhisperModel(model, SHA, hear))
    monkeypatch.setattr(ear, "find_head", lambda sha256: head if sha256 == SHA else None)


def a_list(folder: Path) -> str:
    rng = np.random.default_rng(0)
    lines = []
    for number, text in enumerate(("请您稍等", "这个不归我管")):
        soundfile.write(folder / f"{number}.wav", whistle(text, rng), SAMPLE_RATE)
        lines.append({"audio": f"{number}.wav", "text": text, "speaker": f"s{number}"})
    path = folder / "speech.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return str(path)


@pytest.mark.long
@pytest.mark.usefixtures("deaf")
def test_a_head_that_hears_nothing_is_told_so_for_people_and_for_programs(tmp_path: Path):
    speech = a_list(tmp_path)

    code, text = said("measure", "--speech", speech)
    _, as_json = said("measure", "--speech", speech, "--json")

    assert code == 0, text
    assert "as it is:" in text
    assert "syllable error rate 1.000" in text
    assert "0 syllables found" in text
    figures = json.loads(as_json)
    assert (figures["clean"]["syllables"], figures["quiet"]["inserted"]) == (10, 0)


@pytest.mark.usefixtures("deaf")
def test_a_model_without_a_head_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ear, "find_head", lambda sha256: None)

    code, text = said("measure", "--speech", a_list(tmp_path), "--model", "other")

    assert code == 2
    assert "the model 'other' has no head" in text
