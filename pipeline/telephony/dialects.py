"""What the messages of WebSocket senders say, whatever their dialect.

Sources: https://www.twilio.com/docs/voice/media-streams/websocket-messages (the same shape, with
other cases of its names, is sent by Telnyx, SignalWire and Voximplant),
https://developer.vonage.com/en/voice/voice-api/concepts/websockets, and Asterisk's
``channels/chan_websocket.c``. The plain dialect is ours: docs/telephony.md."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from pipeline.errors import CallqaError
from pipeline.telephony.codecs import CODECS
from pipeline.telephony.events import SIDES, Side
from pipeline.telephony.roster import AnnouncedCall

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.types import Seconds


class DialectError(CallqaError):
    """A message says nothing that its dialect has. The text has no word of the message."""


@dataclass(frozen=True, slots=True)
class Began:
    """The first message in which a connection says what it brings. ``tracks``: those of each binary
    message, interleaved sample by sample, or of the messages with a track's name."""

    call: AnnouncedCall
    tracks: tuple[Side, ...]
    codec: str
    rate: int | None = None
    token: str = ""


@dataclass(frozen=True, slots=True)
class Payload:
    """Sound. ``side`` ``None``: all tracks. ``at_s``: of its first sample by the sender's clock;
    ``number``: its place in the sender's messages."""

    data: bytes
    side: Side | None = None
    at_s: Seconds | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Nothing:
    """A message of no interest that takes a number, or a payload that is damaged."""

    number: int | None = None
    damaged: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """The sender says that it left out so much of all tracks."""

    seconds: Seconds


@dataclass(frozen=True, slots=True)
class Known:
    """What became known of the call."""

    agent_id: str | None
    customer_id: str | None
    queue: str | None


@dataclass(frozen=True, slots=True)
class Over:
    """The sender has ended the call."""


Said: TypeAlias = Began | Payload | Nothing | Missing | Known | Over

_CODECS = {
    "audio/x-mulaw": "pcmu", "audio/x-ulaw": "pcmu", "mulaw": "pcmu", "ulaw": "pcmu", "g711u": "pcmu",
    "audio/x-alaw": "pcma", "alaw": "pcma", "g711a": "pcma",
    "audio/l16": "l16", "slin": "l16", "pcm16": "l16", "linear16": "l16", "audio/x-l16": "l16", "pcm": "l16",
}  # fmt: skip
_SLIN = {f"slin{thousand}": 1000 * thousand for thousand in (12, 16, 24, 32, 48, 96, 192)} | {
    "slin44": 44100
}
_RATES = range(4000, 192_001)
_NAME = 200
BY_SAMPLE = {"pcma": 1, "pcmu": 1, "l16": 2, "l16be": 2}
"""Codec → bytes of a sample; other codecs have none, so two tracks cannot be interleaved."""


def read_first(message: str | bytes, query: Mapping[str, str]) -> tuple[Dialect, list[Said]]:
    """The dialect of a connection's first message, and what that one says. ``query``: of the
    address that was connected to; it says what the message does not. Raises ``DialectError``."""
    if isinstance(message, bytes):
        raise DialectError("it sends sound before it says what it is")
    if message.startswith("MEDIA_START"):
        words = dict(word.partition(":")[::2] for word in message.split()[1:])
        return Asterisk(), [_asterisk(words, query)]
    said = _object(message)
    event = said.get("event")
    if event == "MEDIA_START":
        return Asterisk(), [_asterisk(said, query)]
    if event == "websocket:connected":
        return Vonage(), [_vonage(said, query)]
    if event == "connected" or isinstance(said.get("start"), dict):
        twilio = Twilio(query)
        return twilio, twilio.read(message)
    if "call" in said:
        return Plain(), [_plain(said)]
    raise DialectError("its first message is of no dialect that is known")


class Dialect:
    """Reads the messages after the first one. Binary ones are sound of all tracks."""

    def read(self, message: str | bytes) -> list[Said]:
        """What a message says. Raises ``DialectError``."""
        if isinstance(message, bytes):
            return [Payload(message)]
        return self.read_text(message)

    def read_text(self, message: str) -> list[Said]:
        """What a text message says."""
        return [Nothing()] if message else []


