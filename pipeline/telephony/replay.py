"""Recordings played into a server through the real protocols, as a telephone system would: for
demonstrations, tests and the bench."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import uuid
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from pipeline.errors import ExtraError, SettingsError
from pipeline.telephony.audiosocket_frames import HANG_UP, SLIN_RATES, UUID, frame_of
from pipeline.telephony.codecs import CODECS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Mapping

    from numpy.typing import NDArray

    from pipeline.telephony.events import Side
    from pipeline.types import Seconds

FRAME_S = 0.02

Protocol: TypeAlias = Literal["audiosocket", "plain", "twilio", "vonage", "asterisk"]

PROTOCOLS: tuple[Protocol, ...] = ("audiosocket", "plain", "twilio", "vonage", "asterisk")


@dataclass(frozen=True, kw_only=True)
class Mishaps:
    """What goes wrong on the way, by chance with ``seed``: shares of the frames from 0 to 1.
    ``break_at_s``: the connection breaks there, without an end. A break and losses are possible in
    all protocols; twice and out of order only where messages have numbers (``twilio``)."""

    lose: float = 0.0
    double: float = 0.0
    swap: float = 0.0
    break_at_s: Seconds | None = None
    seed: int = 0


@dataclass(frozen=True, kw_only=True)
class Replay:
    """A call to play. ``speed``: 1 is real time, ``inf`` as fast as it goes. ``uuids``: of each
    side, for AudioSocket, as they were announced; what is missing is drawn."""

    address: tuple[str, int]
    protocol: Protocol
    name: str
    codec: str = "pcma"
    speed: float = 1.0
    token: str = ""
    agent_id: str | None = None
    customer_id: str | None = None
    queue: str | None = None
    uuids: Mapping[Side, str] = field(default_factory=dict)
    mishaps: Mishaps = Mishaps()


class _BrokenError(Exception):
    """The connection is to break here."""


async def play(
    samples_by_side: Mapping[Side, NDArray[np.int16]], rate: int, replay: Replay
) -> None:
    """Plays the call to its end, or to where it is to break. ``samples_by_side``: int16, mono,
    ``rate`` per second; a protocol with one stream a connection gets one connection for each side.
    Raises ``SettingsError`` where the server cannot be reached or refuses, or the protocol cannot
    carry this rate or codec."""
    if not samples_by_side:
        raise SettingsError("a call without any side cannot be played")
    pieces = {side: _frames(samples, rate) for side, samples in samples_by_side.items()}
    try:
        if replay.protocol == "audiosocket":
            await asyncio.gather(
                *(_play_audiosocket(side, frames, rate, replay) for side, frames in pieces.items())
            )
        elif replay.protocol in ("plain", "twilio"):
            await _play_websocket(pieces, rate, replay)
        else:
            await asyncio.gather(
                *(_play_websocket({side: one}, rate, replay) for side, one in pieces.items())
            )
    except OSError as error:
        host, port = replay.address
        raise SettingsError(
            f"the call could not be played to {host}:{port} ({error.strerror or error})"
        ) from error


def _frames(samples: NDArray[np.int16], rate: int) -> list[NDArray[np.int16]]:
    """Pieces of 20 ms; the last is filled up with silence."""
    width = round(rate * FRAME_S)
    whole = np.pad(samples, (0, -len(samples) % width))
    return list(whole.reshape(-1, width))


async def _paced(count: int, replay: Replay) -> AsyncIterator[int]:
    """Numbers of frames, each when it is time."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    break_at = replay.mishaps.break_at_s
    for number in range(count):
        if break_at is not None and number * FRAME_S >= break_at:
            raise _BrokenError
        due = began + number * FRAME_S / replay.speed
        await asyncio.sleep(max(due - loop.time(), 0))
        yield number


# AudioSocket


async def _play_audiosocket(
    side: Side, frames: list[NDArray[np.int16]], rate: int, replay: Replay
) -> None:
    kind = next((kind for kind, one in SLIN_RATES.items() if one == rate), None)
    if kind is None:
        raise SettingsError(f"AudioSocket has no kind of frame for {rate} samples per second")
    chance = random.Random(replay.mishaps.seed)
    _, writer = await asyncio.open_connection(*replay.address)
    try:
        name = uuid.UUID(replay.uuids.get(side) or str(uuid.uuid4()))
        writer.write(frame_of(UUID, name.bytes))
        async for number in _paced(len(frames), replay):
            if chance.random() >= replay.mishaps.lose:
                writer.write(frame_of(kind, frames[number].astype("<i2").tobytes()))
                await writer.drain()
        writer.write(frame_of(HANG_UP, b""))
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    except _BrokenError:
        writer.write(frame_of(kind, bytes(320))[:9])
        await writer.drain()
        writer.close()
        await writer.wait_closed()


# WebSocket


async def _play_websocket(
    pieces: Mapping[Side, list[NDArray[np.int16]]], rate: int, replay: Replay
) -> None:
    try:
        from websockets.asyncio.client import connect  # noqa: PLC0415 - an extra
        from websockets.exceptions import WebSocketException  # noqa: PLC0415
    except ImportError as error:
        raise ExtraError('WebSocket streams need a package: pip install "callqa[live]"') from error
    host, port = replay.address
    headers = {"Authorization": f"Bearer {replay.token}"} if replay.token else {}
    try:
        async with connect(
            f"ws://{host}:{port}/", additional_headers=headers, compression=None, proxy=None
        ) as connection:
            try:
                for message in _begin(tuple(pieces), rate, replay):
                    await connection.send(message)
                async for sound in _messages(pieces, rate, replay):
                    await connection.send(sound)
                for message in _end(replay):
                    await connection.send(message)
            except _BrokenError:
                connection.transport.abort()
    except WebSocketException as error:
        raise SettingsError(f"{host}:{port} does not take the call ({error})") from error


