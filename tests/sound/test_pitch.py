"""Pitch, spectrum and crosstalk on sound whose truth is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.ingest import decode_recording
from pipeline.pace import find_nuclei
from pipeline.sound import pitch
from pipeline.sound.crosstalk import Crosstalk, measure_crosstalk, remove_crosstalk
from pipeline.sound.pitch import measure_acoustics
from pipeline.sound.spectrum import HOP_S, measure_spectrum
from pipeline.transcribe import find_speech
from pipeline.transcribe.speech_spans import STEREO_PAUSE_S
from pipeline.types import SAMPLE_RATE, Samples, Span, Track
from tests.sounds import noise, silence, speech, tone

FORMANTS = ((730, 90), (1090, 110), (2440, 170))
"""Centre and width of the formants of a man's [a], Hz (Peterson & Barney 1952)."""


def vowel(hertz: float, seconds: float, rate: int = 8000) -> Samples:
    """A pulse train of a known pitch through the formants of [a]."""
    at = np.arange(round(seconds * rate)) / rate
    harmonics = np.arange(1, int(3600 / hertz) + 1) * hertz
    gains = np.array([sum(1 / (1 + ((hz - f) / w) ** 2) for f, w in FORMANTS) for hz in harmonics])
    waves = gains[:, None] * np.sin(2 * np.pi * harmonics[:, None] * at[None])
    made = waves.sum(axis=0)
    return np.asarray(0.4 * made / np.abs(made).max(), np.float32)


@pytest.mark.parametrize("subtype", ["PCM_16", "ULAW", "ALAW", "GSM610"])
def test_pitch_of_vowels_is_right_through_telephone_codecs(tmp_path: Path, subtype: str):
    pitches = (80, 95, 110, 130, 155, 185, 220, 262, 311, 370)
    line = np.concatenate([vowel(hertz, 0.5) for hertz in pitches])
    soundfile.write(
        tmp_path / "v.wav", line + noise(5.0, level=0.003, rate=8000), 8000, subtype, format="WAV"
    )
    (heard,) = decode_recording(tmp_path / "v.wav").channels

    hz = measure_acoustics(Track(0, heard, (Span(0.0, 5.0),))).pitch.hz

    wrong = voiced = 0
    for at, hertz in enumerate(pitches):
        inside = hz[round((at / 2 + 0.05) / HOP_S) : round((at / 2 + 0.45) / HOP_S)]
        voiced += int((inside > 0).sum())
        wrong += int((np.abs(inside[inside > 0] / hertz - 1) > 0.2).sum())
    assert voiced > 0.7 * len(pitches) * 0.4 / HOP_S
    assert wrong <= 0.01 * voiced


def test_silence_and_noise_have_no_pitch():
    whole = (Span(0.0, 2.0),)

    assert not measure_acoustics(Track(0, silence(2), whole)).pitch.voiced.any()
    assert measure_acoustics(Track(0, noise(2), whole)).pitch.voiced.mean() < 0.1


def test_pitch_is_looked_for_in_speech_only():
    sound = np.concatenate([tone(200, 1), tone(200, 1)])

    hz = measure_acoustics(Track(0, sound, (Span(1.0, 2.0),))).pitch.hz

    assert not hz[: round(1 / HOP_S)].any()


def test_a_long_stretch_that_is_cut_has_the_pitch_of_the_whole(monkeypatch: pytest.MonkeyPatch):
    gliding = np.concatenate([vowel(hertz, 0.7, SAMPLE_RATE) for hertz in range(100, 330, 10)])
    track = Track(0, gliding, (Span(0.0, len(gliding) / SAMPLE_RATE),))

    in_parts = measure_acoustics(track).pitch.hz
    monkeypatch.setattr(pitch, "MOST_S", 60.0)
    in_one = measure_acoustics(track).pitch.hz

    both = (in_parts > 0) & (in_one > 0)
    assert int(((in_parts > 0) != (in_one > 0)).sum()) <= 1
    assert np.abs(1200 * np.log2(in_parts[both] / in_one[both])).max() < 2


def test_two_stretches_close_together_have_the_pitch_of_each_alone_and_none_between():
    sound = np.concatenate([vowel(200, 1.0, SAMPLE_RATE), vowel(300, 1.0, SAMPLE_RATE)])
    first, second = Span(0.1, 0.9), Span(1.0, 1.9)

    together, *alone = (
        measure_acoustics(Track(0, sound, spans)).pitch.hz
        for spans in ((first, second), (first,), (second,))
    )

    apart = alone[0] + alone[1]
    both = (together > 0) & (apart > 0)
    assert not together[round(0.92 / HOP_S) : round(0.98 / HOP_S)].any()
    assert both.sum() > 0.9 * 1.7 / HOP_S
    assert ((together > 0) != (apart > 0)).sum() <= 2
    assert together[both] == pytest.approx(apart[both], rel=0.01)


