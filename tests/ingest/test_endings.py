"""What a folder is searched for, how raw sound is read, and what is said of the rest."""

from __future__ import annotations

import re
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.errors import SettingsError, UnreadableError
from pipeline.ingest import count_left_out, decode_recording, find_recordings
from pipeline.ingest.endings import NO_DECODER, NO_SOUND, PACKED, Endings
from pipeline.settings import IngestSettings
from pipeline.types import tell_left_out
from tests.sounds import tone, write_wav


def touch(path: Path, content: bytes = b"x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def search(folder: Path, **settings) -> tuple[list[str], list[tuple[str, str]]]:
    """The names that are read, and those that are not, with the reason."""
    left_out: list[tuple[str, str]] = []
    found = find_recordings(
        [folder], IngestSettings(**settings), on_left_out=lambda *what: left_out.append(what)
    )
    return [str(path.relative_to(folder)) for path in found], left_out


def test_links_are_followed_each_folder_once_and_loops_end(tmp_path: Path):
    touch(tmp_path / "archive" / "2026" / "a.wav")
    (tmp_path / "calls").mkdir()
    (tmp_path / "calls" / "old").symlink_to(tmp_path / "archive")
    (tmp_path / "calls" / "again").symlink_to(tmp_path / "archive")
    (tmp_path / "archive" / "up").symlink_to(tmp_path / "calls")

    assert search(tmp_path / "calls") == (["again/2026/a.wav"], [])


def test_two_links_to_one_file_are_one_recording_and_a_broken_one_is_said(tmp_path: Path):
    touch(tmp_path / "store" / "1")
    folder = tmp_path / "calls"
    folder.mkdir()
    for name in ("a.wav", "b.wav"):
        (folder / name).symlink_to(tmp_path / "store" / "1")
    (folder / "gone.wav").symlink_to(tmp_path / "store" / "2")

    assert search(folder) == (["a.wav"], [("gone.wav", "是断开的链接")])


@pytest.mark.parametrize(
    "name",
    ["a.3gp", "a.SLN", "a.sln16", "a.ulaw", "a.alaw", "a.g722", "a.g729", "a.w64", "a.aiff", "a.caf", "a.mka",
     "a.amr", "a.awb", "a.opus", "a.webm", "a.WAV49", "a.mkv", "a.avi", "a.wv", "a.dss", "a.pcmu", "a.spx"],
)  # fmt: skip
def test_every_ending_that_can_be_decoded_is_searched_for(tmp_path: Path, name: str):
    touch(tmp_path / name)

    assert search(tmp_path) == ([name], [])


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.nmf", b"x", "是录音，但这种格式不能解码"),
        ("a.zip", b"PK", "是压缩包，请先解压"),
        ("a.wav.part", b"RIFF", "还没有传完"),
        ("a.pcm", b"\0\0", "是没有文件头的声音，[ingest] raw 里没有写它的采样率"),
        ("a.txt", b"RIFF", "不是录音"),
        ("notes", "你好".encode("utf-16"), "不是录音"),
        (".a.wav", b"RIFF", "是隐藏文件或隐藏文件夹"),
    ],
)
def test_whatever_is_left_out_is_named_with_the_reason(
    tmp_path: Path, name: str, content: bytes, why: str
):
    touch(tmp_path / name, content)

    assert search(tmp_path) == ([], [(name, why)])


@pytest.mark.parametrize(
    ("name", "head"),
    [("1762051800.13", b"RIFF\0\0\0\0WAVE"), ("call", b"ID3\x04"), ("a.bin", b"#!AMR\n"), ("a.rec", b"\xff\xfb\x90")],
)  # fmt: skip
def test_a_file_of_another_name_is_read_if_it_begins_as_recordings_do(
    tmp_path: Path, name: str, head: bytes
):
    touch(tmp_path / name, head)

    assert search(tmp_path) == ([name], [])


def test_what_was_left_out_is_counted_by_ending_and_reason_calls_first():
    every = count_left_out([("a.TXT", "不是录音"), ("b.txt", "不是录音"), ("c.nmf", "是录音，但这种格式不能解码")])  # fmt: skip

    assert [(one.ending, one.count, one.unheard) for one in every] == [
        (".nmf", 1, True),
        (".txt", 2, False),
    ]
    assert tell_left_out(every) == (
        "没有读取 3 个文件：.nmf 1 个（是录音，但这种格式不能解码）；.txt 2 个（不是录音）。"
    )


PCM = (tone(440, 1.0, rate=8000) * 32767).astype("<i2")


def heard_hz(path: Path, **settings) -> tuple[float, int]:
    """The strongest frequency of the first channel, and the number of channels."""
    decoded = decode_recording(path, IngestSettings(**settings))
    samples = decoded.channels[0][:]
    spectrum = np.abs(np.fft.rfft(samples))
    return float(spectrum.argmax() * 16_000 / len(samples)), decoded.recording.channels


