"""One stream of RTP into samples: its sources, its codecs, and when each sample was spoken."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.errors import RecordingError
from pipeline.telephony.buckets import Bucket
from pipeline.telephony.codecs import SoundDecoder
from pipeline.telephony.rtp import (
    HOLD_S,
    Arrival,
    JitterBuffer,
    NotRtpError,
    RtpPacket,
    read_packet,
    signed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pipeline.types import Seconds

SLACK_S = 2.0
"""Timestamps and arrivals may differ by so much; beyond it the timestamps are not believed. Our
choice: more than any network delays a packet, less than a pause on hold."""

LAG_S = 1.0
"""After so long a lag of more than ``SLACK_S`` is no burst that catches up. Our choice."""

LATCHED_S = 5.0
"""Where any address may send, the one that does is the only one until it is silent for so long. Our
choice: longer than pauses of voice detection with comfort noise."""

RATE_MOST, BURST_MOST = 500.0, 1000.0
"""Packets a second, and at once, that one stream may have; others are dropped. Packets of 2.5 ms,
the shortest of Opus, are 400 a second."""


@dataclass(frozen=True, slots=True)
class PayloadType:
    """What a number of payload means. ``codec``: one of ``CODECS``, ``noise`` (RFC 3389) or
    ``event`` (RFC 4733). ``clock``: of its timestamps; ``rate``: of its samples."""

    codec: str
    clock: int
    rate: int

    @property
    def is_sound(self) -> bool:
        return self.codec not in ("noise", "event")


STATIC_TYPES = {
    0: PayloadType("pcmu", 8000, 8000),
    8: PayloadType("pcma", 8000, 8000),
    9: PayloadType("g722", 8000, 16000),  # its clock is 8000 by an old mistake (RFC 3551, 4.5.2)
    13: PayloadType("noise", 8000, 8000),
    18: PayloadType("g729", 8000, 8000),
}
"""Numbers that need no words in SDP (RFC 3551)."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Samples without a gap. ``start_s``: from the call's begin; ``lost_s``: so much of the gap
    before it was lost on the way."""

    start_s: Seconds
    samples: NDArray[np.int16]
    rate: int
    lost_s: Seconds = 0.0

    @property
    def end_s(self) -> Seconds:
        return self.start_s + len(self.samples) / self.rate


class RtpStream:
    """The stream of one port. ``types``: number of payload → what it is; ``source``: the address
    that it must come from, ``None``: that of its first packet, until it is silent; ``begun``: the
    call's begin, by the clock of all times here. ``counts``: what was dropped, by kind."""

    def __init__(
        self,
        types: Mapping[int, PayloadType],
        *,
        source: str | None = None,
        begun: float = 0.0,
        hold_s: float = HOLD_S,
    ) -> None:
        self.types = {13: STATIC_TYPES[13], **types}  # comfort noise comes unoffered, too
        self.source = source
        self._latched: str | None = None
        self.heard_at: float | None = None
        self.counts: Counter[str] = Counter()
        self._hold_s = hold_s
        self._line = _TimeLine(begun)
        self._jitter = JitterBuffer(hold_s)
        self._ssrc: int | None = None
        self._other: tuple[RtpPacket, float] | None = None
        self._left: list[Arrival] = []
        self._decoders: dict[PayloadType, SoundDecoder] = {}
        self._last_number: int | None = None
        self._room = Bucket(BURST_MOST, RATE_MOST, begun)

    def take(self, data: bytes, source: str, now: float) -> None:
        """Take a datagram that came from an address."""
        if not self._may_come_from(source, now):
            self.counts["foreign"] += 1
            return
        if not self._room.take(now):
            self.counts["flood"] += 1
            return
        try:
            packet = read_packet(data)
        except NotRtpError as error:
            self.counts[error.kind] += 1
            return
        self._latched = source
        self._sort(packet, now)

    def move(self, source: str | None) -> None:
        """It comes from another address; ``None``: from where it came, or, if any may send, from
        that of its next packet."""
        self.source = source or self.source
        self._latched = None

    def _may_come_from(self, source: str, now: float) -> bool:
        if self.source is not None or self._latched is None or self.heard_at is None:
            return self.source in (None, source)
        return source == self._latched or now - self.heard_at > LATCHED_S

    def _sort(self, packet: RtpPacket, now: float) -> None:
        """Another source takes over with its second packet, if the first one is silent between
        (RFC 3550, appendix A.1)."""
        if self._ssrc in (None, packet.ssrc):
            self._ssrc = packet.ssrc
            self.counts["foreign"] += self._other is not None
            self._other = None
        else:
            before, self._other = self._other, (packet, now)
            if before is None:
                return
            first, came = before
            if first.ssrc != packet.ssrc or signed(packet.sequence - first.sequence, 16) != 1:
                self.counts["foreign"] += 1
                return
            self._change_source(packet.ssrc)
            self._jitter.push(first, came)
        self.heard_at = now
        self._jitter.push(packet, now)

    def _change_source(self, ssrc: int) -> None:
        self._left += self._jitter.rest()
        # Numbers of the two sources cannot be compared, so the change is no loss.
        self._left.append(Arrival(RtpPacket(-1, 0, 0, ssrc, False, b""), 0.0))
        self.counts += self._jitter.counts
        self._jitter = JitterBuffer(self._hold_s)
        self._ssrc, self._other = ssrc, None
        self.counts["sources"] += 1

    def pieces(self, now: float) -> list[Piece]:
        """The sound that waits for nothing any more, in order of time."""
        left, self._left = self._left, []
        return self._heard(left + self._jitter.due(now))

    def rest(self) -> list[Piece]:
        """All sound that is left, when no more will come."""
        left, self._left = self._left, []
        pieces = self._heard(left + self._jitter.rest())
        self.counts += self._jitter.counts
        self._jitter = JitterBuffer(self._hold_s)
        return pieces

    def _heard(self, arrivals: list[Arrival]) -> list[Piece]:
        found = [piece for arrival in arrivals if (piece := self._piece(arrival)) is not None]
        return _joined(found)

    def _piece(self, arrival: Arrival) -> Piece | None:
        if arrival.packet.payload_type < 0:
            self._last_number = None
            self._line.restart()
            return None
        if self._last_number is not None:
            missing = arrival.number - self._last_number - 1
            self.counts["lost"] += missing
            self._line.miss(missing)
        self._last_number = arrival.number
        kind = self.types.get(arrival.packet.payload_type)
        if kind is None:
            self.counts["codec"] += 1
            self._line.miss(1)
            return None
        if not kind.is_sound or not arrival.packet.payload:
            return None
        samples = self._decode(kind, arrival.packet.payload)
        if samples is None:
            self.counts["damaged"] += 1
            self._line.miss(1)
            return None
        return self._line.place(arrival, samples, kind) if len(samples) else None

    def _decode(self, kind: PayloadType, payload: bytes) -> NDArray[np.int16] | None:
        if kind.codec == "g729" and len(payload) % 10 == 2:
            payload = payload[:-2]  # comfort noise at its end (RFC 3551, 4.5.6)
        try:
            if kind not in self._decoders:
                self._decoders[kind] = SoundDecoder(kind.codec, kind.rate)
            return self._decoders[kind].decode(payload)
        except RecordingError:
            return None


