"""Local models of other sizes and on other processors, from real folders."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace

import ctranslate2
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from pipeline.errors import ModelError, SettingsError
from pipeline.settings import RecogniserSettings, Settings, SiteSettings
from pipeline.transcribe import WhisperRecogniser, identify, load_recogniser
from pipeline.transcribe.processor import check_model, choose_processor
from pipeline.transcribe.vocabulary import TrimmedWhisper
from pipeline.types import Span, Track
from tests.sounds import noise
from tests.tiny_whisper import make_tiny_whisper

TRACK = Track(0, noise(3), (Span(1.0, 2.0),))


def load(folder: Path, **changes) -> WhisperRecogniser:
    chosen = RecogniserSettings(**changes)
    return load_recogniser(Settings(site=SiteSettings(model=str(folder)), recogniser=chosen))


@pytest.mark.parametrize("compute_type", ["", "int8", "float32"])
def test_what_is_named_without_being_loaded_is_what_is_loaded(like_large: Path, compute_type: str):
    chosen = RecogniserSettings(compute_type=compute_type)
    settings = Settings(site=SiteSettings(model=str(like_large)), recogniser=chosen)

    named, loaded = identify(settings), load_recogniser(settings)

    assert (named.name, named.sha256) == (loaded.name, loaded.sha256)


@pytest.fixture(scope="module")
def like_large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With 128 mel bands, as ``large-v3`` has."""
    return make_tiny_whisper(tmp_path_factory.mktemp("large") / "tiny", mel_bands=128)


def test_a_model_with_128_mel_bands_weighs_texts_with_a_cut_vocabulary(like_large: Path):
    recogniser = load(like_large)

    assert isinstance(recogniser._decoder.model.model, TrimmedWhisper)
    assert [len(one) for one in recogniser.weigh(TRACK, TRACK.speech[0], ["您好", "请讲吧"])] == [
        2,
        3,
    ]


def test_a_model_is_the_same_with_room_on_disk_and_without_and_leaves_nothing_there(
    like_large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    by_disk = load(like_large)
    left = list(tmp_path.iterdir())
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    by_memory = load(like_large)

    assert left == []
    assert by_disk.weigh(TRACK, TRACK.speech[0], ["您好"]) == by_memory.weigh(
        TRACK, TRACK.speech[0], ["您好"]
    )


def test_a_model_without_the_file_of_its_mel_bands_is_refused(like_large: Path, tmp_path: Path):
    folder = shutil.copytree(like_large, tmp_path / "m")
    (folder / "preprocessor_config.json").unlink()

    with pytest.raises(ModelError, match=r"80 mel bands, and model\.bin takes 128; copy"):
        load(folder)


def test_a_model_of_english_only_is_refused(tmp_path: Path):
    english = SimpleNamespace(hf_tokenizer=Tokenizer(WordLevel({"<|endoftext|>": 50256})))

    with pytest.raises(ModelError, match="knows English only"):
        check_model(english, tmp_path)


def test_another_kind_of_numbers_is_named_in_the_record_and_weighs_alike(tiny_whisper: Path):
    usual, exact = load(tiny_whisper), load(tiny_whisper, compute_type="float32")
    weighed = [r.weigh(TRACK, TRACK.speech[0], ["您好"])[0] for r in (usual, exact)]

    assert (usual.name, exact.name) == (str(tiny_whisper), f"{tiny_whisper} (cpu, float32)")
    assert weighed[0] == pytest.approx(weighed[1], abs=0.5)


def test_numbers_that_this_machine_has_not_are_refused_with_those_it_has():
    with pytest.raises(SettingsError, match=r"'int5' is none of this cpu; expected .*int8"):
        choose_processor("cpu", "int5")


@pytest.mark.skipif(ctranslate2.get_cuda_device_count() > 0, reason="this machine has a GPU")
def test_a_gpu_that_is_not_there_is_refused_and_auto_takes_the_cpu():
    assert choose_processor("auto", "") == ("cpu", "int8")
    with pytest.raises(SettingsError, match="finds no GPU"):
        choose_processor("cuda", "")
