"""Packets of RTP (RFC 3550): read from datagrams, put in order again, each once."""

from __future__ import annotations

import struct
from collections import Counter, OrderedDict
from dataclasses import dataclass

HOLD_S = 0.15
"""A missing packet is waited for so long; our choice, between the 100 and 200 ms of telephones."""

MOST_HELD = 200
"""Packets that wait for a missing one, at most: two seconds of packets of 10 ms. Our choice."""

DROPOUT, MISORDER = 3000, 100
"""A number that is so far ahead or behind begins a new count (RFC 3550, appendix A.1)."""

_REMEMBERED = 1000
_HEADER = struct.Struct("!BBHII")
_STUN_COOKIE = b"\x21\x12\xa4\x42"


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """``timestamp``: in units of the payload type's clock."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    marker: bool
    payload: bytes


@dataclass(frozen=True, slots=True)
class Arrival:
    """A packet, when it came (seconds of any clock), and its number without wrapping."""

    packet: RtpPacket
    at: float
    number: int = 0


class NotRtpError(ValueError):
    """A datagram that is no packet of RTP; ``kind``: ``stun``, ``dtls``, ``rtcp`` or
    ``damaged``."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def read_packet(data: bytes) -> RtpPacket:
    """The packet of a datagram, without its padding, its extension and its contributing sources.
    Raises ``NotRtpError``; kinds are told apart by their first bytes (RFC 7983, RFC 5761)."""
    if len(data) < _HEADER.size:
        raise NotRtpError("damaged")
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
    if first < 4 and data[4:8] == _STUN_COOKIE:
        raise NotRtpError("stun")
    if 20 <= first < 64:
        raise NotRtpError("dtls")
    if first >> 6 != 2:
        raise NotRtpError("damaged")
    if 192 <= second <= 223:
        raise NotRtpError("rtcp")
    payload = data[_payload_start(data, first) : _payload_end(data, first)]
    return RtpPacket(second & 0x7F, sequence, timestamp, ssrc, bool(second & 0x80), payload)


def _payload_start(data: bytes, first: int) -> int:
    start = _HEADER.size + 4 * (first & 0x0F)
    if first & 0x10:
        if len(data) < start + 4:
            raise NotRtpError("damaged")
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    if len(data) < start + (data[-1] if first & 0x20 else 0):
        raise NotRtpError("damaged")
    return start


def _payload_end(data: bytes, first: int) -> int:
    if not first & 0x20:
        return len(data)
    if data[-1] == 0:
        raise NotRtpError("damaged")
    return len(data) - data[-1]


class JitterBuffer:
    """Packets of one source in the order of their numbers. What is in order goes through at once;
    behind a missing packet the others wait ``hold_s``. The first ones wait as long, since an
    earlier one may follow. ``counts``: ``doubled`` and ``late``, which are dropped."""

    def __init__(self, hold_s: float = HOLD_S) -> None:
        self.counts: Counter[str] = Counter()
        self._hold_s = hold_s
        self._held: dict[int, Arrival] = {}
        self._next: int | None = None
        self._highest = 0
        self._shift = 0
        self._strange: RtpPacket | None = None
        self._seen: OrderedDict[int, None] = OrderedDict()

    def push(self, packet: RtpPacket, at: float) -> None:
        """Take a packet that came at a time."""
        ahead = self._ahead(packet.sequence)
        if -MISORDER <= ahead <= DROPOUT:
            self._strange = None
            self._hold(Arrival(packet, at, self._highest + ahead))
            return
        earlier, self._strange = self._strange, packet
        if earlier is None or packet.sequence != (earlier.sequence + 1) & 0xFFFF:
            return
        # Two that follow each other: the source counts from another number.
        self._strange = None
        start = self._highest + max(1, self._ahead(earlier.sequence))
        self._shift = earlier.sequence - start
        self._hold(Arrival(earlier, at, start))
        self._hold(Arrival(packet, at, start + 1))

    def _ahead(self, sequence: int) -> int:
        """How far a number is ahead of the highest one so far."""
        if not self._seen:
            self._highest = sequence
        return signed(sequence - self._shift - self._highest, 16)

    def _hold(self, arrival: Arrival) -> None:
        number = arrival.number
        if number in self._seen:
            self.counts["doubled"] += 1
            return
        self._seen[number] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        if self._next is not None and number < self._next:
            self.counts["late"] += 1
            return
        self._highest = max(self._highest, number)
        self._held[number] = arrival

    def due(self, now: float) -> list[Arrival]:
        """The packets that wait for nothing any more, in order."""
        out = []
        while self._held:
            first = min(self._held)
            waited = now - min(arrival.at for arrival in self._held.values())
            if first != self._next and waited < self._hold_s and len(self._held) <= MOST_HELD:
                break
            out.append(self._held.pop(first))
            self._next = first + 1
        return out

    def rest(self) -> list[Arrival]:
        """All packets that are left, in order."""
        out = [self._held[number] for number in sorted(self._held)]
        self._held.clear()
        if out:
            self._next = out[-1].number + 1
        return out


def signed(value: int, bits: int) -> int:
    """A difference of counters that wrap, between minus and plus half of their range.

    >>> signed(3 - 65534, 16), signed(65534 - 3, 16)
    (5, -5)
    """
    half = 1 << (bits - 1)
    return (value + half) % (1 << bits) - half
