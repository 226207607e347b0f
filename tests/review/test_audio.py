"""The sound of a call: ranges, masking, the ledger, and recordings that are gone or changed."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from pipeline.ingest import decode_call, decode_files, decode_recording
from pipeline.review import audio
from pipeline.review.audio import REASONS, SilentError, Sounds
from pipeline.settings import IngestSettings
from pipeline.store import DatabaseKey, KnownFile
from pipeline.types import SAMPLE_RATE, Recording
from tests.builders import a_result, an_utterance
from tests.review.conftest import AT, CSRF, Pages
from tests.sounds import TWO_SIDES, tone, write_wav

SAID_AT = an_utterance("我的电话是13800138000。", "customer", 1.0, 3.0)


@pytest.fixture
def saved(pages: Pages, tmp_path: Path) -> tuple[int, Path]:
    """A call with a telephone number in it, and its recording."""
    path = tmp_path / "call.wav"
    path.write_bytes(TWO_SIDES.read_bytes())
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    result = a_result(utterances=(SAID_AT,))
    recording = replace(result.recording, path=str(path), sha256=sha256)
    return pages.site.store.results.save(replace(result, recording=recording), scored_at=AT), path


@pytest.fixture(scope="session")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copies for browsers that an earlier test had made: each takes seconds."""
    return tmp_path_factory.mktemp("copies")


@pytest.fixture
def recorded(pages: Pages, saved: tuple[int, Path], copies: Path) -> Iterator[tuple[int, Path]]:
    """The same call, with the copies of its sound that were made before."""
    own = Path(f"{pages.site.db}.audio")
    shutil.copytree(copies, own)
    yield saved
    shutil.copytree(own, copies, dirs_exist_ok=True)


def heard(data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """The samples of an Ogg Opus file, (channels, n) at 48 kHz."""
    with av.open(io.BytesIO(data)) as container:
        return np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)


@pytest.mark.long
def test_a_part_of_the_sound_can_be_asked_for(pages: Pages, recorded: tuple[int, Path]) -> None:
    client = pages.visit("qa")
    whole = client.get(f"/calls/{recorded[0]}/audio")
    part = client.get(f"/calls/{recorded[0]}/audio", headers={"Range": "bytes=100-199"})
    going_on = {"Range": "bytes=200-299", "If-Range": whole.headers["etag"]}
    (sound,) = Path(f"{pages.site.db}.audio").glob("*.ogg")
    os.utime(sound, ns=(1, sound.stat().st_mtime_ns))
    rest = client.get(f"/calls/{recorded[0]}/audio", headers=going_on)

    assert (rest.status_code, rest.content) == (206, whole.content[200:300])
    assert sound.stat().st_atime_ns > 1
    assert (whole.status_code, whole.headers["content-type"], whole.headers["accept-ranges"]) == (
        200, "audio/ogg", "bytes",
    )  # fmt: skip
    assert (part.status_code, part.content) == (206, whole.content[100:200])


def test_personal_numbers_are_covered_until_this_session_may_hear_them(
    pages: Pages, recorded: tuple[int, Path]
) -> None:
    client, url = pages.visit("supervisor"), f"/calls/{recorded[0]}/audio"
    masked = heard(client.get(url).content)
    client.post(f"/calls/{recorded[0]}/unmask", data={"csrf": CSRF, "reason": "核对"})
    plain = heard(client.get(url).content)

    def share_of_tone(samples: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> float:
        """Of the energy between 2 and 2.8 s, where the number is said, what lies around 1000 Hz."""
        piece = (
            samples[1, 96_000:134_400]
            if len(samples) > 1
            else samples[0, 2 * 96_000 : 2 * 134_400 : 2]
        )
        power = np.abs(np.fft.rfft(piece)) ** 2
        at = np.fft.rfftfreq(len(piece), 1 / 48_000)
        return float(power[abs(at - 1000) < 50].sum() / power.sum())

    assert share_of_tone(masked) > 0.9
    assert share_of_tone(plain) < 0.5


def test_each_listening_is_in_the_ledger_once_in_ten_minutes(
    pages: Pages, recorded: tuple[int, Path]
) -> None:
    number, path = recorded
    client, sha256 = pages.visit("agent"), hashlib.sha256(path.read_bytes()).hexdigest()
    assert (
        client.get(f"/calls/{number}/audio").status_code == 404
    )  # nobody's call is not the agent's own
    client = pages.visit("qa")
    client.get(f"/calls/{number}/wave")
    for later in (0, 30, 601):
        pages.clock.now += later
        client.get(f"/calls/{number}/audio", headers={"Range": "bytes=0-99"})

    entries = pages.site.store.ledger.entries(f"call {sha256}")
    assert [(one.action, one.actor, one.detail) for one in entries] == [
        ("listened", "qa1", {"masked": True})
    ] * 2


def test_the_outline_has_the_peaks_of_both_channels(
    pages: Pages, recorded: tuple[int, Path]
) -> None:
    outline = json.loads(pages.visit("qa").get(f"/calls/{recorded[0]}/wave").content)

    assert outline["duration_s"] == pytest.approx(
        decode_recording(TWO_SIDES).recording.duration_s, abs=0.01
    )
    assert [(len(one), max(one)) for one in outline["channels"]] == [(audio.BARS, 100)] * 2


@pytest.mark.long
@pytest.mark.parametrize(
    ("change", "said"), [("gone", REASONS["gone"]), ("changed", REASONS["changed"])]
)
def test_a_recording_that_is_gone_or_changed_is_not_played_not_even_from_its_copy(
    pages: Pages, recorded: tuple[int, Path], change: str, said: str
) -> None:
    number, path = recorded
    client = pages.visit("qa")
    assert client.get(f"/calls/{number}/audio").status_code == 200
    if change == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-2])
    wave = client.get(f"/calls/{number}/wave")

    assert client.get(f"/calls/{number}/audio").status_code == 409
    assert (wave.status_code, wave.json()["detail"]) == (409, said)
    assert said in client.get(f"/calls/{number}").text


