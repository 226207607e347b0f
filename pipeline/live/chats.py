"""What becomes of the chats in progress: judged after each message, told of, and scored at their
end."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.errors import CallqaError, StoreError, UnreadableError, UnsavableError
from pipeline.live.outbox import STALE_S
from pipeline.live.outcomes import compare
from pipeline.live.talks import conversations_of
from pipeline.privacy import mask_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.imports import Conversation
    from pipeline.jobs import ResultSaver
    from pipeline.live.ear import Heard, LiveEar
    from pipeline.live.folder import ChatFolder, GrownChat
    from pipeline.live.outbox import Outbox
    from pipeline.store import Store
    from pipeline.types import LiveTalk, Seconds

log = logging.getLogger(__name__)

AT_ONCE = 20
"""Conversations judged, and then scored, before the next look (our choice)."""


@dataclass(slots=True)
class ChatDesk:
    """``rest_s``: nothing new for so long ends a chat; ``clock``: seconds since 1970; ``now``: the same
    as UTC, ISO 8601; ``outbox``: keeps alarms and tells people; ``warn``: takes what somebody has to
    know, ``warn_once``: and has to know once."""

    store: Store
    rest_s: Seconds
    clock: Callable[[], float]
    now: Callable[[], str]
    outbox: Outbox
    warn: Callable[[str], None]
    warn_once: Callable[[str], None]
    _due: dict[int, float] = field(default_factory=dict)
    """Conversation → when its customer will have waited too long."""
    _files: dict[str, Conversation] = field(default_factory=dict)
    _grown: list[GrownChat] = field(default_factory=list)
    """What has come in the folder and is not kept yet."""

    def begin(self) -> None:
        """Go on with the chats that an earlier listener left. Raises ``StoreError``."""
        now = self.clock()
        talks = self.store.live.open_talks()
        self._due = {
            talk.id: 0.0 for talk in talks if talk.source != "call" and not self._is_over(talk, now)
        }

    def step(self, saver: ResultSaver, ear: LiveEar, now: float) -> bool:
        """Judge what is new, score what has ended, and say whether there was anything. Raises
        ``StoreError``."""
        waiting = self.store.live.unjudged(AT_ONCE, since=now - STALE_S)
        late = [talk_id for talk_id, due in self._due.items() if due <= now]
        found = [self.store.live.find(talk_id) for talk_id in late]
        known = {talk.id: talk for talk in (*waiting, *filter(None, found))}
        for talk_id in late:
            self._due.pop(talk_id)
        for talk in known.values():
            if talk.state == "open" or talk in waiting:
                self._judge(talk, ear, now)
        ended = [
            talk
            for talk in self.store.live.ended_by(now - self.rest_s)
            if talk.judged >= talk.revision or talk.moved_at <= now - STALE_S
        ]  # what came since the first look is judged by the next step: its alarms come before its end
        done = [self._score(talk, saver, ear, now) for talk in ended[:AT_ONCE]]
        return bool(known) or any(done)

    def look(self, folder: ChatFolder, now: float) -> None:
        """Take what has grown in a folder. Raises ``StoreError``; the next look has again what was
        not kept then."""
        try:
            self._grown += folder.look(now=now)
        except UnreadableError as error:
            self.warn_once(str(error))
            return
        for reason in folder.faults.values():
            self.warn_once(reason)
        while self._grown:
            try:
                self._take(self._grown[0], now)
            except UnsavableError as error:
                self.warn_once(str(error))
            self._grown.pop(0)

    def _is_over(self, talk: LiveTalk, now: float) -> bool:
        return talk.state != "open" or talk.moved_at < now - self.rest_s

    def _judge(self, talk: LiveTalk, ear: LiveEar, now: float) -> None:
        try:
            heard = self._hear(talk, ear, now)
        except StoreError:
            raise
        except Exception as error:  # no conversation may stop the others
            fault = _fault(error)
            self.warn_once(_about(talk, fault))
            self.store.alarms.note(talk, (), waits=None, now=now, fault=fault)
            return
        self.outbox.note(talk, heard.alarms, waits=heard.waits)
        if heard.waits is not None and sum(heard.waits) >= now:
            self._due[talk.id] = sum(heard.waits) + 0.1

    def _hear(self, talk: LiveTalk, ear: LiveEar, now: float) -> Heard:
        return ear.hear(self._conversations(talk), otherwise=talk.begun_at, now=now)

    def _conversations(self, talk: LiveTalk) -> tuple[Conversation, ...]:
        own = self._files.get(talk.name) if talk.source == "folder" else None
        if own is not None:
            return (own,)
        return conversations_of(talk, self.store.live.lines(talk.id))

    def _score(self, talk: LiveTalk, saver: ResultSaver, ear: LiveEar, now: float) -> bool:
        """Score an ended conversation as an import of it would, and say how its alarms fared. ``False``
        where the database was not to be had: the next step tries again."""
        try:
            conversations = self._conversations(talk)
            finished = ear.hear(conversations, otherwise=talk.begun_at, now=now)
            outcomes = compare(
                self.store.alarms.of_talk(talk.id), finished.alarms, unanswered=finished.unanswered
            )
            results = [ear.check(one) for one in conversations]
            with self.store.batch():
                if self.store.live.find(talk.id) != talk:
                    return True  # something came meanwhile; the next look has it
                saved = [saver.save(result) for result in results]
                if results and talk.judged:
                    sha256 = results[0].recording.sha256
                    self.store.alarms.note_outcomes(sha256, outcomes, at=self.now())
                self.store.live.finish(talk.id, saved[0] if saved else None)
        except Exception as error:  # no conversation may stop the others
            fault = _fault(error)
            if isinstance(error, StoreError) and not isinstance(error, UnsavableError):
                self.warn_once(_about(talk, fault))
                return False
            self.warn(_about(talk, fault))
            self.store.live.set_state(talk.id, "failed", fault)
        self._due.pop(talk.id, None)
        if talk.source == "folder":
            self._files.pop(talk.name, None)
        return True

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
            self.warn_once(
                f"{one.name}: has grown after it was scored; import it to score it again"
            )
            return
        self._files[one.name] = one.conversation
        if not self._is_over(kept.talk, now):
            self._due.setdefault(kept.talk.id, 0.0)


def _about(talk: LiveTalk, fault: str) -> str:
    return f"{talk.source} {mask_text(talk.name, said=False)}: {fault}"


def _fault(error: Exception) -> str:
    """Why a conversation could not be judged or scored. What nobody foresaw is logged with its
    trace."""
    if isinstance(error, CallqaError):
        return str(error)
    log.debug("unforeseen failure of a conversation", exc_info=error)
    return f"unforeseen {type(error).__name__}: {error}"
