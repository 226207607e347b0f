"""Alarms reach people who do not look: by the site's notifications and webhooks, from threads of
their own, so that nothing waits for an address that is away."""

from __future__ import annotations

import hashlib
import logging
import queue
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from pipeline.jobs import Hooks
from pipeline.privacy import mask_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.types import LiveAlarm, LiveTalk, Seconds

MOST_WAITING = 200
"""Messages that wait for an address; further ones are dropped and logged (our choice)."""

_Message: TypeAlias = "tuple[tuple[str, str], Callable[[], None]]"
"""Title and text, and whom to tell that it was sent or given up."""

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

    def targets(self, alarm: LiveAlarm) -> tuple[str, ...]:
        """Whom an alarm is told: all webhooks, and the addresses where it is grave and sure."""
        grave = alarm.level == "notify" and alarm.verdict == "confirmed"
        chosen = [one.address for one in self.hooks.receivers]
        addresses = (*chosen, *(self.addresses if grave else ()))
        return tuple(dict.fromkeys(map(target_of, addresses)))

    def tell(
        self, talk: LiveTalk, alarm: LiveAlarm, rule: str, targets: Sequence[str],
        *, done: Callable[[str], None], late: str = "",
    ) -> None:  # fmt: skip
        """Tell of an alarm soon. ``rule``: its name; ``late``: what people are told of its age;
        ``done``: takes each of the ``targets`` when it was told or given up, in any thread. Returns
        at once and raises nothing."""
        link = f"/live/{talk.id}"
        said = {
            "talk_id": talk.id, "agent_id": talk.agent_id, "rule": alarm.rule, "level": alarm.level,
            "verdict": alarm.verdict, "raised_at": int(alarm.raised_at), "link": link,
        }  # fmt: skip
        body = self.hooks.body("live.alarm", said)
        message = _message(talk, alarm, rule, self.base_url and self.base_url + link, late)
        receivers = {target_of(one.address): one for one in self.hooks.receivers}
        numbers = {target_of(one): number for number, one in enumerate(self.addresses, 1)}
        for target in targets:
            if target in receivers:
                receivers[target].tell(body, _call(done, target))
            elif target in numbers:
                self._line(numbers[target]).put(message, talk.id, _call(done, target))
            else:
                done(target)  # the settings name it no more

    def close(self, timeout_s: Seconds = 10.0) -> None:
        """Wait until all is sent or given up, so long at most."""
        until = time.monotonic() + timeout_s
        for line in self._lines.values():
            line.close(until)
        self._lines = {}
        self.hooks.close(timeout_s)

    def _line(self, number: int) -> _Line:
        address = self.addresses[number - 1]
        if address not in self._lines:
            self._lines[address] = _Line(self.send, address, number)
        return self._lines[address]


class _Line:
    """One address with its thread, so that one that is slow keeps no other one waiting. ``number``: of
    the address in the settings, for the log; the address itself may hold a key."""

    def __init__(
        self, send: Callable[[Sequence[str], str, str], bool], address: str, number: int
    ) -> None:
        self._send, self._address, self._number = send, address, number
        self._waiting: queue.Queue[_Message | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._work, name="alarms", daemon=True)
        self._thread.start()

    def put(self, message: tuple[str, str], talk_id: int, done: Callable[[], None]) -> None:
        try:
            self._waiting.put_nowait((message, done))
        except queue.Full:
            _log.error("alarm of conversation %d dropped: %d wait already", talk_id, MOST_WAITING)
            done()

    def close(self, until: float) -> None:
        try:
            self._waiting.put(None, timeout=max(0.01, until - time.monotonic()))
        except queue.Full:
            _log.error("alarms to address %d of [live] notify were not sent", self._number)
        self._thread.join(max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        while (waiting := self._waiting.get()) is not None:
            message, done = waiting
            try:
                if not self._send((self._address,), *message):
                    _log.error("an alarm did not reach address %d of [live] notify", self._number)
            except Exception:  # the thread outlives whatever a service does
                _log.exception("an alarm could not be sent")
            done()


def target_of(address: str) -> str:
    """The digest by which an address is kept: it may hold a key."""
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def _call(done: Callable[[str], None], target: str) -> Callable[[], None]:
    return lambda: done(target)


def _message(talk: LiveTalk, alarm: LiveAlarm, rule: str, link: str, late: str) -> tuple[str, str]:
    """Title and text, with personal data masked."""
    lines = [
        f"会话 {mask_text(talk.name, said=False)}，工号 {talk.agent_id or '未知'}",
        f"“{mask_text(alarm.quote)[:100]}”" if alarm.quote else mask_text(alarm.evidence),
        late,
        link,
    ]
    return f"callqa 实时告警：{rule}", "\n".join(filter(None, lines))
