"""The program that listens: chats and calls, each by its desk, judged by the rules as they are
now."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.errors import LexiconError, StoreError
from pipeline.jobs import ResultSaver, load_basis
from pipeline.lexicon import overlay_file
from pipeline.live.chats import ChatDesk
from pipeline.live.ear import LiveEar
from pipeline.live.outbox import Outbox

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from pipeline.jobs import JudgingBasis
    from pipeline.live.folder import ChatFolder
    from pipeline.live.house import CallHouse
    from pipeline.live.tell import Teller
    from pipeline.settings import Settings
    from pipeline.store import Store
    from pipeline.types import Seconds

LISTENER = "listener"
ACTOR = "callqa"
PAUSE_S: Seconds = 0.2
LOOK_S: Seconds = 1.0
"""How often the folder is looked at."""

BEAT_S: Seconds = 5.0
"""The pages say that nobody listens when three beats are missing."""

FRESH_S: Seconds = 60.0
"""How often rules, routing and the ids of old conversations are looked at."""

AWAY_S: Seconds = 2.0
"""How long a database is left alone that could not be used, while calls go on."""

KEPT_S: Seconds = 7 * 86400.0
"""The ids of an ended conversation's messages are known for so long, so that a sender who repeats
himself begins no second one (our choice)."""


@dataclass(slots=True)
class Watch:
    """``clock``: seconds since 1970; ``now``: the same as UTC, ISO 8601; ``ticks``: seconds of a clock
    that nobody sets; ``names``: rules as people call them; ``warn``: takes what somebody has to
    know."""

    store: Store
    settings: Settings
    basis: JudgingBasis
    teller: Teller
    clock: Callable[[], float]
    now: Callable[[], str]
    ticks: Callable[[], float] = time.monotonic
    names: Callable[[str], str] = str
    warn: Callable[[str], None] = lambda _: None
    folder: ChatFolder | None = None
    house: CallHouse | None = None
    """Takes telephone calls; ``None`` where only chats are judged."""
    ear: LiveEar = field(init=False)
    saver: ResultSaver = field(init=False)
    outbox: Outbox = field(init=False)
    chats: ChatDesk = field(init=False)
    _next: dict[str, float] = field(default_factory=dict)
    _stamp: tuple[int, int] | None = None
    _warned: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._stamp = self._overlay_stamp()
        self._use(self.basis)
        self.store.live.retry_failed()
        rest_s = self.settings.live.rest_min * 60.0
        self.outbox = Outbox(self.store, self.teller, self.clock, rest_s, self.names, self.warn)
        if self.house is not None:
            self.house.begin(self.outbox, self.clock)
        self.chats = ChatDesk(
            self.store, rest_s, self.clock, self.now, self.outbox, self.warn, self._warn_once
        )
        self.chats.begin()
        self.outbox.begin()

    def run(self, stop: threading.Event, *, until: Callable[[], bool] = lambda: False) -> None:
        """Listen until ``stop`` is set, or ``until`` is true. Raises ``StoreError`` where the database
        cannot be used and no calls are taken, ``SettingsError`` where a server for calls cannot have
        its address."""
        if self.house is not None:
            self.house.start()
        while not stop.is_set() and not until():
            stop.wait(self._step_or_wait())
        if self.house is not None:
            self.house.close(self.ear)
        self.store.live.beat(LISTENER, 0.0)

    def _step_or_wait(self) -> Seconds:
        """Do what is to be done now, and say how long to rest after it. While calls are taken, a
        database that is locked or full costs them no sound: they go on, and it is tried again."""
        try:
            return 0.0 if self.step() else PAUSE_S
        except StoreError as error:
            if self.house is None:
                raise
            if self._is_time("away", FRESH_S):
                self.warn(str(error))
            return AWAY_S

    def step(self) -> bool:
        """Do what is to be done now, and say whether there was anything. Raises ``StoreError``."""
        now = self.clock()
        self.outbox.settle()
        if self._is_time("beat", BEAT_S):
            self.store.live.beat(LISTENER, now + 3 * BEAT_S)
        if self._is_time("fresh", FRESH_S):
            self._refresh(now)
        if self.folder is not None and self._is_time("look", LOOK_S):
            self.chats.look(self.folder, now)
        busy = self.house is not None and self.house.step(self.saver, self.ear)
        return self.chats.step(self.saver, self.ear, now) or busy

    def _refresh(self, now: float) -> None:
        """Judge by the rules as they are now, and forget what ended long ago."""
        self.store.live.forget(now - KEPT_S)
        stamp = self._overlay_stamp()
        try:
            if stamp != self._stamp:
                fresh = load_basis(self.settings, self.store)
            else:
                fresh = self.basis.now_in(self.store)
        except LexiconError as error:
            self._stamp = stamp  # the rules stay as they were until it is written again
            self._warn_once(str(error))
            return
        self._stamp = stamp
        if fresh != self.basis:
            self._use(fresh)

    def _use(self, basis: JudgingBasis) -> None:
        self.basis = basis
        self.ear = LiveEar.of(basis)
        self.saver = ResultSaver.begin(self.store, basis, "live", actor=ACTOR, now=self.now)
        if self.house is not None:
            self.house.use(basis, self.ear.book)

    def _overlay_stamp(self) -> tuple[int, int] | None:
        try:
            found = overlay_file(self.settings.site).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    def _is_time(self, what: str, every_s: Seconds) -> bool:
        tick = self.ticks()
        if tick < self._next.get(what, tick):
            return False
        self._next[what] = tick + every_s
        return True

    def _warn_once(self, reason: str) -> None:
        if reason not in self._warned and len(self._warned) < 10_000:
            self._warned.add(reason)
            self.warn(reason)
