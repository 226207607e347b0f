"""Messages of SIP (RFC 3261): read and written.

What real equipment sends is read leniently: folded lines, host names with an underscore, boundaries
without quotes. Headers that only go back to their sender are kept as they came."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_HEADER_BYTES = 16_384
MOST_HEADERS = 200
MOST_LINE = 4096
MOST_BODY_BYTES = 200_000
"""Bounds of a message; our choice. Requests of recording clients have 3 to 8 kB."""

_COMPACT = {
    "c": "content-type",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "t": "to",
    "v": "via",
    "x": "session-expires",
}
_REQUEST = re.compile(r"([A-Z][A-Z0-9_.!%*+`'~-]{0,31}) (\S{1,1000}) SIP/2\.0")
_RESPONSE = re.compile(r"SIP/2\.0 ([1-6]\d\d)(?: .*)?")
_FIELD = re.compile(r"([A-Za-z0-9_.!%*+`'~-]+)[ \t]*:(.*)")
_CSEQ = re.compile(r"(\d{1,10})\s+(\S{1,32})", re.ASCII)
_BOUNDARY = re.compile(r'boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE)
_NEEDED = ("via", "from", "to", "call-id", "cseq")


class SipError(ValueError):
    """What came is no message of SIP."""


@dataclass(frozen=True, slots=True)
class SipMessage:
    """``start``: its first line. ``headers``: name in lower case and long form, value as it came."""

    start: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    @property
    def method(self) -> str | None:
        """Of a request; ``None``: a response."""
        found = _REQUEST.fullmatch(self.start)
        return found[1] if found else None

    @property
    def status(self) -> int | None:
        """Of a response; ``None``: a request."""
        found = _RESPONSE.fullmatch(self.start)
        return int(found[1]) if found else None

    def all(self, name: str) -> tuple[str, ...]:
        """The values of a header, in order."""
        return tuple(value for key, value in self.headers if key == name)

    def first(self, name: str) -> str:
        """The first value of a header; empty where it is not there."""
        return next((value for key, value in self.headers if key == name), "")

    def tokens(self, name: str) -> tuple[str, ...]:
        """The words of a header that is a list, in lower case."""
        listed = [part.strip().lower() for value in self.all(name) for part in value.split(",")]
        return tuple(part for part in listed if part)

    @property
    def cseq(self) -> tuple[int, str]:
        """Number and method of the CSeq header."""
        found = _CSEQ.fullmatch(self.first("cseq"))
        if found is None or int(found[1]) >= 1 << 31:
            raise SipError("the CSeq header is damaged")
        return int(found[1]), found[2]

    @property
    def via(self) -> str:
        """The topmost Via."""
        return split_list(self.first("via"))[0]

    @property
    def branch(self) -> str:
        """The branch of the topmost Via."""
        return parameter(self.via, "branch")


def read_message(data: bytes) -> SipMessage:
    """The message of a datagram, or of a header and body that were cut out of a stream. Raises
    ``SipError``."""
    head, found, body = data.partition(b"\r\n\r\n")
    if not found:
        raise SipError("the header does not end")
    if len(head) > MOST_HEADER_BYTES or len(body) > MOST_BODY_BYTES:
        raise SipError("the message is too large")
    lines = _unfolded(head.decode("utf-8", "surrogateescape"))
    if not _REQUEST.fullmatch(lines[0]) and not _RESPONSE.fullmatch(lines[0]):
        raise SipError("the first line is none of SIP")
    if len(lines) > MOST_HEADERS or max(map(len, lines)) > MOST_LINE:
        raise SipError("the message has too many headers, or too long ones")
    message = SipMessage(lines[0], tuple(_field(line) for line in lines[1:]), body)
    if missing := [name for name in _NEEDED if not message.first(name)]:
        raise SipError(f"the header {missing[0]} is missing")
    length = message.first("content-length")
    if not length:
        return message
    if not (length.isascii() and length.isdigit()) or len(length) > 9 or int(length) > len(body):
        raise SipError("the body is shorter than its Content-Length")
    return SipMessage(message.start, message.headers, body[: int(length)])


def _unfolded(text: str) -> list[str]:
    return re.sub(r"\r\n[ \t]+", " ", text.lstrip("\r\n")).split("\r\n")


def _field(line: str) -> tuple[str, str]:
    found = _FIELD.fullmatch(line)
    if found is None:
        raise SipError("a header line has no name")
    name = found[1].lower()
    return _COMPACT.get(name, name), found[2].strip()


def write_message(start: str, headers: list[tuple[str, str]], body: bytes = b"") -> bytes:
    """A message with its Content-Length."""
    lines = [start, *(f"{name}: {value}" for name, value in headers)]
    text = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
    return text.encode("utf-8", "surrogateescape") + body


def parameter(value: str, name: str) -> str:
    """A parameter of a header's value, behind its address; empty where it is not there.

    >>> parameter('"a;tag=x" <sip:b@c;tag=y>;tag=z', "tag")
    'z'
    """
    bare = re.sub(r'"(?:[^"\\]|\\.)*"|<[^<>]*>', "", value)
    found = re.search(rf";\s*{name}\s*=\s*([^\s;,]+)", bare, re.IGNORECASE)
    return found[1] if found else ""


def uri(value: str) -> str:
    """The address of a From, To, Contact or Route value.

    >>> uri('"张三" <sip:8012@10.0.0.1;lr>;tag=1'), uri("sip:a@b;tag=1")
    ('sip:8012@10.0.0.1;lr', 'sip:a@b')
    """
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', "", value)
    found = re.search(r"<([^>]*)>", bare)
    return found[1].strip() if found else bare.split(";")[0].strip()


def split_list(value: str) -> list[str]:
    """The members of a header's value that commas part, outside quotes and angle brackets.

    >>> split_list('<sip:a,b@c>;x="d,e", <sip:f>')
    ['<sip:a,b@c>;x="d,e"', '<sip:f>']
    """
    parts = re.findall(r'(?:"(?:[^"\\]|\\.)*"|<[^<>]*>|[^,])+', value)
    return [part.strip() for part in parts if part.strip()] or [""]


def body_parts(message: SipMessage) -> list[tuple[str, bytes]]:
    """Media type, in lower case, and content of each part of a body; one where it is not
    multipart. Raises ``SipError`` for a multipart body without parts."""
    kind = message.first("content-type")
    name = kind.split(";")[0].strip().lower()
    if not name.startswith("multipart/"):
        return [(name, message.body)] if message.body else []
    found = _BOUNDARY.search(kind)
    if found is None:
        raise SipError("the multipart body has no boundary")
    boundary = (found[1] or found[2]).encode("utf-8", "surrogateescape")
    pieces = re.split(rb"(?:^|\r?\n)--" + re.escape(boundary), message.body)
    parts = []
    for piece in pieces[1:]:
        if piece.startswith(b"--"):
            break
        parts.append(_part(piece))
    if not parts:
        raise SipError("the multipart body has no parts")
    return parts


def _part(piece: bytes) -> tuple[str, bytes]:
    content = re.sub(rb"\A[ \t]*\r?\n", b"", piece, count=1)
    if content.startswith((b"\r\n", b"\n")):
        return "text/plain", content.lstrip(b"\r\n")
    head, _, body = re.sub(rb"\r?\n\r?\n", b"\r\n\r\n", content, count=1).partition(b"\r\n\r\n")
    found = re.search(rb"^content-type[ \t]*:[ \t]*([^\s;]+)", head, re.IGNORECASE | re.MULTILINE)
    return (found[1].decode("ascii", "replace").lower() if found else "text/plain"), body
