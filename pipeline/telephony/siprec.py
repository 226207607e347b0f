"""A session recording server (SIPREC, RFC 7866): an SBC sends each call's two streams here, with
who speaks in them."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING

from pipeline.telephony.codecs import SoundDecoder
from pipeline.telephony.sip_server import SipServer
from pipeline.telephony.siprec_sessions import Sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.telephony.events import CallSink
    from pipeline.telephony.siprec_dialog import Dialog
    from pipeline.telephony.siprec_options import SiprecOptions

TICK_S = 0.05
"""Sound is told so often. Our choice: below the jitter buffer's wait."""

_log = logging.getLogger(__name__)


class SiprecServer:
    """Takes recording sessions and tells the sink of their calls. ``address``: after ``start``."""

    def __init__(
        self, options: SiprecOptions, sink: CallSink, *, clock: Callable[[], float] = time.time
    ) -> None:
        self.address = (options.host, options.port)
        self._options = options
        self._sessions = Sessions(options, sink, clock=clock)
        self._ticker: asyncio.Task[None] | None = None
        self._sip: SipServer | None = None

    async def start(self) -> None:
        """Bind and serve over UDP and TCP. Raises ``SettingsError`` where the address is taken."""
        sip = SipServer(
            self._sessions,
            address=(self._options.host, self._options.port),
            t1_s=self._options.t1_s,
            most_connections=self._options.most + 50,
        )
        await asyncio.to_thread(SoundDecoder, "pcma")  # loads FFmpeg, so that no call waits for it
        await sip.start()
        self._sip = self._sessions.sip = sip
        self.address = sip.address
        self._ticker = asyncio.create_task(self._tick_on())

    async def close(self) -> None:
        """End all calls and close all sockets."""
        if self._ticker is not None:
            self._ticker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticker
        for dialog in list(self._sessions.dialogs.values()):
            self._sessions.hang_up(dialog, "callqa is stopping")
        if self._sip is not None:
            await asyncio.sleep(0)  # the BYEs leave
            await self._sip.close()

    def _refresh(self, dialog: Dialog) -> None:
        dialog.timer.refresh_at = None
        interval = dialog.timer.interval_s
        extra = (
            ("Contact", self._sessions.contact(dialog.link)),
            ("Supported", "timer"),
            ("Session-Expires", f"{interval};refresher=uac"),
        )

        def answered(status: int) -> None:
            if status < 300:
                dialog.timer.refreshed(interval, now=self._sessions.now(), ours=True)
            elif status in (408, 481):
                self._sessions.hang_up(dialog, "the client knows its session no more")

        self._sessions.ask(dialog, "UPDATE", extra, answered)

    async def _tick_on(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            for dialog in list(self._sessions.dialogs.values()):
                try:
                    self._tick(dialog)
                except Exception:  # one call's fault ends no other call
                    _log.exception("a call from %s could not be heard", dialog.link.host)
                    self._sessions.hang_up(dialog, "its sound could not be taken")

    def _tick(self, dialog: Dialog) -> None:
        dialog.call.pump()
        now, options, timer = self._sessions.now(), self._options, dialog.timer
        if timer.refresh_at is not None and now >= timer.refresh_at:
            self._refresh(dialog)
        if timer.expires_at is not None and now >= timer.expires_at:
            self._sessions.hang_up(dialog, "its session was not refreshed")
        elif dialog.call.silent_s > options.idle_s:
            self._sessions.hang_up(dialog, f"nothing came for {options.idle_s:g} s")
        elif now - dialog.call.begun > options.longest_s:
            self._sessions.hang_up(dialog, f"it was longer than {options.longest_s:g} s")
