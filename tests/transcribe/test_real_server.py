"""The package faster-whisper-server with the embedded ``base`` on the loopback: a real server of
another hand writes the words, and is killed in the middle.

The server may be in an environment of its own (``pip install faster-whisper-server==0.0.3``);
``CALLQA_SPEECH_SERVER_PYTHON`` names its Python."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from urllib.request import urlopen

import pytest

from pipeline.call.judge import listener_of
from pipeline.call.listen import prepare_tracks
from pipeline.errors import ServerAwayError
from pipeline.ingest import choose_channels, decode_recording
from pipeline.settings import RecogniserSettings, Settings
from pipeline.transcribe import ServerRecogniser, SpeechServer, load_recogniser
from pipeline.types import Track
from pipeline.weights import find_model
from tests.speech_wire import free_port

PYTHON = "CALLQA_SPEECH_SERVER_PYTHON"

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(
        not (os.environ.get(PYTHON) or find_spec("faster_whisper_server")),
        reason="faster-whisper-server is not installed",
    ),
]

START_S = 90.0
CALLS = Path(__file__).parents[2] / "examples" / "calls"


@contextmanager
def running(port: int) -> Iterator[subprocess.Popen[bytes]]:
    python = os.environ.get(PYTHON, sys.executable)
    command = [python, "-m", "faster_whisper_server", str(find_model("base").folder)]
    process = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port)],
        env={**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"},
    )
    try:
        _wait_for(port, process)
        yield process
    finally:
        process.kill()
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_S
    while True:
        try:
            with closing(urlopen(f"http://127.0.0.1:{port}/health", timeout=5)):
                return
        except OSError:
            assert process.poll() is None, "the server has ended"
            assert time.monotonic() < until, "the server does not start"
            time.sleep(0.2)


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def recogniser(port: int) -> ServerRecogniser:
    chosen = RecogniserSettings(
        kind="openai",
        url=f"http://127.0.0.1:{port}/v1",
        model="base",
        at_once=2,
        timeout_s=300.0,
        wait_s=300.0,
    )
    return load_recogniser(Settings(recogniser=chosen), threads=1)


def tracks_of(name: str) -> tuple[Track, ...]:
    return prepare_tracks(choose_channels(decode_recording(CALLS / name).channels)).tracks


def text_of(recognitions, channel: int) -> str:
    return "".join(w.text for one in recognitions if one.channel == channel for w in one.words)


def test_a_real_server_writes_the_words_and_the_witness_tells_who_is_right(recogniser, port: int):
    tracks = tracks_of("d03_shirk.wav")
    with running(port):
        found = recogniser.recognise(tracks)

    agent = text_of(found, 0)
    assert "我也没办法" in agent
    words = [word for one in found for word in one.words]
    assert all(w.start_s <= w.end_s for w in words)
    assert sum(w.confidence for w in words) / len(words) > 0.7
    first = next(one for one in found if one.channel == 0)
    heard = "".join(word.text for word in first.words).strip("，。？！")
    weigh = listener_of(tracks, recogniser)
    true, other = weigh(0, first.span, [heard, "这个不归我管你去找领导"[: len(heard)]])
    assert sum(true) > sum(other) + 10


def hear_on(recogniser: ServerRecogniser, tracks: Sequence[Track]) -> None:
    for _ in range(20):
        recogniser.recognise(tracks)


def test_a_server_that_is_killed_in_the_middle_is_away_and_the_next_run_succeeds(
    recogniser, port: int
):
    tracks = tracks_of("d03_shirk.wav")
    impatient = replace(recogniser.settings, wait_s=0.0)
    cut = replace(recogniser, server=SpeechServer(impatient), settings=impatient)
    short = [replace(track, samples=track.samples) for track in tracks]
    with running(port) as process:
        stopper = subprocess.Popen(["sh", "-c", f"sleep 1; kill -9 {process.pid}"])
        with pytest.raises(ServerAwayError, match=r"does not answer|in time|no answer"):
            hear_on(cut, short)
        stopper.wait()
        assert process.wait() == -signal.SIGKILL
    with running(port):
        assert text_of(recogniser.recognise(tracks), 0)
