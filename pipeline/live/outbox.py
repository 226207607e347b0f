"""Alarms on their way to people: kept together with what is to be told of them, so that a kill
between the two loses nothing."""

from __future__ import annotations

import logging
import queue
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from pipeline.errors import StoreError
from pipeline.live.masked import mask_alarms, mask_lines
from pipeline.types import CUSTOMERS, Untold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pipeline.live.tell import Teller
    from pipeline.store import Store
    from pipeline.types import LiveAlarm, LiveTalk, Seconds

log = logging.getLogger(__name__)

STALE_S: Seconds = 300.0
"""What came so long ago is told of no conversation that has ended: nobody can step in, and the finished
check has it (our choice)."""

LATE_S: Seconds = 60.0
"""An alarm that is told so long after it was raised says when that was (our choice)."""


@dataclass
class Outbox:
    """Used by the thread that has the database. ``clock``: seconds since 1970; ``rest_s``: nothing new
    for so long ends a chat; ``names``: rules as people call them; ``warn``: takes what somebody has to
    know."""

    store: Store
    teller: Teller
    clock: Callable[[], float]
    rest_s: Seconds
    names: Callable[[str], str] = str
    warn: Callable[[str], None] = log.warning
    _unsent: list[tuple[LiveTalk, list[tuple[LiveAlarm, tuple[str, ...]]]]] = field(
        default_factory=list
    )
    _told: queue.SimpleQueue[Untold] = field(default_factory=queue.SimpleQueue)

    def begin(self) -> None:
        """Tell what an earlier listener left untold, where it is not too late. Raises
        ``StoreError``."""
        late = 0
        waiting: dict[tuple[object, ...], tuple[LiveAlarm, list[str]]] = {}
        for one in self.store.untold.all():
            key = (one.alarm.talk_id, one.alarm.rule, one.alarm.at, one.alarm.verdict)
            waiting.setdefault(key, (one.alarm, []))[1].append(one.target)
        for alarm, targets in waiting.values():
            talk = self.store.live.find(alarm.talk_id)
            if talk is not None and (self._goes_on(talk) or self._age_s(alarm) <= STALE_S):
                self._unsent.append((talk, [(alarm, tuple(targets))]))
            else:
                late += talk is not None
                self.store.untold.remove(Untold(target, alarm) for target in targets)
        if late:
            self.warn(
                f"{late} alarms of ended conversations were not told: they came more than "
                f"{STALE_S / 60:.0f} minutes ago"
            )
        self._send_all()

    def note(
        self, talk: LiveTalk, alarms: Iterable[LiveAlarm],
        *, waits: tuple[float, Seconds] | None, fault: str = "",
    ) -> list[LiveAlarm]:  # fmt: skip
        """Keep what the rules found in a conversation, and tell people what is new of it. ``waits``,
        ``fault`` and the result: as ``note_judged``. Raises ``StoreError``; then nothing is kept,
        and nobody was told."""
        now = self.clock()
        with self.store.batch():
            before = self.store.alarms.of_talk(talk.id)
            raised = self.store.alarms.note(talk, alarms, waits=waits, now=now, fault=fault)
            first = [replace(a, talk_id=talk.id, raised_at=now) for a in first_of(raised, before)]
            told = [(alarm, self.teller.targets(alarm)) for alarm in first]
            self.store.untold.add(Untold(target, a) for a, targets in told for target in targets)
        self._unsent.append((talk, [one for one in told if one[1]]))
        with suppress(StoreError):  # the next step sends it
            self._send_all()
        return raised

    def settle(self) -> None:
        """Send what could not be sent before, and forget what was told. Raises ``StoreError``; then
        it is done later."""
        self._send_all()
        done: list[Untold] = []
        try:
            while not self._told.empty():
                done.append(self._told.get_nowait())
            if done:
                self.store.untold.remove(done)
        except BaseException:
            for one in done:
                self._told.put(one)
            raise

    def close(self) -> None:
        """Wait for what is being sent. What could not be sent is for the next start. Raises
        ``StoreError``."""
        with suppress(StoreError):
            self._send_all()
        self._unsent.clear()  # sent now it might be cut off before it is noted, and told twice
        self.teller.close()
        self.settle()

    def _send_all(self) -> None:
        while self._unsent:
            talk, told = self._unsent[0]
            try:
                self._send(talk, told)
            except StoreError:
                raise
            except Exception:  # no alarm stops the others
                log.exception("alarms of conversation %d cannot be told", talk.id)
            self._unsent.pop(0)

    def _send(self, talk: LiveTalk, told: Sequence[tuple[LiveAlarm, Sequence[str]]]) -> None:
        """Hand alarms over to be sent, with the conversation's personal data hidden."""
        if not told:
            return
        lines = self.store.live.lines(talk.id)
        alarms = [alarm for alarm, _ in told]
        masked = mask_alarms(alarms, lines, mask_lines(lines, CUSTOMERS), CUSTOMERS)
        for (alarm, targets), shown in zip(told, masked, strict=True):
            self.teller.tell(
                talk, shown, self.names(alarm.rule), targets,
                done=partial(self._note_told, alarm), late=self._late(talk, alarm),
            )  # fmt: skip

    def _note_told(self, alarm: LiveAlarm, target: str) -> None:
        self._told.put(Untold(target, alarm))

    def _late(self, talk: LiveTalk, alarm: LiveAlarm) -> str:
        """What people are told of an alarm that comes late; empty for one that does not."""
        if self._age_s(alarm) <= LATE_S:
            return ""
        at = datetime.fromtimestamp(alarm.raised_at).astimezone()
        over = "" if self._goes_on(talk) else "，会话已结束"
        return f"迟到的告警：{at:%m-%d %H:%M} 发生{over}"

    def _age_s(self, alarm: LiveAlarm) -> Seconds:
        return self.clock() - alarm.raised_at

    def _goes_on(self, talk: LiveTalk) -> bool:
        return talk.state == "open" and talk.moved_at >= self.clock() - self.rest_s


def first_of(raised: Iterable[LiveAlarm], before: Iterable[LiveAlarm]) -> list[LiveAlarm]:
    """Of new alarms the first of each rule, and the first confirmed one where those before it were
    for review."""
    told = {one.rule: one.verdict for one in before}
    told |= {one.rule: one.verdict for one in before if one.verdict == "confirmed"}
    first: list[LiveAlarm] = []
    for one in raised:
        known = told.get(one.rule)
        if known is None or (known == "review" and one.verdict == "confirmed"):
            told[one.rule] = one.verdict
            first.append(one)
    return first
