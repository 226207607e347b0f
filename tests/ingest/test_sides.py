"""Calls whose sides lie in two files or in two tracks of one."""

from __future__ import annotations

import os
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.errors import SettingsError, UnreadableError
from pipeline.ingest import (
    call_metadata_faults,
    decode_call,
    decode_recording,
    digest_of_call,
    files_of_call,
    find_recordings,
    read_call_metadata,
    read_state,
)
from pipeline.settings import IngestSettings
from pipeline.types import SAMPLE_RATE
from tests.sounds import noise, silence, tone, write_wav


def talk(*turns: tuple[float, float], lasts_s: float = 30.0):
    """A voice that is heard in each turn (start, end), over line noise."""
    sound = noise(lasts_s, level=0.0005)
    for start_s, end_s in turns:
        at = round(start_s * SAMPLE_RATE)
        spoken = tone(300, end_s - start_s)
        sound[at : at + len(spoken)] += spoken
    return sound


AGENT = ((1, 5), (11, 15), (21, 25))
CUSTOMER = ((6, 10), (16, 20), (26, 29))


@pytest.mark.parametrize(
    ("agent", "customer", "is_sure"),
    [
        ("a-out.wav", "a-in.wav", False),
        ("a_t.wav", "a_r.wav", False),
        ("a_T.WAV", "a_R.WAV", False),
        ("a.tx.wav", "a.rx.wav", False),
        ("20261102-8012-Out.mp3", "20261102-8012-In.mp3", False),
        ("a-agent.wav", "a-caller.wav", True),
        ("a_Agent.wav", "a_Customer.wav", True),
        ("a (agent).wav", "a (client).wav", True),
        ("通话1-坐席.wav", "通话1-客户.wav", True),
        ("通话1（客服）.wav", "通话1（用户）.wav", True),
        ("通话1座席录音.wav", "通话1客户录音.wav", True),
        ("agent_17.wav", "customer_17.wav", True),
        ("a_left.wav", "a_right.wav", False),
        ("a-local.gsm", "a-remote.gsm", False),
    ],
)
def test_two_files_of_one_call_are_one_recording_the_agents_first(
    tmp_path: Path, agent: str, customer: str, is_sure: bool
):
    for name in (agent, customer):
        (tmp_path / name).write_bytes(b"x")

    found = find_recordings([tmp_path])
    by_either = [files_of_call(tmp_path / name, ()) for name in (agent, customer)]

    assert found == (tmp_path / agent,)
    assert by_either[0] == by_either[1]
    assert (by_either[0].files, by_either[0].agent_sure) == (
        (tmp_path / agent, tmp_path / customer),
        is_sure,
    )


@pytest.mark.parametrize(
    "names",
    [
        ("a-out.wav", "b-in.wav"),
        ("login.wav", "logout.wav"),
        ("a-in.wav", "a-in2.wav"),
        ("part.wav", "cart.wav"),
        ("8012-1.wav", "8012-2.wav"),
        ("王客户.wav", "李客户.wav"),
    ],
)
def test_other_names_are_calls_of_their_own(tmp_path: Path, names: tuple[str, str]):
    for name in names:
        (tmp_path / name).write_bytes(b"x")

    assert find_recordings([tmp_path]) == tuple(sorted(tmp_path / name for name in names))


def test_the_settings_name_other_endings_and_turn_the_usual_ones_round(tmp_path: Path):
    settings = IngestSettings(sides=("#A / #B", "-in / -out"))
    for name in ("x#A.wav", "x#B.wav", "y-in.wav", "y-out.wav"):
        (tmp_path / name).write_bytes(b"x")

    assert find_recordings([tmp_path], settings) == (tmp_path / "x#A.wav", tmp_path / "y-in.wav")
    assert files_of_call(tmp_path / "y-out.wav", settings.sides).agent_sure


def test_a_line_of_the_settings_without_two_endings_is_refused():
    with pytest.raises(SettingsError, match=r"\[ingest\] sides has '-in'"):
        find_recordings([Path("a.wav")], IngestSettings(sides=("-in",)))


def test_a_mix_beside_both_sides_is_left_out_and_said(tmp_path: Path):
    left_out = []
    for name in ("a-in.wav", "a-out.wav", "a.wav"):
        (tmp_path / name).write_bytes(b"x")

    found = find_recordings([tmp_path], on_left_out=lambda *what: left_out.append(what))

    assert found == (tmp_path / "a-out.wav",)
    assert left_out == [("a.wav", "是混音，这通的两侧各有文件")]


def a_pair(folder: Path, agent, customer) -> Path:
    write_wav(folder / "a-in.wav", customer)
    return write_wav(folder / "a-out.wav", agent)


