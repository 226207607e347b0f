"""WebSocket streams: each dialect's messages become the same events, and no client harms another."""

from __future__ import annotations

import asyncio
import json
import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from pipeline.telephony import (
    Announced,
    CallBegan,
    CallEnded,
    CallSound,
    RefusedCallError,
    SoundDecoder,
    play,
)
from pipeline.telephony.dialects import Payload, read_first
from pipeline.telephony.options import ServerOptions
from pipeline.telephony.roster import Roster
from pipeline.telephony.stream import TracksInProgress
from tests.telephony.calls import RATE, Heard, run, speech, websocket
from tests.telephony.websocket_client import (
    BOTH,
    END,
    START,
    a_replay,
    both,
    bytes_of,
    events_of,
    opened,
    say,
)


def test_two_interleaved_tracks_become_two_sides():
    agent, customer = speech(0.5, seed=1), speech(0.5, seed=2)
    heard = events_of(BOTH, *both(agent, customer), END)

    began = heard.of(CallBegan)[0]
    assert (began.stream.protocol, began.stream.name) == ("websocket", "C-1")
    assert (began.sides, began.agent_id, began.queue) == (("agent", "customer"), "8012", "退款")
    assert heard.sound("agent").tolist() == agent.tolist()
    assert heard.sound("customer").tolist() == customer.tolist()
    assert heard.events[-1] == CallEnded(began.stream, "")


@pytest.mark.parametrize("codec", ["pcma", "pcmu"])
def test_a_law_and_mu_law_are_decoded_side_by_side(codec: str):
    agent, customer = bytes(range(256)) * 10, bytes(reversed(range(256))) * 10
    mixed = np.stack([np.frombuffer(one, np.uint8) for one in (agent, customer)], axis=1).tobytes()
    heard = events_of({**BOTH, "codec": codec}, mixed, END)

    assert heard.sound("agent").tolist() == SoundDecoder(codec).decode(agent).tolist()
    assert heard.sound("customer").tolist() == SoundDecoder(codec).decode(customer).tolist()


def test_g722_comes_in_one_track():
    heard = events_of({**START, "codec": "g722", "rate": 16000, "tracks": ["mix"]}, bytes(160), END)
    assert {piece.rate for piece in heard.of(CallSound)} == {16000}


def test_two_connections_with_a_side_each_are_one_call():
    heard, agent, customer = Heard(), speech(0.3, seed=1), speech(0.3, seed=2)
    sides = ["agent", "customer"]

    async def scenario():
        async with websocket(heard, rejoin_s=5.0) as server:
            for side, samples in zip(sides, (agent, customer), strict=True):
                sound = samples.astype("<i2").tobytes()
                await say(server, {**START, "tracks": [side], "sides": sides}, sound, END)
            await heard.until_ended()

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 ended"]
    assert heard.sound("agent").tolist() == agent.tolist()
    assert heard.sound("customer")[-len(customer) :].tolist() == customer.tolist()


def test_what_becomes_known_later_is_told():
    heard = events_of({"call": "C-1"}, {"event": "known", "agent_id": "8012"}, END)
    assert [event.agent_id for event in heard.of(Announced)] == ["8012"]


def test_what_the_sender_left_out_is_a_gap_that_was_lost():
    samples = speech(0.2)
    sound = samples.astype("<i2").tobytes()
    start = {**START, "tracks": ["customer"]}
    heard = events_of(start, sound, {"event": "lost", "seconds": 1.5}, sound, END)

    first, second = heard.of(CallSound)
    assert (first.start_s, first.lost_s) == (0.0, 0.0)
    assert (second.start_s, second.lost_s) == (pytest.approx(0.2 + 1.5), 1.5)


def test_a_sender_that_comes_back_takes_the_place_of_a_connection_that_is_gone():
    heard, now, samples = Heard(), [100.0], speech(0.2)

    async def scenario():
        async with (
            websocket(heard, ticks=lambda: now[0], rejoin_s=5.0) as server,
            opened(server) as gone,
        ):
            for part in (json.dumps(BOTH), *both(samples, samples)):
                await gone.send(part)
            await heard.until(lambda: len(heard.sound("customer")) == len(samples))
            now[0] += 3.0
            assert await say(server, BOTH, *both(samples, samples), END) == 1000
            with pytest.raises(ConnectionClosed):
                await gone.recv()
            await heard.until_ended()

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 ended"]
    assert heard.sound("agent")[-len(samples) :].tolist() == samples.tolist()


def test_a_long_refusal_of_the_sink_reaches_the_sender_as_far_as_it_fits():
    def sink(event):
        raise RefusedCallError("现在没有地方放更多的通话" * 20)

    async def scenario():
        async with websocket(sink) as server, opened(server) as connection:
            await connection.send(json.dumps(BOTH))
            with pytest.raises(ConnectionClosed):
                await connection.recv()
            assert connection.close_code == 1013
            assert connection.close_reason.startswith("现在没有地方放更多的通话")

    run(scenario)


