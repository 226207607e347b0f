"""A session recording server (SIPREC, RFC 7866): an SBC sends each call's two streams here, with
who speaks in them."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.telephony.codecs import SoundDecoder
from pipeline.telephony.events import CallSink, CallStream, RefusedCallError
from pipeline.telephony.rtp_call import RtpCall
from pipeline.telephony.rtp_ports import NoPortError, PortPool, local_address
from pipeline.telephony.sdp import Answer, Media, SdpError, read_sdp, write_answer
from pipeline.telephony.sip import SipError, SipMessage, body_parts, parameter, split_list, uri
from pipeline.telephony.sip_server import Link, Repeated, Reply, SipServer
from pipeline.telephony.siprec_metadata import Metadata, MetadataError, read_metadata
from pipeline.telephony.siprec_roles import Assigned, Roles, assign

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TICK_S = 0.05
"""Sound is told so often. Our choice: below the jitter buffer's wait."""

MOST_STREAMS = 8
"""Streams of one call; our choice."""

METHODS = "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE"
_EXTENSIONS = ("siprec", "timer")
_SUPPORTED = (
    ("Allow", METHODS),
    ("Supported", "siprec, timer"),
    ("Accept", "application/sdp, application/rs-metadata+xml, multipart/mixed"),
)
_METADATA = ("application/rs-metadata+xml", "application/rs-metadata")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SiprecOptions:
    """``allow``: networks that may send; empty: nobody. ``ports``: the first and the last of those
    for RTP, two each call. ``address``: the one that answers name, where clients see another than
    this machine does; ``None``: the one that the client reaches. ``check_source``: take RTP only
    from the address that the offer names. ``most``: calls at once. ``idle_s``: a call whose streams
    are silent for so long has ended. ``longest_s``: of a call. ``session_s``: clients that can must
    refresh their session so often (RFC 4028), not below ``session_least_s``. ``t1_s``: first wait
    before a message is repeated (RFC 3261)."""

    host: str = "0.0.0.0"
    port: int = 5060
    allow: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    ports: tuple[int, int] = (40000, 40399)
    address: str | None = None
    check_source: bool = True
    roles: Roles = field(default_factory=Roles)
    most: int = 50
    idle_s: float = 120.0
    longest_s: float = 14_400.0
    session_s: int = 1800
    session_least_s: int = 90
    t1_s: float = 0.5


@dataclass(slots=True)
class _Dialog:
    """What is agreed with one client about one call (RFC 3261, section 12)."""

    call_id: str
    local: str
    remote: str
    target: str
    routes: tuple[str, ...]
    link: Link
    cseq: int
    call: RtpCall
    address: str
    own_cseq: int = 0
    number: int = field(default_factory=lambda: secrets.randbelow(1 << 31))
    version: int = 0
    metadata: Metadata | None = None
    offer: tuple[Media, ...] = ()
    unanswered: Repeated | None = None
    invite_cseq: int = 0
    expires_at: float | None = None
    refresh_at: float | None = None
    interval_s: int = 0

    @property
    def key(self) -> tuple[str, str]:
        return self.call_id, parameter(self.local, "tag")


