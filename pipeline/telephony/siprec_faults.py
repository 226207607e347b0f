"""What the log says of a recording client's requests and RTP."""

from __future__ import annotations

SURPRISING = {
    415: "a body is compressed",
    420: "a request needs extensions that callqa does not have",
    421: "an INVITE is not of a recording session",
    422: "a session's interval is too short",
    488: "an offer has no stream that can be taken: codec, kind and encryption count",
    503: "no port for RTP is left; see [live.siprec] ports",
}
"""Refusals by their status, for the log."""

DROPPED = {
    "codec": "a codec that was not agreed",
    "damaged": "damaged",
    "dtls": "encrypted",
    "flood": "too many packets a second",
    "foreign": "from another address or source",
}
"""Kinds of packets that a call loses by, for the log."""
