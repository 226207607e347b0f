"""WebSocket media streams: a connection for each call or side, in any dialect of ``dialects``."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeAlias

from pipeline.errors import CallqaError, ExtraError, SettingsError
from pipeline.telephony.codecs import SoundDecoder
from pipeline.telephony.dialect_words import DialectError
from pipeline.telephony.dialects import read_first
from pipeline.telephony.events import RefusedCallError
from pipeline.telephony.options import Faults, ServerOptions, is_allowed, is_one_of
from pipeline.telephony.roster import Roster
from pipeline.telephony.stream import TracksInProgress
from pipeline.telephony.websocket_connection import (
    PING_S,
    bounded,
    host,
    peer,
    query,
    silent,
    subprotocol,
    token_of,
    until_closed,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from websockets.asyncio.server import Server, ServerConnection
    from websockets.http11 import Request, Response

    from pipeline.telephony.events import CallSink
    from pipeline.types import Seconds

_log = logging.getLogger("pipeline.telephony")

_MOST_BYTES = 256 * 1024
_QUEUE = 4
"""Messages that wait to be taken; what comes beyond waits with the sender."""
_REASON = 123
"""Bytes that a close may say (RFC 6455, 5.5)."""
_PART_S = 0.25
_ORDINARY = (1000, 1001, 1005)
_POLICY, _UNSUPPORTED, _LATER, _AWAY, _BROKEN = 1008, 1003, 1013, 1001, 1011

KnowsToken: TypeAlias = "Callable[[str], bool]"
"""Whether a token may bring calls; quick, and in constant time."""


@dataclass(frozen=True, kw_only=True)
class WebSocketOptions(ServerOptions):
    """A connection needs one of the ``tokens`` or an address of ``allow``; behind a proxy all
    addresses are the proxy's, so leave ``allow`` empty there."""

    port: int = 9093
    tokens: tuple[str, ...] = ()


class _BadTokenError(CallqaError):
    """A connection without a token that may bring calls."""


def no_token(_token: str) -> bool:
    """No tokens but those of the options."""
    return False


