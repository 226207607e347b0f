"""Everything that telephone calls in progress need: the servers' sink, the threads that listen, and
what is kept and scored."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipeline.jobs import load_checker
from pipeline.live.call_ear import Recognition, with_book
from pipeline.live.desk import CallDesk
from pipeline.live.scorer import of_calls
from pipeline.transcribe import ALONE_S
from pipeline.types import Baselines

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.call import Checker
    from pipeline.jobs import JudgingBasis, ResultSaver
    from pipeline.live.calls import Calls
    from pipeline.live.ear import LiveEar
    from pipeline.live.endings import Endings
    from pipeline.live.outbox import Outbox
    from pipeline.live.servers import Servers
    from pipeline.phrases import PhraseBook
    from pipeline.store import Store
    from pipeline.types import Seconds

CLOSING_S: Seconds = 10.0
"""How long a window in hand may take when the program ends."""


def load_live_checker(basis: JudgingBasis, *, threads: int) -> Checker:
    """The model for calls in progress, with silence behind each stretch: on stretches as short as
    theirs the decoder says things twice. Raises as ``load_checker``."""
    return load_checker(basis, Baselines(), threads=threads, least_s=ALONE_S)


@dataclass
class CallHouse:
    """``checker``: the model; ``None``: calls are kept and scored at their end, and nothing is
    recognised before."""

    store: Store
    calls: Calls
    endings: Endings
    checker: Checker | None
    basis: JudgingBasis
    servers: Servers | None = None
    desk: CallDesk = field(init=False)
    recognition: Recognition | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self, outbox: Outbox, clock: Callable[[], float]) -> None:
        """Score what an earlier listener left. ``outbox``, ``clock``: see ``CallDesk``. Raises
        ``StoreError``."""
        self.endings.recover(self.calls.folder)
        self.calls.deaf = self.checker is None
        if self.checker is not None:
            self.recognition = Recognition(self.checker, self.calls)
        self.desk = CallDesk(
            self.store, self.calls, self.recognition, clock, outbox, self.endings.score
        )

    def start(self) -> None:
        """Take calls from now on. Raises ``SettingsError`` where a server cannot have its address."""
        works = [self.calls.listen, *([self.recognition.run] if self.recognition else [])]
        for number, work in enumerate(works):
            thread = threading.Thread(
                target=work, args=(self._stop,), name=f"calls-{number}", daemon=True
            )
            thread.start()
            self._threads.append(thread)
        if self.servers is not None:
            self.servers.start()

    def step(self, saver: ResultSaver, ear: LiveEar) -> bool:
        """Do what is to be done now, and say whether there was anything. Raises ``StoreError``."""
        moved = self.desk.step(ear, self.basis)
        return self.endings.step(saver, ear) or moved

    @property
    def is_idle(self) -> bool:
        """Whether no call goes on, and all are scored."""
        open_ones = self.calls.in_progress() or self.desk.in_hand or self.endings.in_hand
        return not open_ones and self.calls.news.empty()

    def use(self, basis: JudgingBasis, book: PhraseBook) -> None:
        """Judge by other rules from now on."""
        self.basis = basis
        plan = self.endings.scorer.plan
        if plan.basis != of_calls(basis):
            self.endings.scorer.plan = replace(plan, basis=of_calls(basis))
        if self.checker is not None and self.checker.book is not book:
            self.checker = with_book(self.checker, book)
            if self.recognition is not None:
                self.recognition.checker = self.checker

    def close(self, ear: LiveEar) -> None:
        """End all calls, and make their sound whole. What is not scored yet is at the next start."""
        if self.servers is not None:
            self.servers.close()
        self._stop.set()
        self.calls.waiting.ready.set()
        for thread in self._threads:
            thread.join(CLOSING_S)
        self.desk.end_all(ear, self.basis)
        self.endings.scorer.close()
