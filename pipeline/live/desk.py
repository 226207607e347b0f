"""What becomes of the calls in progress in the database: lines, alarms, how they run, and their
scores."""

from __future__ import annotations

import logging
import queue
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from pipeline.call import SoFar, find_said, follow_course, is_loud, tell_machines
from pipeline.errors import StoreError
from pipeline.live.call_ear import Look
from pipeline.live.calls import Began, Ended, Fell, LookedAgain, Said
from pipeline.live.ear import alarm_of, place_of
from pipeline.live.numbers import Numbers
from pipeline.sound import measure_levels
from pipeline.types import CallMeta, LiveAlarm, LiveCall, LiveMessage, Track

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pipeline.jobs import JudgingBasis
    from pipeline.live.call_ear import Recognition
    from pipeline.live.calls import Call, Calls, News
    from pipeline.live.ear import LiveEar
    from pipeline.store import Store
    from pipeline.types import Finding, LiveTalk, Seconds, Utterance

log = logging.getLogger(__name__)

FIGURES_S: Seconds = 1.0
"""How often the figures of a call are written, where they have changed."""

AFTER_S: Seconds = 15.0
"""How long the last words of an ended call may take before it is scored without them."""

NEAR_S: Seconds = 2.0
"""Alarms of one rule that lie nearer are one: words that are looked at again get other times."""

LATELY_S: Seconds = 10.0
"""How long the wall says that somebody is loud."""

LOUD = "tone.raised"
WHO = {"agent": "客服", "customer": "客户"}
MEASURED = ("silence.long", "interruption", LOUD)
"""Measured, not written in the lexicon; they alarm on the wall."""


@dataclass
class OpenCall:
    """A call in progress as the database knows it."""

    call: Call
    talk_id: int
    known: LiveCall
    utterances: list[Utterance] = field(default_factory=list)
    levels: dict[str, list[float]] = field(default_factory=dict)
    loud_until_s: Seconds = 0.0
    numbers: Numbers = field(default_factory=Numbers)
    written_at: float = 0.0
    ended_at: float | None = None
    lines: int = 0