class WebSocketServer:
    """Takes WebSocket connections, and tells the sink of their calls."""

    def __init__(
        self,
        options: WebSocketOptions,
        sink: CallSink,
        *,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
        knows: KnowsToken = no_token,
    ) -> None:
        self.options, self.ticks, self._knows = options, ticks, knows
        self.roster = Roster("websocket", options, sink, clock=clock, ticks=ticks)
        self.faults = Faults("WebSocket connection")
        self.address: tuple[str, int] = (options.host, options.port)
        self.opened = 0
        """Connections that are open, or opening."""
        self._stopping = asyncio.Event()
        self._server: Server | None = None

    async def start(self) -> None:
        """Binds and serves. Raises ``SettingsError`` naming the address where it cannot, and where
        nobody may connect; ``ExtraError`` where the library is not installed."""
        try:
            from websockets.asyncio.server import serve  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise ExtraError(
                'WebSocket streams need a package: pip install "callqa[live]"'
            ) from error
        place = self.options.host, self.options.port
        if self._knows is no_token and not (self.options.tokens or self.options.allow):
            raise SettingsError("nobody may send WebSocket streams: a token or a network is needed")
        SoundDecoder("pcma")  # loads what decodes; the first call does not wait for it
        try:
            self._server = await serve(
                self._take,
                *place,
                process_request=self._admit,
                create_connection=bounded(self),
                select_subprotocol=subprotocol,
                compression=None,
                open_timeout=self.options.hello_s,
                ping_interval=PING_S,
                ping_timeout=None,  # the connection sees to it itself
                close_timeout=2,
                max_size=_MOST_BYTES,
                max_queue=_QUEUE,
                server_header=None,
                logger=silent(),
            )
        except OSError as error:
            raise SettingsError(
                f"WebSocket streams cannot be taken on {place[0]}:{place[1]} ({error.strerror or error});"
                " choose a free address of this machine"
            ) from error
        self.address = next(iter(self._server.sockets)).getsockname()[:2]

    async def close(self) -> None:
        """Ends all calls, and leaves nothing open."""
        self._stopping.set()
        self.roster.close()
        if self._server:
            self._server.close(code=_AWAY, reason="callqa is stopping")
            await self._server.wait_closed()

    # who may connect

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """The refusal of a connection, before it is one."""
        whose = peer(connection)
        if self.opened > self.options.connections:
            self.faults.say("too many connections are open", whose)
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "too many connections\n")
        given = request.headers.get_all("Authorization")
        if not given or self._is_known(token_of(given[0])):
            return None
        self.faults.say("its token is not known", whose)
        return connection.respond(HTTPStatus.UNAUTHORIZED, "the token is not known\n")

    def _is_known(self, token: str) -> bool:
        return bool(token) and (is_one_of(token, self.options.tokens) or self._knows(token))

    def _check(self, connection: ServerConnection, token: str) -> None:
        """The first message may have the token where a sender cannot send headers."""
        assert connection.request
        headers = connection.request.headers
        if "Authorization" in headers or self._is_known(token):
            return
        is_browser = "Origin" in headers  # of a page that a person of an allowed machine reads
        if is_browser or not is_allowed(host(connection), self.options.allow):
            raise _BadTokenError("it has no token that is known, and its address is not allowed")

    # one connection

    async def _take(self, connection: ServerConnection) -> None:
        tracks = TracksInProgress(self.roster, self.ticks, connection.transport.abort)
        fault, code = "callqa could not go on with it", _BROKEN
        try:
            await self._hear(connection, tracks)
            fault, code = "", _ORDINARY[0]
        except TimeoutError:
            fault, code = "it has sent nothing for too long", _POLICY
        except _BadTokenError as error:
            fault, code = str(error), _POLICY
        except RefusedCallError as error:
            fault, code = str(error), _LATER
        except CallqaError as error:
            fault, code = str(error), _UNSUPPORTED
        except Exception:
            _log.exception("WebSocket: a connection cannot be taken further")
        finally:
            ended = "" if tracks.is_over else self._how_it_closed(connection)
            tracks.leave(fault or ended, wait=not fault)
        if fault:
            self.faults.say(fault, peer(connection))
        await connection.close(code, fault.encode()[:_REASON].decode(errors="ignore"))

    async def _hear(self, connection: ServerConnection, tracks: TracksInProgress) -> None:
        options, loop = self.options, asyncio.get_running_loop()
        until, messages = loop.time() + options.longest_s, 0
        async with asyncio.timeout(options.hello_s) as limit:
            async for message in until_closed(connection):
                now, before = self.ticks(), (tracks.call, tracks.heard)
                messages += 1
                if tracks.dialect is None:
                    tracks.dialect, said = read_first(message, query(connection))
                else:
                    said = tracks.dialect.read(message)
                for one in said:
                    tracks.take(one, now, lambda token: self._check(connection, token))
                if tracks.is_over:
                    return
                if loop.time() > until or tracks.longest_s > options.longest_s:
                    raise DialectError("it is longer than may be")
                too_far_s = options.too_far_s(
                    sound_s=tracks.longest_s, messages=messages, since_s=tracks.since_s(now)
                )
                if (tracks.call, tracks.heard) != before:  # messages without sound are no life
                    limit.reschedule(loop.time() + options.idle_s + max(too_far_s, 0.0))
                if too_far_s > 0 and await self._stops_within(too_far_s + _PART_S):
                    return
        if getattr(connection, "floods", False):
            raise DialectError("it floods with messages that say nothing")

    async def _stops_within(self, seconds: Seconds) -> bool:
        """Waits so long, or until the server stops; whether it does."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        return self._stopping.is_set()

    def _how_it_closed(self, connection: ServerConnection) -> str:
        """Empty where the other side closed in order."""
        if self._stopping.is_set():
            return "callqa is stopping"
        return "" if connection.close_code in _ORDINARY else "connection lost"
