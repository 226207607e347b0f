"""What a recording client's request brings: its offer, its metadata, and where it comes from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipeline.telephony.sdp import Media, SdpError, read_sdp
from pipeline.telephony.sip import SipError, SipMessage, body_parts
from pipeline.telephony.siprec_metadata import Metadata, MetadataError, read_metadata

if TYPE_CHECKING:
    from collections.abc import Callable

_METADATA = ("application/rs-metadata+xml", "application/rs-metadata")


def read_bodies(
    request: SipMessage, complain: Callable[[str], None]
) -> tuple[tuple[Media, ...], Metadata | None]:
    """The offer, empty where there is none, and the metadata. Metadata that cannot be read costs
    no call, only its names. Raises ``SipError`` for an offer that cannot be read."""
    offer: tuple[Media, ...] = ()
    metadata = None
    for kind, content in body_parts(request):
        try:
            if kind == "application/sdp":
                offer = read_sdp(content.decode("utf-8", "replace"))
            elif kind in _METADATA:
                metadata = read_metadata(content)
        except SdpError as error:
            raise SipError(str(error)) from error
        except MetadataError as error:
            complain(str(error))
    return offer, metadata


def is_recording(request: SipMessage) -> bool:
    """Whether an INVITE is of a recording client (RFC 7866, section 7): one of its three signs, since
    not all clients have all."""
    if "siprec" in (*request.tokens("require"), *request.tokens("supported")):
        return True
    if "+sip.src" in request.first("contact").lower():
        return True
    return any(kind in _METADATA for kind, _ in body_parts(request))


def call_name(request: SipMessage, metadata: Metadata | None, by: str) -> str:
    """The call's name, with those signs only that a file's name can have."""
    names = [request.first("call-id")]
    if metadata is not None:
        given = [metadata.session, metadata.sip_session]
        names = [one for one in (given if by == "session" else given[::-1]) if one] + names
    name = re.sub(r"[^A-Za-z0-9@+=_.-]+", "-", names[0]).strip(".-")
    return name[:100] or "call"
