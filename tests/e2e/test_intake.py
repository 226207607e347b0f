"""What a folder of recordings is made of, through the commands: sides, packings, keys, silence."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile

from pipeline.jobs import hear
from pipeline.sound.keys import HIGH_KEYS_HZ, KEYS, LOW_KEYS_HZ, find_keys
from pipeline.sound.spectrum import measure_spectrum
from pipeline.store import Store
from tests.e2e.conftest import Run
from tests.sounds import TWO_SIDES, hold_music, noise, silence, speech, tone, write_wav


def lines(path: str = "r.jsonl") -> list[dict]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def both() -> np.ndarray:
    """Both sides of a call, 8 kHz, shape (n, 2)."""
    return np.stack([speech(0), speech(1)], axis=1)


def two_files(folder: Path, agent: str = "a-out.wav", customer: str = "a-in.wav") -> None:
    folder.mkdir(exist_ok=True)
    write_wav(folder / agent, speech(0), rate=8000)
    write_wav(folder / customer, speech(1), rate=8000)


def spoken(result: dict) -> list[tuple]:
    return [(f["rule"], f["role"], f["verdict"], f["start_s"]) for f in result["findings"]]


def test_two_files_of_a_call_are_judged_as_its_two_channels(callqa: Run, tmp_path: Path):
    two_files(tmp_path / "in")

    callqa("score", TWO_SIDES, "--jsonl", "one.jsonl")
    ran = callqa("score", tmp_path / "in", "--jsonl", "r.jsonl")

    (control,), (result,) = lines("one.jsonl"), lines()
    assert ran.exit_code == 0
    assert result["call"]["call_id"] == "a"
    assert result["recording"]["sides"] == [str(tmp_path / "in" / "a-in.wav")]
    assert spoken(result) == spoken(control)
    assert result["score"]["attitude"] == control["score"]["attitude"]


def test_a_cell_beside_a_recording_that_is_not_understood_is_said(callqa: Run, call: Path):
    table = "文件名,工号,挂机方,星座\ncall.wav,8012,火星,狮子\n"
    call.with_name("metadata.csv").write_text(table, encoding="utf-8")

    ran = callqa("score", call, "--jsonl", "r.jsonl")

    assert "1 cells beside recordings were not understood and count as unknown:" in ran.output
    assert "metadata.csv, line 2: hung_up_by is '火星'; expected 坐席, 客户 or 系统" in ran.output
    assert ran.output.count("metadata.csv: these columns were not read: 星座") == 1
    (result,) = lines()
    assert result["call"]["agent_id"] == "8012"
    assert "录音旁的表里这通有 1 处没有读懂，按未知处理" in result["notes"]


@pytest.mark.long
def test_a_call_of_two_files_is_known_the_next_time(callqa: Run, tmp_path: Path):
    (tmp_path / "in").mkdir()
    for at, name in enumerate(("a-out.wav", "a-in.wav")):
        write_wav(tmp_path / "in" / name, speech(at)[: 6 * 8000], rate=8000)
    callqa("score", tmp_path / "in", "--db", "c.db")

    ran = callqa("score", tmp_path / "in" / "a-in.wav", "--db", "c.db", "--report", "out")

    assert "1 of them were scored before" in ran.output
    assert "other side" in callqa("show", "a", "--db", "c.db").output


def test_the_settings_name_the_agents_channel_by_queue_and_by_name(callqa: Run, tmp_path: Path):
    (tmp_path / "callqa.toml").write_text(
        '[roles]\nagent_channels = ["queue:投诉 = right", "name:^IN_ = right"]\n', encoding="utf-8"
    )
    for name in ("IN_a.wav", "b.wav", "c.wav"):
        write_wav(tmp_path / name, both()[: 4 * 8000], rate=8000)
    Path("metadata.csv").write_text("file,queue\nb.wav,投诉\nc.wav,邮政\n", encoding="utf-8")

    callqa("score", "IN_a.wav", "b.wav", "c.wav", "--jsonl", "r.jsonl")

    first = [result["utterances"][0]["role"] for result in lines()]
    assert first == ["customer", "customer", "agent"]


@pytest.mark.parametrize(
    ("line", "said"),
    [("queue:投诉 = middle", "agent_channels has"), ("name:( = left", "agent_channels has"), ("left", "agent_channels has")],
)  # fmt: skip
def test_a_wrong_line_of_agent_channels_is_refused(callqa: Run, line: str, said: str):
    Path("callqa.toml").write_text(f'[roles]\nagent_channels = ["{line}"]\n', encoding="utf-8")

    ran = callqa("score", TWO_SIDES)

    assert (ran.exit_code, said in ran.output) == (2, True)


def test_beside_a_dead_channel_the_agent_is_where_the_settings_say(callqa: Run, tmp_path: Path):
    alone = both()[: 6 * 8000] * np.array([1, 0], np.float32)
    write_wav(tmp_path / "a.wav", alone, rate=8000)

    callqa("score", "a.wav", "--jsonl", "l.jsonl", "--agent-channel", "left")
    callqa("score", "a.wav", "--jsonl", "r.jsonl", "--agent-channel", "right")

    assert {u["role"] for u in lines("l.jsonl")[0]["utterances"]} == {"agent"}
    assert {u["role"] for u in lines("r.jsonl")[0]["utterances"]} == {"customer"}
    assert lines("r.jsonl")[0]["score"]["attitude"] is None


@pytest.mark.parametrize(
    ("name", "sound", "kind"),
    [
        ("header", silence(0), "empty"),
        ("blink", silence(0.04), "silence"),
        ("silent", silence(3), "silence"),
        ("line", noise(5, level=0.001), "silence"),
        ("ring", np.tile(np.concatenate([tone(450, 1), silence(4)]), 2), "signals"),
        ("busy", np.tile(np.concatenate([tone(450, 0.35), silence(0.35)]), 8), "signals"),
        ("hold", hold_music(10), "signals"),
    ],
)
def test_a_call_that_nobody_answered_is_counted_not_scored_and_not_for_review(
    callqa: Run, tmp_path: Path, name: str, sound, kind: str
):
    write_wav(tmp_path / f"{name}.wav", sound)

    ran = callqa("score", f"{name}.wav", "--jsonl", "r.jsonl", "--db", "c.db")

    (result,) = lines()
    assert ran.exit_code == 0
    assert "1 of them hold no conversation" in ran.output
    assert (result["no_talk"], result["findings"], result["score"]["attitude"]) == (kind, [], None)
    with Store.open("c.db") as store:
        (record,) = store.calls.records()
        waiting = store.db.execute("SELECT waiting FROM calls").fetchone()[0]
    assert (record.no_talk, record.silence_s, waiting) == (True, None, 0)


def test_a_call_with_announcements_only_is_not_answered(callqa: Run, tmp_path: Path, monkeypatch):
    from tests.fakes import FakeRecogniser  # noqa: PLC0415

    told = {0: ["您拨打的用户暂时无法接通，请稍后再拨。"] * 9}
    monkeypatch.setattr(hear, "load_recogniser", lambda settings, **_: FakeRecogniser(told))
    write_wav(tmp_path / "a.wav", both()[:32_000] * np.array([1, 0], np.float32), rate=8000)

    callqa("score", "a.wav", "--jsonl", "r.jsonl", "--agent-channel", "left")

    assert lines()[0]["no_talk"] == "announcement"


def test_a_scored_again_call_without_a_conversation_stays_one(callqa: Run, tmp_path: Path):
    write_wav(tmp_path / "a.wav", silence(3))
    callqa("score", "a.wav", "--db", "c.db")
    Path("own.toml").write_text('[scoring]\nreview_only = ["forbidden.shirk"]\n', encoding="utf-8")

    callqa("rescore", "--db", "c.db", "--settings", "own.toml")

    shown = json.loads(callqa("show", "a", "--db", "c.db", "--json").output)
    assert (shown["no_talk"], shown["findings"]) == ("silence", [])


def test_what_a_folder_holds_beside_recordings_is_said_and_fails_where_calls_may_be_unheard(
    callqa: Run, tmp_path: Path
):
    folder = tmp_path / "in"
    folder.mkdir()
    write_wav(folder / "a.wav", silence(1))
    (folder / "notes.txt").write_text("x")

    calm = callqa("score", folder)
    (folder / "b.nmf").write_bytes(b"x")
    unheard = callqa("score", folder)

    assert (calm.exit_code, "1 files were not read: .txt 1 (not a recording)." in calm.output) == (
        0,
        True,
    )
    assert unheard.exit_code == 1
    assert ".nmf 1 (a recording whose format cannot be decoded)" in unheard.output


def test_a_folder_without_recordings_says_what_is_in_it(callqa: Run, tmp_path: Path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.dvf").write_bytes(b"x")

    ran = callqa("score", tmp_path / "in")

    assert (ran.exit_code, ".dvf 1 (" in ran.output) == (2, True)


def as_mp3(path: Path, target: Path) -> None:
    samples, rate = soundfile.read(path, dtype="float32")
    soundfile.write(target, 0.6 * samples, rate, format="MP3")


def test_a_call_packed_again_is_kept_once(callqa: Run, tmp_path: Path):
    write_wav(tmp_path / "a.wav", both()[: 12 * 8000], rate=8000)
    as_mp3(tmp_path / "a.wav", tmp_path / "a.mp3")

    ran = callqa("score", "a.wav", "a.mp3", "--jsonl", "r.jsonl")

    assert [Path(result["recording"]["path"]).name for result in lines()] == ["a.wav"]
    assert "1 recordings have the sound of a known call" in ran.output
    assert "a.mp3 = a.wav" in ran.output


def pressed(digits: str) -> np.ndarray:
    """Keys of 0.12 s with pauses of 0.08 s, 8 kHz."""
    keys = []
    for digit in digits:
        row = next(i for i, names in enumerate(KEYS) if digit in names)
        high = HIGH_KEYS_HZ[KEYS[row].index(digit)]
        keys += [tone(LOW_KEYS_HZ[row], 0.12, level=0.15, rate=8000) + tone(high, 0.12, level=0.15, rate=8000)]  # fmt: skip
        keys += [silence(0.08, 8000)]
    return np.concatenate(keys)


def test_keys_that_a_customer_presses_cannot_be_heard_on_the_page(callqa: Run, tmp_path: Path):
    keys = pressed("6222021234567890")
    customer = np.concatenate([speech(1)[:40_000], keys])
    agent = np.concatenate([speech(0)[:40_000], np.zeros_like(keys)])
    write_wav(tmp_path / "a.wav", np.stack([agent, customer], axis=1), rate=8000)

    callqa("score", "a.wav", "--report", "out", "--jsonl", "r.jsonl")

    assert [sound["kind"] for sound in lines()[0]["sounds"]] == ["keys"]
    page = next(path for path in Path("out").rglob("*.html") if path.name != "index.html")
    (coded,) = re.findall(r"data:audio/ogg;base64,([^\"']+)", page.read_text(encoding="utf-8"))
    with av.open(BytesIO(b64decode(coded))) as container:
        resampler = av.AudioResampler("fltp", rate=16_000)
        blocks = [f.to_ndarray() for frame in container.decode(audio=0) for f in resampler.resample(frame)]  # fmt: skip
    for channel in np.concatenate(blocks, axis=1):
        assert find_keys(channel, measure_spectrum(channel)) == ()
