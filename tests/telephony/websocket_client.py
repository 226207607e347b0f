"""A client that sends what a test says over a WebSocket."""

from __future__ import annotations

import asyncio
import base64
import json
import math

import numpy as np
from websockets.asyncio.client import connect
from websockets.client import ClientProtocol
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State
from websockets.uri import parse_uri

from pipeline.telephony import CallBegan, Mishaps, Replay
from tests.telephony.calls import TOKEN, Heard, run, websocket

CONNECTED = {"event": "connected", "protocol": "Call", "version": "1.0.0"}

STOP = {"event": "stop", "sequenceNumber": "9", "stop": {"callSid": "CA1"}}


START = {"call": "C-1", "agent_id": "8012", "queue": "退款", "codec": "l16", "rate": 8000}
BOTH = {**START, "tracks": ["agent", "customer"]}
END = json.dumps({"event": "end"})


def opened(server, *, token: str | None = TOKEN, path: str = "/", **options):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    host, port = server.address
    options = {"additional_headers": headers, "compression": None, "proxy": None, **options}
    return connect(f"ws://{host}:{port}{path}", **options)


async def say(server, *messages: object, **options) -> int:
    """Sends the messages and waits until the server closes; its code. Dictionaries go as JSON."""
    async with opened(server, **options) as connection:
        try:
            for message in messages:
                whole = message if isinstance(message, str | bytes) else json.dumps(message)
                await connection.send(whole)
            while True:
                await asyncio.wait_for(connection.recv(), 20)
        except ConnectionClosed:
            return connection.close_code


def events_of(*messages: object, expected: int = 1000, **options) -> Heard:
    heard = Heard()

    async def scenario():
        async with websocket(heard, **options) as server:
            code = await say(server, *messages)
            assert code == expected
            if heard.of(CallBegan):
                await heard.until_ended()

    run(scenario)
    return heard


def both(agent: np.ndarray, customer: np.ndarray, width: int = 160) -> list[bytes]:
    table = np.stack([agent, customer], axis=1).astype("<i2")
    return [table[start : start + width].tobytes() for start in range(0, len(table), width)]


def media(number: int, at_ms: int, payload: bytes, track: str = "inbound") -> dict:
    inner = {"track": track, "chunk": "1", "timestamp": str(at_ms)}
    inner["payload"] = base64.b64encode(payload).decode()
    return {"event": "media", "sequenceNumber": str(number), "media": inner, "streamSid": "MZ1"}


def twilio_start(**changes) -> dict:
    """As the vendor's page shows it."""
    start = {
        "accountSid": "AC1",
        "streamSid": "MZ1",
        "callSid": "CA1",
        "tracks": ["inbound", "outbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"agent_id": "8012"},
        **changes,
    }
    return {"event": "start", "sequenceNumber": "1", "start": start, "streamSid": "MZ1"}


def bytes_of(messages: list[str | bytes]) -> bytes:
    """A whole connection as a client sends it: its opening, the messages, its close."""
    client = ClientProtocol(parse_uri("ws://callqa.example.com/"))
    request = client.connect()
    request.headers["Authorization"] = f"Bearer {TOKEN}"
    client.send_request(request)
    client.state = State.OPEN
    for message in messages:
        if isinstance(message, bytes):
            client.send_binary(message)
        else:
            client.send_text(message.encode())
    client.send_close(1000)
    return b"".join(client.data_to_send())


def a_replay(server, protocol: str = "twilio", **mishaps) -> Replay:
    return Replay(
        address=server.address,
        protocol=protocol,
        name="C-1",
        codec="pcmu",
        speed=math.inf,
        token=TOKEN,
        mishaps=Mishaps(**mishaps),
    )
