"""The transaction layer of a SIP server (RFC 3261, section 17): each request is answered once,
repeated requests get the same answer, and an answer that may be lost is repeated."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections import OrderedDict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from pipeline.telephony.sip import SipError, SipMessage, parameter, write_message

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_TRANSACTIONS = 5000
"""Answers that are kept to be repeated. Our choice: 32 s of 150 requests a second."""

T2_OF_T1, GIVEN_UP = 8, 64
"""Repeats come no slower than T2 = 8 × T1, and end after 64 × T1 (RFC 3261, 17.1.1.1)."""

REASONS = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    405: "Method Not Allowed",
    415: "Unsupported Media Type",
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


class Transactions:
    """Requests and answers in both directions."""

    def __init__(self, user: SipUser, *, t1_s: float, complain: Callable[[str, str], None]) -> None:
        self._user = user
        self._t1_s = t1_s
        self._complain = complain
        self._answered: OrderedDict[tuple[str, ...], _Answered] = OrderedDict()
        self._asked: dict[str, tuple[Repeated, Callable[[int], None]]] = {}

    def close(self) -> None:
        """Stop all repeats."""
        for answered in self._answered.values():
            if answered.repeated is not None:
                answered.repeated.stop()
        for repeated, _ in self._asked.values():
            repeated.stop()

    def take(self, message: SipMessage, link: Link) -> None:
        """A message that came. Raises ``SipError`` for one that cannot be answered."""
        if message.method is None:
            self._take_response(message)
            return
        number, method = message.cseq
        if method != message.method:
            raise SipError("the CSeq header names another method")
        if not self._user.allows(link.host):
            self._complain(link.host, "its address is not allowed")
            if method != "ACK":
                link.send(_response(message, link, Reply(403)))
            return
        key: tuple[str, ...] = (message.branch, message.via.split(";")[0])
        if not message.branch.startswith("z9hG4bK"):  # not unique by itself (RFC 3261, 17.2.3)
            key += (message.first("call-id"), str(number))
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
            self._complain(link.host, str(error))
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
        for old in list(islice(self._answered, 2)):
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

    def request(
        self,
        method: str,
        target: str,
        headers: list[tuple[str, str]],
        link: Link,
        sent_by: str,
        then: Callable[[int], None],
    ) -> None:
        """Send a request, again until it is answered. ``sent_by``: address and port that it names;
        ``then`` gets the status of its answer, 408 where none comes."""
        branch = "z9hG4bK" + secrets.token_hex(8)
        transport = "TCP" if link.reliable else "UDP"
        via = ("Via", f"SIP/2.0/{transport} {sent_by};branch={branch};rport")
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
        if branch in self._asked:
            repeated, then = self._asked.pop(branch)
            repeated.stop()
            then(status)


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
