"""The transport and transaction layers of a SIP server (RFC 3261, sections 17 and 18), over UDP and
TCP: each request is answered once, repeated requests get the same answer, and an answer that may be
lost is repeated."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from pipeline.errors import SettingsError
from pipeline.telephony.sip import (
    MOST_HEADER_BYTES,
    SipError,
    SipMessage,
    parameter,
    read_message,
    read_stream,
    write_message,
)

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_TRANSACTIONS = 5000
"""Answers that are kept to be repeated. Our choice: 32 s of 150 requests a second."""

MOST_STRANGERS = 20
"""Connections at once from addresses that are not allowed; they get a 403. Our choice."""

WHOLE_S = 10.0
"""A connection's first message, and each message that has begun, must be whole by then. Our
choice."""

T2_OF_T1, GIVEN_UP = 8, 64
"""Repeats come no slower than T2 = 8 × T1, and end after 64 × T1 (RFC 3261, 17.1.1.1)."""

REASONS = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    405: "Method Not Allowed",
    420: "Bad Extension",
    421: "Extension Required",
    422: "Session Interval Too Small",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    486: "Busy Here",
    488: "Not Acceptable Here",
    500: "Server Internal Error",
    503: "Service Unavailable",
}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Link:
    """The way to a peer. ``port``: that it sent from; ``reliable``: TCP."""

    host: str
    port: int
    reliable: bool
    send: Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its status, further headers, its body, and the tag of its To header."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    tag: str = ""


class SipUser(Protocol):
    """What is above the transactions."""

    def allows(self, host: str) -> bool:
        """Whether an address may send requests."""

    def answer(self, request: SipMessage, link: Link) -> Reply:
        """The answer to a request that is no ACK."""

    def acknowledge(self, request: SipMessage) -> None:
        """An ACK of an INVITE that was accepted."""


class Repeated:
    """Sends something again and again, each time after twice the time, until it is stopped or
    64 × T1 are over; then calls ``given_up``."""

    def __init__(
        self, send: Callable[[], None], t1_s: float, given_up: Callable[[], None] | None = None
    ) -> None:
        self._send, self._given_up = send, given_up
        self._wait_s, self._most_s, self._left_s = t1_s, T2_OF_T1 * t1_s, GIVEN_UP * t1_s
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(t1_s, self._again)

    def _again(self) -> None:
        self._left_s -= self._wait_s
        if self._left_s <= 0:
            if self._given_up is not None:
                self._given_up()
            return
        self._send()
        self._wait_s = min(2 * self._wait_s, self._most_s, self._left_s)
        self._timer = self._loop.call_later(self._wait_s, self._again)

    def stop(self) -> None:
        """Send it no more."""
        self._timer.cancel()


@dataclass(slots=True)
class _Answered:
    data: bytes
    until: float
    repeated: Repeated | None = None


class SipServer:
    """Both sockets and all transactions. ``address``: after ``start``."""

    def __init__(
        self, user: SipUser, *, address: tuple[str, int], t1_s: float, most_connections: int
    ) -> None:
        self.address = address
        self._user = user
        self._t1_s = t1_s
        self._most = most_connections
        self._connections: dict[asyncio.Task[Any], tuple[bool, asyncio.StreamWriter]] = {}
        self._answered: OrderedDict[tuple[str, ...], _Answered] = OrderedDict()
        self._asked: dict[str, tuple[Repeated | None, Callable[[int], None]]] = {}
        self._udp: asyncio.DatagramTransport | None = None
        self._tcp: asyncio.Server | None = None
        self._complained: set[tuple[str, str]] = set()

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
        for answered in self._answered.values():
            if answered.repeated is not None:
                answered.repeated.stop()
        for repeated, _ in self._asked.values():
            if repeated is not None:
                repeated.stop()
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
        """Log a fault of a peer, once for each peer and kind."""
        if len(self._complained) < 1000 and (host, about) not in self._complained:
            self._complained.add((host, about))
            _log.warning("SIP from %s: %s", host, about)

    # Connections ---------------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = writer.get_extra_info("peername")[:2]
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
        except (OSError, EOFError):
            pass
        except (SipError, TimeoutError) as error:
            self.complain(host, str(error) or "a message was not whole in time")
        finally:
            del self._connections[task]
            writer.close()
            with contextlib.suppress(OSError):
                await asyncio.wait_for(writer.wait_closed(), WHOLE_S)

    async def _listen(self, reader: asyncio.StreamReader, link: Link) -> None:
        async with asyncio.timeout(WHOLE_S):
            message = await read_stream(reader, within_s=WHOLE_S)
        while True:
            if message is not None:
                self._take(message, link)
                if not self._user.allows(link.host):
                    return
            message = await read_stream(reader, within_s=WHOLE_S)

    # Transactions --------------------------------------------------------------------------------

    def take_datagram(self, data: bytes, peer: tuple[Any, ...]) -> None:
        """A datagram that came."""
        if not data.strip(b"\r\n\0"):
            return  # a keep-alive
        try:
            message = read_message(data)
            self._take(message, self._datagram_link(message, peer))
        except SipError as error:
            self.complain(str(peer[0]), str(error))

    def _datagram_link(self, message: SipMessage, peer: tuple[Any, ...]) -> Link:
        """Answers go to the port that the request came from, where it asks for that (RFC 3581), and
        else to the port of its Via."""
        target = peer
        if message.method and not re.search(r";\s*rport\b", message.via, re.IGNORECASE):
            found = re.search(r"\s(?:\[[^\]]*\]|[^\s;:\[]+):(\d{1,5})", message.via)
            port = int(found[1]) if found else 5060
            target = (peer[0], port if 0 < port < 65536 else peer[1], *peer[2:])
        return Link(peer[0], peer[1], reliable=False, send=lambda data: self._send_to(data, target))

    def _send_to(self, data: bytes, target: tuple[Any, ...]) -> None:
        if self._udp is not None and not self._udp.is_closing():
            self._udp.sendto(data, target)

    def _take(self, message: SipMessage, link: Link) -> None:
        if message.method is None:
            self._take_response(message)
            return
        number, method = message.cseq
        if method != message.method:
            raise SipError("the CSeq header names another method")
        if not self._user.allows(link.host):
            self.complain(link.host, "its address is not allowed")
            if method != "ACK":
                link.send(_response(message, link, Reply(403)))
            return
        sent_by = message.via.split(";")[0]
        key = (message.branch or f"{message.first('call-id')} {number}", sent_by)
        if method == "ACK":
            self._take_ack(message, (*key, "INVITE"))
            return
        known = self._answered.get((*key, method))
        if known is not None:
            link.send(known.data)
            return
        reply = self._answer(message, link)
        data = _response(message, link, reply)
        self._keep((*key, method), data, link, repeat=method == "INVITE" and reply.status >= 300)
        link.send(data)

    def _answer(self, message: SipMessage, link: Link) -> Reply:
        try:
            return self._user.answer(message, link)
        except SipError as error:
            self.complain(link.host, str(error))
            return Reply(400)
        except Exception:  # one call's fault ends no other call
            _log.exception("a request from %s could not be answered", link.host)
            return Reply(500)

    def _take_ack(self, message: SipMessage, key: tuple[str, ...]) -> None:
        known = self._answered.get(key)
        if known is not None and known.repeated is not None:
            known.repeated.stop()
            known.repeated = None
        else:
            self._user.acknowledge(message)

    def _keep(self, key: tuple[str, ...], data: bytes, link: Link, *, repeat: bool) -> None:
        now = asyncio.get_running_loop().time()
        for old in list(self._answered)[:2]:
            if self._answered[old].until < now or len(self._answered) >= MOST_TRANSACTIONS:
                gone = self._answered.pop(old)
                if gone.repeated is not None:
                    gone.repeated.stop()
        kept = _Answered(data, now + GIVEN_UP * self._t1_s)
        if repeat and not link.reliable:
            kept.repeated = Repeated(lambda: link.send(data), self._t1_s)
        self._answered[key] = kept

    def repeat(self, request: SipMessage, link: Link, reply: Reply) -> None:
        """Send the answer to a request once more."""
        link.send(_response(request, link, reply))

    # Requests of our own -------------------------------------------------------------------------

    def request(
        self,
        method: str,
        target: str,
        headers: list[tuple[str, str]],
        link: Link,
        then: Callable[[int], None],
    ) -> None:
        """Send a request, again until it is answered; ``then`` gets the status of its answer, 408
        where none comes."""
        branch = "z9hG4bK" + secrets.token_hex(8)
        host, port = self.address
        transport = "TCP" if link.reliable else "UDP"
        shown = f"[{host}]" if ":" in host else host
        via = ("Via", f"SIP/2.0/{transport} {shown}:{port};branch={branch};rport")
        data = write_message(f"{method} {target} SIP/2.0", [via, *headers])
        repeated = Repeated(
            lambda: None if link.reliable else link.send(data),
            self._t1_s,
            lambda: self._finish(branch, 408),
        )
        self._asked[branch] = (repeated, then)
        link.send(data)

    def _take_response(self, message: SipMessage) -> None:
        status = message.status or 0
        if status >= 200:
            self._finish(message.branch, status)

    def _finish(self, branch: str, status: int) -> None:
        repeated, then = self._asked.pop(branch, (None, None))
        if repeated is not None:
            repeated.stop()
        if then is not None:
            then(status)


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


def _response(request: SipMessage, link: Link, reply: Reply) -> bytes:
    vias = list(request.all("via"))
    vias[0] = _seen_from(vias[0], link)
    to = request.first("to")
    if not parameter(to, "tag"):
        to += f";tag={reply.tag or secrets.token_hex(8)}"
    headers = [("Via", via) for via in vias]
    if reply.status < 300 and request.method == "INVITE":
        headers += [("Record-Route", route) for route in request.all("record-route")]
    headers += [("From", request.first("from")), ("To", to)]
    headers += [("Call-ID", request.first("call-id")), ("CSeq", request.first("cseq"))]
    start = f"SIP/2.0 {reply.status} {REASONS[reply.status]}"
    return write_message(start, [*headers, *reply.headers, ("Server", "callqa")], reply.body)


def _seen_from(via: str, link: Link) -> str:
    """The topmost Via with the address that it came from (RFC 3261, 18.2.1, and RFC 3581)."""
    top, comma, rest = via.partition(",")
    top = re.sub(r";\s*rport\s*(?=;|$)", f";rport={link.port}", top, flags=re.IGNORECASE)
    if not re.search(r";\s*received\s*=", top, re.IGNORECASE):
        top += f";received={link.host}"
    return top + comma + rest
