"""Servers on loopback, and what they tell of the calls that are played to them."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import numpy as np

from pipeline.telephony import (
    AudioSocketOptions,
    AudioSocketServer,
    CallBegan,
    CallEnded,
    CallEvent,
    CallSound,
    WebSocketOptions,
    WebSocketServer,
)
from pipeline.telephony.websocket import no_token

RATE = 8000
TOKEN = "let-me-in"


def speech(seconds: float, *, rate: int = RATE, seed: int = 0) -> np.ndarray:
    """Samples of which no two stretches are the same, as loud as speech."""
    noise = np.random.default_rng(seed).normal(0, 3000, round(seconds * rate))
    return np.clip(noise, -30000, 30000).astype(np.int16)


class Heard:
    """A sink that keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[CallEvent] = []

    def __call__(self, event: CallEvent) -> None:
        self.events.append(event)

    def of(self, kind, name: str | None = None) -> list:
        return [
            event
            for event in self.events
            if isinstance(event, kind) and name in (None, event.stream.name)
        ]

    def sound(self, side: str, name: str | None = None, rate: int = RATE) -> np.ndarray:
        """A side's samples, each at its time; what did not come is silence."""
        pieces = [piece for piece in self.of(CallSound, name) if piece.side == side]
        ends = [piece.start_s + len(piece.samples) / rate for piece in pieces]
        whole = np.zeros(round(max(ends, default=0.0) * rate), np.int16)
        for piece in pieces:
            start = round(piece.start_s * rate)
            whole[start : start + len(piece.samples)] = piece.samples
        return whole

    def lost(self, side: str) -> float:
        return sum(piece.lost_s for piece in self.of(CallSound) if piece.side == side)

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not true():
                await asyncio.sleep(0.005)

    async def until_ended(self, count: int = 1) -> None:
        await self.until(lambda: len(self.of(CallEnded)) >= count)

    def told(self) -> list[str]:
        """Names of calls with what happened, in short."""
        return [
            f"{event.stream.name} {'began' if isinstance(event, CallBegan) else event.reason or 'ended'}"
            for event in self.events
            if isinstance(event, CallBegan | CallEnded)
        ]


def stand_still() -> float:
    """A clock by which all sound comes at once: each place is counted, on a slow machine too."""
    return 100.0


@contextlib.asynccontextmanager
async def audiosocket(
    sink, *, lookup=lambda uuid: None, ticks=stand_still, clock=time.time, **options
) -> AsyncIterator:
    given = {"port": 0, "announce_s": 0.0, "rejoin_s": 0.05, "ahead_s": math.inf, **options}
    server = AudioSocketServer(
        AudioSocketOptions(**given), sink, lookup=lookup, ticks=ticks, clock=clock
    )
    await server.start()
    try:
        yield server
    finally:
        await server.close()


@contextlib.asynccontextmanager
async def websocket(sink, *, knows=no_token, ticks=stand_still, **options) -> AsyncIterator:
    given = {"port": 0, "tokens": (TOKEN,), "rejoin_s": 0.05, "ahead_s": math.inf, **options}
    server = WebSocketServer(WebSocketOptions(**given), sink, knows=knows, ticks=ticks)
    await server.start()
    try:
        yield server
    finally:
        await server.close()


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    """Runs it, at most half a minute."""
    asyncio.run(asyncio.wait_for(scenario(), 30))
