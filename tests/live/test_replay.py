"""The real thing: a recording played through the protocols, to its alarm and its result."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.commands.live import live
from pipeline.live import calls, desk
from pipeline.store import Store
from tests.sounds import TWO_SIDES


@pytest.mark.model
@pytest.mark.timeout(900)
def test_a_recording_played_through_a_protocol_alarms_and_is_scored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(calls, "BEHIND_S", math.inf)  # a busy machine is no fault
    monkeypatch.setattr(desk, "AFTER_S", math.inf)
    folder = tmp_path / "recordings"
    folder.mkdir()
    for name in ("a.wav", "b.wav"):  # AudioSocket and WebSocket
        shutil.copy(TWO_SIDES, folder / name)
    done = CliRunner().invoke(live, ["--db", "a.db", "--replay", str(folder)])
    assert done.exit_code == 0, done.output

    with Store.open(tmp_path / "a.db", create=False) as store:
        talks = [store.live.find(number) for number in (1, 2)]
        assert {one.state for one in talks if one} == {"ended"}
        protocols = {store.live_calls.find(number).protocol for number in (1, 2)}  # type: ignore[union-attr]
        assert protocols == {"audiosocket", "websocket"}
        for talk in filter(None, talks):
            assert talk.result_id is not None
            result = store.results.get(talk.result_id)
            assert any(one.rule == "forbidden.shirk" for one in result.findings)
            alarms = {one.rule for one in store.live.alarms_of(talk.id)}
            assert alarms & {"fact.attitude_complaint", "process.complaint_blame"}
        assert store.live.outcome_of("fact.attitude_complaint").matched == 2
