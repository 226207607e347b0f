"""The real thing: a recording played through the protocols, to its alarm and its result."""

from __future__ import annotations

import math
import shutil
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.commands.live import live
from pipeline.live import desk, waiting
from pipeline.store import Store
from tests.sounds import TWO_SIDES


@pytest.mark.long
@pytest.mark.model
@pytest.mark.timeout(900)
def test_a_recording_played_through_a_protocol_alarms_and_is_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(waiting, "BEHIND_S", math.inf)  # a busy machine is no fault
    monkeypatch.setattr(desk, "AFTER_S", math.inf)
    folder = tmp_path / "recordings"
    folder.mkdir()
    shutil.copy(TWO_SIDES, folder / "a.wav")
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        done = CliRunner().invoke(live, ["--db", "a.db", "--replay", str(folder)])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert done.exit_code == 0, done.output

    with Store.open(tmp_path / "a.db", create=False) as store:
        talk, call = store.live.find(1), store.live_calls.find(1)
        assert talk is not None
        assert call is not None
        assert (talk.state, call.protocol) == ("ended", "audiosocket")
        assert talk.result_id is not None
        result = store.results.get(talk.result_id)
        assert any(one.rule == "forbidden.shirk" for one in result.findings)
        alarms = {one.rule for one in store.alarms.of_talk(talk.id)}
        assert alarms & {"fact.attitude_complaint", "process.complaint_blame"}
        assert store.alarms.outcome_of("fact.attitude_complaint").matched == 1
