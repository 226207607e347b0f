"""Alarms reach people who do not look: by the site's notifications and webhooks, from threads of
their own, so that nothing waits for an address that is away."""

from __future__ import annotations

import logging
import queue
import threading
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
    _waiting: queue.Queue[tuple[str, str] | None] = field(
        default_factory=lambda: queue.Queue(MOST_WAITING)
    )
    _thread: threading.Thread | None = None

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
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="alarms", daemon=True)
            self._thread.start()
        try:
            self._waiting.put_nowait(
                _message(talk, alarm, rule, self.base_url and self.base_url + link)
            )
        except queue.Full:
            _log.error("alarm of conversation %d dropped: %d wait already", talk.id, MOST_WAITING)

    def close(self, timeout_s: Seconds = 10.0) -> None:
        """Wait until all is sent or given up, so long at most."""
        if self._thread is not None:
            try:
                self._waiting.put(None, timeout=timeout_s)
            except queue.Full:
                _log.error("alarms were not sent in %g s", timeout_s)
            self._thread.join(timeout_s)
        self.hooks.close(timeout_s)

    def _work(self) -> None:
        while (message := self._waiting.get()) is not None:
            try:
                sent = self.send(self.addresses, *message)
            except Exception:  # the thread outlives whatever a service does
                _log.exception("an alarm could not be sent")
                continue
            if not sent:
                _log.error("an alarm did not reach every address of [live] notify")


def _message(talk: LiveTalk, alarm: LiveAlarm, rule: str, link: str) -> tuple[str, str]:
    """Title and text, with personal data masked."""
    lines = [
        f"会话 {mask_text(talk.name)}，工号 {talk.agent_id or '未知'}",
        f"“{mask_text(alarm.quote[:100])}”" if alarm.quote else mask_text(alarm.evidence),
        link,
    ]
    return f"callqa 实时告警：{rule}", "\n".join(filter(None, lines))
