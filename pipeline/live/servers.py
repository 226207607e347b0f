"""The servers for telephone calls that a site's settings name, in a thread of their own."""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from pipeline.errors import CallqaError
from pipeline.settings import read_listen, read_ports
from pipeline.telephony import (
    AnnouncedCall,
    AudioSocketOptions,
    AudioSocketServer,
    SiprecOptions,
    SiprecRoles,
    SiprecServer,
    WebSocketOptions,
    WebSocketServer,
    networks,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.settings import LiveSettings
    from pipeline.telephony import CallSink

log = logging.getLogger(__name__)

START_S = 30.0


class Server(Protocol):
    """See ``pipeline.telephony``."""

    address: tuple[str, int]

    async def start(self) -> None: ...
    async def close(self) -> None: ...


@dataclass
class Servers:
    """``servers``: by their names in the settings; ``token``: of replays."""

    servers: dict[str, Server]
    token: str = ""
    _loop: asyncio.AbstractEventLoop | None = None
    _thread: threading.Thread | None = None
    _started: list[Server] = field(default_factory=list)

    def start(self) -> None:
        """Serve from now on. Raises ``SettingsError`` for an address that cannot be had; then none
        serves."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="servers", daemon=True)
        self._thread.start()
        try:
            for one in self.servers.values():
                self._run(one.start())
                self._started.append(one)
        except CallqaError:
            self.close()
            raise

    def close(self) -> None:
        """End all calls, and serve no more."""
        if self._loop is None or self._thread is None:
            return
        for one in self._started:
            try:
                self._run(one.close())
            except Exception:  # the others are closed too
                log.exception("a server could not be closed")
        self._started = []
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_S)
        self._loop.close()
        self._loop = self._thread = None

    def run(self, work: Any) -> Any:
        """Start a coroutine beside the servers; returns its future."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _run(self, work: Any) -> Any:
        return self.run(work).result(START_S)


def servers_of(
    live: LiveSettings,
    sink: CallSink,
    *,
    lookup: Callable[[str], AnnouncedCall | None],
    knows: Callable[[str], bool],
    clock: Callable[[], float],
) -> dict[str, Server]:
    """The servers that are on. ``lookup``: what was announced of an AudioSocket stream; ``knows``:
    whether a token may bring calls. Raises ``SettingsError``."""
    made: dict[str, Server] = {}
    if live.audiosocket.listen:
        host, port = _place(live.audiosocket.listen)
        audio = AudioSocketOptions(
            host=host, port=port, allow=networks(live.audiosocket.allow), most=live.calls,
            keep_s=live.audiosocket.keep_s,
        )  # fmt: skip
        made["audiosocket"] = AudioSocketServer(audio, sink, clock=clock, lookup=lookup)
    if live.websocket.listen:
        host, port = _place(live.websocket.listen)
        web = WebSocketOptions(
            host=host, port=port, allow=networks(live.websocket.allow), most=live.calls
        )
        made["websocket"] = WebSocketServer(web, sink, clock=clock, knows=knows)
    if live.siprec.listen:
        made["siprec"] = SiprecServer(_siprec(live), sink, clock=clock)
    return made


def _siprec(live: LiveSettings) -> SiprecOptions:
    chosen = live.siprec
    host, port = _place(chosen.listen)
    ports = read_ports(chosen.ports)
    assert ports is not None  # the settings were checked
    roles = SiprecRoles(chosen.agents, chosen.agent_is, chosen.queue)  # type: ignore[arg-type]
    return SiprecOptions(
        host=host, port=port, allow=networks(chosen.allow), ports=ports,
        address=chosen.address or None, check_source=chosen.check_source, roles=roles,
        name_by=chosen.name_by, most=live.calls,  # type: ignore[arg-type]
    )  # fmt: skip


def _place(listen: str) -> tuple[str, int]:
    found = read_listen(listen)
    assert found is not None  # the settings were checked
    return found
