"""What becomes of the calls in progress in the database: lines, alarms, how they run, and their
scores."""

from __future__ import annotations

import logging
import queue
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from pipeline.call import find_said, follow_course
from pipeline.errors import StoreError, UnsavableError
from pipeline.live.alarms import alarms_of_call, are_words_known, new_alarms
from pipeline.live.call import Began, Ended, Fell, LookedAgain, Said
from pipeline.live.call_ear import Look
from pipeline.live.call_file import growing
from pipeline.live.open_call import OpenCall, unfollowed
from pipeline.live.sounds import WAITS
from pipeline.types import LiveCall, LiveMessage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from pipeline.jobs import JudgingBasis
    from pipeline.live.beside import AtEnd
    from pipeline.live.call import Call, News
    from pipeline.live.call_ear import Recognition
    from pipeline.live.calls import Calls
    from pipeline.live.ear import LiveEar
    from pipeline.live.outbox import Outbox
    from pipeline.store import Store
    from pipeline.types import Finding, LiveAlarm, LiveTalk, Seconds, SoundEvent, Utterance

log = logging.getLogger(__name__)

FIGURES_S: Seconds = 1.0
"""How often the figures of a call are written, where they have changed."""

AFTER_S: Seconds = 15.0
"""How long the last words of an ended call may take before it is scored without them."""


