"""What the messages of WebSocket senders say, whatever their dialect.

Sources: https://www.twilio.com/docs/voice/media-streams/websocket-messages (the same shape, with
other cases of its names, is sent by Telnyx, SignalWire and Voximplant),
https://developer.vonage.com/en/voice/voice-api/concepts/websockets, and Asterisk's
``channels/chan_websocket.c``. The plain dialect is ours: docs/telephony.md."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from pipeline.telephony.dialect_words import (
    BY_SAMPLE,
    DialectError,
    codec_of,
    count_of,
    inner_of,
    number_of,
    object_of,
    side_of,
    snake_case,
    text_of,
)
from pipeline.telephony.roster import AnnouncedCall

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.telephony.events import Side
    from pipeline.types import Seconds


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


def read_first(message: str | bytes, query: Mapping[str, str]) -> tuple[Dialect, list[Said]]:
    """The dialect of a connection's first message, and what that one says. ``query``: of the
    address that was connected to; it says what the message does not. Raises ``DialectError``."""
    if isinstance(message, bytes):
        raise DialectError("it sends sound before it says what it is")
    if message.startswith("MEDIA_START"):
        words = dict(word.partition(":")[::2] for word in message.split()[1:])
        return Asterisk(), [_asterisk(words, query)]
    said = object_of(message)
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
        said = object_of(message)
        event = said.get("event")
        if event == "end":
            return [Over()]
        if event == "lost":
            return [Missing(number_of(said.get("seconds"), 0.0, 3600.0))]
        if event == "known":
            return [Known(*(text_of(said, name) for name in ("agent_id", "customer_id", "queue")))]
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
        said = {snake_case(name): value for name, value in object_of(message).items()}
        event, number = said.get("event"), count_of(said.get("sequence_number"))
        if event == "start":
            return [self._start(said), Nothing(number)]
        if event == "media":
            return [self._media(said, number)]
        return [Over() if event == "stop" else Nothing(number)]

    def _start(self, said: Mapping[str, Any]) -> Began:
        start = {snake_case(name): value for name, value in inner_of(said, "start").items()}
        own = {
            snake_case(name): value for name, value in inner_of(start, "custom_parameters").items()
        }
        own = {**self._query, **own}
        form = {snake_case(name): value for name, value in inner_of(start, "media_format").items()}
        inbound = side_of(own.get("inbound", "customer"))
        outbound: Side = "agent" if inbound == "customer" else "customer"
        by_track: dict[str, Side] = {"inbound": inbound, "outbound": outbound}
        names = start.get("tracks") or ([start["track"]] if start.get("track") else ["inbound"])
        tracks = (
            [str(name).removesuffix("_track") for name in names] if isinstance(names, list) else []
        )
        if {"both", "both_tracks"} & set(tracks):
            tracks = ["inbound", "outbound"]
        if not tracks or not set(tracks) <= set(by_track):
            raise DialectError("it names tracks other than inbound and outbound")
        self._sides = {track: by_track[track] for track in tracks}
        sides = tuple(self._sides.values())
        name = text_of(own, "call") or next(
            (found for key in ("call_sid", "call_control_id", "call_id", "stream_sid", "stream_id")
             if (found := text_of(start, key) or text_of(said, key))), None
        )  # fmt: skip
        codec, rate = codec_of(form.get("encoding", "pcmu"), form.get("sample_rate"))
        return Began(_call(own, name, sides, sides), sides, codec, rate, str(own.get("token", "")))

    def _media(self, said: Mapping[str, Any], number: int | None) -> Said:
        if not self._sides:
            raise DialectError("it sends sound before it says what it is")
        media = inner_of(said, "media")
        track = str(media.get("track", next(iter(self._sides)))).removesuffix("_track")
        side = self._sides.get(track)
        if side is None:
            return Nothing(number)
        try:
            data = base64.b64decode(str(media.get("payload", "")), validate=True)
        except (binascii.Error, ValueError):
            return Nothing(number, damaged=True)
        stamp = count_of(media.get("timestamp"))
        return Payload(data, side, None if stamp is None else stamp / 1000, number)


def _plain(said: Mapping[str, Any]) -> Began:
    tracks, sides = _sides(said.get("tracks", ["mix"])), _sides(said.get("sides", []))
    if not 1 <= len(tracks) <= 2:
        raise DialectError("its tracks are not one or two of agent, customer and mix")
    if sides and not set(tracks) <= set(sides):
        raise DialectError("its sides are not a list with all of its tracks")
    codec, rate = codec_of(said.get("codec", "pcma"), said.get("rate"))
    if len(tracks) > 1 and codec not in BY_SAMPLE:
        raise DialectError("two tracks need pcma, pcmu or l16, sample by sample")
    call = _call(said, text_of(said, "call"), tracks, sides or tracks)
    return Began(call, tracks, codec, rate, str(said.get("token", "")))


def _sides(names: object) -> tuple[Side, ...]:
    sides = tuple(side_of(name) for name in names) if isinstance(names, list) else ()
    if len(set(sides)) < len(sides):
        raise DialectError("its tracks or sides name one twice")
    return sides


def _vonage(said: Mapping[str, Any], query: Mapping[str, str]) -> Began:
    own = {**query, **said}
    kind, _, options = str(said.get("content-type", "audio/l16;rate=16000")).partition(";")
    rate = options.strip().removeprefix("rate=") or None
    side = side_of(own.get("side", "mix"))
    codec, per_second = codec_of(kind.strip(), rate)
    name = text_of(own, "call") or text_of(own, "uuid") or text_of(own, "conversation_uuid")
    return Began(
        _call(own, name, (side,), None), (side,), codec, per_second, str(own.get("token", ""))
    )


def _asterisk(said: Mapping[str, Any], query: Mapping[str, str]) -> Began:
    variables = said.get("channel_variables")
    own = {**query, **(variables if isinstance(variables, dict) else {})}
    own = {key.lower().removeprefix("callqa_"): value for key, value in own.items()}
    side = side_of(own.get("side", "mix"))
    codec, rate = codec_of(said.get("format", ""), None)
    name = text_of(own, "call") or text_of(said, "connection_id") or text_of(said, "channel_id")
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
        agent_id=text_of(said, "agent_id"),
        customer_id=text_of(said, "customer_id"),
        queue=text_of(said, "queue"),
    )
