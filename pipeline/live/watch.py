"""The program that listens: it judges what has come, raises alarms, and scores what has ended."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.errors import CallqaError, LexiconError, StoreError, UnreadableError, UnsavableError
from pipeline.jobs import ResultSaver, load_basis
from pipeline.lexicon import overlay_file
from pipeline.live.ear import LiveEar
from pipeline.live.outcomes import compare
from pipeline.live.talks import conversations_of
from pipeline.privacy import mask_text

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable

    from pipeline.imports import Conversation
    from pipeline.jobs import JudgingBasis
    from pipeline.live.ear import Heard
    from pipeline.live.folder import ChatFolder, GrownChat
    from pipeline.live.house import CallHouse
    from pipeline.live.tell import Teller
    from pipeline.settings import Settings
    from pipeline.store import Store
    from pipeline.types import LiveAlarm, LiveTalk, Seconds

log = logging.getLogger(__name__)

LISTENER = "listener"
ACTOR = "callqa"
PAUSE_S: Seconds = 0.2
LOOK_S: Seconds = 1.0
"""How often the folder is looked at."""

BEAT_S: Seconds = 5.0
"""The pages say that nobody listens when three beats are missing."""

FRESH_S: Seconds = 60.0
"""How often rules, routing and the ids of old conversations are looked at."""

STALE_S: Seconds = 300.0
"""What came so long ago is judged at its end only: an alarm would come too late (our choice)."""

AT_ONCE = 20
"""Conversations judged, and then scored, before the next look (our choice)."""

KEPT_S: Seconds = 7 * 86400.0
"""The ids of an ended conversation's messages are known for so long, so that a sender who repeats
himself begins no second one (our choice)."""


@dataclass(slots=True)
class Watch:
    """``clock``: seconds since 1970; ``now``: the same as UTC, ISO 8601; ``names``: rules as people
    call them; ``warn``: takes what somebody has to know."""

    store: Store
    settings: Settings
    basis: JudgingBasis
    teller: Teller
    clock: Callable[[], float]
    now: Callable[[], str]
    names: Callable[[str], str] = str
    warn: Callable[[str], None] = lambda _: None
    folder: ChatFolder | None = None
    house: CallHouse | None = None
    """Takes telephone calls; ``None`` where only chats are judged."""
    ear: LiveEar = field(init=False)
    saver: ResultSaver = field(init=False)
    _due: dict[int, float] = field(default_factory=dict)
    """Conversation → when its customer will have waited too long."""
    _files: dict[str, Conversation] = field(default_factory=dict)
    _next: dict[str, float] = field(default_factory=dict)
    _stamp: tuple[int, int] | None = None
    _warned: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._stamp = self._overlay_stamp()
        self._use(self.basis)
        self.store.live.retry_failed()
        if self.house is not None:
            self.house.begin(self.tell)
        now = self.clock()
        talks = self.store.live.open_talks()
        self._due = {
            talk.id: 0.0 for talk in talks if talk.source != "call" and not self._is_over(talk, now)
        }

    def run(self, stop: threading.Event, *, until: Callable[[], bool] = lambda: False) -> None:
        """Listen until ``stop`` is set, or ``until`` is true. Raises ``StoreError`` where the database
        cannot be used, ``SettingsError`` where a server for calls cannot have its address."""
        if self.house is not None:
            self.house.start()
        while not stop.is_set() and not until():
            if not self.step():
                stop.wait(PAUSE_S)
        if self.house is not None:
            self.house.close(self.ear)
        self.store.live.beat(LISTENER, 0.0)

    def step(self) -> bool:
        """Do what is to be done now, and say whether there was anything. Raises ``StoreError``."""
        now = self.clock()
        if self._is_time("beat", BEAT_S, now):
            self.store.live.beat(LISTENER, now + 3 * BEAT_S)
        if self._is_time("fresh", FRESH_S, now):
            self._refresh(now)
        if self.folder is not None and self._is_time("look", LOOK_S, now):
            self._look(self.folder, now)
        busy = self.house is not None and self.house.step(self.saver, self.ear)
        waiting = self.store.live.unjudged(AT_ONCE, since=now - STALE_S)
        late = [talk_id for talk_id, due in self._due.items() if due <= now]
        found = [self.store.live.find(talk_id) for talk_id in late]
        known = {talk.id: talk for talk in (*waiting, *filter(None, found))}
        for talk_id in late:
            self._due.pop(talk_id)
        for talk in known.values():
            if talk.state == "open" or talk in waiting:
                self._judge(talk, now)
        ended = self.store.live.ended_by(now - self._rest_s)[:AT_ONCE]
        done = [self._score(talk, now) for talk in ended]
        return busy or bool(known) or any(done)

    @property
    def _rest_s(self) -> Seconds:
        return self.settings.live.rest_min * 60.0

    def _is_over(self, talk: LiveTalk, now: float) -> bool:
        return talk.state != "open" or talk.moved_at < now - self._rest_s

    def _judge(self, talk: LiveTalk, now: float) -> None:
        try:
            heard = self._hear(talk, now)
        except StoreError:
            raise
        except Exception as error:  # no conversation may stop the others
            fault = _fault(error)
            self._warn_once(_about(talk, fault))
            self.store.live.note_judged(talk, (), waits=None, now=now, fault=fault)
            return
        before = self.store.live.alarms_of(talk.id)
        raised = self.store.live.note_judged(
            talk, heard.alarms, waits=heard.waits, now=self.clock()
        )
        self.tell(talk, raised, before)
        if heard.waits is not None and sum(heard.waits) >= now:
            self._due[talk.id] = sum(heard.waits) + 0.1

    def tell(
        self, talk: LiveTalk, raised: Iterable[LiveAlarm], before: Iterable[LiveAlarm]
    ) -> None:
        """Tell people of new alarms of a conversation."""
        for one in _first(raised, before):
            self.teller.tell(talk, one, self.names(one.rule))

    def _hear(self, talk: LiveTalk, now: float) -> Heard:
        return self.ear.hear(self._conversations(talk), otherwise=talk.begun_at, now=now)

    def _conversations(self, talk: LiveTalk) -> tuple[Conversation, ...]:
        own = self._files.get(talk.name) if talk.source == "folder" else None
        if own is not None:
            return (own,)
        return conversations_of(talk, self.store.live.lines(talk.id))

    def _score(self, talk: LiveTalk, now: float) -> bool:
        """Score an ended conversation as an import of it would, and say how its alarms fared. ``False``
        where the database was not to be had: the next step tries again."""
        try:
            conversations = self._conversations(talk)
            finished = self.ear.hear(conversations, otherwise=talk.begun_at, now=now)
            outcomes = compare(
                self.store.live.alarms_of(talk.id), finished.alarms, unanswered=finished.unanswered
            )
            results = [self.ear.check(one) for one in conversations]
            with self.store.batch():
                if self.store.live.find(talk.id) != talk:
                    return True  # something came meanwhile; the next look has it
                saved = [self.saver.save(result) for result in results]
                if results and talk.judged:
                    sha256 = results[0].recording.sha256
                    self.store.live.note_outcomes(sha256, outcomes, at=self.now())
                self.store.live.finish(talk.id, saved[0] if saved else None)
        except Exception as error:  # no conversation may stop the others
            fault = _fault(error)
            if isinstance(error, StoreError) and not isinstance(error, UnsavableError):
                self._warn_once(_about(talk, fault))
                return False
            self.warn(_about(talk, fault))
            self.store.live.set_state(talk.id, "failed", fault)
        self._due.pop(talk.id, None)
        if talk.source == "folder":
            self._files.pop(talk.name, None)
        return True

    def _look(self, folder: ChatFolder, now: float) -> None:
        """Take what has grown in the folder."""
        try:
            grown = folder.look(now=now)
        except UnreadableError as error:
            self._warn_once(str(error))
            return
        for reason in folder.faults.values():
            self._warn_once(reason)
        for one in grown:
            try:
                self._take(one, now)
            except UnsavableError as error:
                self._warn_once(str(error))

    def _take(self, one: GrownChat, now: float) -> None:
        """Keep what has come in a file; one that was erased, or scored before, is left alone."""
        meta = one.conversation.meta
        known = self.store.live.named("folder", one.name)
        if known is not None and known.state == "erased":
            self._files.pop(one.name, None)
            return
        if known is None and self.store.results.known_of(one.conversation.sha256):
            return
        about = {"agent_id": meta.agent_id, "customer_id": meta.customer_id, "queue": meta.queue}
        kept = self.store.live.receive(
            "folder", one.name, one.messages, about=about, now=one.changed_at, end=one.ended
        )
        if kept.talk.state == "ended":
            self._warn_once(
                f"{one.name}: has grown after it was scored; import it to score it again"
            )
            return
        self._files[one.name] = one.conversation
        if not self._is_over(kept.talk, now):
            self._due.setdefault(kept.talk.id, 0.0)

    def _refresh(self, now: float) -> None:
        """Judge by the rules as they are now, and forget what ended long ago."""
        self.store.live.forget(now - KEPT_S)
        stamp = self._overlay_stamp()
        try:
            if stamp != self._stamp:
                self._stamp = stamp
                fresh = load_basis(self.settings, self.store)
            else:
                fresh = self.basis.now_in(self.store)
        except LexiconError as error:
            self._warn_once(str(error))
            return
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

    def _is_time(self, what: str, every_s: Seconds, now: float) -> bool:
        if now < self._next.get(what, 0.0):
            return False
        self._next[what] = now + every_s
        return True

    def _warn_once(self, reason: str) -> None:
        if reason not in self._warned and len(self._warned) < 10_000:
            self._warned.add(reason)
            self.warn(reason)


def _about(talk: LiveTalk, fault: str) -> str:
    return f"{talk.source} {mask_text(talk.name)}: {fault}"


def _fault(error: Exception) -> str:
    """Why a conversation could not be judged or scored. What nobody foresaw is logged with its
    trace."""
    if isinstance(error, CallqaError):
        return str(error)
    log.debug("unforeseen failure of a conversation", exc_info=error)
    return f"unforeseen {type(error).__name__}: {error}"


def _first(raised: Iterable[LiveAlarm], before: Iterable[LiveAlarm]) -> list[LiveAlarm]:
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
