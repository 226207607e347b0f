"""callqa score and callqa doctor with a speech server."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from pipeline.errors import CallqaError, ServerAwayError, SpeechServerError
from pipeline.jobs import doctor, hear
from pipeline.store import Store
from tests.e2e.conftest import SAYS, Run
from tests.fakes import FakeRecogniser
from tests.speech_wire import Reply, free_port, wire


class Failing(FakeRecogniser):
    """Fails for every call but the first."""

    fault: CallqaError
    calls = 0

    def recognise(self, tracks):
        self.calls += 1
        if self.calls > 1:
            raise self.fault
        return super().recognise(tracks)


def three(call: Path) -> None:
    """Three recordings that differ in their last sample."""
    data = call.read_bytes()
    for number, name in enumerate("abc"):
        path = call.with_name(f"{name}.wav")
        path.write_bytes(data[:-2] + bytes([number, 0]))
        os.utime(path, (time.time() - 3600,) * 2)
    call.unlink()


def failing(monkeypatch: pytest.MonkeyPatch, fault: CallqaError) -> Failing:
    recogniser = Failing(SAYS)
    recogniser.fault = fault
    monkeypatch.setattr(hear, "load_recogniser", lambda settings, **_: recogniser)
    return recogniser


def test_a_server_that_goes_away_ends_the_run_with_2_and_what_was_scored_is_kept(
    callqa: Run, call: Path, monkeypatch: pytest.MonkeyPatch
):
    three(call)
    recogniser = failing(monkeypatch, ServerAwayError("the speech server h: it does not answer"))

    ran = callqa("score", ".", "--db", "c.db", "--jsonl", "r.jsonl")

    assert (ran.exit_code, recogniser.calls) == (2, 2)
    assert "callqa: the speech server h: it does not answer" in ran.output
    assert len(Path("r.jsonl").read_text(encoding="utf-8").splitlines()) == 1
    with Store.open(Path("c.db")) as store:
        assert len(store.results.find("a")) == 1


def test_a_wrong_answer_costs_one_call(callqa: Run, call: Path, monkeypatch: pytest.MonkeyPatch):
    three(call)
    recogniser = failing(monkeypatch, SpeechServerError("the speech server h: no JSON"))

    ran = callqa("score", ".")

    assert (ran.exit_code, recogniser.calls) == (1, 3)
    assert "2 failed" in ran.output


def doctor_says(callqa: Run, toml: str) -> str:
    Path("callqa.toml").write_text(toml, encoding="utf-8")
    return callqa("doctor").output


def server(url: str) -> str:
    return f'[recogniser]\nkind = "openai"\nurl = "{url}"\nmodel = "paraformer"\n'


def test_the_doctor_says_what_the_machine_has_and_what_would_fit(callqa: Run):
    (line,) = (one for one in doctor_says(callqa, "").splitlines() if " machine: " in one)

    assert line.startswith("ok   machine: ")
    assert "cores (" in line
    assert "GiB of memory free" in line
    assert "base (0.13 of the audio's time a core)" in line


def test_the_doctor_says_nothing_of_servers_where_there_is_none(callqa: Run):
    assert "server" not in doctor_says(callqa, "")


def test_the_doctor_has_the_server_write_down_silence(callqa: Run):
    with wire(Reply({"text": ""})) as shown:
        said = doctor_says(callqa, server(shown.url))

    assert f"ok   server: paraformer at {shown.url.split('/')[2]} answers in 0." in said
    assert "not encrypted" not in said
    assert set(shown.asked[0][2]["file"][0][44:]) == {0}


def test_the_doctor_says_why_a_server_does_not_answer(callqa: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor, "SERVER_S", 0.1)

    said = doctor_says(callqa, server(f"http://127.0.0.1:{free_port()}/v1"))

    assert "FAIL server: the speech server 127.0.0.1:" in said
    assert "start the server, or correct [recogniser]" in said
