"""The calls that a server has in progress: who may begin or join one, and when one has ended."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.telephony.events import (
    Announced,
    CallBegan,
    CallEnded,
    CallSound,
    CallStream,
    RefusedCallError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy as np
    from numpy.typing import NDArray

    from pipeline.telephony.events import CallEvent, CallSink, Side
    from pipeline.telephony.options import ServerOptions
    from pipeline.types import Seconds

_log = logging.getLogger("pipeline.telephony")

_SOON_S = 0.5

QUIET_S = 1.0
"""A connection that has brought no sound for so long may be gone without a word: one that brings its
call and side anew takes its place. Our choice: shorter than a telephone system needs to come back.
"""


@dataclass(frozen=True, slots=True)
class AnnouncedCall:
    """What is known of a connection's call. ``side``: whose sound the connection brings. ``sides``:
    of the whole call; ``None``: agent and customer where the connection brings one of them."""

    name: str
    side: Side = "mix"
    sides: tuple[Side, ...] | None = None
    agent_id: str | None = None
    customer_id: str | None = None
    queue: str | None = None

    @property
    def all_sides(self) -> tuple[Side, ...]:
        """Those that the call will have."""
        if self.sides:
            return self.sides
        return ("mix",) if self.side == "mix" else ("agent", "customer")


@dataclass(eq=False)
class OpenCall:
    """A call in progress, from the connections that bring it to the sink."""

    stream: CallStream
    sides: tuple[Side, ...]
    began_s: Seconds
    """Of the server's ``ticks``."""
    _roster: Roster
    here: set[Side] = field(default_factory=set)
    """Sides whose connection is open now."""
    next_s: dict[Side, Seconds] = field(default_factory=dict)
    """End of each side's sound so far."""
    _heard_s: dict[Side, Seconds] = field(default_factory=dict)
    _give_way: dict[Side, Callable[[], None]] = field(default_factory=dict)
    ended: bool = False
    _counted: bool = False
    _over: set[Side] = field(default_factory=set)
    _waiting: asyncio.TimerHandle | None = None

    def count_from(self, first_s: Seconds) -> None:
        """The call's first sample, of whatever side, is its zero, if it came soon after the begin;
        else the seconds before it are a pause. ``first_s``: of the server's ``ticks``."""
        if not self._counted and first_s - self.began_s < _SOON_S:
            self.began_s = first_s
        self._counted = True

    def hear(
        self,
        side: Side,
        start_s: Seconds,
        samples: NDArray[np.int16],
        rate: int,
        lost_s: Seconds = 0.0,
    ) -> None:
        """Tells the sink of sound. Sound of a connection never goes before that of an earlier one
        of its side."""
        if self.ended or not len(samples):
            return
        self._heard_s[side] = self._roster.ticks()
        start_s = max(start_s, self.next_s.get(side, 0.0))
        self.next_s[side] = start_s + len(samples) / rate
        self._roster.tell(self, CallSound(self.stream, side, start_s, samples, rate, lost_s))

    def announce(
        self, agent_id: str | None = None, customer_id: str | None = None, queue: str | None = None
    ) -> None:
        """Tells the sink what became known, if anything did."""
        if not self.ended and (agent_id or customer_id or queue):
            self._roster.tell(self, Announced(self.stream, agent_id, customer_id, queue))

    def leave(self, sides: Iterable[Side], reason: str = "", *, wait: bool = True) -> None:
        """A connection of these sides has ended. ``reason``: empty where it ended in order. The
        call ends with its last connection; if that broke, or a side has not come yet, after
        ``rejoin_s``; with ``wait=False`` at once."""
        gone = set(sides)
        self.here -= gone
        if not reason:
            self._over |= gone
        if self.ended or self.here:
            return
        if not wait or self._over >= set(self.sides):
            self.end(reason)
        else:
            loop = asyncio.get_running_loop()
            reason = reason or ("" if self._over else "connection lost")
            self._waiting = loop.call_later(self._roster.options.rejoin_s, self.end, reason)

    def is_quiet(self, sides: set[Side]) -> bool:
        """Whether the connections of these sides bring nothing any more."""
        latest_s = max(self._heard_s.get(side, self.began_s) for side in sides)
        return self._roster.ticks() - latest_s > QUIET_S

    def make_way(self, sides: set[Side]) -> None:
        """Ends the connections that bring these sides."""
        for side in sides & self.here:
            if side in self.here:  # one connection may bring both
                self._give_way[side]()

    def join(self, sides: set[Side], give_way: Callable[[], None]) -> None:
        """A connection that brings these sides is open now. ``give_way``: ends it, and leaves."""
        self._give_way |= dict.fromkeys(sides, give_way)
        if self._waiting:
            self._waiting.cancel()
            self._waiting = None
        self.here |= sides
        self._over -= sides

    def end(self, reason: str = "") -> None:
        """Tells the sink that the call has ended; once."""
        if self.ended:
            return
        if self._waiting:
            self._waiting.cancel()
        self.ended = True
        self._roster.forget(self)
        self._roster.tell(self, CallEnded(self.stream, reason))


