"""Recordings heard and scored for somebody who waits: in this process, or in worker processes with
the same outcomes in the same order."""

from __future__ import annotations

from collections import deque
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.call import CheckedCall, Checker, check_call, result_or_failure
from pipeline.errors import CallqaError, RecordingError, ServerAwayError, WorkerError
from pipeline.ingest import read_state
from pipeline.privacy import beep_channels, find_personal_sound
from pipeline.report import Playback, make_playback
from pipeline.transcribe import load_recogniser
from pipeline.types import Baselines, Failure
from pipeline.workers import Job, Lost, Refused, limit_for, score_all

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Iterator

    from pipeline.call import Model
    from pipeline.jobs.basis import JudgingBasis
    from pipeline.jobs.save import KnownCalls
    from pipeline.settings import ScoreSettings
    from pipeline.types import Seconds, Source
    from pipeline.workers import Work

MOST_AHEAD = 64
"""Calls in hand or done that wait for one before them; each done one holds its result and the sound
of its page (our choice)."""

PageSound: TypeAlias = Literal["none", "beeped", "plain"]
"""What a page plays: nothing, the call with personal data covered by a tone, or all of it."""


@dataclass(frozen=True, slots=True, eq=False)
class HeardCall:
    """A checked call without its samples, and what its page plays."""

    checked: CheckedCall
    playback: Playback | None = None

    @classmethod
    def of(cls, checked: CheckedCall, sound: PageSound) -> HeardCall:
        """With the sound for a page, of at most two channels."""
        if sound == "none":
            return cls(replace(checked, channels=()))
        channels = checked.channels[:2]
        if sound == "beeped":
            personal = [span for one in checked.results for span in find_personal_sound(one)]
            channels = beep_channels(channels, personal)
        return cls(replace(checked, channels=()), make_playback(channels))


Outcome: TypeAlias = HeardCall | Failure
Hear: TypeAlias = "Callable[[Path], HeardCall]"


@dataclass(frozen=True, slots=True)
class HearingPlan:
    """What a worker loads: a model with one thread; and what it is given whole."""

    model: Model
    basis: JudgingBasis
    history: Baselines = field(default_factory=Baselines)
    sound: PageSound = "none"

    def load(self) -> Work[Outcome]:
        """Raises ``ModelError``, ``SettingsError`` and ``ExtraError``."""
        checker = load_checker(self.basis, self.history, threads=1)
        return work_of(hearer_of(checker, self.sound))


def load_checker(
    basis: JudgingBasis, history: Baselines, *, threads: int, least_s: Seconds = 0.0
) -> Checker:
    """Everything that hearing needs, loaded; ``threads`` of the model, 0 for all; ``least_s``: of each
    window that it hears. Raises ``ModelError``, ``SettingsError`` and ``ExtraError``."""
    lexicon = basis.lexicon
    recogniser = load_recogniser(
        basis.settings, inventions=lexicon.inventions, threads=threads, least_s=least_s
    )
    return Checker.of(recogniser, lexicon, basis.sheets, basis.settings, history=history)


def hearer_of(checker: Checker, sound: PageSound) -> Hear:
    """Hears one recording. Raises as ``check_call``."""
    return lambda path: HeardCall.of(check_call(path, checker), sound)


def work_of(hear: Hear) -> Work[Outcome]:
    """What a worker does with a recording: the same failure as in one process. Only want of memory
    is the worker's own."""

    def work(source: Source) -> Outcome:
        path = Path(str(source))
        return result_or_failure(path, partial(hear, path), passing=(MemoryError,))

    return work


def hear_here(
    paths: Iterable[Path], hear: Hear, known: KnownCalls, sound: PageSound
) -> Iterator[tuple[Path, Outcome]]:
    """Each path with what became of it, one after the other in this process. No recording stops the
    others."""

    def one(path: Path) -> HeardCall:
        found = known.find(path)
        return hear(path) if found is None else HeardCall.of(found, sound)

    for path in paths:
        yield path, result_or_failure(path, partial(one, path))