@dataclass
class CallDesk:
    """Used by one thread, the one that has the database. ``clock``: seconds since 1970; ``outbox``: keeps
    alarms and tells people; ``score``: takes the sound of an ended call, its conversation where it
    has one, and what is known of it; ``recognition``: ``None`` where nothing is recognised live."""

    store: Store
    calls: Calls
    recognition: Recognition | None
    clock: Callable[[], float]
    outbox: Outbox
    score: Callable[[LiveTalk | None, Path, AtEnd], None]
    _open: dict[int, OpenCall] = field(default_factory=dict)
    _in_hand: News | None = None
    """News that could not be written yet: the next step has them again."""

    @property
    def in_hand(self) -> int:
        """Calls that go on, or whose last words are not judged yet."""
        return len(self._open)

    def step(self, ear: LiveEar, basis: JudgingBasis) -> bool:
        """Take what is new of the calls. Raises ``StoreError``; what was not taken then is taken by
        the next step."""
        moved = False
        while self._in_hand is not None or not self.calls.news.empty():
            moved = True
            self._in_hand = self._in_hand or self._next()
            if self._in_hand is None:
                break
            with self._alone(self._in_hand.call):
                self._take(self._in_hand, ear)
            self._in_hand = None
        for one in list(self._open.values()):
            with self._alone(one.call):
                self._go_on(one, ear, basis)
        return moved

    def _next(self) -> News | None:
        try:
            return self.calls.news.get_nowait()
        except queue.Empty:
            return None

    @contextmanager
    def _alone(self, call: Call) -> Iterator[None]:
        """What nobody foresaw in a call costs it its words until its end, and no other call. Raises
        ``StoreError``."""
        try:
            yield
        except Exception as error:
            if isinstance(error, StoreError) and not isinstance(error, UnsavableError):
                raise
            log.exception("call %d cannot be judged while it goes on", call.number)
            if (one := self._open.get(call.number)) is not None:
                one.unjudged = False  # else the next step fails in the same words, until a restart
            self.calls.waiting.give_up(call)

    def _take(self, news: News, ear: LiveEar) -> None:
        """Each kind may be taken again where the database failed in it."""
        one = self._open.get(news.call.number)
        if isinstance(news, Began):
            self._begin(news.call)
        elif one is None:
            if isinstance(news, Ended):
                self._score_alone(news.call)
        elif isinstance(news, Said):
            self._add(one, news.utterances)
            self.calls.waiting.done(news.windows)
        elif isinstance(news, LookedAgain):
            self._raise(one, ear, news.findings)
            one.looks -= 1
        elif isinstance(news, Fell):
            one.known = replace(one.known, behind=True)
            self.store.live_calls.put(one.known)
        else:
            one.ended_tick = self.calls.ticks()

    def _begin(self, call: Call) -> None:
        name, number = call.stream.name, 1
        while self.store.live.named("call", name) is not None:
            number += 1
            name = f"{call.stream.name}~{number}"
        about = dict(call.about)
        file = call.path.relative_to(self.calls.folder).as_posix()
        with self.store.batch():
            kept = self.store.live.receive(
                "call", name, [], about=about, now=max(call.began_at, 0.0)
            )
            known = LiveCall(kept.talk.id, call.stream.protocol, file, behind=call.behind)
            self.store.live_calls.put(known)
        self._open[call.number] = OpenCall(call, kept.talk.id, name, known, about)

    def _add(self, one: OpenCall, utterances: Sequence[Utterance]) -> None:
        """Keep new words as lines of the conversation."""
        if utterances:
            self._write(one, one.lines_of(utterances))
            one.add(utterances)

    def _write(self, one: OpenCall, lines: Sequence[LiveMessage]) -> None:
        if self.store.live.find(one.talk_id) is not None:  # not erased meanwhile
            about = one.call.about
            self.store.live.receive("call", one.name, lines, about=about, now=self.clock())

    def _go_on(self, one: OpenCall, ear: LiveEar, basis: JudgingBasis) -> None:
        """Judge what is new, say how the call runs, and have it scored where it has ended."""
        if one.unjudged:
            self._judge(one, ear)
        if one.call.about != one.told_of:
            about = dict(one.call.about)
            self.store.live.describe(one.talk_id, about)
            one.told_of = about
        now = self.calls.ticks()
        if one.ended_tick is None:
            if now - one.followed_tick >= FIGURES_S:
                self._follow(one, ear, basis)
        elif one.is_settled or now - one.ended_tick > AFTER_S:
            self._follow(one, ear, basis)
            self._close(one)

    def _judge(self, one: OpenCall, ear: LiveEar) -> None:
        so_far = one.so_far(ear.basis.lexicon.talk)
        self._note(one, one.loud_ones)
        self._raise(one, ear, find_said(so_far, ear.book))
        if self.recognition is not None:
            last = replace(so_far, utterances=so_far.utterances[-3:])
            one.looks += 1
            self.recognition.ask(Look(one.call, last))
        one.unjudged, one.loud_ones = False, []

    def _follow(self, one: OpenCall, ear: LiveEar, basis: JudgingBasis) -> None:
        """Write how the call runs now, and alarm where it is silent for long or talked over."""
        one.followed_tick = self.calls.ticks()
        call = one.call
        with self.calls.waiting.lock:
            transcribed_s, is_behind = self.calls.waiting.transcribed_s(call), call.behind
        if is_behind:  # what is dropped from now on is never transcribed
            self._let_hear(one, unfollowed(one.known))
            return
        begun = one.sounds.search(transcribed_s, call)
        if begun:
            self._write_sounds(one, begun)
        covered, heard_s = one.numbers.up_to(
            one.utterances, transcribed_s, one.sounds.keys, one.sounds.searched_s
        )
        course = follow_course(
            one.so_far(basis.lexicon.talk), basis.lexicon.talk, basis.settings.limits
        )
        self._raise(one, ear, [f for f in course.findings if are_words_known(f, transcribed_s)])
        silent = None if one.ended_tick is not None else course.silent_since_s
        at = partial(one.clock_at, now=self.clock(), tick=self.calls.ticks())
        known = replace(
            one.known,
            heard_s=max(one.known.heard_s, heard_s),
            silent_since=None if silent is None else at(silent),
            talk_overs=one.count_broke_in(course.findings),
            chars_per_min=course.chars_per_min and round(course.chars_per_min),
            loud="" if one.ended_tick is not None else one.loud,
            covered=covered,
        )
        self._let_hear(one, known)

    def _let_hear(self, one: OpenCall, known: LiveCall) -> None:
        """Write how a call runs, and up to where it may be heard. What came too late to be searched
        is covered before it is in the call's file, so that nobody hears it between the two."""
        with self.calls.waiting.lock:
            late, held = one.call.open_until(known.heard_s)
        known = replace(known, covered=(*known.covered, *late))
        if known != one.known:
            self.store.live_calls.put(known)
            one.known = known
        one.call.write_held(held)

    def _write_sounds(self, one: OpenCall, begun: Iterable[SoundEvent]) -> None:
        """Music and ringing that fill a wait, as lines."""
        at = one.call.began_at
        lines = [
            LiveMessage(f"{each.kind} {each.channel} {each.start_s:.1f}", at + each.start_s, "system", WAITS[each.kind])
            for each in begun
        ]  # fmt: skip
        self._write(one, lines)

    def _raise(self, one: OpenCall, ear: LiveEar, findings: Iterable[Finding]) -> None:
        self._note(one, alarms_of_call(findings, one.call.began_at, ear.watched))

    def _note(self, one: OpenCall, alarms: Iterable[LiveAlarm]) -> None:
        """Keep alarms that do not stand already, and tell of them."""
        new = new_alarms(alarms, one.alarms)
        talk = self.store.live.find(one.talk_id) if new else None
        if talk is None:
            return
        raised = self.outbox.note(talk, new, waits=None)
        one.alarms = self.store.alarms.of_talk(talk.id)
        one.call.told = one.call.told or bool(raised)

    def _close(self, one: OpenCall) -> None:
        """A call has ended, and its last words are judged: it is scored now."""
        self.store.live.set_state(one.talk_id, "ending")
        talk = self.store.live.find(one.talk_id)
        try:
            path = one.call.close_file()
        except OSError as error:
            log.error("call %d: %s", one.call.number, error)
            fault = f"录音没有写完，下次启动时再试（{error.strerror}）"
            self.store.live.set_state(one.talk_id, "failed", fault)
            self._delete(one.call.path if talk is None else None)
        else:
            if talk is None:
                self._delete(path)  # erased while it went on
            elif path is None or one.call.fault:
                self._end_without_sound(one, path)
            else:
                self.score(talk, path, one.call.at_end)
        del self._open[one.call.number]
        if self.recognition is not None:
            self.recognition.forget(one.call)

    def _end_without_sound(self, one: OpenCall, path: Path | None) -> None:
        """Nothing was ever heard of a call, or its sound, or a part of it, could not be kept: its
        words, and what is left of its sound, are for a person then."""
        if one.lines or path is not None:
            fault = "没有存下录音" if path is None else "录音不完整，没有评分"
            self.store.live.set_state(one.talk_id, "failed", f"{fault}（{one.call.fault}）")
        else:
            self.store.live.finish(one.talk_id, None)

    def _score_alone(self, call: Call) -> None:
        """A call that the database could not take has its sound."""
        try:
            path = call.close_file()
        except OSError as error:
            log.error("call %d: %s", call.number, error)
            return  # the next start makes it whole
        if path is not None and not call.fault:
            self.score(None, path, call.at_end)

    def _delete(self, path: Path | None) -> None:
        try:
            for one in (path, growing(path)) if path is not None else ():
                one.unlink(missing_ok=True)
        except OSError as error:
            log.error("%s: an erased call's sound cannot be deleted (%s)", path, error.strerror)

    def end_all(self, ear: LiveEar, basis: JudgingBasis) -> None:
        """The program ends: make the sound of all calls whole. A call that cannot be written now is
        found by the next start."""
        try:
            self.step(ear, basis)
            for one in list(self._open.values()):
                self._close(one)
        except StoreError as error:
            log.warning("the last words of calls are in their results only: %s", error)
