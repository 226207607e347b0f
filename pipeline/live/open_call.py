"""A call in progress as the database knows it: its words, its alarms, and how it runs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from pipeline.call import AROUND, SoFar, is_loud, tell_machines
from pipeline.live.alarms import LOUD, NEAR_S, place_of
from pipeline.live.numbers import Numbers, lately
from pipeline.live.sounds import CallSounds
from pipeline.sound import measure_levels
from pipeline.types import LATE, CallMeta, LiveAlarm, LiveCall, LiveMessage, Track

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.lexicon import TalkWords
    from pipeline.live.call import Call
    from pipeline.types import Finding, Seconds, Utterance

LATELY_S: Seconds = 10.0
"""How long the wall says that somebody is loud."""

LOOK_BACK_S: Seconds = 300.0
"""How a call runs is measured in its last five minutes (our choice): what was found before stands, and
a call of hours costs no more than a short one."""

SET_S: Seconds = 2.0
"""A machine's clock that differs by more was set (our choice)."""

WHO = {"agent": "客服", "customer": "客户"}


@dataclass
class OpenCall:
    """``name``: of its conversation; ``told_of``: what the conversation knows of it; ``unjudged``: it has
    words that the rules have not seen, and ``loud_ones``: the alarms of their loudness; ``looks``: at
    its sound, whose answers are not here yet; ``ended_tick``: when it ended, ``None`` while it goes
    on."""

    call: Call
    talk_id: int
    name: str
    known: LiveCall
    told_of: dict[str, str | None]
    utterances: list[Utterance] = field(default_factory=list)
    alarms: list[LiveAlarm] = field(default_factory=list)
    numbers: Numbers = field(default_factory=Numbers)
    sounds: CallSounds = field(default_factory=CallSounds)
    unjudged: bool = False
    loud_ones: list[LiveAlarm] = field(default_factory=list)
    looks: int = 0
    followed_tick: float = 0.0
    ended_tick: float | None = None
    lines: int = 0
    _levels: dict[str, list[float]] = field(default_factory=dict)
    _loud_until_s: Seconds = 0.0
    _broke_in: list[Seconds] = field(default_factory=list)

    @property
    def now_s(self) -> Seconds:
        """So much of the call has come, or was listened to."""
        ends = (side.stream.at_s for side in self.call.sides.values())
        return max(self.call.newest_s, *ends)

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will be known of what was said so far."""
        return self.call.behind or not (self.call.pending or self.looks)

    def lines_of(self, utterances: Sequence[Utterance]) -> list[LiveMessage]:
        """New words as lines of the conversation."""
        return [
            LiveMessage(
                str(self.lines + number), self.call.began_at + u.start_s, u.role, u.text,
                self.call.agent_at(u.start_s) if u.role == "agent" else None,
            )
            for number, u in enumerate(utterances, 1)
        ]  # fmt: skip

    def add(self, utterances: Sequence[Utterance]) -> None:
        """Words that are lines of the conversation by now."""
        self.lines += len(utterances)
        self.utterances = sorted(
            (*self.utterances, *utterances), key=lambda u: (u.start_s, u.channel)
        )
        self.loud_ones += self._weigh_levels(utterances)
        self.unjudged = True

    def so_far(self, words: TalkWords) -> SoFar:
        """Its last minutes, for the rules and measures."""
        call, now_s = self.call, self.now_s
        since_s = now_s - LOOK_BACK_S
        recent = lately(self.utterances, since_s)
        chosen = recent if len(recent) >= AROUND else self.utterances[-AROUND:]
        utterances, announced = tell_machines(chosen, words)
        stretches = tuple(
            ("unknown" if side == "mix" else side, span)
            for side, span in call.speech(since_s=since_s)
        )
        meta = CallMeta(
            call_id=call.stream.name,
            started_at=began_iso(call.began_at),
            agent_id=call.about["agent_id"],
            customer_id=call.about["customer_id"],
            queue=call.about["queue"],
        )
        sounds = tuple(sorted((*announced, *self.sounds.since(since_s, now_s))))
        return SoFar(utterances, stretches, now_s, meta, sounds, call.sides_known)

    def count_broke_in(self, findings: Iterable[Finding]) -> int:
        """How often the agent broke in so far, with what the last minutes have of it."""
        for one in findings:
            if one.rule == "interruption" and one.role == "agent":
                near = any(abs(one.start_s - at) <= NEAR_S for at in self._broke_in)
                self._broke_in += [] if near else [one.start_s]
        return len(self._broke_in)

    def clock_at(self, at_s: Seconds, *, now: float, tick: float) -> float:
        """A moment of the call on the machine's clock as it is now: it may have been set meanwhile.
        ``tick``: now, on the clock that nobody sets."""
        set_by = (now - self.call.began_at) - (tick - self.call.began_tick)
        return self.call.began_at + at_s + (set_by if abs(set_by) > SET_S else 0.0)

    def _weigh_levels(self, utterances: Iterable[Utterance]) -> list[LiveAlarm]:
        """Who is loud in new words, and the alarms of that."""
        loud = [one for one in utterances if self._is_loud(one)]
        for one in loud:
            self.known = replace(self.known, loud=WHO[one.role])
            self._loud_until_s = one.end_s + LATELY_S
        return [
            LiveAlarm(
                LOUD, place_of(self.call.began_at + one.start_s), "wall", "review", one.text,
                "声音比本人本次通话的其他部分大",
            )
            for one in loud
            if one.role == "agent"
        ]  # fmt: skip

    def _is_loud(self, said: Utterance) -> bool:
        side = next((s for s in self.call.sides.values() if s.number == said.channel), None)
        if side is None or said.role not in WHO:
            return False
        (level,) = measure_levels([Track(side.number, side.sound)], [said])
        before = self._levels.setdefault(said.role, [])
        if is_loud(level, before, said.span.duration_s):
            return True
        if level is not None:
            before.append(level)
        return False

    @property
    def loud(self) -> str:
        """Who is loud now, as the wall says it."""
        return self.known.loud if self.now_s < self._loud_until_s else ""


def began_iso(at: float) -> str:
    """The begin of a call as metadata has it."""
    return datetime.fromtimestamp(int(at)).astimezone().isoformat()


def unfollowed(known: LiveCall) -> LiveCall:
    """How a call runs that nobody follows any more: what was measured last is not so for long."""
    numbers = tuple(one for one in known.covered if one.kind != LATE)
    return replace(known, silent_since=None, chars_per_min=None, loud="", covered=numbers)
