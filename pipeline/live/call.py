"""A call in progress: its sides, its sound, and the speech whose words are not known yet."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from pipeline.live.beside import AtEnd
from pipeline.live.call_file import CallFile
from pipeline.live.side import CallSide, Resampler
from pipeline.types import LATE, SAMPLE_RATE, Covered, Seconds, Span

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from pipeline.telephony import CallSound, CallStream, Side
    from pipeline.types import Finding, Utterance


@dataclass(eq=False)
class Call:
    """A call in progress. ``began_tick``: its begin on the clock that nobody sets; ``about``: agent_id,
    customer_id, queue; ``path``: of its sound when it is whole; ``behind``: its words come at its end;
    ``pending``: speech whose words are not known yet; ``told``: a rule was met in it, so that it is
    worth most; ``fault``: why its sound cannot be kept; ``reason``: why it ended where nobody hung
    up."""

    stream: CallStream
    number: int
    began_at: float
    began_tick: float
    sides: dict[Side, CallSide]
    about: Mapping[str, str | None]
    path: Path
    file: CallFile | None = None
    behind: bool = False
    ended: bool = False
    reason: str = ""
    told: bool = False
    fault: str = ""
    pending: list[Window] = field(default_factory=list)
    newest_s: Seconds = 0.0
    _agents: list[tuple[Seconds, str]] = field(default_factory=list)
    """Who became known as the agent, and when."""
    _resamplers: dict[tuple[Side, int], Resampler] = field(default_factory=dict)
    _whole: Path | None = None
    _heard_s: Seconds = 0.0
    """Everybody may hear it up to here."""
    _held: list[tuple[Side, int, NDArray[np.int16]]] = field(default_factory=list)
    """Sound that came before ``_heard_s`` and is not in the file yet."""
    _gate: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.announce(self.about, at_s=0.0)

    def announce(self, about: Mapping[str, str | None], *, at_s: Seconds) -> None:
        """Something became known of it at a moment of it; ``None``: nothing new."""
        self.about = {key: about.get(key) or known for key, known in self.about.items()}
        agent = about.get("agent_id")
        if agent and (not self._agents or self._agents[-1][1] != agent):
            self._agents.append((at_s, agent))

    @property
    def is_cut(self) -> bool:
        """Whether its end was not heard: it goes on still, or broke off."""
        return not self.ended or bool(self.reason)

    @property
    def agents(self) -> tuple[str, ...]:
        """In the order in which they took the call."""
        return tuple(dict.fromkeys(agent for _, agent in self._agents))

    @property
    def at_end(self) -> AtEnd:
        """What is known of it when it has ended."""
        handed_over_s = self._agents[1][0] if len(self._agents) > 1 else None
        return AtEnd(self.agents, handed_over_s, self.is_cut)

    def agent_at(self, at_s: Seconds) -> str | None:
        """Who was its agent at a moment; before the first one was known, the first one."""
        known = [agent for since_s, agent in self._agents if since_s <= at_s]
        return known[-1] if known else next(iter(self.agents), None)

    @property
    def sides_known(self) -> bool:
        """Whether each side has a stream of its own."""
        return "mix" not in self.sides

    def speech(self, *, since_s: Seconds = 0.0) -> list[tuple[Side, Span]]:
        """Who speaks when, so far, in what has not ended before ``since_s``; the stretch that goes on
        ends now."""
        found: list[tuple[Side, Span]] = []
        for one in self.sides.values():
            found += [(one.side, span) for span in one.stretches(since_s)]
        return found

    def keep(self, event: CallSound) -> bool:
        """Put sound into the call's file and to what is listened to; ``False`` where more waits than
        can be listened to. Sound that cannot be kept is listened to all the same, and ``fault`` says
        why. Sound that comes where the call may be heard already is held until its cover is known:
        see ``open_until``."""
        with self._gate:
            rate = self._rate_for(event.rate)
            key = (event.side, event.rate)
            if key not in self._resamplers:
                self._resamplers[key] = Resampler(event.rate, rate)
            samples = self._resamplers[key].convert(event.samples)
            at = round(event.start_s * rate)
            self.newest_s = max(self.newest_s, (at + len(samples)) / rate)
            side = self.sides[event.side]
            if side.is_late(at) and self._says(event.side, at, samples):
                return True  # it came before, or is the silence that it was taken for
            if at < self._heard_s * rate:
                self._held.append((event.side, at, samples))
            else:
                self._write(event.side, at, samples)
            return side.put(at, samples) or self.behind

    def open_until(self, heard_s: Seconds) -> tuple[tuple[Covered, ...], int]:
        """The call may be heard up to ``heard_s`` from now on: what of it may not be, since it came
        when its place had been searched, and how many pieces of sound wait for ``write_held`` until
        everybody knows that. The caller holds ``Waiting.lock``."""
        with self._gate:
            self._heard_s = max(self._heard_s, heard_s)
            late = [span for side in self.sides.values() for span in side.late_so_far()]
            covered = tuple(Covered(round(s.start_s, 2), round(s.end_s, 2), LATE) for s in late)
            return covered, len(self._held)

    def write_held(self, count: int) -> None:
        """Put the first pieces that were held into the call's file: they are covered now."""
        with self._gate:
            for side, at, samples in self._held[:count]:
                self._write(side, at, samples)
            del self._held[:count]

    def _says(self, side: Side, at: int, samples: NDArray[np.int16]) -> bool:
        try:
            number = list(self.sides).index(side)
            return self.file is not None and self.file.says(number, at, samples)
        except OSError:
            return False

    def _write(self, side: Side, at: int, samples: NDArray[np.int16]) -> None:
        """Put sound into the file, or note why it cannot be kept."""
        try:
            if self.file is None:
                rate = self.sides[side].rate
                self.file = CallFile(self.path, rate, len(self.sides))
            self.file.write(list(self.sides).index(side), at, samples)
        except OSError as error:
            self.fault = error.strerror or str(error)
        if self.fault and self.file is not None:
            with suppress(OSError):  # tried again with the next sound
                self.file.note_gap()

    def _rate_for(self, rate: int) -> int:
        """The rate of the call's file: that of a telephone line where its first sound has it."""
        if not self._resamplers:
            chosen = 8000 if rate == 8000 else SAMPLE_RATE
            for side in self.sides.values():
                self.sides[side.side] = CallSide(side.side, side.number, chosen)
        return next(iter(self.sides.values())).rate

    def close_file(self) -> Path | None:
        """Make its sound whole, once; ``None`` where there is none. Raises ``OSError``."""
        self.write_held(len(self._held))
        file, self.file = self.file, None
        if file is not None:
            self._whole = file.close(has_gap=bool(self.fault))
        return self._whole


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Speech that waits for recognition since ``since``, of the clock that nobody sets."""

    call: Call
    side: CallSide
    span: Span
    since: float


@dataclass(frozen=True, slots=True)
class Began:
    call: Call


@dataclass(frozen=True, slots=True)
class Said:
    """The words of some windows of a call."""

    call: Call
    utterances: tuple[Utterance, ...]
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class LookedAgain:
    """What the sound says of phrases that the words alone leave open."""

    call: Call
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Fell:
    """Recognition cannot keep up with a call."""

    call: Call


@dataclass(frozen=True, slots=True)
class Ended:
    call: Call


News: TypeAlias = Began | Said | LookedAgain | Fell | Ended


def say(utterance: Utterance, side: Side) -> Utterance:
    """An utterance with the role of its side."""
    return replace(utterance, role="unknown" if side == "mix" else side)
