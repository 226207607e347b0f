"""A recording client (SRC) that says what a test wants, over real sockets, and what it hears."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pipeline.telephony import (
    Announced,
    CallBegan,
    CallEnded,
    CallEvent,
    CallSound,
    SiprecOptions,
    SiprecRoles,
    SiprecServer,
)

LOOPBACK = ipaddress.ip_network("127.0.0.0/8")
WAIT_S = 5.0


@dataclass
class Heard:
    """A sink that keeps all events. ``refuse``: raised for each call."""

    events: list[CallEvent] = field(default_factory=list)
    refuse: Exception | None = None

    def __call__(self, event: CallEvent) -> None:
        if isinstance(event, CallBegan) and self.refuse is not None:
            raise self.refuse
        self.events.append(event)

    def began(self) -> list[CallBegan]:
        return [event for event in self.events if isinstance(event, CallBegan)]

    def announced(self) -> list[Announced]:
        return [event for event in self.events if isinstance(event, Announced)]

    def ended(self) -> list[CallEnded]:
        return [event for event in self.events if isinstance(event, CallEnded)]

    def sound(self, side: str) -> np.ndarray:
        parts = [
            event.samples
            for event in self.events
            if isinstance(event, CallSound) and event.side == side
        ]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int16)

    def lost_s(self, side: str) -> float:
        return sum(
            event.lost_s
            for event in self.events
            if isinstance(event, CallSound) and event.side == side
        )

    async def until(self, true: Any) -> None:
        """Wait until something is true of what was heard."""
        async with asyncio.timeout(WAIT_S):
            while not true(self):
                await asyncio.sleep(0.01)


@asynccontextmanager
async def recorder(heard: Heard, **changes: Any) -> AsyncIterator[SiprecServer]:
    """A server on a free port of the loopback, for clients on it."""
    options = SiprecOptions(
        **{"host": "127.0.0.1", "port": 0, "allow": (LOOPBACK,), "ports": (0, 0), **changes}
    )
    server = SiprecServer(options, heard)
    await server.start()
    try:
        yield server
    finally:
        await server.close()


def sdp(*lines: str, address: str = "127.0.0.1") -> str:
    """An offer of a client; by default two streams of A-law."""
    if not lines:
        lines = (*stream("1"), *stream("2"))
    session = (
        "v=0",
        f"o=src 7 7 IN IP4 {address}",
        "s=callqa test",
        f"c=IN IP4 {address}",
        "t=0 0",
    )
    return "\r\n".join([*session, *lines]) + "\r\n"


def stream(label: str, formats: str = "8 101", *attributes: str, port: int = 6000) -> list[str]:
    """The lines of one stream of an offer."""
    chosen = attributes or ("rtpmap:8 PCMA/8000", "rtpmap:101 telephone-event/8000", "sendonly")
    return [
        f"m=audio {port} RTP/AVP {formats}",
        *(f"a={one}" for one in chosen),
        f"a=label:{label}",
    ]


def metadata(
    people: Sequence[tuple[str, str]] = (
        ("sip:13800138000@out.example", ""),
        ("sip:8012@pbx.example", ""),
    ),
    sends: Sequence[Sequence[str]] = (("1",), ("2",)),
    *,
    session: str = "session-1",
    mode: str = "complete",
    more: str = "",
) -> str:
    """The metadata of a call: each person's address and name, and the labels that it sends."""
    labels = sorted({label for sent in sends for label in sent})
    parts = [
        f'<participant participant_id="person-{at}"><nameID aor="{aor}"><name>{name}</name></nameID>'
        "</participant>"
        for at, (aor, name) in enumerate(people)
    ]
    parts += [
        f'<stream stream_id="stream-{label}" session_id="{session}"><label>{label}</label></stream>'
        for label in labels
    ]
    for at, sent in enumerate(sends):
        sending = "".join(f"<send>stream-{label}</send>" for label in sent)
        parts.append(
            f'<participantstreamassoc participant_id="person-{at}">{sending}</participantstreamassoc>'
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><recording xmlns="urn:ietf:params:xml:ns:recording:1">'
        f'<datamode>{mode}</datamode><session session_id="{session}"/>{"".join(parts)}{more}</recording>'
    )


class Answer:
    """An answer that came."""

    def __init__(self, data: bytes) -> None:
        head, _, self.body = data.decode().partition("\r\n\r\n")
        self.lines = head.split("\r\n")
        self.status = int(self.lines[0].split()[1])

    def header(self, name: str) -> str:
        found = [line for line in self.lines[1:] if line.lower().startswith(name.lower() + ":")]
        return found[0].partition(":")[2].strip() if found else ""

    @property
    def ports(self) -> list[int]:
        return [int(one) for one in re.findall(r"^m=\w+ (\d+)", self.body, re.MULTILINE)]