def test_the_level_of_a_full_scale_sine_is_zero_and_an_offset_does_not_count():
    sine = tone(1000, 1, level=1.0)

    assert measure_spectrum(sine).band_db()[20] == pytest.approx(0.0, abs=0.1)
    assert measure_spectrum(np.full(16000, 0.5, np.float32)).band_db()[20] < -90
    assert measure_spectrum(np.zeros(0, np.float32)).frames == 0


def syllables(count: int, rate_hz: float) -> Samples:
    """Vowels of 60 % of each beat with silence between, as even syllables."""
    beat = round(SAMPLE_RATE / rate_hz)
    long = round(beat * 0.6)
    one = vowel(150, long / SAMPLE_RATE, SAMPLE_RATE)[:long] * np.hanning(long).astype(np.float32)
    return np.tile(np.pad(one, (0, beat - len(one))), count)


@pytest.mark.parametrize("rate_hz", [3.0, 4.0, 5.0])
def test_even_syllables_are_counted(rate_hz: float):
    sound = (
        syllables(20, rate_hz)
        + noise(20 / rate_hz, level=0.001)[: 20 * round(SAMPLE_RATE / rate_hz)]
    )

    nuclei = find_nuclei(measure_acoustics(Track(0, sound, (Span(0.0, len(sound) / SAMPLE_RATE),))))

    assert abs(len(nuclei) - 20) <= 1


def sides() -> tuple[Samples, Samples]:
    """Two sides of a call at 16 kHz, as they were recorded: no crosstalk."""
    left, right = (np.repeat(speech(channel), 2) for channel in (0, 1))
    return left, right


@pytest.mark.parametrize("crosstalk_db", [-25.0, -20.0, -15.0])
def test_crosstalk_is_measured_within_two_decibels_and_silenced(crosstalk_db: float):
    left, right = sides()
    gain = np.float32(10 ** (crosstalk_db / 20))
    tracks = (Track(0, left + gain * right), Track(1, right + gain * left))
    spectra = tuple(measure_spectrum(track.samples) for track in tracks)

    crosstalk = measure_crosstalk(*spectra)
    silenced = remove_crosstalk(tracks, spectra, crosstalk)

    assert crosstalk.into_first_db == pytest.approx(crosstalk_db, abs=2)
    assert crosstalk.into_second_db == pytest.approx(crosstalk_db, abs=2)
    assert not crosstalk.is_strong
    assert overlap_s(tracks[0].samples, tracks[1].samples) > 1.0 or crosstalk_db < -20, (
        "each side is heard on both"
    )
    assert overlap_s(*(track.samples for track in silenced)) < 0.3
    for own, track in zip((left, right), silenced, strict=True):
        clean, heard = (
            find_speech(samples, pause_s=STEREO_PAUSE_S) for samples in (own, track.samples)
        )
        assert sum(s.duration_s for s in heard) == pytest.approx(
            sum(s.duration_s for s in clean), rel=0.03
        )


def overlap_s(first: Samples, second: Samples) -> float:
    a, b = (find_speech(samples, pause_s=STEREO_PAUSE_S) for samples in (first, second))
    return sum(one.overlap_s(other) for one in a for other in b)


def test_channels_without_crosstalk_are_left_as_they_are():
    left, right = sides()
    spectra = tuple(measure_spectrum(samples) for samples in (left, right))
    tracks = (Track(0, left), Track(1, right))

    crosstalk = measure_crosstalk(*spectra)

    assert crosstalk == Crosstalk()
    assert remove_crosstalk(tracks, spectra, crosstalk)[0] is tracks[0]


def test_crosstalk_of_eight_decibels_is_too_strong_to_judge_who_talked_over_whom():
    left, right = sides()
    gain = np.float32(10 ** (-8 / 20))

    crosstalk = measure_crosstalk(
        measure_spectrum(left + gain * right), measure_spectrum(right + gain * left)
    )

    assert crosstalk.is_strong


@pytest.mark.parametrize("seconds", [0.0, 0.05, 1.0])
def test_short_and_silent_channels_show_no_crosstalk(seconds: float):
    spectrum = measure_spectrum(silence(seconds))

    assert measure_crosstalk(spectrum, spectrum) == Crosstalk()
