"""Asterisk AudioSocket: a TCP connection for each stream, with the stream's UUID and its samples.

A connection knows nothing but its UUID. Who speaks in it is announced to callqa
(``lookup``); what nobody announces is a call of one mixed stream that is named by its UUID."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pipeline.errors import SettingsError
from pipeline.telephony.audiosocket_connection import Connection
from pipeline.telephony.options import LOOPBACK, Faults, Networks, ServerOptions
from pipeline.telephony.roster import AnnouncedCall, Roster

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.telephony.events import CallSink
    from pipeline.types import Seconds

_log = logging.getLogger("pipeline.telephony")

Lookup: TypeAlias = "Callable[[str], AnnouncedCall | None]"
"""What was announced of a UUID (lower case, with hyphens); ``None``: nothing yet. Quick."""


@dataclass(frozen=True, kw_only=True)
class AudioSocketOptions(ServerOptions):
    """AudioSocket has no passwords: ``allow`` is all that protects it."""

    port: int = 9092
    allow: Networks = LOOPBACK
    announce_s: Seconds = 3.0
    """An announcement may come so much later than its connection; its sound waits meanwhile."""
    keep_s: Seconds = 0.0
    """Answers 20 ms of silence each so many seconds; 0: never. The application AudioSocket() gives
    up after 2 s in which neither end sends anything, such as on hold."""


def nobody(_uuid: str) -> None:
    """The lookup of a site that announces nothing."""


class AudioSocketServer:
    """Takes AudioSocket connections, and tells the sink of their calls."""

    def __init__(
        self,
        options: AudioSocketOptions,
        sink: CallSink,
        *,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
        lookup: Lookup = nobody,
    ) -> None:
        self.options, self.ticks, self._lookup = options, ticks, lookup
        self.roster = Roster("audiosocket", options, sink, clock=clock, ticks=ticks)
        self.faults = Faults("AudioSocket connection")
        self.open: set[Connection] = set()
        self.address: tuple[str, int] = (options.host, options.port)
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Binds and serves. Raises ``SettingsError`` naming the address where it cannot."""
        loop = asyncio.get_running_loop()
        host, port = self.options.host, self.options.port
        try:
            self._server = await loop.create_server(lambda: Connection(self), host, port)
        except OSError as error:
            raise SettingsError(
                f"AudioSocket cannot listen on {host}:{port} ({error.strerror or error});"
                " choose a free address of this machine"
            ) from error
        self.address = self._server.sockets[0].getsockname()[:2]

    def told_of(self, uuid_text: str) -> AnnouncedCall | None:
        """What was announced of a UUID; a fault of the lookup is logged and tells nothing."""
        try:
            return self._lookup(uuid_text)
        except Exception:
            _log.exception("what was announced of an AudioSocket call cannot be read")
            return None

    async def close(self) -> None:
        """Ends all calls, and leaves nothing open."""
        if self._server:
            self._server.close()
        self.roster.close()
        for connection in tuple(self.open):
            connection.drop("callqa is stopping", quiet=True)
        await asyncio.sleep(0)
        if self._server:
            await self._server.wait_closed()
