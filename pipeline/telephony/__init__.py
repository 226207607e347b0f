"""Calls in progress as telephone systems send them, from the socket to samples of each side."""

from pipeline.telephony.audiosocket import AudioSocketOptions, AudioSocketServer
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
from pipeline.telephony.options import LOOPBACK, Networks, ServerOptions, is_allowed, networks
from pipeline.telephony.replay import PROTOCOLS, Mishaps, Replay, play
from pipeline.telephony.roster import AnnouncedCall
from pipeline.telephony.siprec import SiprecServer
from pipeline.telephony.siprec_options import SiprecOptions
from pipeline.telephony.siprec_roles import Roles as SiprecRoles
from pipeline.telephony.websocket import WebSocketOptions, WebSocketServer

__all__ = [
    "CODECS",
    "LOOPBACK",
    "PROTOCOLS",
    "SIDES",
    "Announced",
    "AnnouncedCall",
    "AudioSocketOptions",
    "AudioSocketServer",
    "CallBegan",
    "CallEnded",
    "CallEvent",
    "CallSink",
    "CallSound",
    "CallStream",
    "Mishaps",
    "Networks",
    "RefusedCallError",
    "Replay",
    "ServerOptions",
    "Side",
    "SiprecOptions",
    "SiprecRoles",
    "SiprecServer",
    "SoundDecoder",
    "WebSocketOptions",
    "WebSocketServer",
    "is_allowed",
    "networks",
    "play",
]
