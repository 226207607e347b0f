"""Recognition of calls in progress, on the model of finished calls: a thread of its own.

CTranslate2 and ONNX Runtime work without Python's lock, so that the database, the servers and the
rules run beside them in one process; a second process would hold the model twice."""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipeline.call import CallEar, SecondEar, find_said, in_one_thread
from pipeline.live.call import LookedAgain, Said, say
from pipeline.transcribe import make_utterances
from pipeline.types import Track

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.call import Checker, SoFar
    from pipeline.ear import PhraseHearing, Reading, StatesWindow
    from pipeline.live.call import Call, Window
    from pipeline.live.calls import Calls
    from pipeline.phrases import PhraseBook
    from pipeline.types import Finding, Seconds, Span

log = logging.getLogger(__name__)

IDLE_S: Seconds = 0.2
MOST_LOOKS = 50
"""Second looks that wait; older ones are left to the end of their calls (our choice)."""

MOST_WEIGHED = 2000
"""Answers about sound that are remembered, so that nothing is weighed twice."""


@dataclass(frozen=True, slots=True)
class Look:
    """A call whose last words are put to its sound."""

    call: Call
    so_far: SoFar

    @property
    def is_at_hand(self) -> bool:
        """Whether the sound of its words is kept still: what is older would be heard as silence."""
        first_s = min((one.start_s for one in self.so_far.utterances), default=0.0)
        return all(first_s >= one.sound.first_s for one in self.call.sides.values())


@dataclass
class Recognition:
    """The thread's work. ``checker``: the model and what goes with it; ``calls``: gives windows and
    takes words."""

    checker: Checker
    calls: Calls
    _looks: deque[Look] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _hearings: dict[int, PhraseHearing] = field(default_factory=dict)
    _sides: dict[int, int] = field(default_factory=dict)
    """Side → its call, of those that are in hand."""
    _weighed: dict[tuple[int, Span, tuple[str, ...]], Sequence[Sequence[float]]] = field(
        default_factory=dict
    )

    def run(self, stop: threading.Event) -> None:
        """Recognise what waits until ``stop`` is set; second looks when nothing does."""
        while not stop.is_set():
            if not self.work():
                self.calls.waiting.ready.wait(IDLE_S)

    @in_one_thread
    def work(self) -> bool:
        """Do what is next, and say whether there was anything."""
        windows = self.calls.waiting.take()
        try:
            if not windows:
                return self._look_again()
            self._recognise(windows)
        except Exception:  # no window stops the others; its call is heard at its end
            log.exception("speech of %d windows could not be recognised", len(windows))
            for one in windows:
                self.calls.waiting.give_up(one.call)
        return True

    def ask(self, look: Look) -> None:
        """Put a call's last words to its sound when there is time for it. Each question is answered,
        also one that is given up."""
        with self._lock:
            given_up = self._looks.popleft() if len(self._looks) == MOST_LOOKS else None
            self._looks.append(look)
        if given_up is not None:
            self.calls.news.put(LookedAgain(given_up.call, ()))

    def forget(self, call: Call) -> None:
        """A call has ended: what is still recognised of it goes nowhere."""
        self.calls.waiting.give_up(call)
        self._hearings.pop(call.number, None)
        with self._lock:  # a look holds the sound of its call
            self._looks = deque(one for one in self._looks if one.call is not call)

    def _recognise(self, windows: Sequence[Window]) -> None:
        by_side: dict[int, list[Window]] = {}
        for one in windows:
            by_side.setdefault(one.side.number, []).append(one)
        self._sides = {one.side.number: one.call.number for one in windows}
        tracks = [
            Track(number, own[0].side.sound, tuple(one.span for one in own))
            for number, own in by_side.items()
        ]
        recogniser = self.checker.recogniser
        if self.checker.second is None:
            found = recogniser.recognise(tracks)
        else:
            found = recogniser.recognise(tracks, listen=self._hear)
            self._drop_hearings(windows)
        utterances = make_utterances(found)
        for number, own in by_side.items():
            words = tuple(say(u, own[0].side.side) for u in utterances if u.channel == number)
            self.calls.news.put(Said(own[0].call, words, tuple(own)))

    def _drop_hearings(self, windows: Iterable[Window]) -> None:
        """Of calls that are given up: none looks at its sound again before its end."""
        for one in windows:
            if one.call.behind:
                self._hearings.pop(one.call.number, None)

    def _hear(self, window: StatesWindow) -> Reading | None:
        """The second ear reads what the recogniser's encoder made of a window."""
        call = self._sides.get(window.channel)
        if call is None or self.checker.second is None:
            return None
        return self._hearings.setdefault(call, self.checker.second.hearing()).hear(window)

    def _look_again(self) -> bool:
        with self._lock:
            look = self._looks.popleft() if self._looks else None
        if look is None:
            return False
        try:
            findings = self._find(look) if look.is_at_hand and not look.call.behind else ()
        except Exception:  # it is heard at its end
            log.exception("sound of call %d could not be looked at", look.call.number)
            findings = ()
        self.calls.news.put(LookedAgain(look.call, findings))
        return True

    def _find(self, look: Look) -> tuple[Finding, ...]:
        tracks = [Track(one.number, one.sound) for one in look.call.sides.values()]
        by_number = {track.channel: track for track in tracks}

        def weigh(channel: int, span: Span, texts: Sequence[str]) -> Sequence[Sequence[float]]:
            return self._weigh(by_number[channel], span, texts)

        hearing = self._hearings.get(look.call.number)
        ear = CallEar(hearing, self.checker.recogniser, tracks) if hearing else None
        return find_said(look.so_far, self.checker.book, listener=weigh, ear=ear)

    def _weigh(self, track: Track, span: Span, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """As the recogniser weighs, each question once; 您 for a 你 is no question here, since it tells
        of nothing that alarms."""
        if len(texts) == 2 and texts[0].replace("你", "您") == texts[1].replace("你", "您"):
            return [[0.0] * len(text) for text in texts]
        key = (track.channel, span, tuple(texts))
        if key not in self._weighed:
            if len(self._weighed) >= MOST_WEIGHED:
                self._weighed.clear()
            self._weighed[key] = self.checker.recogniser.weigh(track, span, texts)
        return self._weighed[key]


def with_book(checker: Checker, book: PhraseBook) -> Checker:
    """A checker that looks for the phrases of another book: the rules have changed."""
    return replace(checker, book=book, second=SecondEar.of(checker.recogniser, book))