def _begin(sides: tuple[Side, ...], rate: int, replay: Replay) -> list[str]:
    own = {"call": replay.name, "agent_id": replay.agent_id, "customer_id": replay.customer_id}
    own = {name: value for name, value in {**own, "queue": replay.queue}.items() if value}
    if replay.protocol == "twilio":
        form = {
            "encoding": _TWILIO.get(replay.codec, replay.codec),
            "sampleRate": rate,
            "channels": 1,
        }
        tracks = [_TRACKS[side] for side in sides]
        start = {
            "callSid": replay.name,
            "tracks": tracks,
            "mediaFormat": form,
            "customParameters": own,
        }
        return [
            json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}),
            json.dumps({"event": "start", "sequenceNumber": "1", "start": start}),
        ]
    if replay.protocol == "vonage":
        kind = f"audio/l16;rate={rate}"
        said: dict[str, Any] = {"event": "websocket:connected", "content-type": kind, **own}
        return [json.dumps({**said, "side": sides[0]})]
    if replay.protocol == "asterisk":
        said = {"event": "MEDIA_START", "connection_id": replay.name, "format": _SLIN[rate]}
        return [json.dumps({**said, "channel_variables": {**own, "side": sides[0]}})]
    return [json.dumps({**own, "codec": replay.codec, "rate": rate, "tracks": sides})]


def _end(replay: Replay) -> list[str]:
    if replay.protocol == "twilio":
        return [json.dumps({"event": "stop"})]
    return [json.dumps({"event": "end"})] if replay.protocol == "plain" else []


async def _messages(
    pieces: Mapping[Side, list[NDArray[np.int16]]], rate: int, replay: Replay
) -> AsyncIterator[str | bytes]:
    codec = replay.codec if replay.protocol in ("plain", "twilio") else "l16"
    encoders = {side: _encoder(codec, rate) for side in pieces}
    count = max(len(frames) for frames in pieces.values())
    silence = np.zeros(round(rate * FRAME_S), np.int16)
    sent: list[str] = []
    chance = random.Random(replay.mishaps.seed)
    async for number in _paced(count, replay):
        tracks = {
            side: encoders[side](frames[number] if number < len(frames) else silence)
            for side, frames in pieces.items()
        }
        if replay.protocol == "twilio":
            for place, (side, data) in enumerate(tracks.items()):
                order = 2 + number * len(tracks) + place
                sent += _by_chance(_media(order, side, number, data), replay.mishaps, chance)
            if len(sent) > 2 * len(tracks):
                for message in _shuffled(sent, replay.mishaps, chance):
                    yield message
                sent = []
        elif chance.random() >= replay.mishaps.lose:
            yield _interleaved(list(tracks.values()), 2 if codec.startswith("l16") else 1)
    for last in sent:
        yield last


def _media(order: int, side: Side, number: int, data: bytes) -> str:
    media = {"track": _TRACKS[side], "chunk": str(number + 1), "timestamp": str(20 * number)}
    media["payload"] = base64.b64encode(data).decode()
    return json.dumps({"event": "media", "sequenceNumber": str(order), "media": media})


def _by_chance(message: str, mishaps: Mishaps, chance: random.Random) -> list[str]:
    if chance.random() < mishaps.lose:
        return []
    return [message] * (2 if chance.random() < mishaps.double else 1)


def _shuffled(messages: list[str], mishaps: Mishaps, chance: random.Random) -> Iterable[str]:
    if chance.random() < mishaps.swap:
        return chance.sample(messages, len(messages))
    return messages


def _interleaved(tracks: list[bytes], width: int) -> bytes:
    table = np.stack([np.frombuffer(data, np.uint8).reshape(-1, width) for data in tracks], axis=1)
    return table.tobytes()


def _encoder(codec: str, rate: int) -> Callable[[NDArray[np.int16]], bytes]:
    """From samples to payloads of the codec."""
    if codec == "l16":
        return lambda samples: samples.astype("<i2").tobytes()
    if codec not in ("pcma", "pcmu", "l16be", "g722"):
        raise SettingsError(f"a replay cannot be sent as {codec!r}; choose pcma, pcmu or l16")
    import av  # noqa: PLC0415 - slow to load

    context: Any = av.CodecContext.create(CODECS[codec][0], "w")
    context.sample_rate, context.layout, context.format = rate, "mono", "s16"
    context.time_base = Fraction(1, rate)
    context.open()

    def encode(samples: NDArray[np.int16]) -> bytes:
        frame = av.AudioFrame.from_ndarray(samples[None, :], format="s16", layout="mono")
        frame.sample_rate = rate
        return b"".join(bytes(packet) for packet in context.encode(frame))

    return encode


_TRACKS: dict[Side, str] = {"agent": "outbound", "customer": "inbound", "mix": "inbound"}
_TWILIO = {"pcmu": "audio/x-mulaw", "pcma": "audio/x-alaw", "l16": "audio/l16"}
_SLIN = {rate: f"slin{'' if rate == 8000 else rate // 1000}" for rate in SLIN_RATES.values()}
