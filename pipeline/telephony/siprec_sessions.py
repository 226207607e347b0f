"""The recording sessions in progress: how requests begin, change and end them (RFC 7866)."""

from __future__ import annotations

import ipaddress
import logging
import secrets
import time
from itertools import chain, count
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.telephony.events import CallStream, RefusedCallError
from pipeline.telephony.options import is_allowed
from pipeline.telephony.rtp_call import RtpCall
from pipeline.telephony.rtp_ports import NoPortError, PortPool, local_address, plain_address
from pipeline.telephony.sip import SipMessage, parameter, split_list, uri
from pipeline.telephony.sip_transactions import Link, Repeated, Reply
from pipeline.telephony.siprec_dialog import Dialog, interval_of
from pipeline.telephony.siprec_faults import DROPPED, SURPRISING
from pipeline.telephony.siprec_request import call_name, is_recording, read_bodies
from pipeline.telephony.siprec_roles import Assigned, assign

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.telephony.events import CallSink
    from pipeline.telephony.sdp import Media
    from pipeline.telephony.sip_server import SipServer
    from pipeline.telephony.siprec_metadata import Metadata
    from pipeline.telephony.siprec_options import SiprecOptions

METHODS = "INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE"
_EXTENSIONS = ("siprec", "timer")
_SUPPORTED = (
    ("Allow", METHODS),
    ("Supported", "siprec, timer"),
    ("Accept", "application/sdp, application/rs-metadata+xml, multipart/mixed"),
)

_log = logging.getLogger(__name__)


