from __future__ import annotations

import hashlib
import os
import shutil
import struct
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from pipeline.errors import NoRoomError, UnreadableError
from pipeline.ingest import decode_recording
from pipeline.settings import IngestSettings
from pipeline.sound import DiskSeries, encrypt_series, nameless_file
from pipeline.types import SAMPLE_RATE
from tests.sounds import MIXED, TWO_SIDES, noise, silence, tone, write_wav


def test_both_sides_of_a_telephone_call_come_out_at_16_khz():
    decoded = decode_recording(TWO_SIDES)

    assert [len(channel) for channel in decoded.channels] == pytest.approx(
        [20.642 * SAMPLE_RATE] * 2, abs=10
    )
    assert (decoded.recording.codec, decoded.recording.sample_rate_hz) == ("pcm_mulaw", 8000)
    assert decoded.recording.decode_errors == 0


@pytest.mark.parametrize("rate", [6000, 8000, 11025, 16000, 44100])
def test_any_sample_rate_keeps_the_length_and_the_pitch(tmp_path: Path, rate: int):
    path = write_wav(tmp_path / "a.wav", tone(1000, 2.0, rate=rate), rate=rate)

    samples = decode_recording(path).channels[0][:]

    assert len(samples) == pytest.approx(2 * SAMPLE_RATE, abs=40)
    peak_hz = np.abs(np.fft.rfft(samples)).argmax() * SAMPLE_RATE / len(samples)
    assert peak_hz == pytest.approx(1000, abs=2)


@pytest.mark.parametrize("count", [8, 9, 16, 24])
def test_many_channels_come_out_one_by_one(tmp_path: Path, count: int):
    tones = np.stack([tone(200 + 100 * at, 0.5, rate=8000) for at in range(count)], axis=1)
    path = tmp_path / "many.wav"
    soundfile.write(path, tones, 8000)

    channels = decode_recording(path).channels

    peaks_hz = [
        np.abs(np.fft.rfft(channel[:])).argmax() * SAMPLE_RATE / len(channel[:])
        for channel in channels
    ]
    assert peaks_hz == pytest.approx([200 + 100 * at for at in range(count)], abs=5)


def test_four_channels_stay_four(tmp_path: Path):
    path = write_wav(
        tmp_path / "four.wav", np.stack([tone(200 * k, 1.0) for k in (1, 2, 3, 4)], axis=1)
    )

    assert len(decode_recording(path).channels) == 4


def test_a_recording_that_is_too_long_is_refused_with_the_setting(tmp_path: Path):
    path = write_wav(tmp_path / "long.wav", silence(12.0), rate=SAMPLE_RATE)

    with pytest.raises(UnreadableError, match=r"longer than 0.002 hours; .* longest_h"):
        decode_recording(path, IngestSettings(longest_h=0.002))
    assert decode_recording(path, IngestSettings(longest_h=0.004)).recording.duration_s == 12.0


@pytest.mark.parametrize(("total", "error"), [(1 << 40, NoRoomError), (800_000, UnreadableError)])
def test_a_recording_that_fits_no_such_disk_is_its_own_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, total: int, error: type[Exception]
):
    path = write_wav(tmp_path / "long.wav", silence(30.0), rate=SAMPLE_RATE)
    write = DiskSeries.append

    def fill(series: DiskSeries, rows: np.ndarray) -> None:
        if len(series) > 15 * SAMPLE_RATE:
            raise NoRoomError("full")
        write(series, rows)

    monkeypatch.setattr(DiskSeries, "append", fill)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(total=total))

    with pytest.raises(error):
        decode_recording(path)


def test_with_a_key_no_sample_lies_on_the_disk():
    plain = DiskSeries(3)
    encrypt_series(True)
    series = DiskSeries(3)
    rows = np.random.default_rng(7).standard_normal((1001, 3)).astype(np.float32)
    for first in range(0, 1001, 77):  # pieces that end within a block of the cipher
        series.append(rows[first : first + 77])
        plain.append(rows[first : first + 77])

    assert np.array_equal(series[:], rows)
    assert np.array_equal(series[13:500], rows[13:500])
    assert len(series[5:5]) == 0
    assert os.pread(plain._file.fileno(), 99, 24) == rows[2:].tobytes()[:99]
    stored = os.pread(series._file.fileno(), rows.nbytes, 0)
    assert not any(row.tobytes() in stored for row in rows)
    with nameless_file(100) as small, nameless_file(2**40) as large:
        places = [os.readlink(f"/proc/self/fd/{one.fileno()}") for one in (small, large)]
    assert [place.startswith("/memfd:") for place in places] == [True, False]


def test_a_fifth_of_a_second_is_read(tmp_path: Path):
    path = write_wav(tmp_path / "short.wav", tone(300, 0.2))

    assert decode_recording(path).recording.duration_s == pytest.approx(0.2)