class SiprecServer:
    """Takes recording sessions and tells the sink of their calls. ``address``: after ``start``."""

    def __init__(
        self, options: SiprecOptions, sink: CallSink, *, clock: Callable[[], float] = time.time
    ) -> None:
        self.address = (options.host, options.port)
        self._options, self._sink, self._clock = options, sink, clock
        self._pool = PortPool(options.host, options.ports)
        self._dialogs: dict[tuple[str, str], _Dialog] = {}
        self._ticker: asyncio.Task[None] | None = None
        self._sip: SipServer | None = None
        self._now: Callable[[], float] = time.monotonic

    async def start(self) -> None:
        """Bind and serve over UDP and TCP. Raises ``SettingsError`` where the address is taken."""
        sip = SipServer(
            self,
            address=(self._options.host, self._options.port),
            t1_s=self._options.t1_s,
            most_connections=self._options.most + 50,
        )
        await asyncio.to_thread(SoundDecoder, "pcma")  # loads FFmpeg, so that no call waits for it
        await sip.start()
        self._sip, self.address = sip, sip.address
        self._now = asyncio.get_running_loop().time
        self._ticker = asyncio.create_task(self._tick_on())

    async def close(self) -> None:
        """End all calls and close all sockets."""
        if self._ticker is not None:
            self._ticker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticker
        for dialog in list(self._dialogs.values()):
            self._hang_up(dialog, "callqa is stopping")
        if self._sip is not None:
            await asyncio.sleep(0)  # the BYEs leave
            await self._sip.close()

    # Requests ------------------------------------------------------------------------------------

    def allows(self, host: str) -> bool:
        """Whether an address may send requests."""
        return _is_in(host, self._options.allow)

    def answer(self, request: SipMessage, link: Link) -> Reply:
        """The answer to a request that is no ACK."""
        strange = [tag for tag in request.tokens("require") if tag not in _EXTENSIONS]
        if strange and request.method != "CANCEL":
            return Reply(420, (("Unsupported", ", ".join(strange)),))
        if request.method == "OPTIONS":
            return Reply(200, (*_SUPPORTED, ("Contact", self._contact(link))))
        if request.method == "CANCEL":
            return self._cancel(request)
        if request.method not in ("INVITE", "UPDATE", "BYE"):
            return Reply(405, (("Allow", METHODS),))
        if request.method == "INVITE" and not parameter(request.first("to"), "tag"):
            return self._begin(request, link)
        return self._within(request, link)

    def _cancel(self, request: SipMessage) -> Reply:
        """An INVITE is answered at once, so there is nothing left to cancel (RFC 3261, 9.2)."""
        number, _ = request.cseq
        call_id = request.first("call-id")
        known = any(
            one.call_id == call_id and one.invite_cseq == number for one in self._dialogs.values()
        )
        return Reply(200 if known else 481)

    def acknowledge(self, request: SipMessage) -> None:
        """An ACK of an INVITE that was accepted."""
        dialog = self._dialog(request)
        if dialog is not None and request.cseq[0] == dialog.invite_cseq:
            self._stop_repeats(dialog)

    def _dialog(self, request: SipMessage) -> _Dialog | None:
        tag = parameter(request.first("to"), "tag")
        dialog = self._dialogs.get((request.first("call-id"), tag))
        asks = parameter(request.first("from"), "tag")
        if dialog is None or parameter(dialog.remote, "tag") != asks:
            return None
        return dialog

    def _begin(self, request: SipMessage, link: Link) -> Reply:
        refused = self._refused(request)
        if refused is not None:
            return refused
        offer, metadata = self._read(request, link)
        if not any(media.chosen is not None for media in offer or ()):
            return Reply(488, (("Warning", '305 callqa "no codec in common"'),))
        if len(self._dialogs) >= self._options.most:
            return Reply(486)
        dialog = self._new_dialog(request, link, metadata)
        assigned = self._assigned(offer, metadata)
        try:
            self._open(dialog, offer, assigned)
            dialog.call.begin(self._clock(), assigned.all_sides, assigned.people)
        except NoPortError:
            dialog.call.end()
            return Reply(503, (("Retry-After", "30"),))
        except RefusedCallError as error:
            dialog.call.end()
            _log.warning("a call from %s is not taken: %s", link.host, error)
            return Reply(486)
        except BaseException:
            dialog.call.end("it could not be taken")
            raise
        self._dialogs[dialog.key] = dialog
        return self._accept(request, dialog, self._timer(request, dialog))

    def _refused(self, request: SipMessage) -> Reply | None:
        cseq, tag = request.cseq, parameter(request.first("from"), "tag")
        for one in self._dialogs.values():
            same = one.call_id == request.first("call-id") and one.invite_cseq == cseq[0]
            if same and parameter(one.remote, "tag") == tag:
                return Reply(482)  # it came by another way, too (RFC 3261, 8.2.2.2)
        if not _is_recording(request):
            return Reply(421, (("Require", "siprec"),))
        asked = _interval(request)
        if asked is not None and asked < self._options.session_least_s:
            return Reply(422, (("Min-SE", str(self._options.session_least_s)),))
        return None

    def _new_dialog(self, request: SipMessage, link: Link, metadata: Metadata | None) -> _Dialog:
        name = _call_name(metadata.session if metadata else None, request.first("call-id"))
        taken = {one.call.stream.name for one in self._dialogs.values()}
        unique = next(one for one in _names(name) if one not in taken)
        call = RtpCall(CallStream("siprec", unique), self._sink, self._pool, self._now)
        routes = [one for value in request.all("record-route") for one in split_list(value)]
        return _Dialog(
            call_id=request.first("call-id"),
            local=f"{request.first('to')};tag={secrets.token_hex(8)}",
            remote=request.first("from"),
            target=uri(request.first("contact") or request.first("from")),
            routes=tuple(routes),
            link=link,
            cseq=request.cseq[0],
            invite_cseq=request.cseq[0],
            call=call,
            address=self._options.address or self._seen_address(link),
            metadata=metadata,
        )

    def _read(self, request: SipMessage, link: Link) -> tuple[tuple[Media, ...], Metadata | None]:
        """The offer, empty where there is none, and the metadata. Metadata that cannot be read
        costs no call, only its names."""
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
                self._complain(link, str(error))
        return offer, metadata

    def _assigned(self, offer: Sequence[Media], metadata: Metadata | None) -> Assigned:
        """Sides of those lines that can be taken; ``None`` for the others."""
        usable = [at for at, media in enumerate(offer) if media.chosen is not None]
        found = assign([offer[at].label for at in usable], metadata, self._options.roles)
        sides = dict(zip(usable, found.sides, strict=True))
        return Assigned(tuple(sides.get(at) for at in range(len(offer))), found.people)

    def _open(self, dialog: _Dialog, offer: tuple[Media, ...], assigned: Assigned) -> None:
        """Ports for what an offer has, changes of what it changes, and an end of what it ends."""
        for at in range(len(offer), len(dialog.offer)):
            dialog.call.drop(str(at))
        dialog.offer = offer
        for at, (media, side) in enumerate(zip(offer, assigned.sides, strict=True)):
            name = str(at)
            source = media.address if self._options.check_source else None
            if media.chosen is None or at >= MOST_STREAMS:
                dialog.call.drop(name)
                continue
            if dialog.call.port_of(name) is None:
                dialog.call.open(name, media.types, source, side)
            else:
                dialog.call.change(name, media.types, source, side)
            dialog.call.hold(name, held=not media.sends)

    def _within(self, request: SipMessage, link: Link) -> Reply:
        dialog = self._dialog(request)
        if dialog is None:
            return Reply(481)
        number, _ = request.cseq
        if number <= dialog.cseq:
            return Reply(500, (("Retry-After", "1"),))
        dialog.cseq, dialog.link = number, link
        if request.method == "BYE":
            self._end(dialog, "")
            return Reply(200)
        asked = _interval(request)
        if asked is not None and asked < self._options.session_least_s:
            return Reply(422, (("Min-SE", str(self._options.session_least_s)),))
        return self._renegotiate(request, dialog, link)

    def _renegotiate(self, request: SipMessage, dialog: _Dialog, link: Link) -> Reply:
        offer, metadata = self._read(request, link)
        if offer and not any(media.chosen is not None for media in offer):
            return Reply(488)
        if metadata is not None:
            known = dialog.metadata
            dialog.metadata = known.updated(metadata) if known is not None else metadata
        assigned = self._assigned(offer or dialog.offer, dialog.metadata)
        try:
            self._open(dialog, offer or dialog.offer, assigned)
        except NoPortError:
            return Reply(503, (("Retry-After", "30"),))
        dialog.call.announce(assigned.people)
        if request.first("contact"):
            dialog.target = uri(request.first("contact"))
        timer = self._timer(request, dialog)
        if request.method == "INVITE":
            dialog.invite_cseq = request.cseq[0]
            return self._accept(request, dialog, timer)
        return self._ok(dialog, timer, with_sdp=bool(offer))

    # Answers -------------------------------------------------------------------------------------

    def _accept(
        self, request: SipMessage, dialog: _Dialog, timer: tuple[tuple[str, str], ...]
    ) -> Reply:
        """A 200 of an INVITE, repeated until its ACK comes (RFC 3261, 13.3.1.4)."""
        self._stop_repeats(dialog)
        reply = self._ok(dialog, timer, with_sdp=True)
        sip = self._running()
        dialog.unanswered = Repeated(
            lambda: sip.repeat(request, dialog.link, reply),
            self._options.t1_s,
            lambda: self._hang_up(dialog, "its acknowledgement never came"),
        )
        return reply

    def _ok(self, dialog: _Dialog, timer: tuple[tuple[str, str], ...], *, with_sdp: bool) -> Reply:
        headers = (("Contact", self._contact(dialog.link)), *_SUPPORTED, *timer)
        tag = parameter(dialog.local, "tag")
        if not with_sdp:
            return Reply(200, headers, tag=tag)
        dialog.version += 1
        ports = [dialog.call.port_of(str(at)) for at in range(len(dialog.offer))]
        answer = Answer(dialog.address, dialog.number, dialog.version)
        body = write_answer(dialog.offer, ports, answer).encode()
        return Reply(200, (*headers, ("Content-Type", "application/sdp")), body, tag)

    def _timer(self, request: SipMessage, dialog: _Dialog) -> tuple[tuple[str, str], ...]:
        """The session's interval as both can keep it (RFC 4028, section 9): the client refreshes,
        unless it wants it otherwise."""
        asked, can = _interval(request), "timer" in request.tokens("supported")
        if asked is None and not can:
            dialog.expires_at = dialog.refresh_at = None
            return ()
        interval = asked or max(self._options.session_s, self._options.session_least_s)
        refresher = parameter(request.first("session-expires"), "refresher").lower()
        ours = refresher == "uas" or not can
        self._refreshed(dialog, interval, ours=ours)
        header = ("Session-Expires", f"{interval};refresher={'uas' if ours else 'uac'}")
        return (header, ("Require", "timer")) if can else (header,)

    def _refreshed(self, dialog: _Dialog, interval: int, *, ours: bool) -> None:
        now = self._now()
        dialog.interval_s = interval
        dialog.expires_at = now + interval - (0 if ours else min(32.0, interval / 3))
        dialog.refresh_at = now + interval / 2 if ours else None

    def _contact(self, link: Link) -> str:
        host = self._options.address or self._seen_address(link)
        shown = f"[{host}]" if ":" in host else host
        transport = ";transport=tcp" if link.reliable else ""
        return f"<sip:callqa@{shown}:{self.address[1]}{transport}>;+sip.srs"

    def _seen_address(self, link: Link) -> str:
        if ipaddress.ip_address(self.address[0]).is_unspecified:
            return local_address(link.host)
        return self.address[0]

    # Ends ----------------------------------------------------------------------------------------

    def _stop_repeats(self, dialog: _Dialog) -> None:
        if dialog.unanswered is not None:
            dialog.unanswered.stop()
            dialog.unanswered = None

    def _end(self, dialog: _Dialog, reason: str) -> None:
        self._stop_repeats(dialog)
        self._dialogs.pop(dialog.key, None)
        dropped = {kind: count for kind, count in dialog.call.counts.items() if count}
        _log.info("a call from %s has ended: %s %s", dialog.link.host, reason or "BYE", dropped)
        try:
            dialog.call.end(reason)
        except Exception:  # one call's fault ends no other call
            _log.exception("a call from %s could not be ended cleanly", dialog.link.host)

    def _hang_up(self, dialog: _Dialog, reason: str) -> None:
        if dialog.key not in self._dialogs:
            return
        self._request(dialog, "BYE", (), lambda _status: None)
        self._end(dialog, reason)

    def _request(
        self,
        dialog: _Dialog,
        method: str,
        extra: tuple[tuple[str, str], ...],
        then: Callable[[int], None],
    ) -> None:
        """A request of our own; it goes the way that the client's last one came, so that no name
        needs to be looked up."""
        dialog.own_cseq += 1
        headers = [
            *(("Route", route) for route in dialog.routes),
            ("Max-Forwards", "70"),
            ("From", dialog.local),
            ("To", dialog.remote),
            ("Call-ID", dialog.call_id),
            ("CSeq", f"{dialog.own_cseq} {method}"),
            *extra,
        ]
        self._running().request(method, dialog.target, headers, dialog.link, then)

    def _refresh(self, dialog: _Dialog) -> None:
        dialog.refresh_at = None
        interval = dialog.interval_s
        extra = (
            ("Contact", self._contact(dialog.link)),
            ("Supported", "timer"),
            ("Session-Expires", f"{interval};refresher=uac"),
        )

        def answered(status: int) -> None:
            if status < 300:
                self._refreshed(dialog, interval, ours=True)
            elif status in (408, 481):
                self._hang_up(dialog, "the client knows its session no more")

        self._request(dialog, "UPDATE", extra, answered)

    async def _tick_on(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            for dialog in list(self._dialogs.values()):
                self._tick(dialog)

    def _tick(self, dialog: _Dialog) -> None:
        try:
            dialog.call.pump()
        except Exception:  # one call's fault ends no other call
            _log.exception("a call from %s could not be heard", dialog.link.host)
            self._hang_up(dialog, "its sound could not be taken")
            return
        now, options = self._now(), self._options
        if dialog.refresh_at is not None and now >= dialog.refresh_at:
            self._refresh(dialog)
        if dialog.expires_at is not None and now >= dialog.expires_at:
            self._hang_up(dialog, "its session was not refreshed")
        elif dialog.call.silent_s > options.idle_s:
            self._hang_up(dialog, f"nothing came for {options.idle_s:g} s")
        elif now - dialog.call.begun > options.longest_s:
            self._hang_up(dialog, f"it was longer than {options.longest_s:g} s")

    def _running(self) -> SipServer:
        if self._sip is None:
            raise SettingsError("the SIPREC server has not been started")
        return self._sip

    def _complain(self, link: Link, about: str) -> None:
        self._running().complain(link.host, about)


def _is_in(host: str, networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address.version == one.version and address in one for one in networks)


def _is_recording(request: SipMessage) -> bool:
    """Whether an INVITE is of a recording client (RFC 7866, section 7): one of its three signs, since
    not all clients have all."""
    if "siprec" in (*request.tokens("require"), *request.tokens("supported")):
        return True
    if "+sip.src" in request.first("contact").lower():
        return True
    return any(kind in _METADATA for kind, _ in body_parts(request))


def _interval(request: SipMessage) -> int | None:
    found = re.match(r"\d{1,9}", request.first("session-expires"), re.ASCII)
    return int(found[0]) if found else None


def _call_name(session: str | None, call_id: str) -> str:
    """A name that a file can have: letters and digits, and those of ``-_.@+=`` within."""
    name = re.sub(r"[^A-Za-z0-9@+=_.-]+", "-", session or call_id).strip(".-")
    return name[:100] or "call"


def _names(name: str) -> Sequence[str]:
    return [name, *(f"{name}-{number}" for number in range(2, 10_000))]