def test_both_sides_are_the_channels_of_one_recording(tmp_path: Path):
    path = a_pair(tmp_path, talk(*AGENT), talk(*CUSTOMER))

    call = decode_call(tmp_path / "a-in.wav")

    recording = call.decoded.recording
    assert (recording.path, recording.sides) == (str(path), (str(tmp_path / "a-in.wav"),))
    assert (recording.channels, recording.duration_s, call.notes) == (2, 30.0, ())
    assert recording.sha256 == digest_of_call(path) != decode_recording(path).recording.sha256


def test_the_state_of_a_call_changes_with_either_file(tmp_path: Path):
    path = a_pair(tmp_path, silence(1), silence(1))
    before = read_state(path)
    os.utime(tmp_path / "a-in.wav", (60, 60))

    assert (read_state(path).size, read_state(path).changed_ns) == (before.size, 60 * 10**9)


def test_a_shorter_side_ends_earlier(tmp_path: Path):
    path = a_pair(tmp_path, talk(*AGENT), talk(*CUSTOMER)[: 21 * SAMPLE_RATE])

    call = decode_call(path)

    assert [len(channel) for channel in call.decoded.channels] == [30 * SAMPLE_RATE] * 2
    assert (call.notes, call.unaligned) == ((), "")


def test_a_side_that_began_later_is_moved_to_where_it_answers(tmp_path: Path):
    late = talk(*((start - 5, end - 5) for start, end in CUSTOMER), lasts_s=25.0)
    path = a_pair(tmp_path, talk(*AGENT), late)

    call = decode_call(path)

    heard = np.abs(call.decoded.channels[1][:]) > 0.1
    assert np.argmax(heard) / SAMPLE_RATE == pytest.approx(6.0, abs=0.6)
    assert "已按对话对齐" in call.notes[0]


def test_sides_of_different_calls_are_told(tmp_path: Path):
    path = a_pair(tmp_path, talk(*AGENT), talk(*((a + 1, b + 1) for a, b in AGENT)))

    assert "对不齐" in decode_call(path).unaligned


def test_one_damaged_side_leaves_the_other(tmp_path: Path):
    path = a_pair(tmp_path, talk(*AGENT), silence(1))
    (tmp_path / "a-in.wav").write_bytes(b"no sound at all")

    recording = decode_call(path).decoded.recording

    assert (recording.channels, recording.decode_errors) == (1, 1)


def test_two_damaged_sides_are_refused(tmp_path: Path):
    path = a_pair(tmp_path, silence(1), silence(1))
    for name in ("a-in.wav", "a-out.wav"):
        (tmp_path / name).write_bytes(b"no sound at all")

    with pytest.raises(UnreadableError, match="neither side"):
        decode_call(path)


def test_the_metadata_of_either_file_or_of_both_together_counts(tmp_path: Path):
    a_pair(tmp_path, silence(1), silence(1))
    (tmp_path / "metadata.csv").write_text("file,agent_id,queue\na-in.wav,8012,\na.wav,,投诉\n")

    meta = read_call_metadata(tmp_path / "a-out.wav", IngestSettings())

    assert (meta.call_id, meta.agent_id, meta.queue) == ("a", "8012", "投诉")


def two_tracks(path: Path, *tracks) -> Path:
    """A Matroska file with an audio track for each sound."""
    with av.open(str(path), "w") as container:
        streams = [
            container.add_stream("pcm_s16le", rate=SAMPLE_RATE, layout="mono") for _ in tracks
        ]
        for stream, sound in zip(streams, tracks, strict=True):
            pcm = (sound * 32767).astype(np.int16).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout="mono")
            frame.sample_rate, frame.pts = SAMPLE_RATE, 0
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
    return path


def test_two_audio_tracks_of_one_file_are_two_channels_of_one_length(tmp_path: Path):
    path = two_tracks(tmp_path / "a.mka", tone(300, 2.0), noise(1.0))

    decoded = decode_recording(path)

    assert (decoded.recording.channels, decoded.recording.duration_s) == (2, pytest.approx(2.0))
    loud = [
        float(np.abs(channel[-SAMPLE_RATE // 2 :]).max()) > 0.01 for channel in decoded.channels
    ]
    assert loud == [True, False]


def test_a_cell_that_cannot_be_read_is_named_for_each_side(tmp_path: Path):
    text = "文件名,工号,挂机方,振铃时长\na-out.wav,8012,火星,12\nb.wav,8012,客户,很久\n"
    (tmp_path / "metadata.csv").write_text(text, encoding="utf-8")
    for name in ("a-out.wav", "a-in.wav", "b.wav", "c.wav"):
        (tmp_path / name).touch()

    faults = {
        name: call_metadata_faults(tmp_path / name, IngestSettings())
        for name in ("a-in.wav", "b.wav", "c.wav")
    }

    assert {
        name: [one.split("metadata.csv, ")[1] for one in own] for name, own in faults.items()
    } == {
        "a-in.wav": ["line 2: hung_up_by is '火星'; expected 坐席, 客户 or 系统"],
        "b.wav": ["line 3: ringing_s is '很久'; expected seconds up to 3600"],
        "c.wav": [],
    }
