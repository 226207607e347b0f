"""Recordings played into the listener through real protocols, for demonstrations and tests."""

from __future__ import annotations

import asyncio
import itertools
import math
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from pipeline.errors import CallqaError
from pipeline.ingest import decode_call, read_call_metadata
from pipeline.live.side import Resampler
from pipeline.telephony import (
    AudioSocketOptions,
    AudioSocketServer,
    Replay,
    WebSocketOptions,
    WebSocketServer,
    play,
)
from pipeline.types import SAMPLE_RATE, StreamAnnounced

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from pipeline.live.servers import Server
    from pipeline.settings import Settings
    from pipeline.telephony import AnnouncedCall, CallSink, Side

_Protocol: TypeAlias = Literal["audiosocket", "plain", "twilio"]

RATE = 8000
"""Samples per second of a telephone line."""

PROTOCOLS: tuple[_Protocol, ...] = ("audiosocket", "plain", "twilio")
"""In turn, so that a demonstration shows each."""

CODECS = {"audiosocket": "l16", "plain": "pcma", "twilio": "pcmu"}


@dataclass(frozen=True, slots=True)
class Player:
    """``announce``: takes what is said of a stream before it comes; ``warn``: takes what somebody has
    to know."""

    servers: Mapping[str, Server]
    token: str
    speed: float
    announce: Callable[[str, StreamAnnounced], None]
    warn: Callable[[str], None]
    settings: Settings

    async def play_all(self, files: Sequence[Path], *, at_once: int) -> int:
        """Play recordings, so many at once, each by the next protocol; how many could not be played.
        A recording that cannot be played is named, and stops no other one."""
        waiting = iter(zip(files, itertools.cycle(PROTOCOLS)))
        failed = 0

        async def work() -> None:
            nonlocal failed
            for file, protocol in waiting:
                try:
                    await self._play(file, protocol)
                except (CallqaError, OSError) as error:
                    failed += 1
                    self.warn(str(error) if str(file) in str(error) else f"{file}: {error}")

        await asyncio.gather(*(work() for _ in range(at_once)))
        return failed

    async def _play(self, file: Path, protocol: _Protocol) -> None:
        samples = await asyncio.to_thread(_sides_of, file, self.settings)
        meta = read_call_metadata(file, self.settings.ingest)
        name, ids = f"{file.stem}-{uuid.uuid4().hex[:6]}", {s: str(uuid.uuid4()) for s in samples}
        if protocol == "twilio" and "mix" in samples:
            protocol = "plain"  # its tracks are one side's each
        server = "audiosocket" if protocol == "audiosocket" else "websocket"
        for side, one in ids.items() if server == "audiosocket" else ():
            said = StreamAnnounced(name, side, meta.agent_id, meta.customer_id, meta.queue)
            await asyncio.to_thread(self.announce, one, said)
        await play(
            samples, RATE,
            Replay(
                address=self.servers[server].address, protocol=protocol, name=name,
                codec=CODECS[protocol], speed=self.speed, token=self.token,
                agent_id=meta.agent_id, customer_id=meta.customer_id, queue=meta.queue, uuids=ids,
            ),
        )  # fmt: skip


def replay_servers(
    sink: CallSink,
    token: str,
    most: int,
    *,
    lookup: Callable[[str], AnnouncedCall | None],
    clock: Callable[[], float],
) -> dict[str, Server]:
    """Servers on this machine alone, on free ports, which take sound as fast as it comes."""
    audio = AudioSocketOptions(port=0, most=most, ahead_s=math.inf)
    web = WebSocketOptions(port=0, most=most, tokens=(token,), ahead_s=math.inf)
    return {
        "audiosocket": AudioSocketServer(audio, sink, clock=clock, lookup=lookup),
        "websocket": WebSocketServer(web, sink, clock=clock),
    }


def _sides_of(file: Path, settings: Settings) -> dict[Side, NDArray[np.int16]]:
    """The sides of a recording at ``RATE``: agent and customer by their channels, one channel as a mix.
    Raises ``RecordingError``."""
    channels = decode_call(file, settings.ingest).decoded.channels
    sides: tuple[Side, ...] = ("agent", "customer") if len(channels) == 2 else ("mix",)
    if settings.roles.channel_of(queue=None, name=file.name) == "right":
        sides = sides[::-1]
    found: dict[Side, NDArray[np.int16]] = {}
    for side, channel in zip(sides, channels, strict=False):
        whole = (np.clip(channel[0 : len(channel)], -1, 1) * 32767).astype(np.int16)
        found[side] = Resampler(SAMPLE_RATE, RATE).convert(whole)
    return found