class _TimeLine:
    """Where in the call samples lie: by timestamps, from the arrival of a source's first packet.
    Timestamps that jump away from arrivals are not believed, and the arrival counts instead."""

    def __init__(self, begun: float) -> None:
        self._begun = begun
        self._end_s = 0.0
        self._stamp: int | None = None
        self._clock = 0
        self._arrived = begun
        self._lag_since: float | None = None
        self._packet_s = 0.02
        self._missed = 0

    def restart(self) -> None:
        """Another source begins: its timestamps begin at another number."""
        self._stamp = None
        self._missed = 0

    def miss(self, packets: int) -> None:
        """So many packets before the next one did not come, or could not be read."""
        self._missed += packets

    def place(self, arrival: Arrival, samples: NDArray[np.int16], kind: PayloadType) -> Piece:
        """Samples at their place."""
        elapsed = arrival.at - self._begun
        start, lost = self._start(arrival, elapsed, kind.clock)
        length = len(samples) / kind.rate
        self._packet_s = length
        self._end_s, self._arrived, self._missed = start + length, arrival.at, 0
        self._stamp = (arrival.packet.timestamp + round(length * kind.clock)) & 0xFFFFFFFF
        return Piece(start, samples, kind.rate, lost)

    def _start(self, arrival: Arrival, elapsed: float, clock: int) -> tuple[float, float]:
        anew = max(self._end_s, elapsed)
        known, self._clock = self._clock == clock, clock
        if self._stamp is None or not known:
            return anew, 0.0
        gap = signed(arrival.packet.timestamp - self._stamp, 32) / clock
        credible = arrival.at - self._arrived + SLACK_S
        start = self._end_s + max(0.0, gap)
        if not -self._packet_s <= gap <= credible or (gap and start > elapsed + SLACK_S):
            return anew, 0.0
        if self._lags(arrival.at, elapsed - start):
            return anew, 0.0
        return start, min(max(0.0, gap), self._missed * self._packet_s)

    def _lags(self, at: float, lag: float) -> bool:
        """The timestamps stood still while time went on, as some senders' do on hold."""
        if lag <= SLACK_S:
            self._lag_since = None
            return False
        if self._lag_since is None:
            self._lag_since = at
        if at - self._lag_since < LAG_S:
            return False
        self._lag_since = None
        return True


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Pieces that follow each other without a gap as one."""
    groups: list[list[Piece]] = []
    for piece in pieces:
        last = groups[-1][-1] if groups else None
        follows = last is not None and last.rate == piece.rate and not piece.lost_s
        if last is not None and follows and abs(piece.start_s - last.end_s) < 0.5 / piece.rate:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return [
        Piece(
            group[0].start_s,
            np.concatenate([one.samples for one in group]),
            group[0].rate,
            group[0].lost_s,
        )
        for group in groups
    ]
