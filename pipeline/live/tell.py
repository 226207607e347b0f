"""Alarms reach people who do not look: by the site's notifications and webhooks, from threads of
their own, so that nothing waits for an address that is away."""

from __future__ import annotations

import logging
import queue
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.jobs import Hooks
from pipeline.privacy import mask_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.types import LiveAlarm, LiveTalk, Seconds

MOST_WAITING = 200
"""Messages that wait for an address; further ones are dropped and logged (our choice)."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Teller:
    """``send``: takes addresses, title and text, and returns whether all took it; ``addresses``:
    ``[live] notify``; ``base_url``: of the pages, empty for no link."""

    send: Callable[[Sequence[str], str, str], bool]
    addresses: Sequence[str] = ()
    hooks: Hooks = field(default_factory=Hooks)
    base_url: str = ""
    _lines: dict[str, _Line] = field(default_factory=dict)

    def tell(self, talk: LiveTalk, alarm: LiveAlarm, rule: str) -> None:
        """Tell of an alarm soon; ``rule``: its name. Returns at once and raises nothing."""
        link = f"/live/{talk.id}"
        self.hooks.tell(
            "live.alarm",
            {
                "talk_id": talk.id,
                "agent_id": talk.agent_id,
                "rule": alarm.rule,
                "level": alarm.level,
                "verdict": alarm.verdict,
                "link": link,
            },
        )
        if not self.addresses or alarm.level != "notify" or alarm.verdict != "confirmed":
            return
        message = _message(talk, alarm, rule, self.base_url and self.base_url + link)
        for number, address in enumerate(self.addresses, 1):
            if address not in self._lines:
                self._lines[address] = _Line(self.send, address, number)
            self._lines[address].put(message, talk.id)

    def close(self, timeout_s: Seconds = 10.0) -> None:
        """Wait until all is sent or given up, so long at most."""
        until = time.monotonic() + timeout_s
        for line in self._lines.values():
            line.close(until)
        self._lines = {}
        self.hooks.close(timeout_s)


class _Line:
    """One address with its thread, so that one that is slow keeps no other one waiting. ``number``: of
    the address in the settings, for the log; the address itself may hold a key."""

    def __init__(
        self, send: Callable[[Sequence[str], str, str], bool], address: str, number: int
    ) -> None:
        self._send, self._address, self._number = send, address, number
        self._waiting: queue.Queue[tuple[str, str] | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._work, name="alarms", daemon=True)
        self._thread.start()

    def put(self, message: tuple[str, str], talk_id: int) -> None:
        try:
            self._waiting.put_nowait(message)
        except queue.Full:
            _log.error("alarm of conversation %d dropped: %d wait already", talk_id, MOST_WAITING)

    def close(self, until: float) -> None:
        try:
            self._waiting.put(None, timeout=max(0.01, until - time.monotonic()))
        except queue.Full:
            _log.error("alarms to address %d of [live] notify were not sent", self._number)
        self._thread.join(max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        while (message := self._waiting.get()) is not None:
            try:
                sent = self._send((self._address,), *message)
            except Exception:  # the thread outlives whatever a service does
                _log.exception("an alarm could not be sent")
                continue
            if not sent:
                _log.error("an alarm did not reach address %d of [live] notify", self._number)


def _message(talk: LiveTalk, alarm: LiveAlarm, rule: str, link: str) -> tuple[str, str]:
    """Title and text, with personal data masked."""
    lines = [
        f"会话 {mask_text(talk.name)}，工号 {talk.agent_id or '未知'}",
        f"“{mask_text(alarm.quote)[:100]}”" if alarm.quote else mask_text(alarm.evidence),
        link,
    ]
    return f"callqa 实时告警：{rule}", "\n".join(filter(None, lines))
