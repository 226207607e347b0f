"""Recordings of any length: memory that does not grow with them, and nothing left on disk, however
a worker ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.errors import NoRoomError
from pipeline.sound.series import DiskSeries, blocks
from pipeline.sound.spectrum import measure_spectrum
from pipeline.transcribe import find_speech
from pipeline.transcribe.speech_spans import BLOCK, RUN_UP, STEREO_PAUSE_S
from pipeline.types import SAMPLE_RATE, Track
from tests.sounds import TWO_SIDES, noise, silence, speech

ROOT = Path(__file__).parents[2]
MOST_MB = 200
"""What a recording of any length may add to a worker at rest, recognition left out. Ten minutes of
two channels held in memory added 330 MB."""


def write_long(path: Path, minutes: float) -> Path:
    """A two-sided call again and again, at 8 kHz."""
    call, rate = soundfile.read(TWO_SIDES, dtype="int16")
    with soundfile.SoundFile(path, "w", samplerate=rate, channels=2, subtype="PCM_16") as file:
        for _ in range(round(minutes * 60 * rate / len(call))):
            file.write(call)
    os.utime(path, (0, 0))  # long finished: nothing waits for it to settle
    return path


def start(recording: Path, folder: Path, *args: str) -> subprocess.Popen[str]:
    """The recording in a process of its own, whose temporary files go to ``folder``."""
    folder.mkdir()
    command = [sys.executable, "-W", "ignore", "-m", "tests.long_call", str(recording), *args]
    environment = {**os.environ, "TMPDIR": str(folder), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def left(folder: Path) -> list[str]:
    """Names in a folder, but for onnxruntime's number of its session and jieba's dictionary, which
    are no sound."""
    return [
        name
        for name in os.listdir(folder)
        if name != ".ses" and not name.startswith("callqa-jieba")
    ]


@pytest.mark.thorough
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_long_recording_takes_no_more_memory_than_a_short_one(tmp_path: Path):
    recording = write_long(tmp_path / "long.wav", 10)
    child = start(recording, tmp_path / "temporary")
    lines = [json.loads(line) for line in child.communicate()[0].splitlines()]
    assert child.returncode == 0
    assert lines[0]["recognising"] >= 4, "samples and spectrum of both channels are on disk"
    assert lines[-1]["utterances"] > 150
    assert lines[-1]["peak"] - lines[-1]["before"] < MOST_MB
    assert lines[-1]["open"] == 0
    assert left(tmp_path / "temporary") == []


@pytest.mark.long
@pytest.mark.slow
def test_nothing_is_left_on_disk_after_a_failure(tmp_path: Path):
    child = start(write_long(tmp_path / "call.wav", 1), tmp_path / "temporary", "fails")
    lines = [json.loads(line) for line in child.communicate()[0].splitlines()]
    assert lines[0]["recognising"] >= 4
    assert lines[-1]["open"] == 0
    assert left(tmp_path / "temporary") == []


@pytest.mark.long
@pytest.mark.slow
def test_nothing_is_left_on_disk_by_a_killed_worker(tmp_path: Path):
    child = start(write_long(tmp_path / "call.wav", 2), tmp_path / "temporary")
    assert child.stdout is not None
    assert json.loads(child.stdout.readline())["recognising"] >= 4
    named = left(tmp_path / "temporary")
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert child.returncode == -signal.SIGKILL
    assert named == left(tmp_path / "temporary") == []


def test_what_is_stored_is_read_back_bit_by_bit():
    sound = noise(1.0)
    stored = DiskSeries()
    for block in (sound[:5], sound[5:5], sound[5:]):
        stored.append(block)
    assert len(stored) == len(sound)
    assert np.array_equal(stored[:], sound)
    assert np.array_equal(stored[700:9000], sound[700:9000])
    assert np.array_equal(stored[-10 : len(sound) + 5], sound[-10:])
    assert len(stored[9:3]) == 0
    assert np.array_equal(np.concatenate(list(blocks(stored, 999))), sound)


def test_rows_are_stored_whole():
    rows = noise(1.0)[:120].reshape(30, 4)
    stored = DiskSeries(4)
    stored.append(rows)
    assert np.array_equal(stored[7:11], rows[7:11])


def test_a_full_disk_says_how_much_room_an_hour_takes():
    stored = DiskSeries()
    stored._file.close()  # a file that can take no more
    stored._file = open("/dev/full", "wb", buffering=0)  # noqa: SIM115
    with pytest.raises(NoRoomError, match="no room for the sound"):
        stored.append(noise(1.0))
    stored._file.close()


def test_a_spectrum_is_the_same_from_memory_and_from_disk():
    sound = noise(70.0)
    stored = DiskSeries()
    stored.append(sound)
    assert np.array_equal(measure_spectrum(sound).power[:], measure_spectrum(stored).power[:])


@pytest.mark.slow
def test_speech_is_found_alike_across_the_seams_of_blocks():
    """Each stretch begins and ends where it does in a recording that is looked through at once."""
    call = np.repeat(speech(), 2)
    quiet = silence(BLOCK / SAMPLE_RATE - len(call) / SAMPLE_RATE / 2)
    whole = find_speech(call, pause_s=STEREO_PAUSE_S)
    found = find_speech(np.concatenate((quiet, call)), pause_s=STEREO_PAUSE_S)
    assert len(found) == len(whole)
    shift_s = len(quiet) / SAMPLE_RATE
    for one, other in zip(whole, found, strict=True):
        assert other.start_s - shift_s == pytest.approx(one.start_s, abs=0.1)
        assert other.end_s - shift_s == pytest.approx(one.end_s, abs=0.1)


def test_speech_without_a_pause_is_one_stretch_across_blocks():
    """A stretch longer than a block is not cut at its seam."""
    voice = np.repeat(speech(), 2)
    stretch = max(find_speech(voice, pause_s=STEREO_PAUSE_S), key=lambda span: span.duration_s)
    one = voice[int(stretch.start_s * SAMPLE_RATE) : int(stretch.end_s * SAMPLE_RATE)]
    sound = np.tile(one, (BLOCK + 3 * RUN_UP) // len(one) + 1)
    (found,) = find_speech(sound, pause_s=2.0)
    assert found.duration_s > (BLOCK + RUN_UP) / SAMPLE_RATE


def test_tracks_of_arrays_and_of_files_are_heard_alike():
    sound = np.repeat(speech(), 2)
    stored = DiskSeries()
    stored.append(sound)
    heard = [
        find_speech(Track(0, samples).samples, pause_s=STEREO_PAUSE_S)
        for samples in (sound, stored)
    ]
    assert heard[0] == heard[1] != ()
