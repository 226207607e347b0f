"""A session recording server (SIPREC, RFC 7866): an SBC sends each call's two streams here, with
who speaks in them."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import secrets
import time
from dataclasses import dataclass, field
from itertools import chain, count
from typing import TYPE_CHECKING, Literal

from pipeline.errors import SettingsError
from pipeline.telephony.codecs import SoundDecoder
from pipeline.telephony.events import CallSink, CallStream, RefusedCallError
from pipeline.telephony.rtp_call import RtpCall
from pipeline.telephony.rtp_ports import NoPortError, PortPool, local_address, plain_address
from pipeline.telephony.sip import SipMessage, parameter, split_list, uri
from pipeline.telephony.sip_server import SipServer
from pipeline.telephony.sip_transactions import Link, Repeated, Reply
from pipeline.telephony.siprec_dialog import Dialog, interval_of
from pipeline.telephony.siprec_request import call_name, is_in, is_recording, read_bodies
from pipeline.telephony.siprec_roles import Assigned, Roles, assign

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.telephony.sdp import Media
    from pipeline.telephony.siprec_metadata import Metadata

TICK_S = 0.05
"""Sound is told so often. Our choice: below the jitter buffer's wait."""

METHODS = "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE"
_EXTENSIONS = ("siprec", "timer")
_SUPPORTED = (
    ("Allow", METHODS),
    ("Supported", "siprec, timer"),
    ("Accept", "application/sdp, application/rs-metadata+xml, multipart/mixed"),
)

_log = logging.getLogger(__name__)


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
    allow: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()
    ports: tuple[int, int] = (40000, 40399)
    address: str | None = None
    check_source: bool = True
    roles: Roles = field(default_factory=Roles)
    name_by: Literal["session", "sip"] = "session"
    most: int = 50
    idle_s: float = 120.0
    longest_s: float = 14_400.0
    session_s: int = 1800
    session_least_s: int = 90
    t1_s: float = 0.5


