"""Sound events: synthetic ones with known times, and real speech without any."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from pipeline.ingest import decode_recording
from pipeline.sound.events import find_sound_events
from pipeline.sound.keys import HIGH_KEYS_HZ, KEYS, LOW_KEYS_HZ, find_keys
from pipeline.sound.spectrum import measure_spectrum
from pipeline.types import SAMPLE_RATE, SoundEvent
from tests.sounds import EXAMPLES, hold_music, noise, silence, speech, tone

CALLS = sorted(path for path in EXAMPLES.iterdir() if path.suffix in (".wav", ".mp3"))
FloatArray = npt.NDArray[np.float32]


def sounds(samples: FloatArray) -> tuple[SoundEvent, ...]:
    return find_sound_events(0, samples, measure_spectrum(samples))


def kinds(samples: FloatArray) -> list[str]:
    return [sound.kind for sound in sounds(samples)]


def voice(channel: int = 0) -> FloatArray:
    narrow = speech(channel)
    at = np.arange(2 * len(narrow)) / 2
    return np.interp(at, np.arange(len(narrow)), narrow).astype(np.float32)


def cadence(on_s: float, off_s: float, beats: int, hertz: float = 450.0) -> FloatArray:
    return np.tile(np.concatenate([tone(hertz, on_s), silence(off_s)]), beats)


def over_noise(samples: FloatArray, level: float = 0.01) -> FloatArray:
    return samples + noise(len(samples) / SAMPLE_RATE, level=level)


def key(name: str, seconds: float = 0.08) -> FloatArray:
    row = next(i for i, names in enumerate(KEYS) if name in names)
    low, high = LOW_KEYS_HZ[row], HIGH_KEYS_HZ[KEYS[row].index(name)]
    return tone(low, seconds, level=0.2) + tone(high, seconds, level=0.2)


def everything() -> FloatArray:
    rings = cadence(1, 4, 2)
    return over_noise(
        np.concatenate(
            [rings, voice()[:80000], key("5"), silence(1.5), hold_music(8), voice()[:80000]]
        )
    )


def test_rings_with_the_pauses_between_them_are_one_ringing_sound_at_its_times() -> None:
    recording = over_noise(np.concatenate([silence(1), cadence(1, 4, 3), voice()]))

    (ringing,) = sounds(recording)

    assert ringing.kind == "ringing"
    assert ringing.start_s == pytest.approx(1.0, abs=0.1)
    assert ringing.end_s == pytest.approx(12.0, abs=0.1)


@pytest.mark.parametrize("hertz", [426.0, 474.0])
def test_ringing_may_be_25_hertz_off(hertz: float) -> None:
    assert kinds(over_noise(cadence(1, 4, 2, hertz))) == ["ringing"]


@pytest.mark.parametrize("hertz", [400.0, 500.0])
def test_a_tone_of_another_frequency_is_no_ringing(hertz: float) -> None:
    assert "ringing" not in kinds(over_noise(cadence(1, 4, 2, hertz)))


def test_a_ring_that_the_start_of_the_recording_cuts_off_is_ringing() -> None:
    recording = over_noise(np.concatenate([tone(450, 0.5), silence(1), voice()]))

    assert [(s.kind, round(s.end_s, 1)) for s in sounds(recording)] == [("ringing", 0.5)]


@pytest.mark.parametrize(("on_s", "off_s"), [(0.35, 0.35), (0.7, 0.7), (0.2, 0.2)])
def test_short_beats_are_a_busy_tone_at_its_times(on_s: float, off_s: float) -> None:
    recording = over_noise(
        np.concatenate([voice()[: 16000 * 5], silence(1), cadence(on_s, off_s, 6), silence(1)])
    )

    (busy,) = sounds(recording)

    assert busy.kind == "busy"
    assert busy.start_s == pytest.approx(6.0, abs=0.1)
    assert busy.end_s == pytest.approx(6.0 + 6 * (on_s + off_s) - off_s, abs=0.1)


def test_two_beats_are_enough_for_a_busy_tone() -> None:
    assert kinds(over_noise(np.concatenate([silence(1), cadence(0.35, 0.35, 2), silence(1)]))) == [
        "busy"
    ]


def test_unequal_beats_of_different_level_are_no_busy_tone() -> None:
    beats = [silence(1), tone(450, 0.2), silence(0.3), tone(450, 0.6, level=0.05), silence(1)]

    assert kinds(over_noise(np.concatenate(beats))) == []


@pytest.mark.parametrize("name", "".join(KEYS))
def test_each_key_is_told_by_its_name_and_time(name: str) -> None:
    recording = over_noise(np.concatenate([silence(0.5), key(name), silence(0.5)]))

    (pressed,) = find_keys(recording, measure_spectrum(recording))

    assert pressed.name == name
    assert pressed.span.start_s == pytest.approx(0.5, abs=0.03)
    assert pressed.span.end_s == pytest.approx(0.58, abs=0.03)


@pytest.mark.parametrize("offset", range(0, 256, 60))
def test_a_key_of_40_ms_is_found_wherever_it_falls(offset: int) -> None:
    recording = over_noise(
        np.concatenate([silence(0.5 + offset / SAMPLE_RATE), key("8", 0.04), silence(0.5)])
    )

    assert [pressed.name for pressed in find_keys(recording, measure_spectrum(recording))] == ["8"]


def test_keys_dialled_one_after_another_are_one_sound() -> None:
    dialled = np.concatenate([np.concatenate([key(name), silence(0.1)]) for name in "13800138000"])

    (keys,) = sounds(over_noise(np.concatenate([silence(1), dialled, silence(1)])))

    assert keys.kind == "keys"
    assert keys.start_s == pytest.approx(1.0, abs=0.05)
    assert keys.end_s == pytest.approx(1.0 + 11 * 0.18 - 0.1, abs=0.05)


@pytest.mark.parametrize("weak", ["low", "high"])
def test_two_tones_of_very_different_level_are_no_key(weak: str) -> None:
    low, high = (0.02, 0.3) if weak == "low" else (0.3, 0.02)
    pair = tone(770, 0.2, level=low) + tone(1336, 0.2, level=high)

    assert kinds(over_noise(np.concatenate([silence(0.5), pair, silence(0.5)]), level=0.001)) == []


@pytest.mark.parametrize("seconds", [5, 20])
def test_music_between_speech_is_found_at_its_times(seconds: int) -> None:
    before = voice()[: 16000 * 8]
    recording = over_noise(
        np.concatenate([before, hold_music(seconds), voice(1)[: 16000 * 8]]), level=0.003
    )

    (music,) = sounds(recording)

    assert music.kind == "music"
    assert music.start_s == pytest.approx(8.0, abs=0.5)
    assert music.end_s == pytest.approx(8.0 + seconds, abs=0.5)


def test_a_recording_of_nothing_but_music_is_music_from_start_to_end() -> None:
    (music,) = sounds(over_noise(hold_music(20)))

    assert (music.kind, music.start_s) == ("music", 0.0)
    assert music.end_s == pytest.approx(20.0, abs=0.1)


def test_longer_music_is_surer() -> None:
    short, long = (sounds(over_noise(np.concatenate([voice(), hold_music(s)])))[0] for s in (5, 30))

    assert 0.5 < short.confidence < long.confidence <= 1.0


@pytest.mark.parametrize("path", CALLS, ids=lambda path: path.stem)
def test_nobody_who_speaks_is_taken_for_a_sound(path: Path) -> None:
    assert [sounds(samples[:]) for samples in decode_recording(path).channels] in ([()], [(), ()])


def test_speech_over_speech_is_no_music() -> None:
    shifted = sum(np.roll(voice(i % 2), i * 50000) for i in range(4))

    assert sounds(np.asarray(shifted, np.float32)) == ()


@pytest.mark.parametrize("level", [1e-4, 0.01, 0.3])
def test_noise_is_no_sound(level: float) -> None:
    assert sounds(noise(30, level=level)) == ()


def test_a_humming_line_is_no_music() -> None:
    hum = sum(tone(50 * n, 20.0, level=0.02) for n in range(1, 20))

    assert sounds(over_noise(np.asarray(hum, np.float32) + voice()[: 16000 * 20])) == ()


@pytest.mark.parametrize("seconds", [0, 0.001, 0.02, 1, 10])
def test_silence_of_any_length_has_no_sound(seconds: float) -> None:
    assert sounds(silence(seconds)) == ()


def test_a_second_of_speech_or_music_is_too_short_to_be_music() -> None:
    assert sounds(voice()[24000:40000]) == ()
    assert sounds(hold_music(1)) == ()


def test_speech_that_clips_is_no_sound() -> None:
    assert sounds(np.clip(voice() * 30, -1, 1)) == ()


def test_neither_gain_nor_offset_changes_what_is_found() -> None:
    recording = everything()
    found = sounds(recording)

    assert [sound.kind for sound in found] == ["ringing", "keys", "music"]
    for changed in (sounds(recording * np.float32(0.05)), sounds(recording + np.float32(0.1))):
        assert [sound.kind for sound in changed] == [sound.kind for sound in found]
        assert [s.start_s for s in changed] == pytest.approx([s.start_s for s in found], abs=0.05)
        assert [s.end_s for s in changed] == pytest.approx([s.end_s for s in found], abs=0.05)


def test_sounds_are_in_order_of_time_and_never_overlap() -> None:
    found = sounds(everything())

    assert all(a.end_s <= b.start_s for a, b in pairwise(found))
    assert all(0 <= sound.start_s < sound.end_s and 0 <= sound.confidence <= 1 for sound in found)


def test_the_sounds_carry_the_channel_they_are_on() -> None:
    recording = over_noise(cadence(1, 4, 2))

    assert [
        sound.channel for sound in find_sound_events(1, recording, measure_spectrum(recording))
    ] == [1]


def test_a_number_that_is_keyed_while_music_plays_is_found_beside_it() -> None:
    number = np.concatenate([np.concatenate([key(name, 0.2), silence(0.3)]) for name in "62220212"])
    music = hold_music(len(number) / SAMPLE_RATE)[: len(number)] * np.float32(0.8)

    assert set(kinds(number + music)) == {"music", "keys"}
    assert kinds(music) == ["music"]
