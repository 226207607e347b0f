"""Speech is encoded in windows, clean and by telephone, and sound without speech beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.eartrain import encode_quiet, encode_speech, read_speech
from pipeline.eartrain.quiet import make_quiet
from pipeline.eartrain.recoding import NARROW, WIDE
from pipeline.eartrain.speech import Utterance
from pipeline.eartrain.states import load_corpus, save_corpus
from pipeline.eartrain.telephone import (
    BAND_HZ,
    FASTEST,
    TEMPOS,
    Line,
    change_rate,
    draw_line,
    pass_line,
    stretch,
)
from pipeline.errors import ModelError, SettingsError
from pipeline.types import SAMPLE_RATE
from tests.eartrain.spoken import BANDS, hear


def tone(hz: float, seconds: float = 1.0) -> np.ndarray:
    return np.sin(2 * np.pi * hz * np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE).astype("f4")


def power_at(sound: np.ndarray, hz: float) -> float:
    spectrum = np.abs(np.fft.rfft(sound)) ** 2
    at = round(hz * len(sound) / SAMPLE_RATE)
    return float(spectrum[at - 3 : at + 4].sum() / spectrum.sum())


def a_line(codec: str, *, wide: bool = False, **changed: float) -> Line:
    """A quiet line with the highest bit rate of its codec."""
    rates = (WIDE if wide else NARROW)[codec].bit_rates
    usual = {"level_db": 0.0, "noise_db": -35.0}
    return Line(16000 if wide else 8000, codec, rates[-1], **(usual | changed))


def loud_from(sound: np.ndarray) -> float:
    """When the sound begins to be loud, in seconds."""
    smooth = np.convolve(np.abs(sound), np.ones(160) / 160, "same")
    return float(np.argmax(smooth > smooth.max() / 2)) / SAMPLE_RATE


@pytest.mark.parametrize("codec", NARROW)
def test_a_telephone_lets_the_band_of_speech_through_and_nothing_above(codec: str):
    passed = pass_line(tone(1000) + tone(6000), a_line(codec), np.random.default_rng(0))

    assert passed.shape == (SAMPLE_RATE,)
    assert power_at(passed, 1000) > 0.6
    assert power_at(passed, 6000) < 0.001
    assert BAND_HZ == (300, 3400)


@pytest.mark.parametrize("codec", WIDE)
def test_a_wide_line_lets_more_through(codec: str):
    passed = pass_line(tone(1000) + tone(5000), a_line(codec, wide=True), np.random.default_rng(0))

    assert power_at(passed, 5000) > 0.1


@pytest.mark.parametrize("wide", [False, True])
def test_no_codec_moves_the_sound(wide: bool):
    sound = np.concatenate((np.zeros(SAMPLE_RATE // 2, np.float32), tone(1000)))
    lines = [a_line(codec, wide=wide) for codec in (WIDE if wide else NARROW)]
    passed = [pass_line(sound, line, np.random.default_rng(0)) for line in lines]

    assert [loud_from(one) for one in passed] == pytest.approx([0.5] * len(lines), abs=0.01)


def test_a_loud_line_clips_and_a_broken_one_has_gaps():
    sound, rng = tone(1000), np.random.default_rng(0)
    loud = pass_line(sound, a_line("PCM", wide=True, level_db=30.0), rng)
    broken = pass_line(sound, a_line("PCM", wide=True, lost=0.3), rng)

    assert np.mean(np.abs(loud) > 0.95) > 0.5
    packets = np.sqrt(np.mean(broken.reshape(-1, 320) ** 2, axis=1))
    assert 0.1 < np.mean(packets < 0.6 * np.median(packets)) < 0.5


def test_people_in_the_background_are_heard_where_there_are_some():
    line, sound = a_line("PCM", noise_db=0.0), tone(1000)
    alone, beside = (
        pass_line(sound, line, np.random.default_rng(3), babble) for babble in (None, tone(2000))
    )

    assert power_at(beside, 2000) > 0.2 > power_at(alone, 2000)


def test_digital_silence_comes_out_as_the_noise_of_the_line():
    passed = pass_line(np.zeros(SAMPLE_RATE, np.float32), a_line("A-law"), np.random.default_rng(0))

    assert 0 < float(np.sqrt(np.mean(passed**2))) < 0.05


def test_lines_are_of_all_kinds():
    rng = np.random.default_rng(0)
    lines = [draw_line(rng) for _ in range(300)]

    assert {line.codec for line in lines if line.rate_hz == 8000} == set(NARROW)
    assert {line.codec for line in lines if line.rate_hz == 16000} == set(WIDE)
    assert {line.lost > 0 for line in lines} == {False, True}


def test_a_changed_rate_changes_the_length_within_bounds():
    rng = np.random.default_rng(1)
    shares = [len(change_rate(tone(500), rng)) / SAMPLE_RATE for _ in range(40)]

    assert 1 / TEMPOS[1] - 0.03 <= min(shares) < 0.75
    assert 1.1 < max(shares) <= 1 / TEMPOS[0] + 0.03


def test_fast_speech_is_not_made_faster_than_anybody_speaks():
    rng = np.random.default_rng(1)
    lengths_s = [len(change_rate(tone(500), rng, 7)) / SAMPLE_RATE for _ in range(40)]

    assert min(lengths_s) >= 7 / FASTEST - 0.03


def test_stretching_leaves_the_pitch():
    quick = stretch(tone(500, 2.0), 1.4)

    assert len(quick) / SAMPLE_RATE == pytest.approx(2.0 / 1.4, abs=0.05)
    assert power_at(quick, 500) > 0.9


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
    soundfile.write(tmp_path / "long.wav", np.zeros(40 * SAMPLE_RATE, np.float32), SAMPLE_RATE)
    long = Utterance(tmp_path / "long.wav", "您好请讲", "a", "", "")

    with pytest.raises(SettingsError, match="no utterance is shorter than 27 s"):
        encode_speech([long], hear, variants=2, seed=0)


def test_quiet_stretches_have_a_length_and_no_text():
    corpus = encode_quiet(hear, seed=0, stretches=3)

    assert [(one.length, one.text) for one in corpus.heard] == [(400, "")] * 3