def test_stopping_waits_for_no_sender_that_is_far_ahead():
    heard = Heard()

    async def scenario():
        async with (
            websocket(heard, ahead_s=0.5, ticks=time.monotonic) as server,
            opened(server) as connection,
        ):
            await connection.send(json.dumps(BOTH))
            await connection.send(bytes(4 * 8 * RATE))
            await heard.until(lambda: bool(heard.of(CallSound)))
            async with asyncio.timeout(3):
                await server.close()

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 callqa is stopping"]


def test_stopping_ends_each_call_and_closes_each_connection():
    heard = Heard()

    async def scenario():
        async with websocket(heard) as server, opened(server) as connection:
            await connection.send(json.dumps(BOTH))
            await heard.until(lambda: bool(heard.events))
            await server.close()
            with pytest.raises(ConnectionClosed):
                await connection.recv()
            assert connection.close_code == 1001

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 callqa is stopping"]


@settings(max_examples=15, deadline=None)
@given(cuts=st.lists(st.integers(0, 4500), max_size=8))
def test_wherever_the_bytes_are_cut_the_same_call_is_heard(cuts: list[int]):
    heard, agent, customer = Heard(), speech(0.1, seed=1), speech(0.1, seed=2)
    whole = bytes_of([json.dumps(BOTH), *both(agent, customer), END])
    opening, _, sent = whole.partition(b"\r\n\r\n")
    borders = sorted({0, *(cut for cut in cuts if cut < len(sent)), len(sent)})

    async def scenario():
        async with websocket(heard) as server:
            reader, writer = await asyncio.open_connection(*server.address)
            writer.write(opening + b"\r\n\r\n")
            await reader.readuntil(b"\r\n\r\n")
            for start, end in pairwise(borders):
                writer.write(sent[start:end])
                await writer.drain()
                await asyncio.sleep(0.002)
            await heard.until_ended()
            writer.close()

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 ended"]
    assert heard.sound("agent").tolist() == agent.tolist()
    assert heard.sound("customer").tolist() == customer.tolist()


def test_a_bad_line_costs_only_what_was_lost():
    """Each lost frame is silence of its length; what came twice or late is in its place."""
    heard, sides = Heard(), {"agent": speech(4.0, seed=1), "customer": speech(4.0, seed=2)}

    async def scenario():
        async with websocket(heard) as server:
            replay = a_replay(server, lose=0.05, double=0.1, swap=0.3, seed=5)
            await play(sides, RATE, replay)
            await heard.until_ended()

    run(scenario)
    for side, samples in sides.items():
        arrived = heard.sound(side)
        lost = [
            np.abs(piece).max() == 0
            for piece in np.pad(arrived, (0, len(samples) - len(arrived))).reshape(-1, 160)
        ]
        assert 2 <= sum(lost) <= 25
        assert heard.lost(side) == pytest.approx(sum(lost) * 0.02, abs=0.1)
        same = np.repeat(~np.array(lost), 160)[: len(arrived)]
        sent = samples[: len(arrived)]
        assert np.corrcoef(arrived[same], sent[same])[0, 1] > 0.99


@pytest.mark.parametrize("protocol", ["plain", "twilio"])
def test_a_connection_that_breaks_keeps_what_was_heard(protocol: str):
    heard, sides = Heard(), {"agent": speech(2.0, seed=1), "customer": speech(2.0, seed=2)}

    async def scenario():
        async with websocket(heard) as server:
            await play(sides, RATE, a_replay(server, protocol, break_at_s=1.0))
            await heard.until_ended()

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 connection lost"]
    assert 0 < len(heard.sound("agent")) <= RATE


def test_a_sender_that_is_far_ahead_keeps_no_other_connection_waiting() -> None:
    heard: list[object] = []
    options = ServerOptions(port=0)
    roster = Roster("websocket", options, heard.append, clock=lambda: 0.0, ticks=lambda: 0.0)

    def connection(side: str) -> TracksInProgress:
        tracks = TracksInProgress(roster, lambda: 0.0, lambda: None)
        start = {"call": "C", "codec": "pcma", "tracks": [side], "sides": ["agent", "customer"]}
        _, said = read_first(json.dumps(start), {})
        for one in said:
            tracks.take(one, 0.0, lambda _: None)
        return tracks

    agent, customer = connection("agent"), connection("customer")
    for _ in range(50):
        agent.take(Payload(b"\xd5" * 8000), 0.02, lambda _: None)
    customer.take(Payload(b"\xd5" * 160), 0.02, lambda _: None)
    assert agent.longest_s == pytest.approx(49.0, abs=0.1)
    assert customer.longest_s == pytest.approx(0.02, abs=0.05)


def test_a_second_call_of_a_name_is_refused_and_the_first_goes_on(caplog):
    heard, agent = Heard(), speech(0.2)

    async def scenario():
        async with websocket(heard) as server, opened(server) as connection:
            await connection.send(json.dumps(BOTH))
            await heard.until(lambda: bool(heard.events))
            assert await say(server, BOTH, bytes(320)) == 1013
            assert await say(server, {**BOTH, "tracks": ["mix"]}) == 1013
            for part in [*both(agent, agent), END]:
                await connection.send(part)
            await heard.until_ended()

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 ended"]
    assert heard.sound("agent").tolist() == agent.tolist()
    assert "C-1" not in caplog.text
