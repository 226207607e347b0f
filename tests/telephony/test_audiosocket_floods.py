"""Garbage, floods and connections that say nothing close themselves and harm no other."""

from __future__ import annotations

import asyncio
import time

import numpy as np
import pytest

from pipeline.telephony import CallEnded
from tests.telephony.audiosocket_client import (
    NUMBER,
    OTHER,
    events_of,
    frame,
    frames,
    hello,
    refused,
)
from tests.telephony.calls import RATE, Heard, audiosocket, run, speech

GARBAGE = {
    "HTTP": (b"GET / HTTP/1.1\r\n\r\n" + bytes(40_000), "does not have"),
    "sound before the UUID": (frame(0x10, bytes(320)), "before its UUID"),
    "a UUID of 4 bytes": (frame(0x01, b"abcd"), "UUID that is none"),
    "two UUIDs": (hello() + hello(OTHER), "second one"),
    "half a sample": (hello() + frame(0x10, bytes(321)), "half a sample"),
    "an unknown kind": (hello() + frame(0x19, bytes(10)), "does not have"),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_closes_its_own_connection_and_is_logged_once(name: str, caplog):
    sent, said = GARBAGE[name]
    line = refused(caplog, sent)
    assert "127.0.0.1" in line
    assert said in line
    assert NUMBER not in line


def test_a_connection_that_stops_in_half_a_header_is_closed(caplog):
    assert "named no call in time" in refused(caplog, b"\x01\x00", hello_s=0.05)


def test_a_connection_that_says_nothing_any_more_is_closed():
    heard = events_of(hello(), *frames(speech(0.1)), close=False, idle_s=0.1, ticks=time.monotonic)
    assert heard.told() == [f"{NUMBER} began", f"{NUMBER} it has sent nothing for too long"]


def test_a_call_has_no_more_sound_than_may_be():
    heard = events_of(hello(), *frames(speech(5.0)), close=False, longest_s=2.0)
    assert heard.told()[-1] == f"{NUMBER} it is longer than may be"
    assert 2.0 <= len(heard.sound("mix")) / RATE < 5.0


def test_a_flood_is_read_no_faster_than_real_time():
    heard = Heard()

    async def scenario():
        async with audiosocket(heard, ahead_s=1.0, ticks=time.monotonic) as server:
            _, writer = await asyncio.open_connection(*server.address)
            writer.write(hello())
            minute = b"".join(frames(np.zeros(60 * RATE, np.int16)))
            flood = asyncio.ensure_future(send_all(writer, minute * 20))
            await asyncio.sleep(0.5)
            assert not flood.done()
            flood.cancel()
        writer.transport.abort()

    async def send_all(writer: asyncio.StreamWriter, data: bytes) -> None:
        for start in range(0, len(data), 65536):
            writer.write(data[start : start + 65536])
            await writer.drain()

    run(scenario)
    assert len(heard.sound("mix")) / RATE < 120


@pytest.mark.parametrize(
    "nothing",
    [frame(0x10), frame(0x03, b"5"), frame(0x10, b"\0\0")],
    ids=["empty", "a digit", "a sample"],
)
def test_a_flood_of_frames_with_next_to_nothing_in_them_is_read_no_faster_than_frames_come(
    nothing: bytes,
):
    """60,000 frames are two minutes of frames of 2 ms; the second of sound waits behind them."""
    heard = Heard()

    async def scenario():
        async with audiosocket(heard, ahead_s=0.2, ticks=time.monotonic) as server:
            _, writer = await asyncio.open_connection(*server.address)
            writer.write(hello() + nothing * 60_000 + b"".join(frames(speech(1.0))))
            await asyncio.sleep(0.5)
            assert len(heard.sound("mix")) < 1000
            writer.transport.abort()

    run(scenario)


def test_frames_without_sound_are_no_life_of_an_idle_call():
    heard = Heard()

    async def scenario():
        async with audiosocket(heard, idle_s=0.2, ticks=time.monotonic) as server:
            _, writer = await asyncio.open_connection(*server.address)
            writer.write(hello() + frames(speech(0.02))[0])
            while not heard.of(CallEnded):
                writer.write(frame(0x10) + frame(0x03, b"5"))
                await asyncio.sleep(0.01)
            writer.close()

    run(scenario)
    assert heard.told() == [f"{NUMBER} began", f"{NUMBER} it has sent nothing for too long"]


@pytest.mark.parametrize("last", [b"", frame(0x00)])
def test_a_sender_far_ahead_that_goes_away_is_heard_to_its_end(last: bytes):
    """Silence that is answered meanwhile would break the connection of a sender that is gone."""
    heard, samples = Heard(), speech(2.0)

    async def scenario():
        options = {"ahead_s": 0.3, "keep_s": 0.05, "ticks": time.monotonic}
        async with audiosocket(heard, **options) as server:
            _, writer = await asyncio.open_connection(*server.address)
            writer.write(hello() + b"".join(frames(samples)) + last)
            await writer.drain()
            writer.close()
            await heard.until_ended()

    run(scenario)
    assert heard.sound("mix").tolist() == samples.tolist()
    assert heard.told()[-1] == f"{NUMBER} ended"