class Sessions:
    """``dialogs``: the sessions; ``sip``: what carries their messages, before the first one."""

    def __init__(
        self, options: SiprecOptions, sink: CallSink, *, clock: Callable[[], float]
    ) -> None:
        self.options = options
        self.dialogs: dict[tuple[str, str], Dialog] = {}
        self.sip: SipServer | None = None
        self.now: Callable[[], float] = time.monotonic
        self._sink, self._clock = sink, clock
        self._pool = PortPool(options.host, options.ports)

    # Requests ------------------------------------------------------------------------------------

    def allows(self, host: str) -> bool:
        """Whether an address may send requests."""
        return is_allowed(host, self.options.allow)

    def answer(self, request: SipMessage, link: Link) -> Reply:
        """The answer to a request that is no ACK; a refusal that may surprise is in the log."""
        reply = self._answer(request, link)
        if reply.status in SURPRISING:
            self._running().complain(link.host, SURPRISING[reply.status])
        return reply

    def _answer(self, request: SipMessage, link: Link) -> Reply:
        strange = [tag for tag in request.tokens("require") if tag not in _EXTENSIONS]
        if strange and request.method != "CANCEL":
            return Reply(420, (("Unsupported", ", ".join(strange)),))
        if request.first("content-encoding").lower() not in ("", "identity"):
            return Reply(415, (("Accept-Encoding", "identity"),))
        if request.method == "OPTIONS":
            return Reply(200, (*_SUPPORTED, ("Contact", self.contact(link))))
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
            one.call_id == call_id and one.invite_cseq == number for one in self.dialogs.values()
        )
        return Reply(200 if known else 481)

    def acknowledge(self, request: SipMessage) -> None:
        """An ACK of an INVITE that was accepted."""
        dialog = self._dialog(request)
        if dialog is not None and request.cseq[0] == dialog.invite_cseq:
            dialog.stop_repeats()

    def _dialog(self, request: SipMessage) -> Dialog | None:
        tag = parameter(request.first("to"), "tag")
        dialog = self.dialogs.get((request.first("call-id"), tag))
        return dialog if dialog is not None and dialog.is_of(request) else None

    def _begin(self, request: SipMessage, link: Link) -> Reply:
        refused = self._refused(request)
        if refused is not None:
            return refused
        offer, metadata = self._read(request, link)
        if not any(media.chosen is not None for media in offer or ()):
            return Reply(488, (("Warning", '305 callqa "no codec in common"'),))
        if len(self.dialogs) >= self.options.most:
            self._running().complain(link.host, "as many calls as may be are in progress")
            return Reply(486)
        dialog = self._new_dialog(request, link, metadata)
        assigned = self._assigned(offer, metadata)
        try:
            dialog.take_offer(offer, assigned, check_source=self.options.check_source)
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
        self.dialogs[dialog.key] = dialog
        return self._accept(request, dialog, self._timer(request, dialog))

    def _refused(self, request: SipMessage) -> Reply | None:
        number, _ = request.cseq
        if any(one.is_of(request) and one.invite_cseq == number for one in self.dialogs.values()):
            return Reply(482)  # it came by another way, too (RFC 3261, 8.2.2.2)
        if not is_recording(request):
            return Reply(421, (("Require", "siprec"),))
        asked = interval_of(request)
        if asked is not None and asked < self.options.session_least_s:
            return Reply(422, (("Min-SE", str(self.options.session_least_s)),))
        return None

    def _new_dialog(self, request: SipMessage, link: Link, metadata: Metadata | None) -> Dialog:
        name = call_name(request, metadata, self.options.name_by)
        taken = {one.call.stream.name for one in self.dialogs.values()}
        others = (f"{name}-{number}" for number in count(2))
        unique = next(one for one in chain([name], others) if one not in taken)
        call = RtpCall(CallStream("siprec", unique), self._sink, self._pool, self.now)
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
            address=self.options.address or self._seen_address(link),
            metadata=metadata,
        )

    def _assigned(self, offer: Sequence[Media], metadata: Metadata | None) -> Assigned:
        """Sides of those lines that can be taken; ``None`` for the others."""
        usable = [at for at, media in enumerate(offer) if media.chosen is not None]
        found = assign([offer[at].label for at in usable], metadata, self.options.roles)
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
            self.end(dialog, "")
            return Reply(200)
        asked = interval_of(request)
        if asked is not None and asked < self.options.session_least_s:
            return Reply(422, (("Min-SE", str(self.options.session_least_s)),))
        return self._renegotiate(request, dialog, link)

    def _renegotiate(self, request: SipMessage, dialog: Dialog, link: Link) -> Reply:
        offer, metadata = self._read(request, link)
        if offer and not any(media.chosen is not None for media in offer):
            return Reply(488)
        known = dialog.metadata
        if known is not None:
            metadata = known.updated(metadata) if metadata is not None else known
        assigned = self._assigned(offer or dialog.offer, metadata)
        try:
            dialog.take_offer(
                offer or dialog.offer, assigned, check_source=self.options.check_source
            )
        except NoPortError:
            return Reply(503, (("Retry-After", "30"),))
        dialog.metadata = metadata
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
            self.options.t1_s,
            lambda: self.hang_up(dialog, "its acknowledgement never came"),
        )
        return reply

    def _ok(self, dialog: Dialog, timer: tuple[tuple[str, str], ...], *, with_sdp: bool) -> Reply:
        headers = (("Contact", self.contact(dialog.link)), *_SUPPORTED, *timer)
        if not with_sdp:
            return Reply(200, headers, tag=dialog.tag)
        kind = ("Content-Type", "application/sdp")
        return Reply(200, (*headers, kind), dialog.answer_offer(), dialog.tag)

    def _timer(self, request: SipMessage, dialog: Dialog) -> tuple[tuple[str, str], ...]:
        usual = max(self.options.session_s, self.options.session_least_s)
        return dialog.timer.agree(request, usual, self.now())

    def contact(self, link: Link) -> str:
        transport = ";transport=tcp" if link.reliable else ""
        return f"<sip:callqa@{self._sent_by(link)}{transport}>;+sip.srs"

    def _sent_by(self, link: Link) -> str:
        host = self.options.address or self._seen_address(link)
        shown = f"[{host}]" if ":" in host else host
        return f"{shown}:{self._running().address[1]}"

    def _seen_address(self, link: Link) -> str:
        if ipaddress.ip_address(self._running().address[0]).is_unspecified:
            return local_address(plain_address(link.host))
        return self._running().address[0]

    # Ends ----------------------------------------------------------------------------------------

    def end(self, dialog: Dialog, reason: str) -> None:
        dialog.stop_repeats()
        self.dialogs.pop(dialog.key, None)
        dropped = {kind: count for kind, count in dialog.call.counts.items() if count}
        if strange := [text for kind, text in DROPPED.items() if kind in dropped]:
            self._running().complain(
                dialog.link.host, f"RTP of a call was dropped: {', '.join(strange)}"
            )
        _log.info("a call from %s has ended: %s %s", dialog.link.host, reason or "BYE", dropped)
        try:
            dialog.call.end(reason)
        except Exception:  # one call's fault ends no other call
            _log.exception("a call from %s could not be ended cleanly", dialog.link.host)

    def hang_up(self, dialog: Dialog, reason: str) -> None:
        if dialog.key not in self.dialogs:
            return
        try:
            self.ask(dialog, "BYE", (), lambda _status: None)
        except Exception:  # the call ends all the same
            _log.exception("a BYE could not be sent to %s", dialog.link.host)
        self.end(dialog, reason)

    def ask(
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

    def _running(self) -> SipServer:
        if self.sip is None:
            raise SettingsError("the SIPREC server has not been started")
        return self.sip

    def _read(self, request: SipMessage, link: Link) -> tuple[tuple[Media, ...], Metadata | None]:
        return read_bodies(request, lambda fault: self._running().complain(link.host, fault))