class Client(asyncio.DatagramProtocol):
    """One dialog over UDP. ``seen``: what came and nobody waited for yet."""

    def __init__(self) -> None:
        self.seen: asyncio.Queue[bytes] = asyncio.Queue()
        self.transport: Any = None
        self.server = ("127.0.0.1", 0)
        self.to_tag = ""
        self.cseq = 0
        self.branches = 0
        self.call_id = "call-1@src.example"

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.seen.put_nowait(data)

    def write(self, data: bytes) -> None:
        self.transport.sendto(data, self.server)

    @property
    def port(self) -> int:
        return self.transport.get_extra_info("sockname")[1]

    def request(
        self,
        method: str,
        *headers: str,
        body: str = "",
        cseq: int | None = None,
        via: str | None = None,
        known: bool = True,
    ) -> bytes:
        """A request of the dialog; ``known``: with the tag of the other side."""
        if cseq is None and method not in ("ACK", "CANCEL"):
            self.cseq += 1
        self.branches += 1
        tag = f";tag={self.to_tag}" if self.to_tag and known else ""
        transport = "TCP" if isinstance(self, StreamClient) else "UDP"
        via = (
            via or f"SIP/2.0/{transport} 127.0.0.1:{self.port};branch=z9hG4bK-{self.branches};rport"
        )
        lines = [
            f"{method} sip:recorder@127.0.0.1 SIP/2.0",
            f"Via: {via}",
            "Max-Forwards: 70",
            "From: <sip:src@127.0.0.1>;tag=src-tag",
            f"To: <sip:recorder@127.0.0.1>{tag}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {cseq or self.cseq} {method}",
            *headers,
            f"Content-Length: {len(body.encode())}",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    def invite(self, offer: str, people: str | None, *headers: str, known: bool = True) -> bytes:
        """An INVITE of a recording session."""
        common = (
            f"Contact: <sip:src@127.0.0.1:{self.port}>;+sip.src",
            "Require: siprec",
            *headers,
        )
        if people is None:
            return self.request(
                "INVITE", *common, "Content-Type: application/sdp", body=offer, known=known
            )
        body = (
            f"--cut\r\nContent-Type: application/sdp\r\n\r\n{offer}\r\n--cut\r\n"
            "Content-Type: application/rs-metadata+xml\r\nContent-Disposition: recording-session"
            f"\r\n\r\n{people}\r\n--cut--\r\n"
        )
        kind = "Content-Type: multipart/mixed;boundary=cut"
        return self.request("INVITE", *common, kind, body=body, known=known)

    async def answer(self) -> Answer:
        """The next answer; requests of the server are left out."""
        async with asyncio.timeout(WAIT_S):
            while True:
                data = await self.seen.get()
                if data.startswith(b"SIP/2.0"):
                    return Answer(data)

    async def ask(self, data: bytes) -> Answer:
        self.write(data)
        return await self.answer()

    async def call(self, offer: str = "", people: str | None = "", *headers: str) -> Answer:
        """A whole beginning: INVITE, 200, ACK."""
        known = metadata() if people == "" else people
        reply = await self.ask(self.invite(offer or sdp(), known, *headers))
        if reply.status == 200:
            self.to_tag = reply.header("To").partition(";tag=")[2]
            self.write(self.request("ACK"))
        return reply

    async def asked(self, method: str) -> bytes:
        """The server's next request of a method, answered with 200."""
        async with asyncio.timeout(WAIT_S):
            while True:
                data = await self.seen.get()
                if data.startswith(method.encode()):
                    break
        kept = [
            line
            for line in data.decode().split("\r\n")
            if line.startswith(("Via:", "From:", "To:", "Call-ID:", "CSeq:"))
        ]
        self.write("\r\n".join(["SIP/2.0 200 OK", *kept, "Content-Length: 0", "", ""]).encode())
        return data


class StreamClient(Client):
    """The same over TCP; messages are told apart by their Content-Length."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super().__init__()
        self.reader, self.writer, self.transport = reader, writer, writer

    def write(self, data: bytes) -> None:
        self.writer.write(data)

    async def read_on(self) -> None:
        while True:
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = int(re.findall(rb"Content-Length: (\d+)", head)[0])
            self.seen.put_nowait(head + await self.reader.readexactly(length))


@asynccontextmanager
async def client(server: SiprecServer) -> AsyncIterator[Client]:
    loop = asyncio.get_running_loop()
    transport, made = await loop.create_datagram_endpoint(Client, local_addr=("127.0.0.1", 0))
    made.server = server.address
    try:
        yield made
    finally:
        transport.close()


@asynccontextmanager
async def stream_client(server: SiprecServer) -> AsyncIterator[StreamClient]:
    made = StreamClient(*await asyncio.open_connection(*server.address))
    task = asyncio.create_task(made.read_on())
    try:
        yield made
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        made.writer.close()


def packet(
    sequence: int,
    payload: bytes = b"\xd5" * 160,
    *,
    stamp: int | None = None,
    kind: int = 8,
    ssrc: int = 0x1234,
    marker: bool = False,
    first: int = 0x80,
) -> bytes:
    """A packet of RTP; by default 20 ms of A-law."""
    stamp = 160 * sequence if stamp is None else stamp
    head = struct.pack(
        "!BBHII",
        first,
        kind | 0x80 * marker,
        sequence & 0xFFFF,
        stamp & 0xFFFFFFFF,
        ssrc,
    )
    return head + payload


AGENTS = SiprecRoles(agents=r"sip:(8\d{3})@.*")
QUICK = {"t1_s": 0.02, "session_least_s": 1}


def run(test: Callable[[Heard, SiprecServer, Client], Awaitable[None]], **options: Any) -> Heard:
    """Play a test against a server with options, with one client over UDP; what was heard."""
    heard = Heard()

    async def play() -> None:
        async with (
            asyncio.timeout(30),
            recorder(heard, **options) as server,
            client(server) as src,
        ):
            await test(heard, server, src)

    asyncio.run(play())
    return heard


def send(port: int, *packets: bytes, source: str = "127.0.0.1") -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.bind((source, 0))
        for one in packets:
            out.sendto(one, ("127.0.0.1", port))


def level(number: int) -> bytes:
    return bytes([0x80 | number]) * 160
