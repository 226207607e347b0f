"""Recordings that are played through the real protocols arrive as they were."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from pipeline.errors import SettingsError
from pipeline.telephony import AnnouncedCall, CallBegan
from pipeline.telephony.replay import PROTOCOLS, Mishaps, Replay, play
from tests.telephony.calls import RATE, TOKEN, Heard, audiosocket, run, speech, websocket

UUIDS = {
    "agent": "40325ec2-5efd-4bd3-805f-53576e581d13",
    "customer": "3d5d9f2c-3c8e-4a5b-9c0e-6a1f3c2b1a00",
}
ANNOUNCED = {
    number: AnnouncedCall("C-1", side, agent_id="8012", queue="退款")
    for side, number in UUIDS.items()
}


def a_replay(server, protocol: str, **changes) -> Replay:
    given = {"speed": math.inf, "token": TOKEN, "agent_id": "8012", "queue": "退款", "uuids": UUIDS}
    return Replay(address=server.address, protocol=protocol, name="C-1", **{**given, **changes})


def server_of(protocol: str, sink: Heard, **options):
    if protocol == "audiosocket":
        return audiosocket(sink, lookup=ANNOUNCED.get, **options)
    return websocket(sink, **options)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_both_sides_of_a_recording_arrive_sample_by_sample(protocol: str):
    heard, sides = Heard(), {"agent": speech(1.0, seed=1), "customer": speech(1.3, seed=2)}

    async def scenario():
        async with server_of(protocol, heard, rejoin_s=1.0) as server:
            await play(sides, RATE, a_replay(server, protocol, codec="l16"))
            await heard.until_ended()

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 ended"]
    began = heard.of(CallBegan)[0]
    assert (set(began.sides), began.agent_id, began.queue) == (
        {"agent", "customer"},
        "8012",
        "退款",
    )
    for side, samples in sides.items():
        arrived = heard.sound(side)
        offset = int(np.flatnonzero(arrived)[0]) if protocol not in ("plain", "twilio") else 0
        assert offset < 0.3 * RATE  # of a second connection
        assert arrived[offset : offset + len(samples)].tolist() == samples.tolist()


def test_a_connection_of_audiosocket_that_breaks_keeps_what_was_heard():
    heard, sides = Heard(), {"agent": speech(1.0)}

    async def scenario():
        async with audiosocket(heard) as server:
            await play(
                sides, RATE, a_replay(server, "audiosocket", mishaps=Mishaps(break_at_s=0.5))
            )
            await heard.until_ended()

    run(scenario)
    assert heard.told()[-1].endswith(" connection lost")
    assert heard.sound("mix").tolist() == sides["agent"][: RATE // 2].tolist()


@pytest.mark.parametrize(
    ("protocol", "rate", "changes", "said"),
    [
        ("audiosocket", 11025, {}, "no kind of frame for 11025"),
        ("plain", RATE, {"codec": "opus"}, "choose pcma, pcmu or l16"),
        ("plain", RATE, {"token": "wrong"}, "does not take the call"),
        ("plain", RATE, {"address": ("127.0.0.1", 1)}, "could not be played to 127.0.0.1:1"),
    ],
)
def test_what_cannot_be_played_is_said(protocol: str, rate: int, changes: dict, said: str):
    async def scenario():
        async with server_of(protocol, Heard()) as server:
            replay = dataclasses.replace(a_replay(server, protocol), **changes)
            with pytest.raises(SettingsError, match=said):
                await play({"agent": speech(0.1)}, rate, replay)
            with pytest.raises(SettingsError, match="without any side"):
                await play({}, rate, replay)

    run(scenario)
