"""The transport layer of a SIP server (RFC 3261, section 18): UDP and TCP on one port."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from typing import Any

from pipeline.errors import SettingsError
from pipeline.telephony.options import Faults
from pipeline.telephony.rtp_ports import plain_address
from pipeline.telephony.sip import (
    MOST_HEADER_BYTES,
    SipError,
    SipMessage,
    read_message,
)
from pipeline.telephony.sip_stream import SipStream
from pipeline.telephony.sip_transactions import Link, SipUser, Transactions
from pipeline.telephony.sockets import bound

MOST_STRANGERS = 20
"""Connections at once from addresses that are not allowed; they get a 403. Our choice."""

WHOLE_S = 10.0
"""A connection's first message, and each message that has begun, must be whole by then. Our
choice."""

STILL_S = 7200.0
"""A connection without a message or a keep-alive for so long is closed. Our choice: sessions are
refreshed each half an hour, and a client that has more to say connects again."""

_log = logging.getLogger(__name__)


class SipServer:
    """Both sockets. ``address``: after ``start``."""

    def __init__(
        self, user: SipUser, *, address: tuple[str, int], t1_s: float, most_connections: int
    ) -> None:
        self.address = address
        self.transactions = Transactions(user, t1_s=t1_s, complain=self.complain)
        self._user = user
        self._most = most_connections
        self._connections: dict[asyncio.Task[Any], tuple[bool, asyncio.StreamWriter]] = {}
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None
        self._faults = Faults("SIP")

    async def start(self) -> None:
        """Bind and serve. Raises ``SettingsError`` naming the address where that cannot be."""
        host, port = self.address
        left = 1 if port else 20  # a port that is free for UDP may be taken for TCP
        while self._tcp is None:
            left -= 1
            try:
                await self._bind(host, port)
            except OSError as error:
                await self.close()
                if not left:
                    raise SettingsError(
                        f"{host}:{port}: SIP cannot be served there ({error})"
                    ) from error

    async def _bind(self, host: str, port: int) -> None:
        self._udp, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Datagrams(self), local_addr=(host, port)
        )
        self.address = self._udp.get_extra_info("sockname")[:2]
        self._tcp = await asyncio.start_server(
            self._serve, host, self.address[1], limit=MOST_HEADER_BYTES
        )

    async def close(self) -> None:
        """Close all sockets and stop all repeats."""
        self.transactions.close()
        if self._tcp is not None:
            self._tcp.close()
        await self._close_connections()
        if self._udp is not None:
            self._udp.close()

    async def _close_connections(self) -> None:
        """Close them all; one that takes no more loses what it was to get."""
        writers = dict(self._connections)
        for _, writer in writers.values():
            writer.close()
        if writers:
            _, slow = await asyncio.wait(writers, timeout=1.0)
            for task in slow:
                writers[task][1].transport.abort()
            await asyncio.gather(*writers, return_exceptions=True)

    def complain(self, host: str, about: str) -> None:
        """Log a fault of a peer. Those that may send have lines of their own."""
        self._faults.say(about, host, apart=self._user.allows(host))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = writer.get_extra_info("peername")[:2]
        bound(writer.transport)
        allowed, task = self._user.allows(host), asyncio.current_task()
        same = sum(one is allowed for one, _ in self._connections.values())
        if task is None or same >= (self._most if allowed else MOST_STRANGERS):
            self.complain(host, "too many connections")
            writer.transport.abort()
            return
        self._connections[task] = allowed, writer
        link = Link(host, port, reliable=True, send=lambda data: _write(writer, data))
        try:
            await self._listen(reader, link)
        except SipError as error:
            self.complain(host, str(error))
        except (OSError, EOFError):
            pass  # the connection is gone
        finally:
            del self._connections[task]
            writer.close()
            with contextlib.suppress(OSError):
                await asyncio.wait_for(writer.wait_closed(), WHOLE_S)

    async def _listen(self, reader: asyncio.StreamReader, link: Link) -> None:
        stream = SipStream(reader, first_s=WHOLE_S, whole_s=WHOLE_S, still_s=STILL_S)
        while True:
            self._take(await stream.read(), link)
            if not self._user.allows(link.host):
                return

    def _take(self, message: SipMessage, link: Link) -> None:
        """A fault of one message costs no other, and is logged as what it is."""
        try:
            self.transactions.take(message, link)
        except SipError as error:
            self.complain(link.host, str(error))
        except Exception:
            _log.exception("SIP from %s: a message could not be taken", link.host)

    def take_datagram(self, data: bytes, peer: tuple[Any, ...]) -> None:
        """A datagram that came."""
        if not data.strip(b"\r\n\0"):
            return  # a keep-alive
        try:
            message = read_message(data)
        except SipError as error:
            self.complain(str(peer[0]), str(error))
        else:
            self._take(message, self._datagram_link(message, peer))

    def _datagram_link(self, message: SipMessage, peer: tuple[Any, ...]) -> Link:
        """Answers go to the port that the request came from, where it asks for that (RFC 3581), and
        else to the port of its Via."""
        target = peer
        if message.method and not re.search(r";\s*rport\b", message.via, re.IGNORECASE):
            found = re.search(r"\s(?:\[[^\]]*\]|[^\s;:\[]+):(\d{1,5})", message.via)
            port = int(found[1]) if found else 5060
            target = (peer[0], port if 0 < port < 65536 else peer[1], *peer[2:])
        host = plain_address(peer[0])
        return Link(host, peer[1], reliable=False, send=lambda data: self._send_to(data, target))

    def _send_to(self, data: bytes, target: tuple[Any, ...]) -> None:
        if self._udp is not None and not self._udp.is_closing():
            self._udp.sendto(data, target)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, server: SipServer) -> None:
        self._server = server

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self._server.take_datagram(data, addr)


def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    """Send, unless the peer reads so slowly that a megabyte waits for it."""
    if writer.transport.get_write_buffer_size() > 1_000_000:
        writer.transport.abort()
    elif not writer.transport.is_closing():
        writer.write(data)
