"""Speech is encoded in windows, clean and by telephone, and sound without speech beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.eartrain import encode_quiet, encode_speech, read_speech
from pipeline.eartrain.quiet import make_quiet
from pipeline.eartrain.speech import Utterance
from pipeline.eartrain.states import load_corpus, save_corpus
from pipeline.eartrain.telephone import BAND_HZ, RATES, change_rate, pass_telephone
from pipeline.errors import ModelError, SettingsError
from pipeline.types import SAMPLE_RATE
from tests.eartrain.spoken import BANDS, hear


def tone(hz: float, seconds: float = 1.0) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE).astype("f4")


def power_at(sound: np.ndarray, hz: float) -> float:
    spectrum = np.abs(np.fft.rfft(sound)) ** 2
    at = round(hz * len(sound) / SAMPLE_RATE)
    return float(spectrum[at - 3 : at + 4].sum() / spectrum.sum())


@pytest.mark.parametrize("seed", range(6))
def test_a_telephone_lets_the_band_of_speech_through_and_nothing_above(seed: int):
    passed = pass_telephone(tone(1000) + tone(6000), np.random.default_rng(seed))

    assert passed.shape == (SAMPLE_RATE,)
    assert power_at(passed, 1000) > 0.6
    assert power_at(passed, 6000) < 0.001
    assert BAND_HZ == (300, 3400)


def test_digital_silence_comes_out_as_the_noise_of_the_line():
    passed = pass_telephone(np.zeros(SAMPLE_RATE, np.float32), np.random.default_rng(0))

    assert 0 < float(np.sqrt(np.mean(passed**2))) < 0.05


def test_a_changed_rate_changes_the_length_within_bounds():
    rng = np.random.default_rng(1)
    shares = [len(change_rate(tone(500), rng)) / SAMPLE_RATE for _ in range(40)]

    assert 1 / RATES[1] - 0.01 <= min(shares) < 0.9
    assert 1.1 < max(shares) <= 1 / RATES[0] + 0.01


@pytest.mark.parametrize("seed", range(12))
def test_sound_without_speech_is_finite_and_not_loud(seed: int):
    quiet = make_quiet(2.0, np.random.default_rng(seed))

    assert (quiet.shape, quiet.dtype) == ((2 * SAMPLE_RATE,), np.float32)
    assert float(np.sqrt(np.mean(quiet**2))) <= 10 ** (-18 / 20) * 1.01


def test_every_utterance_is_heard_clean_and_by_telephone(speech: Path):
    utterances = read_speech([speech])

    corpus = encode_speech(utterances, hear, variants=2, seed=0)

    for kind in ("clean", "telephone"):
        texts = sorted(one.text for one in corpus.heard if one.kind == kind)
        assert texts == sorted(u.text for u in utterances)
    assert any(one.kind == "quiet" and not one.text for one in corpus.heard)
    assert corpus.states.dtype == np.float16
    assert corpus.states.shape[1] == BANDS


def test_utterances_lie_one_after_the_other_without_a_gap(speech: Path):
    corpus = encode_speech(read_speech([speech]), hear, variants=2, seed=0)

    ends = np.cumsum([one.length for one in corpus.heard])
    assert [one.begin for one in corpus.heard] == [0, *ends[:-1]]
    assert len(corpus.states) == ends[-1]


def test_the_same_seed_gives_the_same_states_and_another_one_others(speech: Path):
    utterances = read_speech([speech])[:6]
    one, same, other = (
        encode_speech(utterances, hear, variants=2, seed=seed) for seed in (3, 3, 4)
    )

    assert one.heard == same.heard
    assert np.array_equal(one.states, same.states)
    assert not np.array_equal(one.states[:400], other.states[:400])


def test_states_are_read_back_as_they_were_written(speech: Path, tmp_path: Path):
    corpus = encode_speech(read_speech([speech])[:4], hear, variants=1, seed=0)

    save_corpus(corpus, tmp_path / "c.npy")
    again = load_corpus(tmp_path / "c.npy")

    assert again.heard == corpus.heard
    assert np.array_equal(again.states, corpus.states)


@pytest.mark.parametrize("damage", ["npy", "json", "short"])
def test_damaged_states_are_named(speech: Path, tmp_path: Path, damage: str):
    path = tmp_path / "c.npy"
    save_corpus(encode_speech(read_speech([speech])[:2], hear, variants=1, seed=0), path)
    if damage == "short":
        np.save(path, np.zeros((3, BANDS), np.float16))
    else:
        path.with_suffix(f".{damage}").write_text('[{"begin": 1}]', encoding="utf-8")

    with pytest.raises(ModelError, match=r"c\.npy: the kept states are damaged"):
        load_corpus(path)


def test_utterances_too_long_for_a_window_are_refused(tmp_path: Path):
    soundfile.write(tmp_path / "long.wav", np.zeros(28 * SAMPLE_RATE, np.float32), SAMPLE_RATE)
    long = Utterance(tmp_path / "long.wav", "您好请讲", "a", "", "")

    with pytest.raises(SettingsError, match="no utterance is shorter than 27 s"):
        encode_speech([long], hear, variants=2, seed=0)


def test_quiet_stretches_have_a_length_and_no_text():
    corpus = encode_quiet(hear, seed=0, stretches=3)

    assert [(one.length, one.text) for one in corpus.heard] == [(400, "")] * 3
