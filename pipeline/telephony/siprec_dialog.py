"""What is agreed with one recording client about one call: streams, answers, and how long it holds."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.telephony.rtp_ports import NoPortError, plain_address
from pipeline.telephony.sdp import Answer, Media, write_answer
from pipeline.telephony.sip import SipMessage, parameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.telephony.events import Side
    from pipeline.telephony.rtp_call import RtpCall
    from pipeline.telephony.sip_transactions import Link, Repeated
    from pipeline.telephony.siprec_metadata import Metadata
    from pipeline.telephony.siprec_roles import Assigned

MOST_STREAMS = 8
"""Streams of one call; our choice."""


@dataclass(slots=True)
class Timer:
    """The interval of a session (RFC 4028). Times are by the event loop's clock; ``None``: never.
    ``refresh_at``: when this side asks whether the other is still there."""

    expires_at: float | None = None
    refresh_at: float | None = None
    interval_s: int = 0

    def refreshed(self, interval_s: int, *, now: float, ours: bool) -> None:
        """It holds again. ``ours``: this side refreshes it."""
        self.interval_s = interval_s
        early = 0.0 if ours else min(32.0, interval_s / 3)  # RFC 4028, section 10
        self.expires_at = now + interval_s - early
        self.refresh_at = now + interval_s / 2 if ours else None

    def agree(self, request: SipMessage, usual_s: int, now: float) -> tuple[tuple[str, str], ...]:
        """The headers of an answer that agree on an interval both can keep (RFC 4028, section 9):
        the client refreshes, unless it wants it otherwise."""
        asked, can = interval_of(request), "timer" in request.tokens("supported")
        if asked is None and not can:
            self.expires_at = self.refresh_at = None
            return ()
        interval = asked or usual_s
        refresher = parameter(request.first("session-expires"), "refresher").lower()
        ours = refresher == "uas" or not can
        self.refreshed(interval, now=now, ours=ours)
        header = ("Session-Expires", f"{interval};refresher={'uas' if ours else 'uac'}")
        return (header, ("Require", "timer")) if can else (header,)


@dataclass(slots=True)
class Dialog:
    """A dialog of SIP (RFC 3261, section 12). ``local`` and ``remote``: its To and From headers
    with their tags; ``link``: the way that the client's last request came; ``cseq``: of that;
    ``invite_cseq``: of its last INVITE; ``address``: the one that answers name."""

    call_id: str
    local: str
    remote: str
    target: str
    routes: tuple[str, ...]
    link: Link
    cseq: int
    call: RtpCall
    address: str
    invite_cseq: int = 0
    metadata: Metadata | None = None
    offer: tuple[Media, ...] = ()
    unanswered: Repeated | None = None
    timer: Timer = field(default_factory=Timer)
    own_cseq: int = 0
    number: int = field(default_factory=lambda: secrets.randbelow(1 << 31))
    version: int = 0

    @property
    def tag(self) -> str:
        """The tag that names this side."""
        return parameter(self.local, "tag")

    @property
    def key(self) -> tuple[str, str]:
        """What requests within the dialog name it by."""
        return self.call_id, self.tag

    def is_of(self, request: SipMessage) -> bool:
        """Whether a request comes from the other side of it."""
        same = request.first("call-id") == self.call_id
        return same and parameter(request.first("from"), "tag") == parameter(self.remote, "tag")

    def take_offer(
        self, offer: tuple[Media, ...], assigned: Assigned, *, check_source: bool
    ) -> None:
        """Ports for what an offer has, changes of what it changes, and an end of what it ends.
        ``check_source``: RTP comes from the address that the offer names, and where it names none,
        from the client's. Raises ``NoPortError``; then nothing has changed."""
        taken = {
            str(at) for at, media in enumerate(offer[:MOST_STREAMS]) if media.chosen is not None
        }
        peer = plain_address(self.link.host) if check_source else None
        lines = [
            (str(at), media, media.address if check_source else None, side)
            for at, (media, side) in enumerate(zip(offer, assigned.sides, strict=True))
        ]
        new = [one for one in lines if one[0] in taken and self.call.port_of(one[0]) is None]
        self._open(new, peer)
        for at in range(max(len(offer), len(self.offer))):
            if str(at) not in taken:
                self.call.drop(str(at))
        self.offer = offer
        for name, media, source, side in lines:
            if name in taken:
                self.call.change(name, media.types, source, side)
                self.call.hold(name, held=not media.sends)

    def _open(
        self, lines: Sequence[tuple[str, Media, str | None, Side | None]], peer: str | None
    ) -> None:
        for at, (name, media, source, side) in enumerate(lines):
            try:
                self.call.open(name, media.types, source or peer, side)
            except NoPortError:
                for opened, *_ in lines[:at]:
                    self.call.drop(opened)
                raise

    def answer_offer(self) -> bytes:
        """The description that answers the last offer."""
        self.version += 1
        ports = [self.call.port_of(str(at)) for at in range(len(self.offer))]
        answer = Answer(self.address, self.number, self.version)
        return write_answer(self.offer, ports, answer).encode()

    def own_headers(self, method: str) -> list[tuple[str, str]]:
        """The headers of this side's next request."""
        self.own_cseq += 1
        return [
            *(("Route", route) for route in self.routes),
            ("Max-Forwards", "70"),
            ("From", self.local),
            ("To", self.remote),
            ("Call-ID", self.call_id),
            ("CSeq", f"{self.own_cseq} {method}"),
        ]

    def stop_repeats(self) -> None:
        """Its INVITE was acknowledged, or nobody waits for that any more."""
        if self.unanswered is not None:
            self.unanswered.stop()
            self.unanswered = None


def interval_of(request: SipMessage) -> int | None:
    """The seconds of a Session-Expires header."""
    found = re.match(r"\d{1,9}", request.first("session-expires"), re.ASCII)
    return int(found[0]) if found else None
