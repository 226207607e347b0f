"""The whole way with the real model. What is expected was written by hand from the samples'
scripts."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from pipeline.call.second_ear import CallEar, SecondEar
from pipeline.commands import main as cli
from pipeline.ingest import decode_recording
from pipeline.phrases import PhraseBook
from pipeline.phrases.misheard import may_be
from pipeline.report import load_schema, result_from_dict
from pipeline.transcribe import load_whisper
from pipeline.types import Track
from pipeline.weights import find_model
from tests.sounds import EXAMPLES, hold_music, noise, write_wav

pytestmark = [pytest.mark.model, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    file = tmp_path_factory.mktemp("real") / "r.jsonl"
    ran = CliRunner().invoke(cli.main, ["score", str(EXAMPLES), "--jsonl", str(file)])
    assert ran.exit_code == 0, ran.output
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return {Path(result["recording"]["path"]).stem: result for result in lines}


def phrases(result: dict, kind: str, role: str = "agent") -> set[str]:
    return {f["phrase"] for f in result["findings"] if f["kind"] == kind and f["role"] == role}


def test_real_results_are_valid(results: dict[str, dict]):
    assert len(results) == 5
    for result in results.values():
        jsonschema.validate(result, load_schema())


def test_a_good_call_is_seen_to_be_good(results: dict[str, dict]):
    good = results["d01_good_post"]

    assert phrases(good, "required") >= {"您好", "请", "再见", "身份", "询问其他需要"}
    assert phrases(good, "forbidden") == set()
    assert good["score"]["attitude"] == 100


def test_taboo_phrases_are_found_and_charged_to_the_agent(results: dict[str, dict]):
    said = {"我也没办法", "你找领导去", "不归我管"}  # written 不规我管: the second ear is sure
    assert phrases(results["d03_shirk"], "forbidden") >= said
    assert results["d03_shirk"]["score"]["attitude"] < 80


def test_breaking_in_and_silence_are_found(results: dict[str, dict]):
    found = results["d08_interrupt"]["findings"]

    assert [f["role"] for f in found if f["kind"] == "interruption"] == ["agent", "agent"]
    assert [f["end_s"] - f["start_s"] for f in found if f["kind"] == "silence"] == [
        pytest.approx(6.5, abs=0.3)
    ]


def test_the_two_voices_of_a_mix_get_their_roles(results: dict[str, dict]):
    mixed = results["d10_mono_good"]

    said = {
        role: "".join(u["text"] for u in mixed["utterances"] if u["role"] == role)
        for role in ("agent", "customer")
    }
    assert "修改成功" in said["agent"]
    assert "收件地址" in said["customer"]
    assert mixed["dynamics"]["interruptions_by_agent"] is None


@pytest.mark.thorough
def test_nothing_is_invented_on_noise_and_music(tmp_path: Path):
    write_wav(tmp_path / "noise.wav", noise(600, level=0.2))
    write_wav(tmp_path / "music.wav", hold_music(600))

    CliRunner().invoke(cli.main, ["score", str(tmp_path), "--jsonl", str(tmp_path / "r.jsonl")])

    lines = (tmp_path / "r.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["utterances"] for line in lines] == [[], []]


def test_the_ear_hears_a_greeting_that_was_written_as_other_words(results: dict[str, dict]):
    recogniser = load_whisper(find_model("base"))
    second = SecondEar.of(recogniser, PhraseBook.of(()))
    assert second is not None
    channels = decode_recording(EXAMPLES / "d01_good_post.wav").channels
    tracks = [Track(number, channel, ()) for number, channel in enumerate(channels)]
    ear = CallEar(second.hearing(), recogniser, tracks)
    greeting, *others = (
        one for one in result_from_dict(results["d01_good_post"]).utterances if one.role == "agent"
    )
    assert greeting.text.startswith("您好")
    written = replace(greeting, text=f"一号{greeting.text[2:]}")

    assert may_be("您好", [*others, written], ear, "begin") == written