@pytest.mark.parametrize(("is_as_long", "status"), [(True, 200), (False, 409)])
def test_another_packing_of_a_recording_that_is_gone_is_played_if_its_times_are_the_same(
    pages: Pages, recorded: tuple[int, Path], is_as_long: bool, status: int
) -> None:
    number, path = recorded
    packed = path.with_suffix(".flac")
    sound, rate = soundfile.read(path)
    soundfile.write(packed, sound[: 2 * rate], rate)
    sha256 = hashlib.sha256(packed.read_bytes()).hexdigest()
    noted = KnownFile(packed, 1, 1, sha256, "same", str(path), is_as_long=is_as_long)
    pages.site.store.files.note(noted, at=AT)
    path.unlink()

    assert pages.visit("qa").get(f"/calls/{number}/audio").status_code == status


@pytest.mark.long
def test_copies_are_readable_by_nobody_else(pages: Pages, saved: tuple[int, Path]) -> None:
    pages.visit("qa").get(f"/calls/{saved[0]}/audio")
    folder = Path(f"{pages.site.db}.audio")

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


def a_recording(folder: Path, name: str) -> Recording:
    path = folder / name
    write_wav(path, tone(300.0 + len(name), 1.0), rate=SAMPLE_RATE)
    return decode_recording(path).recording


def test_several_who_ask_at_once_have_it_decoded_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = a_recording(tmp_path, "a.wav")
    decoded: list[Path] = []

    def counted(files: tuple[Path, ...], settings: IngestSettings) -> object:
        decoded.extend(files)
        return decode_files(files, settings)

    monkeypatch.setattr(audio, "decode_files", counted)
    sounds = Sounds(tmp_path / "copies", lambda: 0.0)
    threads = [threading.Thread(target=sounds.copy_of, args=(recording, ())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(decoded) == 1


def test_the_oldest_copies_go_when_there_are_too_many(tmp_path: Path) -> None:
    first, second = a_recording(tmp_path, "a.wav"), a_recording(tmp_path, "bb.wav")
    sounds = Sounds(tmp_path / "copies", lambda: 0.0, most_bytes=100)
    old = sounds.copy_of(first, ())
    os.utime(old.sound, (1, 1))
    os.utime(old.outline, (1, 1))
    new = sounds.copy_of(second, ())

    assert (old.sound.exists(), old.outline.exists()) == (False, False)
    assert (new.sound.exists(), new.outline.exists()) == (True, True)


def test_what_cannot_be_decoded_is_said(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(b"no sound at all")
    recording = replace(
        a_result().recording, path=str(path), sha256=hashlib.sha256(path.read_bytes()).hexdigest()
    )

    with pytest.raises(SilentError, match="无法解码"):
        Sounds(tmp_path / "copies", lambda: 0.0).copy_of(recording, ())


def test_both_files_of_a_call_are_played_together_and_neither_if_one_has_changed(
    tmp_path: Path,
) -> None:
    for name, hertz in (("a-out.wav", 300.0), ("a-in.wav", 700.0)):
        write_wav(tmp_path / name, tone(hertz, 1.0))
    recording = decode_call(tmp_path / "a-in.wav").decoded.recording
    sounds = Sounds(tmp_path / "copies", lambda: 0.0)

    outline = json.loads(sounds.copy_of(recording, ()).outline.read_text())
    write_wav(tmp_path / "a-in.wav", tone(500.0, 1.1))

    assert len(outline["channels"]) == 2
    assert sounds.silent(recording) == "changed"


@pytest.mark.long
def test_with_a_key_no_copy_can_be_played_without_it(pages: Pages, saved: tuple[int, Path]) -> None:
    sounds, folder = pages.site.sounds, Path(f"{pages.site.db}.audio")
    sounds.key = lambda: DatabaseKey("1f" * 32)
    client, url = pages.visit("qa"), f"/calls/{saved[0]}/audio"
    whole = client.get(url)
    part = client.get(url, headers={"Range": "bytes=100-199", "If-Range": whole.headers["etag"]})

    assert heard(whole.content).shape[1] > 48_000
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert client.get(f"/calls/{saved[0]}/wave").json()["channels"]
    files = sorted(folder.iterdir())
    assert [file.suffix for file in files] == [".enc", ".enc"]
    assert not any(
        b"OggS" in file.read_bytes() or b"channels" in file.read_bytes() for file in files
    )

    before = [file.read_bytes() for file in files]
    sounds.key = lambda: DatabaseKey("2e" * 32)  # copies of another key are made again
    assert client.get(url).status_code == 200
    assert [file.read_bytes() for file in files] != before
