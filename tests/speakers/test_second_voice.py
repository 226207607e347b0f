"""A second voice on the agent's side is noticed where nobody says a word of it."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.sound import measure_acoustics, measure_spectrum
from pipeline.speakers import SpectralVoice, find_second_voice
from pipeline.types import Span, Track
from tests.sounds import a_voice

RATE = 16_000


def found(*voices: tuple[float, float], seconds: float = 2.5) -> float | None:
    """One stretch of speech each, half a second apart."""
    pieces: list[np.ndarray] = []
    spans: list[Span] = []
    for seed, (pitch, formant) in enumerate(voices):
        start_s = sum(map(len, pieces)) / RATE
        pieces.append(a_voice(pitch, formant, seconds, seed))
        spans.append(Span(start_s, start_s + seconds))
        pieces.append(np.zeros(RATE // 2, np.float32))
    samples = np.concatenate(pieces)
    samples += np.random.default_rng(9).normal(0, 1e-4, len(samples)).astype(np.float32)
    acoustics = measure_acoustics(Track(0, samples, tuple(spans)), measure_spectrum(samples))
    return find_second_voice(acoustics, spans, voices=SpectralVoice())


MAN, WOMAN = (110.0, 700.0), (230.0, 1400.0)


def test_the_place_where_another_voice_takes_over_is_found():
    assert found(*[MAN] * 4, *[WOMAN] * 4) == pytest.approx(12.0)


def test_one_voice_stays_one():
    assert found(*[MAN] * 8) is None
    assert found((110, 700), (118, 760), (105, 680), (121, 740), (112, 700), (125, 780)) is None


@pytest.mark.parametrize("voices", [(*[MAN] * 6, WOMAN), (MAN, *[WOMAN] * 6)])
def test_one_stretch_of_another_voice_is_no_take_over(voices: tuple[tuple[float, float], ...]):
    assert found(*voices) is None


def test_too_little_speech_tells_nothing():
    assert found(*[MAN] * 3, *[WOMAN] * 3, seconds=1.5) is None