def test_a_wav_cut_off_in_the_middle_is_read_to_the_cut_and_counted(tmp_path: Path):
    whole = TWO_SIDES.read_bytes()
    path = tmp_path / "cut.wav"
    path.write_bytes(whole[: len(whole) // 2])

    recording = decode_recording(path).recording

    assert recording.duration_s == pytest.approx(10.3, abs=0.1)
    assert recording.decode_errors == 1


@pytest.mark.parametrize(
    ("form", "subtype"),
    [("WAV", "PCM_16"), ("WAV", "PCM_U8"), ("WAV", "ALAW"), ("AIFF", "PCM_16"), ("AU", "PCM_16"),
     ("RF64", "PCM_16"), ("MP3", "MPEG_LAYER_III")],
)  # fmt: skip
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_a_copy_that_broke_off_is_counted_as_damaged(
    tmp_path: Path, form: str, subtype: str, share: float
):
    path = tmp_path / "copied"
    soundfile.write(path, np.stack([noise(4.0, rate=8000)] * 2, axis=1), 8000, subtype, None, form)
    whole = path.read_bytes()
    before = decode_recording(path).recording
    path.write_bytes(whole[: round(len(whole) * share)])

    after = decode_recording(path).recording

    assert (before.decode_errors, before.duration_s) == (0, pytest.approx(4.0, abs=0.1))
    assert after.decode_errors >= 1
    assert after.duration_s == pytest.approx(4.0 * share, abs=0.2)


def test_an_mp3_cut_off_in_the_middle_is_read_to_the_cut(tmp_path: Path):
    whole = MIXED.read_bytes()
    path = tmp_path / "cut.mp3"
    path.write_bytes(whole[: len(whole) // 2])
    full_s = decode_recording(MIXED).recording.duration_s

    assert decode_recording(path).recording.duration_s == pytest.approx(full_s / 2, rel=0.05)


def test_damage_inside_an_mp3_is_counted_and_the_rest_is_decoded(tmp_path: Path):
    data = bytearray(MIXED.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = bytes(range(256)) * 11 + bytes(184)
    path = tmp_path / "damaged.mp3"
    path.write_bytes(data)
    full_s = decode_recording(MIXED).recording.duration_s

    recording = decode_recording(path).recording

    assert recording.decode_errors >= 1
    assert recording.duration_s == pytest.approx(full_s, abs=1.5)


def test_a_wav_whose_header_says_no_bytes_is_read_whole(tmp_path: Path):
    data = bytearray(write_wav(tmp_path / "zero.wav", tone(300, 1.5)).read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = struct.pack("<I", 0)
    data[4:8] = struct.pack("<I", 0)
    (tmp_path / "zero.wav").write_bytes(data)

    assert decode_recording(tmp_path / "zero.wav").recording.duration_s == pytest.approx(1.5)


@pytest.mark.parametrize(
    "name", ["a call.wav", "客服 录音.wav", "quote'\".wav", "..wav", "-n.wav", "a%20&b;c.wav"]
)
def test_odd_names_are_no_obstacle(tmp_path: Path, name: str):
    path = write_wav(tmp_path / name, tone(300, 0.5))

    assert decode_recording(path).recording.path == str(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty, 0 bytes; copy it again"),
        (b"plain text, no sound at all\n" * 50, "not a recording|no audio"),
    ],
)
def test_a_file_without_sound_is_refused_with_its_name(tmp_path: Path, content: bytes, said: str):
    path = tmp_path / "text.wav"
    path.write_bytes(content)

    with pytest.raises(UnreadableError, match=said) as caught:
        decode_recording(path)
    assert str(path) in str(caught.value)


def test_an_archive_under_a_recordings_name_is_to_be_unpacked(tmp_path: Path):
    path = tmp_path / "a.wav"
    path.write_bytes(b"PK\x03\x04" + bytes(2000))

    with pytest.raises(UnreadableError, match=r"a\.wav: is an archive and no recording; unpack it"):
        decode_recording(path)


def test_a_header_that_names_an_unknown_codec_is_refused(tmp_path: Path):
    path = write_wav(tmp_path / "a.wav", tone(440, 1.0))
    data = bytearray(path.read_bytes())
    data[20:22] = b"\x06\xfe"  # the format's tag; found by bench.endurance.mutants
    path.write_bytes(data)

    with pytest.raises(UnreadableError, match=r"a\.wav: the kind of its sound is unknown"):
        decode_recording(path)


def test_a_header_without_samples_is_a_recording_without_sound(tmp_path: Path):
    decoded = decode_recording(write_wav(tmp_path / "nothing.wav", silence(0)))

    assert (decoded.recording.duration_s, [len(samples) for samples in decoded.channels]) == (
        0,
        [0],
    )


def test_a_header_that_announces_more_than_there_is_refused(tmp_path: Path):
    path = write_wav(tmp_path / "cut.wav", silence(1.0))
    path.write_bytes(path.read_bytes()[:44])

    with pytest.raises(UnreadableError, match="no audio could be decoded"):
        decode_recording(path)


def test_a_recording_without_permission_is_refused_in_plain_words(tmp_path: Path):
    folder = Path("/tmp") / f"callqa-permission-{os.getpid()}"
    folder.mkdir(mode=0o755)
    path = write_wav(folder / "secret.wav", tone(300, 0.5))
    path.chmod(0)
    was = os.geteuid()
    try:
        if was == 0:
            os.seteuid(65534)
        with pytest.raises(UnreadableError, match="no permission"):
            decode_recording(path)
    finally:
        os.seteuid(was)
        shutil.rmtree(folder)


def test_the_digest_is_that_of_the_file():
    assert (
        decode_recording(TWO_SIDES).recording.sha256
        == hashlib.sha256(TWO_SIDES.read_bytes()).hexdigest()
    )
