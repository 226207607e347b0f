"""What a supervisor sees of the conversations in progress: masked as transcripts are."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.live.masked import mask_alarms, mask_lines
from pipeline.live.watch import LISTENER
from pipeline.privacy import mask_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.store import Store
    from pipeline.types import Kinds, LiveAlarm, LiveCall, LiveMessage, LiveTalk

Colour: TypeAlias = Literal["red", "amber", "calm"]
_Key: TypeAlias = "tuple[Kinds, LiveTalk, tuple[int, float] | None]"
"""What a conversation on the wall is made of: who sees it, its state, and its alarms."""

SHOWN = 200
"""Conversations on the wall, the most urgent first (our choice)."""

SENTENCES = 3

FRESH_S = 0.5
"""Visitors within so long see the same."""


@dataclass(frozen=True, slots=True)
class WallTalk:
    """A conversation on the wall. ``lines``: its last messages, or all where it was opened, with
    their texts masked; ``alarms``: likewise; ``colour``: red with a confirmed alarm that is told to
    people, amber with any other. ``call``: of a telephone call, ``None`` for a chat."""

    talk: LiveTalk
    lines: tuple[LiveMessage, ...]
    alarms: tuple[LiveAlarm, ...]
    call: LiveCall | None = None

    @property
    def colour(self) -> Colour:
        grave = any(a.level == "notify" and a.verdict == "confirmed" for a in self.alarms)
        return "red" if grave else "amber" if self.alarms else "calm"

    @property
    def urgency(self) -> tuple[int, float, float]:
        """Sorts the most urgent first."""
        since = self.talk.waits_since or float("inf")
        return ("red", "amber", "calm").index(self.colour), since, self.talk.begun_at


@dataclass(slots=True)
class Wall:
    """The wall of a site, read for all its visitors at once. ``clock``: seconds since 1970."""

    clock: Callable[[], float]
    _seen: dict[_Key, WallTalk] = field(default_factory=dict)
    _read: dict[Kinds, tuple[float, tuple[WallTalk, ...]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def talks(self, store: Store, kinds: Kinds) -> tuple[WallTalk, ...]:
        """The conversations in progress, the most urgent first; ``kinds`` of personal data are hidden.
        Raises ``StoreError``."""
        with self._lock:
            at, known = self._read.get(kinds, (float("-inf"), ()))
            if not 0 <= self.clock() - at < FRESH_S:
                known = self._look(store, kinds)
                self._read[kinds] = (self.clock(), known)
            return known

    def listens(self, store: Store) -> bool:
        """Whether the program that judges is running. Raises ``StoreError``."""
        return store.live.runs_until(LISTENER) > self.clock()

    def mark(self, store: Store, kinds: Kinds) -> str:
        """Changes when anything on the wall does. Raises ``StoreError``."""
        shown = tuple(
            (one.talk, one.alarms, one.call and _seen_of(one.call))
            for one in self.talks(store, kinds)
        )
        return f"{hash((shown, self.listens(store))):x}"

    def _look(self, store: Store, kinds: Kinds) -> tuple[WallTalk, ...]:
        live, marks = store.live, store.alarms.marks()
        calls = store.live_calls.open_calls()
        found: dict[_Key, WallTalk] = {}
        for talk in live.open_talks():
            key = (kinds, talk, marks.get(talk.id))
            found[key] = self._seen.get(key) or show_talk(
                talk,
                live.lines(talk.id),
                store.alarms.of_talk(talk.id),
                kinds,
                last=SENTENCES,
            )
        others = {key: one for key, one in self._seen.items() if key[0] != kinds}
        self._seen = {**others, **found}
        shown = [replace(one, call=calls.get(one.talk.id)) for one in found.values()]
        return tuple(sorted(shown, key=lambda one: one.urgency))[:SHOWN]


def _seen_of(call: LiveCall) -> LiveCall:
    """What a watcher sees of how a call runs: what may be heard grows all the time, unseen."""
    return replace(call, heard_s=0.0, covered=())


def show_talk(
    talk: LiveTalk,
    lines: Sequence[LiveMessage],
    alarms: Sequence[LiveAlarm],
    kinds: Kinds,
    *,
    last: int | None = None,
) -> WallTalk:
    """A conversation with its personal data hidden; ``last``: only so many of the lines."""
    masked = mask_lines(lines, kinds)
    name = mask_text(talk.name, kinds=kinds, said=False)
    return WallTalk(
        replace(talk, name=name),
        tuple(masked if last is None else masked[-last:]),
        tuple(mask_alarms(alarms, lines, masked, kinds)),
    )
