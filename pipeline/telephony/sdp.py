"""Session descriptions (RFC 8866): what a recording client offers, and the answer to it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.telephony.rtp_stream import STATIC_TYPES, PayloadType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_LINES = 500
"""Lines of a description, at most. Our choice."""

_MAPPED = re.compile(r"(\d{1,3})\s+([\w.-]+)/(\d{1,6})(?:/(\d{1,2}))?\s*$", re.ASCII)
_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
_ANSWERED = {
    "sendrecv": "recvonly",
    "sendonly": "recvonly",
    "recvonly": "inactive",
    "inactive": "inactive",
}
_PROTOCOLS = ("RTP/AVP", "RTP/AVPF")
_CODECS = {
    "PCMU": "pcmu",
    "PCMA": "pcma",
    "G722": "g722",
    "G729": "g729",
    "G729A": "g729",
    "OPUS": "opus",
    "L16": "l16be",
    "CN": "noise",
    "TELEPHONE-EVENT": "event",
}


class SdpError(ValueError):
    """A description that cannot be read. The text has no word of it."""


@dataclass(frozen=True, slots=True)
class Media:
    """One m= line. ``types``: those of its payloads that can be decoded, in the order offered.
    ``address``: where it says it sends from; ``None``: not said, or by name."""

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    types: Mapping[int, PayloadType] = field(default_factory=dict)
    address: str | None = None
    direction: str = "sendrecv"
    label: str | None = None

    @property
    def chosen(self) -> int | None:
        """The number of the first payload with sound, where the line can be taken."""
        if self.kind != "audio" or self.port == 0 or self.protocol not in _PROTOCOLS:
            return None
        return next((number for number, kind in self.types.items() if kind.is_sound), None)

    @property
    def sends(self) -> bool:
        """Whether sound is to come; not on hold."""
        return self.direction in ("sendrecv", "sendonly")


def read_sdp(text: str) -> tuple[Media, ...]:
    """The m= lines of a description, in order. Raises ``SdpError``."""
    lines = text.replace("\r\n", "\n").split("\n")[:MOST_LINES]
    if not lines[0].startswith("v=0"):
        raise SdpError("the description does not begin with v=0")
    starts = [at for at, line in enumerate(lines) if line.startswith("m=")]
    if not starts:
        raise SdpError("the description has no m= line")
    session = lines[: starts[0]]
    ends = [*starts[1:], len(lines)]
    return tuple(_media(lines[start:end], session) for start, end in zip(starts, ends, strict=True))


def _media(lines: Sequence[str], session: Sequence[str]) -> Media:
    parts = lines[0][2:].split()
    if len(parts) < 4 or not re.fullmatch(r"\d{1,5}(/\d{1,2})?", parts[1], re.ASCII):
        raise SdpError("an m= line of the description is damaged")
    kind, port, protocol, *formats = parts
    own, common = _attributes(lines), _attributes(session)
    held, address = _address([*session, *lines])
    direction = next((one for one in _DIRECTIONS if one in own), None) or next(
        (one for one in _DIRECTIONS if one in common), "sendrecv"
    )
    return Media(
        kind=kind,
        port=int(port.split("/")[0]),
        protocol=protocol.upper(),
        formats=tuple(formats),
        types=_types(formats, own.get("rtpmap", [])),
        address=address,
        direction="inactive" if held else direction,
        label=next((value for value in own.get("label", []) if value), None),
    )


def _attributes(lines: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in lines:
        if line.startswith("a="):
            name, _, value = line[2:].partition(":")
            found.setdefault(name.strip().lower(), []).append(value.strip())
    return found


def _address(lines: Sequence[str]) -> tuple[bool, str | None]:
    """Whether the last c= line is that of the old way to hold (0.0.0.0), and its address."""
    given = [line[2:].split() for line in lines if line.startswith("c=")]
    if not given or len(given[-1]) < 3:
        return False, None
    try:
        address = ipaddress.ip_address(given[-1][2].split("/")[0])
    except ValueError:
        return False, None
    if address.is_unspecified:
        return True, None
    return False, str(getattr(address, "ipv4_mapped", None) or address)


def _types(formats: Sequence[str], mapped: Sequence[str]) -> dict[int, PayloadType]:
    named = {found[1]: found for value in mapped if (found := _MAPPED.match(value))}
    known = {}
    for one in formats:
        kind = _named_type(named[one]) if one in named else None
        if one not in named and one.isascii() and one.isdigit():
            kind = STATIC_TYPES.get(int(one))
        if kind is not None and int(one) < 128:
            known[int(one)] = kind
    return known


def _named_type(found: re.Match[str]) -> PayloadType | None:
    codec, clock = _CODECS.get(found[2].upper()), int(found[3])
    if codec is None or not 8000 <= clock <= 48000:
        return None
    if int(found[4] or 1) != (2 if codec == "opus" else 1):
        return None  # opus/48000/2 is written so also for one channel (RFC 7587)
    if codec in ("l16be", "noise", "event"):
        return PayloadType(codec, clock, clock)
    usual = {"opus": (48000, 48000), "g722": (8000, 16000)}.get(codec, (8000, 8000))
    return PayloadType(codec, *usual) if clock == usual[0] else None


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer says beside its lines. ``number``, ``version``: of the o= line; the version
    grows with each answer of a session."""

    address: str
    number: int
    version: int


def write_answer(offer: Sequence[Media], ports: Sequence[int | None], answer: Answer) -> str:
    """The answer to an offer: a port for each of its lines, ``None`` for one that is not taken
    (RFC 3264, section 6). One codec a line, so that the sender changes it only by a new offer."""
    family = "IP6" if ":" in answer.address else "IP4"
    lines = [
        "v=0",
        f"o=callqa {answer.number} {answer.version} IN {family} {answer.address}",
        "s=-",
        f"c=IN {family} {answer.address}",
        "t=0 0",
    ]
    for media, port in zip(offer, ports, strict=True):
        lines += _answer_lines(media, port)
    return "\r\n".join(lines) + "\r\n"


def _answer_lines(media: Media, port: int | None) -> list[str]:
    if port is None or media.chosen is None:
        return [f"m={media.kind} 0 {media.protocol} {' '.join(media.formats)}"]
    clock = media.types[media.chosen].clock
    taken = [media.chosen] + [
        number for number, kind in media.types.items() if not kind.is_sound and kind.clock == clock
    ]
    names = {code: name for name, code in _CODECS.items() if name != "G729A"}
    return [
        f"m=audio {port} {media.protocol} {' '.join(map(str, taken))}",
        *(_mapping(number, media.types[number], names) for number in taken),
        f"a={_ANSWERED[media.direction]}",
    ]


def _mapping(number: int, kind: PayloadType, names: Mapping[str, str]) -> str:
    name = {"opus": "opus", "event": "telephone-event"}.get(kind.codec, names[kind.codec])
    return f"a=rtpmap:{number} {name}/{kind.clock}" + ("/2" if kind.codec == "opus" else "")