class Plain(Dialect):
    """Ours: one JSON message, then binary ones, then ``{"event": "end"}``."""

    def read_text(self, message: str) -> list[Said]:
        said = _object(message)
        event = said.get("event")
        if event == "end":
            return [Over()]
        if event == "lost":
            return [Missing(_number(said.get("seconds"), 0.0, 3600.0))]
        if event == "known":
            return [Known(*(_text(said, name) for name in ("agent_id", "customer_id", "queue")))]
        raise DialectError("it sends an event that the plain dialect does not have")


class Vonage(Dialect):
    """Binary messages with one mixed track; the connection's end is the call's."""


class Asterisk(Dialect):
    """The channel WebSocket/ of Asterisk: binary messages with one track; its other text messages
    are about what is played to it."""


class Twilio(Dialect):
    """JSON messages with sound in base64, a track and a time each, and numbers."""

    def __init__(self, query: Mapping[str, str]) -> None:
        self._query = query
        self._sides: dict[str, Side] = {}
        self._codec = ""

    def read(self, message: str | bytes) -> list[Said]:
        if isinstance(message, bytes):
            raise DialectError("it sends binary messages, which its dialect does not have")
        said = {_snake(name): value for name, value in _object(message).items()}
        event, number = said.get("event"), _count(said.get("sequence_number"))
        if event == "start":
            return [self._start(said), Nothing(number)]
        if event == "media":
            return [self._media(said, number)]
        return [Over() if event == "stop" else Nothing(number)]

    def _start(self, said: Mapping[str, Any]) -> Began:
        start = {_snake(name): value for name, value in _inner(said, "start").items()}
        own = {_snake(name): value for name, value in _inner(start, "custom_parameters").items()}
        own = {**self._query, **own}
        form = {_snake(name): value for name, value in _inner(start, "media_format").items()}
        inbound = _side(own.get("inbound", "customer"))
        outbound: Side = "agent" if inbound == "customer" else "customer"
        by_track: dict[str, Side] = {"inbound": inbound, "outbound": outbound}
        names = start.get("tracks") or ([start["track"]] if start.get("track") else ["inbound"])
        tracks = (
            [str(name).removesuffix("_track") for name in names] if isinstance(names, list) else []
        )
        if "both" in tracks or "both_tracks" in names:
            tracks = ["inbound", "outbound"]
        if not tracks or not set(tracks) <= set(by_track):
            raise DialectError("it names tracks other than inbound and outbound")
        self._sides = {track: by_track[track] for track in tracks}
        sides = tuple(self._sides.values())
        name = _text(own, "call") or next(
            (found for key in ("call_sid", "call_control_id", "call_id", "stream_sid", "stream_id")
             if (found := _text(start, key) or _text(said, key))), None
        )  # fmt: skip
        codec, rate = _codec(form.get("encoding", "pcmu"), form.get("sample_rate"))
        return Began(_call(own, name, sides, sides), sides, codec, rate, str(own.get("token", "")))

    def _media(self, said: Mapping[str, Any], number: int | None) -> Said:
        if not self._sides:
            raise DialectError("it sends sound before it says what it is")
        media = _inner(said, "media")
        track = str(media.get("track", next(iter(self._sides)))).removesuffix("_track")
        side = self._sides.get(track)
        if side is None:
            return Nothing(number)
        try:
            data = base64.b64decode(str(media.get("payload", "")), validate=True)
        except (binascii.Error, ValueError):
            return Nothing(number, damaged=True)
        stamp = _count(media.get("timestamp"))
        return Payload(data, side, None if stamp is None else stamp / 1000, number)