class SiprecServer:
    """Takes recording sessions and tells the sink of their calls. ``address``: after ``start``."""

    def __init__(
        self, options: SiprecOptions, sink: CallSink, *, clock: Callable[[], float] = time.time
    ) -> None:
        self.address = (options.host, options.port)
        self._options, self._sink, self._clock = options, sink, clock
        self._pool = PortPool(options.host, options.ports)
        self._dialogs: dict[tuple[str, str], Dialog] = {}
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
        return is_in(host, self._options.allow)

    def answer(self, request: SipMessage, link: Link) -> Reply:
        """The answer to a request that is no ACK."""
        strange = [tag for tag in request.tokens("require") if tag not in _EXTENSIONS]
        if strange and request.method != "CANCEL":
            return Reply(420, (("Unsupported", ", ".join(strange)),))
        if request.first("content-encoding").lower() not in ("", "identity"):
            return Reply(415, (("Accept-Encoding", "identity"),))
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
            dialog.stop_repeats()

    def _dialog(self, request: SipMessage) -> Dialog | None:
        tag = parameter(request.first("to"), "tag")
        dialog = self._dialogs.get((request.first("call-id"), tag))
        return dialog if dialog is not None and dialog.is_of(request) else None

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
            dialog.take_offer(offer, assigned, check_source=self._options.check_source)
            dialog.call.begin(self._clock(), assigned.all_sides, assigned.people)
        except NoPortError:
            dialog.call.end()
            return Reply(503, (("Retry-After", "30"),))
        except RefusedCallError as error:
            dialog.call.end()
            self._running().complain(link.host, f"a call is not taken: {error}")
            return Reply(486)
        except BaseException:
            dialog.call.end("it could not be taken")
            raise
        self._dialogs[dialog.key] = dialog
        return self._accept(request, dialog, self._timer(request, dialog))

    def _refused(self, request: SipMessage) -> Reply | None:
        number, _ = request.cseq
        if any(one.is_of(request) and one.invite_cseq == number for one in self._dialogs.values()):
            return Reply(482)  # it came by another way, too (RFC 3261, 8.2.2.2)
        if not is_recording(request):
            return Reply(421, (("Require", "siprec"),))
        asked = interval_of(request)
        if asked is not None and asked < self._options.session_least_s:
            return Reply(422, (("Min-SE", str(self._options.session_least_s)),))
        return None

    def _new_dialog(self, request: SipMessage, link: Link, metadata: Metadata | None) -> Dialog:
        name = call_name(request, metadata, self._options.name_by)
        taken = {one.call.stream.name for one in self._dialogs.values()}
        others = (f"{name}-{number}" for number in count(2))
        unique = next(one for one in chain([name], others) if one not in taken)
        call = RtpCall(CallStream("siprec", unique), self._sink, self._pool, self._now)
        routes = [one for value in request.all("record-route") for one in split_list(value)]
        return Dialog(
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

    def _assigned(self, offer: Sequence[Media], metadata: Metadata | None) -> Assigned:
        """Sides of those lines that can be taken; ``None`` for the others."""
        usable = [at for at, media in enumerate(offer) if media.chosen is not None]
        found = assign([offer[at].label for at in usable], metadata, self._options.roles)
        sides = dict(zip(usable, found.sides, strict=True))
        return Assigned(tuple(sides.get(at) for at in range(len(offer))), found.people)

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
        asked = interval_of(request)
        if asked is not None and asked < self._options.session_least_s:
            return Reply(422, (("Min-SE", str(self._options.session_least_s)),))
        return self._renegotiate(request, dialog, link)

    def _renegotiate(self, request: SipMessage, dialog: Dialog, link: Link) -> Reply:
        offer, metadata = self._read(request, link)
        if offer and not any(media.chosen is not None for media in offer):
            return Reply(488)
        if metadata is not None:
            known = dialog.metadata
            dialog.metadata = known.updated(metadata) if known is not None else metadata
        assigned = self._assigned(offer or dialog.offer, dialog.metadata)
        try:
            dialog.take_offer(
                offer or dialog.offer, assigned, check_source=self._options.check_source
            )
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
        self, request: SipMessage, dialog: Dialog, timer: tuple[tuple[str, str], ...]
    ) -> Reply:
        """A 200 of an INVITE, repeated until its ACK comes (RFC 3261, 13.3.1.4)."""
        dialog.stop_repeats()
        reply = self._ok(dialog, timer, with_sdp=True)
        sip = self._running()
        dialog.unanswered = Repeated(
            lambda: sip.transactions.repeat(request, dialog.link, reply),
            self._options.t1_s,
            lambda: self._hang_up(dialog, "its acknowledgement never came"),
        )
        return reply

    def _ok(self, dialog: Dialog, timer: tuple[tuple[str, str], ...], *, with_sdp: bool) -> Reply:
        headers = (("Contact", self._contact(dialog.link)), *_SUPPORTED, *timer)
        if not with_sdp:
            return Reply(200, headers, tag=dialog.tag)
        kind = ("Content-Type", "application/sdp")
        return Reply(200, (*headers, kind), dialog.answer_offer(), dialog.tag)

    def _timer(self, request: SipMessage, dialog: Dialog) -> tuple[tuple[str, str], ...]:
        usual = max(self._options.session_s, self._options.session_least_s)
        return dialog.timer.agree(request, usual, self._now())

    def _contact(self, link: Link) -> str:
        transport = ";transport=tcp" if link.reliable else ""
        return f"<sip:callqa@{self._sent_by(link)}{transport}>;+sip.srs"

    def _sent_by(self, link: Link) -> str:
        host = self._options.address or self._seen_address(link)
        shown = f"[{host}]" if ":" in host else host
        return f"{shown}:{self.address[1]}"

    def _seen_address(self, link: Link) -> str:
        if ipaddress.ip_address(self.address[0]).is_unspecified:
            return local_address(plain_address(link.host))
        return self.address[0]

    # Ends ----------------------------------------------------------------------------------------

    def _end(self, dialog: Dialog, reason: str) -> None:
        dialog.stop_repeats()
        self._dialogs.pop(dialog.key, None)
        dropped = {kind: count for kind, count in dialog.call.counts.items() if count}
        _log.info("a call from %s has ended: %s %s", dialog.link.host, reason or "BYE", dropped)
        try:
            dialog.call.end(reason)
        except Exception:  # one call's fault ends no other call
            _log.exception("a call from %s could not be ended cleanly", dialog.link.host)

    def _hang_up(self, dialog: Dialog, reason: str) -> None:
        if dialog.key not in self._dialogs:
            return
        self._request(dialog, "BYE", (), lambda _status: None)
        self._end(dialog, reason)

    def _request(
        self,
        dialog: Dialog,
        method: str,
        extra: tuple[tuple[str, str], ...],
        then: Callable[[int], None],
    ) -> None:
        """A request of our own; it goes the way that the client's last one came, so that no name
        needs to be looked up."""
        headers = [*dialog.own_headers(method), *extra]
        self._running().transactions.request(
            method, dialog.target, headers, dialog.link, self._sent_by(dialog.link), then
        )

    def _refresh(self, dialog: Dialog) -> None:
        dialog.timer.refresh_at = None
        interval = dialog.timer.interval_s
        extra = (
            ("Contact", self._contact(dialog.link)),
            ("Supported", "timer"),
            ("Session-Expires", f"{interval};refresher=uac"),
        )

        def answered(status: int) -> None:
            if status < 300:
                dialog.timer.refreshed(interval, now=self._now(), ours=True)
            elif status in (408, 481):
                self._hang_up(dialog, "the client knows its session no more")

        self._request(dialog, "UPDATE", extra, answered)

    async def _tick_on(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            for dialog in list(self._dialogs.values()):
                self._tick(dialog)

    def _tick(self, dialog: Dialog) -> None:
        try:
            dialog.call.pump()
        except Exception:  # one call's fault ends no other call
            _log.exception("a call from %s could not be heard", dialog.link.host)
            self._hang_up(dialog, "its sound could not be taken")
            return
        now, options, timer = self._now(), self._options, dialog.timer
        if timer.refresh_at is not None and now >= timer.refresh_at:
            self._refresh(dialog)
        if timer.expires_at is not None and now >= timer.expires_at:
            self._hang_up(dialog, "its session was not refreshed")
        elif dialog.call.silent_s > options.idle_s:
            self._hang_up(dialog, f"nothing came for {options.idle_s:g} s")
        elif now - dialog.call.begun > options.longest_s:
            self._hang_up(dialog, f"it was longer than {options.longest_s:g} s")

    def _running(self) -> SipServer:
        if self._sip is None:
            raise SettingsError("the SIPREC server has not been started")
        return self._sip

    def _read(self, request: SipMessage, link: Link) -> tuple[tuple[Media, ...], Metadata | None]:
        return read_bodies(request, lambda fault: self._running().complain(link.host, fault))
