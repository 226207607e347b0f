"""Calls in progress as telephone systems send them, from the socket to samples of each side."""

from pipeline.telephony.codecs import CODECS, SoundDecoder
from pipeline.telephony.events import (
    SIDES,
    Announced,
    CallBegan,
    CallEnded,
    CallEvent,
    CallSink,
    CallSound,
    CallStream,
    RefusedCallError,
    Side,
)
from pipeline.telephony.siprec import SiprecOptions, SiprecServer
from pipeline.telephony.siprec_roles import Roles as SiprecRoles

__all__ = [
    "CODECS",
    "SIDES",
    "Announced",
    "CallBegan",
    "CallEnded",
    "CallEvent",
    "CallSink",
    "CallSound",
    "CallStream",
    "RefusedCallError",
    "Side",
    "SiprecOptions",
    "SiprecRoles",
    "SiprecServer",
    "SoundDecoder",
]
