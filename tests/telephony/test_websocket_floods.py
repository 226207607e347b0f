"""A sender of too much, or of nothing, is read no faster than calls are, and holds up no other."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed

from tests.telephony.calls import RATE, TOKEN, Heard, run, speech, websocket
from tests.telephony.websocket_client import BOTH, END, START, bytes_of, opened, say

NOTHING: dict[str, object] = {
    "empty": b"",
    "a sample": b"\0\0",
    "empty text": "",
    "nothing new": '{"event": "known"}',
}


def test_a_flood_is_read_no_faster_than_real_time():
    heard = Heard()

    async def scenario():
        async with (
            websocket(heard, ahead_s=0.5, ticks=time.monotonic) as server,
            opened(server) as connection,
        ):
            await connection.send(json.dumps(BOTH))
            flood = asyncio.ensure_future(send_all(connection))
            await asyncio.sleep(0.6)
            assert not flood.done()
            flood.cancel()
            connection.transport.abort()

    async def send_all(connection) -> None:
        second = np.zeros((RATE, 2), "<i2").tobytes()
        for _ in range(600):
            await connection.send(second)

    run(scenario)
    assert len(heard.sound("agent")) / RATE < 5


@pytest.mark.long
@pytest.mark.parametrize("how", ["stays", "ends", "closes", "breaks"])
def test_a_sender_far_ahead_is_heard_to_its_end(how: str, monkeypatch):
    """Its answers to pings wait behind its sound, and a ping to one that is gone would break it."""
    monkeypatch.setattr("pipeline.telephony.websocket_connection.PING_S", 0.1)
    monkeypatch.setattr("pipeline.telephony.websocket.PING_S", 0.1)
    heard, samples = Heard(), speech(3.0)

    async def scenario():
        async with websocket(heard, ahead_s=0.5, ticks=time.monotonic) as server:
            connection = await opened(server)
            await connection.send(json.dumps({**START, "tracks": ["mix"]}))
            for start in range(0, len(samples), 160):
                await connection.send(samples[start : start + 160].astype("<i2").tobytes())
            if how == "ends":
                await connection.send(END)
            if how == "closes":
                await connection.close()
            if how == "breaks":
                connection.transport.close()
            await heard.until(lambda: len(heard.sound("mix")) == len(samples))
            await connection.close()
            await heard.until_ended()

    run(scenario)
    assert heard.sound("mix").tolist() == samples.tolist()
    assert heard.told()[-1] == ("C-1 ended" if how != "breaks" else "C-1 connection lost")


@pytest.mark.long
@pytest.mark.parametrize("name", NOTHING)
def test_a_flood_of_messages_with_next_to_nothing_in_them_is_read_no_faster_than_they_come(
    name: str,
):
    heard = Heard()

    async def scenario():
        async with websocket(heard, ahead_s=0.2, ticks=time.monotonic) as server:
            path = "/?call=A-1&side=mix"
            first: object = json.dumps({**START, "tracks": ["mix"]})
            if name == "empty text":
                first = "MEDIA_START format:slin connection_id:1"
            async with opened(server, path=path) as connection:
                await connection.send(first)
                flood = asyncio.ensure_future(send_all(connection))
                await asyncio.sleep(1.0)
                flood.cancel()
                assert len(heard.sound("mix")) < 1000
                connection.transport.abort()

    async def send_all(connection) -> None:
        for _ in range(5_000):
            await connection.send(NOTHING[name])
        await connection.send(speech(1.0).astype("<i2").tobytes())

    run(scenario)


@pytest.mark.parametrize("name", ["empty", "nothing new"])
def test_messages_without_sound_are_no_life_of_an_idle_call(name: str):
    heard = Heard()

    async def scenario():
        async with (
            websocket(heard, idle_s=0.3, ticks=time.monotonic) as server,
            opened(server) as connection,
        ):
            await connection.send(json.dumps({**START, "tracks": ["mix"]}))
            await connection.send(bytes(320))
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await connection.send(NOTHING[name])
                    await asyncio.sleep(0.01)
            assert connection.close_code == 1008
            await heard.until_ended()

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 it has sent nothing for too long"]


def test_a_sender_that_answers_no_ping_any_more_is_gone(monkeypatch):
    monkeypatch.setattr("pipeline.telephony.websocket_connection.PING_S", 0.05)
    heard = Heard()
    opening = bytes_of([json.dumps(BOTH), bytes(320)])[:-6]  # without its close

    async def scenario():
        async with websocket(heard, ticks=time.monotonic) as server:
            _, writer = await asyncio.open_connection(*server.address)
            writer.write(opening)
            await heard.until_ended()
            writer.close()

    run(scenario)
    assert heard.told() == ["C-1 began", "C-1 connection lost"]


@pytest.mark.parametrize("named", [True, False])
def test_a_flood_of_pings_ends_its_own_connection(named: bool, caplog):
    """The library answers each at once, whatever is read."""
    heard = Heard()

    async def scenario():
        async with websocket(heard, ticks=time.monotonic) as server:
            connection = await opened(server, token=TOKEN if named else None)
            if named:
                await connection.send(json.dumps(BOTH))
            with contextlib.suppress(ConnectionClosed):
                for number in range(50_000):
                    await connection.ping(str(number))
                await asyncio.sleep(1)
            assert connection.close_code is not None
            if named:
                await heard.until_ended()
            assert await say(server, {**BOTH, "call": "C-2"}, END) == 1000

    run(scenario)
    assert heard.told()[-2:] == ["C-2 began", "C-2 ended"]
    assert "it floods" in caplog.text
