"""What is heard in a call in progress that is not speech: pressed keys, hold music, ringing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipeline.privacy import find_keyed
from pipeline.sound import find_sound_events, measure_spectrum
from pipeline.types import SAMPLE_RATE, Covered, SoundEvent, Span, join_spans

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.live.call import Call
    from pipeline.types import Seconds

BEFORE_S: Seconds = 6.0
EACH_S: Seconds = 3.0
"""New sound is searched each so often, with so much of the sound before it: a search costs by its
length (our choice). Nine seconds have two rings, and as much music as the search needs."""

SAME_S: Seconds = 4.0
"""What two searches found is one stretch where the pause between them is shorter: a ring comes each
5 s, and music has rests."""

WAITS: Mapping[str, str] = {"music": "（等待音乐）", "ringing": "（回铃音）"}
"""Sounds that fill a wait, as a line of the conversation says them."""


@dataclass
class CallSounds:
    """Of one call. ``searched_s``: up to here; ``keys``: what may not be heard of it."""

    searched_s: Seconds = 0.0
    keys: tuple[Covered, ...] = ()
    _waits: list[SoundEvent] = field(default_factory=list)

    def search(self, until_s: Seconds, call: Call) -> list[SoundEvent]:
        """Look in what is new up to ``until_s``, and return the music and ringing that began in
        it."""
        if until_s - self.searched_s < EACH_S:
            return []
        start_s = max(0.0, self.searched_s - BEFORE_S)
        begun: list[SoundEvent] = []
        keys: list[Covered] = []
        for side in call.sides.values():
            part = side.sound[int(start_s * SAMPLE_RATE) : int(until_s * SAMPLE_RATE)]
            found = [
                replace(one, start_s=start_s + one.start_s, end_s=start_s + one.end_s)
                for one in find_sound_events(side.number, part, measure_spectrum(part))
            ]
            keys += [
                Covered(round(one.start_s, 2), round(one.end_s, 2), "keys")
                for one in find_keyed(found)
            ]
            begun += [one for one in found if one.kind in WAITS and self._is_new(one)]
        self.keys = tuple(dict.fromkeys((*self.keys, *keys)))
        self.searched_s = until_s
        return begun

    def since(self, since_s: Seconds, now_s: Seconds) -> list[SoundEvent]:
        """The music and ringing that has not ended before ``since_s``. What was still there at the end
        of the last search goes on until ``now_s``."""
        return [
            replace(one, end_s=now_s) if self.searched_s - one.end_s < SAME_S else one
            for one in self._waits
            if one.end_s >= since_s
        ]

    def _is_new(self, found: SoundEvent) -> bool:
        """Whether it is not more of what was found before."""
        for number, one in enumerate(self._waits):
            same = (one.channel, one.kind) == (found.channel, found.kind)
            if same and _gap_s(one.span, found.span) < SAME_S:
                whole = join_spans([one.span, found.span], SAME_S)[0]
                self._waits[number] = replace(one, start_s=whole.start_s, end_s=whole.end_s)
                return False
        self._waits.append(found)
        return True


def _gap_s(one: Span, other: Span) -> Seconds:
    return max(one.start_s, other.start_s) - min(one.end_s, other.end_s)
