"""What is given to ``callqa live --replay`` and cannot be played: one clear line each."""

from __future__ import annotations

import asyncio
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from pipeline.commands.main import main
from pipeline.live import Player, Servers, replay_servers
from pipeline.settings import Settings
from pipeline.telephony import CallBegan, CallEnded, CallEvent, CallSound
from tests.sounds import TWO_SIDES


def folder_without_recordings(folder: Path) -> Path:
    (folder / "chats").mkdir()
    (folder / "chats" / "a.jsonl").write_text(
        '{"role": "agent", "text": "您好"}\n', encoding="utf-8"
    )
    return folder / "chats"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--replay", "none"], "没有这个文件夹"),
        (["--replay", "empty"], "没有录音"),
        (["--replay", "chats"], "没有录音"),
        (["--replay", "chats", "--speed", "0"], "--speed"),
        (["--replay", "chats", "--speed", "-1"], "--speed"),
        (["--replay", "chats", "--speed", "1000"], "--speed"),
        (["--replay", "chats", "--speed", "nan"], "--speed"),
        (["--replay", "chats", "--at-once", "0"], "--at-once"),
    ],
)
def test_a_replay_of_nothing_is_one_line_and_an_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    folder_without_recordings(tmp_path)
    done = CliRunner().invoke(
        main, ["--lang", "zh", "live", "--db", "a.db", *given], catch_exceptions=False
    )
    assert done.exit_code == 2
    last = done.stderr.strip().splitlines()[-1]
    assert told in last
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "a.db").exists()


def test_what_cannot_be_played_is_named_and_the_others_are_played(tmp_path: Path) -> None:
    samples, rate = soundfile.read(TWO_SIDES, dtype="int16")
    soundfile.write(tmp_path / "mono.wav", samples[: 2 * rate, 0], rate)
    shorter = samples[: 2 * rate].copy()
    shorter[rate:, 1] = 0
    soundfile.write(tmp_path / "two.wav", shorter, rate)
    (tmp_path / "broken.wav").write_bytes(b"RIFF but no sound at all")
    (tmp_path / "text.mp3").write_text("这不是录音", encoding="utf-8")
    shutil.copy(tmp_path / "two.wav", tmp_path / "cut.wav")
    (tmp_path / "cut.wav").write_bytes((tmp_path / "two.wav").read_bytes()[:30])
    events: list[CallEvent] = []
    warned: list[str] = []
    announced: dict[str, object] = {}
    served = replay_servers(events.append, "t", 4, lookup=lambda _: None, clock=time.time)
    servers = Servers(served, "t")
    servers.start()
    try:
        player = Player(served, "t", 20.0, announced.__setitem__, warned.append, Settings())
        files = [tmp_path / name for name in ("gone.wav", "broken.wav", "text.mp3", "cut.wav", "two.wav", "mono.wav")]  # fmt: skip
        failed = asyncio.run(player.play_all(files, at_once=2))
    finally:
        servers.close()
    assert failed == 4
    assert sorted(Path(one.split(":")[0]).name for one in warned) == [
        "broken.wav", "cut.wav", "gone.wav", "text.mp3",
    ]  # fmt: skip
    begun = [one.sides for one in events if isinstance(one, CallBegan)]
    assert sorted(begun) == [("agent", "customer"), ("mix",)]
    assert len([one for one in events if isinstance(one, CallEnded)]) == 2
    heard = sum(len(one.samples) for one in events if isinstance(one, CallSound))
    assert heard == pytest.approx(6 * 8000, rel=0.1)  # two sides of 2 s, and one
    assert np.all([one.rate == 8000 for one in events if isinstance(one, CallSound)])