class Roster:
    """The calls of a server, by name."""

    def __init__(
        self,
        protocol: str,
        options: ServerOptions,
        sink: CallSink,
        *,
        clock: Callable[[], float],
        ticks: Callable[[], float],
    ) -> None:
        self.options = options
        self._protocol, self._sink, self._clock, self.ticks = protocol, sink, clock, ticks
        self._calls: dict[str, OpenCall] = {}

    def __len__(self) -> int:
        return len(self._calls)

    def enter(
        self,
        told: AnnouncedCall,
        mine: tuple[Side, ...],
        now_s: Seconds,
        give_way: Callable[[], None],
    ) -> OpenCall:
        """The call that a connection brings ``mine`` of: begun, or joined where another connection
        brings other sides, or where its connection broke or is quiet. ``now_s``: of the ``ticks``,
        when it came; ``give_way``: ends the connection for one that takes its place, and leaves the
        call. Raises ``RefusedCallError``."""
        call, sides = self._calls.get(told.name), set(mine)
        if call is None:
            call = self._begin(told, mine, now_s)
        elif not sides <= set(call.sides):
            raise RefusedCallError("a call of this name is in progress, with other sides")
        elif call.here & sides and not call.is_quiet(call.here & sides):
            raise RefusedCallError("a call of this name and side is in progress")
        else:
            call.make_way(sides)
            call.announce(told.agent_id, told.customer_id, told.queue)
        call.join(sides, give_way)
        return call

    def _begin(self, told: AnnouncedCall, mine: tuple[Side, ...], now_s: Seconds) -> OpenCall:
        if len(self._calls) >= self.options.most:
            raise RefusedCallError(f"{self.options.most} calls are in progress, as many as may be")
        sides = told.all_sides
        if not set(mine) <= set(sides):
            raise RefusedCallError("it brings a side that its call does not have")
        call = OpenCall(CallStream(self._protocol, told.name), sides, now_s, self)
        at = self._clock() - (self.ticks() - now_s)
        began = CallBegan(call.stream, at, sides, told.agent_id, told.customer_id, told.queue)
        try:
            self._sink(began)
        except RefusedCallError:
            raise
        except Exception as error:
            _log.exception("%s: a call cannot be taken", self._protocol)
            raise RefusedCallError("callqa cannot take it") from error
        self._calls[told.name] = call
        return call

    def tell(self, call: OpenCall, event: CallEvent) -> None:
        """A fault of the sink costs this call only, and is logged."""
        try:
            self._sink(event)
        except Exception:
            _log.exception("%s: a call cannot be taken further", self._protocol)
            call.end("callqa could not go on with it")

    def forget(self, call: OpenCall) -> None:
        """It has ended; its name is free."""
        self._calls.pop(call.stream.name, None)

    def close(self) -> None:
        """Ends all calls."""
        for call in tuple(self._calls.values()):
            call.end("callqa is stopping")
