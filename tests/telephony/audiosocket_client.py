"""A telephone system that sends what a test says over AudioSocket."""

from __future__ import annotations

import asyncio
import logging
import uuid

import numpy as np

from tests.telephony.calls import Heard, audiosocket, run

NUMBER = "40325ec2-5efd-4bd3-805f-53576e581d13"
OTHER = "3d5d9f2c-3c8e-4a5b-9c0e-6a1f3c2b1a00"


def frame(kind: int, payload: bytes = b"") -> bytes:
    return bytes((kind, len(payload) >> 8, len(payload) & 0xFF)) + payload


def hello(number: str = NUMBER) -> bytes:
    return frame(0x01, uuid.UUID(number).bytes)


def frames(samples: np.ndarray, kind: int = 0x10, width: int = 160) -> list[bytes]:
    return [
        frame(kind, samples[start : start + width].astype("<i2").tobytes())
        for start in range(0, len(samples), width)
    ]


def a_call(samples: np.ndarray, number: str = NUMBER) -> bytes:
    return b"".join([hello(number), *frames(samples), frame(0x00)])


async def send(server, *parts: bytes, close: bool = True) -> asyncio.StreamWriter:
    """Sends the parts, each on its own, and waits for the other end to close where we do not."""
    reader, writer = await asyncio.open_connection(*server.address)
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        if not close:
            await asyncio.wait_for(reader.read(), 10)
    except ConnectionError:
        pass
    writer.close()
    return writer


def events_of(*parts: bytes, close: bool = True, count: int = 1, **options) -> Heard:
    heard = Heard()

    async def scenario():
        async with audiosocket(heard, **options) as server:
            await send(server, *parts, close=close)
            await heard.until_ended(count)

    run(scenario)
    return heard


def refused(caplog, *parts: bytes, **options) -> str:
    """The line of the log about a connection that is not taken."""
    heard = Heard()

    async def scenario():
        async with audiosocket(heard, **options) as server:
            await send(server, *parts, close=False)

    with caplog.at_level(logging.WARNING):
        run(scenario)
    (line,) = caplog.messages
    return line