def hear_apart(
    paths: Iterable[Path],
    plan: HearingPlan,
    known: KnownCalls,
    *,
    workers: int,
    limits: ScoreSettings,
    stop: threading.Event,
) -> Iterator[tuple[Path, Outcome]]:
    """As ``hear_here``, in worker processes. A call whose worker dies or takes too much is tried once
    more, alone, and then a failure. When ``stop`` is set the workers end, and what was done comes
    out. Raises ``WorkerError``, or ``ServerAwayError``, after what was done."""
    order = _Order(iter(paths), known, limits.limit_s, plan.sound)
    yield from order.known_first()
    while True:
        outcomes = score_all(
            order.jobs(),
            plan,
            workers=workers,
            memory_mb=limits.memory_mb,
            stop=stop,
            grace_s=0.0,
            again_soon=True,
        )
        try:
            with closing(outcomes):
                for job, outcome in outcomes:
                    order.take(job, outcome)
                    yield from order.ready()
        except (WorkerError, ServerAwayError):
            yield from order.done()
            raise
        if stop.is_set():
            yield from order.done()
            return
        yield from order.ready()
        if not order.again:
            return


@dataclass(slots=True)
class _Place:
    """A recording in its turn. ``looks``: it is asked for among the known calls first, since it was
    scored before or its content is in hand."""

    path: Path
    looks: bool = False
    outcome: Outcome | None = None


@dataclass(slots=True)
class _Order:
    """Gives out jobs, and gives their outcomes back in the order of the recordings. ``again``: jobs
    for recordings whose content was to be known by their turn, and is not."""

    paths: Iterator[Path]
    known: KnownCalls
    limit_s: float
    sound: PageSound
    again: deque[Job] = field(default_factory=deque)
    _places: deque[_Place] = field(default_factory=deque)
    _in_hand: dict[Source, _Place] = field(default_factory=dict)
    _contents: set[str] = field(default_factory=set)

    def known_first(self) -> Iterator[tuple[Path, Outcome]]:
        """The recordings before the first one that is to be heard."""
        for path in self.paths:
            job = self._place(path)
            yield from self.ready()
            if job is not None:
                self.again.append(job)
                return

    def jobs(self) -> Iterator[Job | None]:
        """Jobs without end; ``None`` where none can begin now."""
        while True:
            while self.again or len(self._in_hand) >= MOST_AHEAD:
                yield self.again.popleft() if self.again else None
            path = next(self.paths, None)
            if path is None:
                yield None
            elif (job := self._place(path)) is not None:
                yield job

    def take(self, job: Job, outcome: Outcome | Refused | Lost) -> None:
        place = self._in_hand[job.path]
        if isinstance(outcome, Lost):
            hint = "[score] memory_mb and limit_s of callqa.toml say what a call may take"
            outcome = Failure(str(place.path), f"{place.path}: {outcome.reason}; {hint}")
        elif isinstance(outcome, Refused) and outcome.server_away:
            raise ServerAwayError(outcome.reason)
        elif isinstance(outcome, Refused):
            outcome = Failure(str(place.path), outcome.reason)
        place.outcome = outcome

    def ready(self) -> Iterator[tuple[Path, Outcome]]:
        """The outcomes up to the first recording that has none."""
        while self._places:
            place = self._places[0]
            if place.looks and place.outcome is None:
                place.outcome = self._find(place)
            if place.outcome is None:
                return
            yield self._give(self._places.popleft(), place.outcome)

    def done(self) -> Iterator[tuple[Path, Outcome]]:
        """All outcomes that there are, without the recordings that have none."""
        for place in self._places:
            if place.outcome is not None:
                yield self._give(place, place.outcome)

    def _give(self, place: _Place, outcome: Outcome) -> tuple[Path, Outcome]:
        self._in_hand.pop(place.path, None)
        return place.path, outcome

    def _place(self, path: Path) -> Job | None:
        """Put a recording into its turn, and return the job if it is to be heard now."""
        place = _Place(path)
        self._places.append(place)
        if self.known.saver is not None:
            try:
                sha256 = self.known.digest(path)
                place.looks = sha256 in self._contents or self.known.knows(path, sha256)
            except CallqaError as error:
                place.outcome = Failure(str(path), str(error))
                return None
            self._contents.add(sha256)
        return None if place.looks else self._job(place)

    def _job(self, place: _Place) -> Job:
        self._in_hand[place.path] = place
        size = changed_ns = 0
        try:
            state = read_state(place.path, self.known.ingest)
            size, changed_ns = state.size, state.changed_ns
        except RecordingError:
            pass  # its worker says what is wrong with it
        return Job(place.path, "", size, changed_ns, limit_for(size, self.limit_s))

    def _find(self, place: _Place) -> Outcome | None:
        """The known call; ``None``, with a job, for a copy of a recording that failed."""
        try:
            found = self.known.find(place.path)
        except CallqaError as error:
            return Failure(str(place.path), str(error))
        if found is not None:
            return HeardCall.of(found, self.sound)
        place.looks = False
        self.again.append(self._job(place))
        return None
