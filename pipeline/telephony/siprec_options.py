"""What a session recording server is allowed, and how it tells whose a stream is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pipeline.telephony.siprec_roles import Roles

if TYPE_CHECKING:
    from pipeline.telephony.options import Networks
    from pipeline.types import Seconds


@dataclass(frozen=True, slots=True)
class SiprecOptions:
    """``allow``: networks that may send; empty: nobody. ``ports``: the first and the last of those
    for RTP, two each call. ``address``: the one that answers name, where clients see another than
    this machine does; ``None``: the one that the client reaches. ``check_source``: take RTP only
    from the address that the offer names. ``name_by``: what names a call: ``session``, the session's
    id in the metadata, or ``sip``, its sipSessionID, often the Call-ID of the call itself; the other
    where it is not given, and the recording session's own Call-ID where neither is. ``most``: calls at once. ``idle_s``: a call whose streams
    are silent for so long has ended. ``longest_s``: of a call. ``session_s``: clients that can must
    refresh their session so often (RFC 4028), not below ``session_least_s``. ``t1_s``: first wait
    before a message is repeated (RFC 3261)."""

    host: str = "0.0.0.0"
    port: int = 5060
    allow: Networks = ()
    ports: tuple[int, int] = (40000, 40399)
    address: str | None = None
    check_source: bool = True
    roles: Roles = field(default_factory=Roles)
    name_by: Literal["session", "sip"] = "session"
    most: int = 50
    idle_s: Seconds = 120.0
    longest_s: Seconds = 14_400.0
    session_s: int = 1800
    session_least_s: int = 90
    t1_s: Seconds = 0.5