def mu_law(pcm) -> bytes:
    """G.711 µ-law of 16-bit samples, by its definition (ITU-T G.711, 3.2)."""
    linear = np.minimum(np.abs(pcm.astype(int)) + 132, 32635)
    exponent = np.floor(np.log2(linear)).astype(int) - 7
    mantissa = (linear >> (exponent + 3)) & 15
    return (~(np.where(pcm < 0, 128, 0) | (exponent << 4) | mantissa) & 255).astype(np.uint8).tobytes()  # fmt: skip


@pytest.mark.parametrize(
    ("name", "content", "raw"),
    [
        ("a.sln", PCM.tobytes(), ()),
        ("a.ulaw", mu_law(PCM), ()),
        ("a.PCMU", mu_law(PCM), ()),
        ("a.pcm", PCM.tobytes(), (".pcm s16le 8000",)),
        ("a.raw", PCM.byteswap().tobytes(), ("raw s16be 8000 1",)),
        ("a.vc", mu_law(PCM), ("vc mulaw 8000",)),
        ("a.sln16", np.repeat(PCM, 2).tobytes(), ()),
    ],
)
def test_sound_without_a_header_is_read_by_its_ending(
    tmp_path: Path, name: str, content: bytes, raw: tuple[str, ...]
):
    path = touch(tmp_path / name, content)

    assert search(tmp_path, raw=raw)[0] == [name]
    assert heard_hz(path, raw=raw) == (pytest.approx(440, abs=2), 1)


def test_two_channels_without_a_header_are_told_by_the_settings(tmp_path: Path):
    path = touch(tmp_path / "a.pcm", np.repeat(PCM, 2).tobytes())

    assert heard_hz(path, raw=(".pcm s16le 8000 2",)) == (pytest.approx(440, abs=2), 2)


def test_a_header_counts_more_than_a_raw_ending(tmp_path: Path):
    path = write_wav(tmp_path / "a.pcm", tone(440, 1.0))

    assert search(tmp_path)[0] == ["a.pcm"]
    assert heard_hz(path, raw=(".pcm mulaw 8000",))[0] == pytest.approx(440, abs=2)


@pytest.mark.parametrize("line", ["", ".pcm", ".pcm s16 8000", ".pcm s16le fast", ".pcm s16le 8000 3"])  # fmt: skip
def test_a_wrong_line_of_raw_forms_is_refused(tmp_path: Path, line: str):
    with pytest.raises(SettingsError, match=r"\[ingest\] raw has"):
        find_recordings([tmp_path], IngestSettings(raw=(line,)))


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [("a.3gp", "aac", 8000), ("a.aiff", "pcm_s16be", 8000), ("a.caf", "pcm_s16le", 8000), ("a.w64", "pcm_s16le", 8000),
     ("a.webm", "libopus", 16000), ("a.g722", "g722", 16000), ("a.mka", "pcm_s16le", 8000)],
)  # fmt: skip
def test_other_containers_are_decoded(tmp_path: Path, name: str, codec: str, rate: int):
    path = tmp_path / name
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        resampler = av.AudioResampler(stream.format.name, "mono", rate)
        frame = av.AudioFrame.from_ndarray(PCM.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = 8000
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))

    assert heard_hz(path)[0] == pytest.approx(440, abs=2)


def test_an_empty_file_without_a_header_is_a_call_that_nobody_answered(tmp_path: Path):
    path = touch(tmp_path / "a.sln", b"")

    assert decode_recording(path).recording.duration_s == 0


def test_silk_of_a_messenger_is_refused_in_plain_words(tmp_path: Path):
    path = touch(tmp_path / "a.amr", b"\x02#!SILK_V3" + bytes(100))

    with pytest.raises(UnreadableError, match=r"is a SILK recording.*convert it to WAV or MP3"):
        decode_recording(path)


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"\x02#!SILK_V3", NO_DECODER),
        (b"#!SILK_V3", NO_DECODER),
        (b"PK\x03\x04\x14", PACKED),
        (b"Rar!\x1a\x07", PACKED),
        (b"hello", NO_SOUND),
    ],
)
def test_a_file_without_an_ending_is_told_by_its_beginning(head: bytes, reason: str):
    assert Endings.of(()).why_not("1762.13", lambda: head) == reason


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty, 0 bytes; copy it again"),
        (b"<html>404</html>", "is a page or an error message of a server"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Error/>", "is a page or an error message of a server"),
        (b'{"code": 403}', "is a page or an error message of a server"),
        (b"\0" * 3000, "try to play it, and copy it again"),
    ],
)
def test_what_is_no_recording_is_told_with_what_to_do(tmp_path: Path, data: bytes, said: str):
    path = tmp_path / "a.wav"
    path.write_bytes(data)
    with pytest.raises(UnreadableError, match=re.escape(said)):
        decode_recording(path)