@dataclass
class CallDesk:
    """Used by one thread, the one that has the database. ``tell``: takes the first alarms of a
    conversation; ``score``: takes the sound of an ended call; ``recognition``: ``None`` where nothing
    is recognised live."""

    store: Store
    calls: Calls
    recognition: Recognition | None
    clock: Callable[[], float]
    tell: Callable[[LiveTalk, Iterable[LiveAlarm], Iterable[LiveAlarm]], None]
    score: Callable[[LiveTalk, Path], None]
    _open: dict[int, OpenCall] = field(default_factory=dict)

    @property
    def in_hand(self) -> int:
        """Calls that go on, or whose last words are not judged yet."""
        return len(self._open)

    def step(self, ear: LiveEar, basis: JudgingBasis) -> bool:
        """Take what is new of the calls. Raises ``StoreError``."""
        moved = False
        while True:
            try:
                news = self.calls.news.get_nowait()
            except queue.Empty:
                break
            moved = True
            with self._alone(news.call):
                self._take(news, ear, basis)
        now = self.clock()
        for one in list(self._open.values()):
            if one.ended_at is not None:
                if not one.call.pending or one.call.behind or now - one.ended_at > AFTER_S:
                    self._close(one)
            elif now - one.written_at >= FIGURES_S:
                with self._alone(one.call):
                    self._follow(one, ear, basis)
        return moved

    @contextmanager
    def _alone(self, call: Call) -> Iterator[None]:
        """What nobody foresaw in a call costs it its words until its end, and no other call. Raises
        ``StoreError``."""
        try:
            yield
        except StoreError:
            raise
        except Exception:
            log.exception("call %d cannot be judged while it goes on", call.number)
            self.calls.give_up(call)

    def _take(self, news: News, ear: LiveEar, basis: JudgingBasis) -> None:
        if isinstance(news, Began):
            self._begin(news.call)
            return
        one = self._open.get(news.call.number)
        if one is None:
            return
        if isinstance(news, Said):
            self._add(one, news.utterances)
            self.calls.done(news.windows)
            self._judge(one, ear, basis)
        elif isinstance(news, LookedAgain):
            self._raise(one, ear, news.findings)
        elif isinstance(news, Fell):
            one.known = replace(one.known, behind=True)
            self.store.live_calls.put(one.known)
        elif isinstance(news, Ended):
            one.ended_at = self.clock()

    def _begin(self, call: Call) -> None:
        name, number = call.stream.name, 1
        while self.store.live.named("call", name) is not None:
            number += 1
            name = f"{call.stream.name}~{number}"
        kept = self.store.live.receive(
            "call", name, [], about=call.about, now=max(call.began_at, 0.0)
        )
        file = call.path.relative_to(self.calls.folder).as_posix()
        known = LiveCall(kept.talk.id, call.stream.protocol, file, behind=call.behind)
        self.store.live_calls.put(known)
        self._open[call.number] = OpenCall(call, kept.talk.id, known)

    def _add(self, one: OpenCall, utterances: tuple[Utterance, ...]) -> None:
        """Keep new words as lines of the conversation."""
        if not utterances:
            return
        call = one.call
        one.utterances = sorted(
            (*one.utterances, *utterances), key=lambda u: (u.start_s, u.channel)
        )
        lines = [
            LiveMessage(f"{one.lines + number}", call.began_at + u.start_s, u.role, u.text)
            for number, u in enumerate(utterances, 1)
        ]
        one.lines += len(lines)
        name = self._talk(one)
        if name is not None:
            self.store.live.receive("call", name.name, lines, about=call.about, now=self.clock())
        for u in utterances:
            self._weigh_level(one, u)

    def _talk(self, one: OpenCall) -> LiveTalk | None:
        return self.store.live.find(one.talk_id)

    def _weigh_level(self, one: OpenCall, said: Utterance) -> None:
        side = next((s for s in one.call.sides.values() if s.number == said.channel), None)
        if side is None:
            return
        (level,) = measure_levels([Track(side.number, side.sound)], [said])
        before = one.levels.setdefault(said.role, [])
        if is_loud(level, before, said.span.duration_s) and said.role in WHO:
            one.known = replace(one.known, loud=WHO[said.role])
            one.loud_until_s = said.end_s + LATELY_S
            if said.role == "agent":
                alarm = LiveAlarm(
                    LOUD, place_of(one.call.began_at + said.start_s), "wall", "review", said.text,
                    "声音比本人本次通话的其他部分大",
                )  # fmt: skip
                self._note(one, [alarm])
        elif level is not None:
            before.append(level)

    def _so_far(self, one: OpenCall, ear: LiveEar) -> SoFar:
        utterances, sounds = tell_machines(one.utterances, ear.basis.lexicon.talk)
        call = one.call
        known = "mix" not in call.sides
        stretches = tuple(
            ("unknown" if side == "mix" else side, span) for side, span in call.speech
        )
        meta = CallMeta(
            call_id=call.stream.name,
            started_at=began_iso(call.began_at),
            agent_id=call.about["agent_id"],
            customer_id=call.about["customer_id"],
            queue=call.about["queue"],
        )
        now_s = max(call.newest_s, max((s.stream.at_s for s in call.sides.values()), default=0.0))
        return SoFar(utterances, stretches, now_s, meta, sounds, known)

    def _judge(self, one: OpenCall, ear: LiveEar, basis: JudgingBasis) -> None:
        so_far = self._so_far(one, ear)
        self._raise(one, ear, find_said(so_far, ear.book))
        if self.recognition is not None and one.utterances:
            last = replace(so_far, utterances=so_far.utterances[-3:])
            self.recognition.ask(Look(one.call, last))
        self._follow(one, ear, basis)

    def _follow(self, one: OpenCall, ear: LiveEar, basis: JudgingBasis) -> None:
        """Write how the call runs now, and alarm where it is silent for long or talked over."""
        one.written_at = self.clock()
        if one.known.behind:
            return
        so_far = self._so_far(one, ear)
        course = follow_course(so_far, basis.lexicon.talk, basis.settings.limits)
        self._raise(one, ear, course.findings)
        call = one.call
        transcribed_s = self.calls.transcribed_s(call)
        covered, heard_s = one.numbers.up_to(so_far.utterances, transcribed_s, call)
        silent = course.silent_since_s
        known = replace(
            one.known,
            heard_s=max(one.known.heard_s, heard_s),
            silent_since=None if silent is None else call.began_at + silent,
            talk_overs=course.talk_overs,
            chars_per_min=course.chars_per_min and round(course.chars_per_min),
            loud=one.known.loud if so_far.now_s < one.loud_until_s else "",
            covered=covered,
        )
        if known != one.known:
            one.known = known
            self.store.live_calls.put(known)

    def _raise(self, one: OpenCall, ear: LiveEar, findings: Iterable[Finding]) -> None:
        begun = one.call.began_at
        alarms = [
            alarm_of(finding, begun, ear.watched)
            for finding in findings
            if finding.rule in ear.watched or is_measured(finding)
        ]
        self._note(one, alarms)

    def _note(self, one: OpenCall, alarms: list[LiveAlarm]) -> None:
        """Keep alarms, each at the place where the same one stands already, and tell of new ones."""
        talk = self._talk(one)
        if talk is None or not alarms:
            return
        before = self.store.live.alarms_of(talk.id)
        placed = [_where_it_stands(alarm, before) for alarm in alarms]
        raised = self.store.live.note_judged(talk, placed, waits=None, now=self.clock())
        if raised:
            one.call.told = True
            self.tell(talk, raised, before)

    def _close(self, one: OpenCall) -> None:
        """A call has ended, and its last words are judged: it is scored now."""
        del self._open[one.call.number]
        if self.recognition is not None:
            self.recognition.forget(one.call)
        self.store.live.set_state(one.talk_id, "ending")
        talk = self._talk(one)
        try:
            path = one.call.file.close() if one.call.file is not None else None
        except OSError as error:
            log.error("call %d: %s", one.call.number, error)
            path = one.call.path
        if talk is None or path is None:
            if path is not None:
                path.unlink(missing_ok=True)  # erased while it went on
            if talk is not None:
                self.store.live.finish(talk.id, None)
            return
        self.score(talk, path)

    def end_all(self, ear: LiveEar, basis: JudgingBasis) -> None:
        """The program ends: make the sound of all calls whole. Raises ``StoreError``."""
        try:
            self.step(ear, basis)
        except StoreError as error:
            log.warning("the last words of calls are in their results only: %s", error)
        for one in list(self._open.values()):
            self._close(one)


def is_measured(finding: Finding) -> bool:
    """Whether a measured finding alarms: the customer may break in."""
    return finding.rule in MEASURED and finding.role != "customer"


def began_iso(at: float) -> str:
    """The begin of a call as metadata has it."""
    return datetime.fromtimestamp(int(at)).astimezone().isoformat()


def _where_it_stands(alarm: LiveAlarm, before: Iterable[LiveAlarm]) -> LiveAlarm:
    same = [one.at for one in before if one.rule == alarm.rule and abs(one.at - alarm.at) <= NEAR_S]
    return replace(alarm, at=min(same, key=lambda at: abs(at - alarm.at))) if same else alarm
