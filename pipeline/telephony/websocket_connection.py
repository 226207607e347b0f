"""WebSocket connections as the library has them, with bounds of our own, and what their opening
says."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from pipeline.telephony.buckets import Bucket
from pipeline.telephony.sockets import bound

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from websockets.asyncio.server import ServerConnection
    from websockets.typing import Subprotocol

    from pipeline.telephony.websocket import WebSocketServer

PING_S = 20.0
"""So often the other side is asked whether it is still there; a proxy hears from us, too."""

MOST_UNANSWERED = 3
"""Pings in a row; then the connection is lost."""

_HEARING_WHY = 64
_SLICE = 4096
_IDLE_MOST, _IDLE_A_SECOND = 1000.0, 50.0
"""Pings, pongs and small parts of messages: at once, and a second. Our choice: senders ping each 20
seconds. The library takes them whatever is read, so a sender of more is closed."""

_SMALL = 125


def bounded(server: WebSocketServer) -> type[ServerConnection]:
    """Connections that are counted from their first byte on. One too many hears why; where very
    many open at once and say nothing, they are closed before that."""
    from websockets.asyncio.server import ServerConnection  # noqa: PLC0415 - an extra

    class Bounded(ServerConnection):
        floods = False
        """It was closed since it sent too many frames that say nothing."""

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            bound(transport)
            self._idle_frames = Bucket(_IDLE_MOST, _IDLE_A_SECOND, time.monotonic())
            server.opened += 1
            if server.opened > server.options.connections + _HEARING_WHY:
                self.transport.abort()

        def connection_lost(self, exc: Exception | None) -> None:
            server.opened -= 1
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            for start in range(0, len(data), _SLICE):
                if not self.floods:
                    super().data_received(data[start : start + _SLICE])

        def process_event(self, event: Any) -> None:
            super().process_event(event)
            if is_idle(event) and not self._idle_frames.take(time.monotonic()):
                self.floods = True
                self.transport.abort()

        async def keepalive(self) -> None:
            await Pings().go_on(self)

    return Bounded


@dataclass(slots=True)
class Pings:
    """Asks again and again whether the other side is still there, but not one that is far ahead:
    its answer waits behind sound that is not read yet, and if it is gone, a word to it would break
    what it has sent."""

    unanswered: int = 0

    async def go_on(self, connection: ServerConnection) -> None:
        """Ends with the connection, which it ends where nobody answers."""
        while True:
            await asyncio.sleep(PING_S)
            if not connection.transport.is_reading():
                self.unanswered = 0
                continue
            if self.unanswered == MOST_UNANSWERED:
                connection.transport.abort()
                return
            self.unanswered += 1
            pong = asyncio.ensure_future(await connection.ping())
            pong.add_done_callback(self._answered)

    def _answered(self, pong: asyncio.Future[float]) -> None:
        if not pong.cancelled() and pong.exception() is None:
            self.unanswered = 0


def is_idle(event: Any) -> bool:
    """Whether a frame says nothing: a ping, a pong, or a part of a message with next to nothing."""
    from websockets.frames import Frame, Opcode  # noqa: PLC0415 - an extra

    if not isinstance(event, Frame):  # the opening
        return False
    is_part = not event.fin or event.opcode is Opcode.CONT
    return event.opcode in (Opcode.PING, Opcode.PONG) or (is_part and len(event.data) < _SMALL)


async def until_closed(connection: ServerConnection) -> AsyncIterator[str | bytes]:
    """The messages, however the connection ends."""
    from websockets.exceptions import ConnectionClosed  # noqa: PLC0415 - an extra

    with contextlib.suppress(ConnectionClosed):
        async for message in connection:
            yield message


def token_of(header: str) -> str:
    """The token of ``Bearer TOKEN``, or the password of ``Basic``, as Asterisk sends it."""
    kind, _, given = header.partition(" ")
    if kind.lower() == "bearer":
        return given.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(given, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return ""


def subprotocol(
    _connection: ServerConnection, offered: Sequence[Subprotocol]
) -> Subprotocol | None:
    """Asterisk offers ``media``; other senders offer none."""
    return next((one for one in offered if one == "media"), None)


def query(connection: ServerConnection) -> dict[str, str]:
    """What the address says, such as ``/?call=C-1&side=agent``."""
    assert connection.request
    return dict(parse_qsl(urlsplit(connection.request.path).query, max_num_fields=50))


def host(connection: ServerConnection) -> str:
    """The address of the other side; ``?``: it is gone already."""
    return str((connection.remote_address or ("?",))[0])


def peer(connection: ServerConnection) -> str:
    """Its address and port, for the log."""
    address, port = (connection.remote_address or ("?", 0))[:2]
    return f"{address}:{port}"


def silent() -> logging.Logger:
    """The library's own log: it would name each broken handshake with its headers."""
    log = logging.getLogger("pipeline.telephony.websockets")
    log.propagate = False
    log.addHandler(logging.NullHandler())
    log.setLevel(logging.CRITICAL)
    return log
