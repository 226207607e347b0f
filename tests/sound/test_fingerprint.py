"""The same sound packed again is recognised, other sound is not."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.ingest import decode_recording
from pipeline.sound import compare_prints, make_print
from pipeline.types import SAMPLE_RATE, Samples
from tests.sounds import EXAMPLES, TWO_SIDES, hold_music, noise, silence, tone

CALLS = sorted(path for path in EXAMPLES.iterdir() if path.suffix in (".wav", ".mp3"))


@cache
def sound(path: Path = TWO_SIDES) -> Samples:
    """Shape (channels, n)."""
    return np.stack([channel[:] for channel in decode_recording(path).channels])


def packed(samples: Samples, path: Path, codec: str, rate: int) -> list[Samples]:
    """Written by a codec as one channel, and read again."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        resampler = av.AudioResampler(stream.format.name, "mono", rate)
        pcm = (np.clip(samples.mean(axis=0), -1, 1) * 32767).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return [channel[:] for channel in decode_recording(path).channels]


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [("a.mp3", "libmp3lame", 16_000), ("a.opus", "libopus", 16_000), ("a.m4a", "aac", 16_000), ("a.wav", "pcm_alaw", 8000)],
)  # fmt: skip
def test_another_packing_is_the_same_sound(tmp_path: Path, name: str, codec: str, rate: int):
    again = packed(sound(), tmp_path / name, codec, rate)

    assert compare_prints(make_print(list(sound())), make_print(again)).is_same


def test_another_level_and_other_silence_around_it_is_the_same_sound():
    later = [np.concatenate([silence(1.92), 0.2 * channel, silence(3)]) for channel in sound()]
    match = compare_prints(make_print(later), make_print(list(sound())))

    assert (match.is_same, match.later_s) == (True, pytest.approx(0, abs=0.2))


def test_sides_in_another_order_are_the_same_sound():
    assert compare_prints(make_print(list(sound())), make_print(list(sound()[::-1]))).is_same


def test_no_two_example_calls_are_the_same_sound():
    prints = [make_print(list(sound(path))) for path in CALLS]
    pairs = [(a, b) for i, a in enumerate(prints) for b in prints[i + 1 :]]

    assert len(pairs) == 10
    assert not any(compare_prints(a, b).is_same for a, b in pairs)


def test_half_a_call_is_not_the_call():
    half = sound()[:, : sound().shape[1] // 2]

    assert not compare_prints(make_print(list(sound())), make_print(list(half))).is_same


@pytest.mark.parametrize("short", [silence(0), silence(60), tone(300, 1.0)])
def test_too_little_sound_has_no_fingerprint(short: Samples):
    assert make_print([short]) == b""
    assert not compare_prints(b"", b"").is_same


def test_noise_is_not_other_noise_nor_music():
    other = np.random.default_rng(8).standard_normal(20 * SAMPLE_RATE).astype(np.float32)
    one, two, tune = (make_print([s]) for s in (noise(20), other, hold_music(20)))

    assert not compare_prints(one, two).is_same
    assert not compare_prints(one, tune).is_same