def _plain(said: Mapping[str, Any]) -> Began:
    names = said.get("tracks", ["mix"])
    if (
        not isinstance(names, list)
        or not 1 <= len(names) <= 2
        or len(set(map(str, names))) < len(names)
    ):
        raise DialectError("its tracks are not one or two of agent, customer and mix")
    tracks = tuple(_side(name) for name in names)
    codec, rate = _codec(said.get("codec", "pcma"), said.get("rate"))
    if len(tracks) > 1 and codec not in BY_SAMPLE:
        raise DialectError("two tracks need pcma, pcmu or l16, sample by sample")
    sides = said.get("sides", names)
    if not isinstance(sides, list) or not set(names) <= set(sides):
        raise DialectError("its sides are not a list with all of its tracks")
    all_sides = tuple(dict.fromkeys(_side(side) for side in sides))
    call = _call(said, _text(said, "call"), tracks, all_sides)
    return Began(call, tracks, codec, rate, str(said.get("token", "")))


def _vonage(said: Mapping[str, Any], query: Mapping[str, str]) -> Began:
    own = {**query, **said}
    kind, _, options = str(said.get("content-type", "audio/l16;rate=16000")).partition(";")
    rate = options.strip().removeprefix("rate=") or None
    side = _side(own.get("side", "mix"))
    codec, per_second = _codec(kind.strip(), rate)
    name = _text(own, "call") or _text(own, "uuid") or _text(own, "conversation_uuid")
    return Began(
        _call(own, name, (side,), None), (side,), codec, per_second, str(own.get("token", ""))
    )


def _asterisk(said: Mapping[str, Any], query: Mapping[str, str]) -> Began:
    variables = said.get("channel_variables")
    own = {**query, **(variables if isinstance(variables, dict) else {})}
    own = {key.lower().removeprefix("callqa_"): value for key, value in own.items()}
    side = _side(own.get("side", "mix"))
    codec, rate = _codec(said.get("format", ""), None)
    name = _text(own, "call") or _text(said, "connection_id") or _text(said, "channel_id")
    return Began(_call(own, name, (side,), None), (side,), codec, rate, str(own.get("token", "")))


def _call(
    said: Mapping[str, Any],
    name: str | None,
    tracks: tuple[Side, ...],
    sides: tuple[Side, ...] | None,
) -> AnnouncedCall:
    if not name:
        raise DialectError("it does not say the call's number")
    return AnnouncedCall(
        name,
        tracks[0],
        sides=sides,
        agent_id=_text(said, "agent_id"),
        customer_id=_text(said, "customer_id"),
        queue=_text(said, "queue"),
    )


def _object(message: str) -> dict[str, Any]:
    try:
        said = json.loads(message)
    except (ValueError, RecursionError) as error:
        raise DialectError("a message is not JSON") from error
    if not isinstance(said, dict):
        raise DialectError("a message is not a JSON object")
    return said


def _inner(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = said.get(name) or {}
    if not isinstance(found, dict):
        raise DialectError("a part of a message is not a JSON object")
    return found


@lru_cache(maxsize=256)
def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip(
        "_"
    )


def _text(said: Mapping[str, Any], name: str) -> str | None:
    found = said.get(name)
    text = (
        str(found).strip() if isinstance(found, str | int) and not isinstance(found, bool) else ""
    )
    if len(text) > _NAME or not text.isprintable():
        raise DialectError("a number or a name is longer than 200 characters, or is not text")
    return text or None


def _side(name: object) -> Side:
    for side in SIDES:
        if side == name:
            return side
    raise DialectError("a track is none of agent, customer and mix")


def _count(found: object) -> int | None:
    """A number from 0 on that may come as text, as Twilio sends it; else ``None``."""
    text = str(found) if isinstance(found, int | str) and not isinstance(found, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _number(found: object, least: float, most: float) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float) or not least <= found <= most:
        raise DialectError("a number of seconds is none")
    return float(found)


def _codec(named: object, rate: object) -> tuple[str, int | None]:
    """The codec as ``SoundDecoder`` names it, and samples per second where they are said."""
    name = str(named).strip().lower()
    per_second = _SLIN.get(name) or (None if rate in (None, "") else _count(rate) or 0)
    codec = "l16" if name in _SLIN else _CODECS.get(name, name)
    if codec not in CODECS:
        raise DialectError(f"its codec is not known; one of {', '.join(CODECS)} is needed")
    if per_second is not None and per_second not in _RATES:
        raise DialectError("its rate is not from 4000 to 192000 samples per second")
    return codec, per_second
