"""A call whose sound comes by RTP: its streams, the sides that they belong to, and its events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.telephony.events import (
    Announced,
    CallBegan,
    CallEnded,
    CallSink,
    CallSound,
    CallStream,
    Side,
)
from pipeline.telephony.rtp_stream import RtpStream
from pipeline.telephony.side_mixer import SideMixer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.telephony.rtp_ports import PortPool, RtpPort
    from pipeline.telephony.rtp_stream import PayloadType, Piece


@dataclass(frozen=True, slots=True)
class People:
    """Whose call it is, as far as it is known."""

    agent_id: str | None = None
    customer_id: str | None = None
    queue: str | None = None


@dataclass(slots=True)
class _Line:
    stream: RtpStream
    port: RtpPort
    side: Side | None
    held: bool = False


class RtpCall:
    """One call. ``now``: the clock of arrivals. ``side`` of a stream: ``None`` where its sound is
    in another one, too, and is not wanted twice."""

    def __init__(
        self, stream: CallStream, sink: CallSink, pool: PortPool, now: Callable[[], float]
    ) -> None:
        self.stream = stream
        self.begun = self._alive_at = now()
        self._sink, self._pool, self._now = sink, pool, now
        self._lines: dict[str, _Line] = {}
        self._mixers: dict[Side, SideMixer] = {}
        self._people = People()
        self._sides: tuple[Side, ...] = ()
        self._told = self._over = False

    def open(
        self, name: str, types: Mapping[int, PayloadType], source: str | None, side: Side | None
    ) -> int:
        """A port for a stream. Raises ``NoPortError``."""
        side = self._fitting(side, None)
        stream = RtpStream(types, source=source, begun=self.begun)
        port = self._pool.open(stream, self._now)
        self._lines[name] = _Line(stream, port, side)
        self._join(name, side)
        return port.number

    def _fitting(self, side: Side | None, before: Side | None) -> Side | None:
        """The side of the call that a stream belongs to: the call keeps those that it began with. A
        stream of whom nobody names yet is no agent's (our choice): no agent is charged with it."""
        if side is None or not self._told or side in self._sides:
            return side
        return "mix" if "mix" in self._sides else before or "customer"

    def _join(self, name: str, side: Side | None) -> None:
        if side is not None:
            self._mixers.setdefault(side, SideMixer()).join(name)

    def port_of(self, name: str) -> int | None:
        """The port of a stream; ``None``: it has none."""
        line = self._lines.get(name)
        return line.port.number if line is not None else None

    def begin(self, at: float, sides: tuple[Side, ...], people: People) -> None:
        """Tell the sink. Raises ``RefusedCallError`` where it does not take the call."""
        self._people, self._sides = people, sides
        self._sink(
            CallBegan(self.stream, at, sides, people.agent_id, people.customer_id, people.queue)
        )
        self._told = True
        for side in sides:
            self._mixers.setdefault(side, SideMixer())

    def announce(self, people: People) -> None:
        """Tell the sink who takes part, where that is news."""
        if people == self._people:
            return
        new = Announced(
            self.stream,
            _news(people.agent_id, self._people.agent_id),
            _news(people.customer_id, self._people.customer_id),
            _news(people.queue, self._people.queue),
        )
        self._people = people
        if new != Announced(self.stream):
            self._sink(new)

    def change(
        self,
        name: str,
        types: Mapping[int, PayloadType],
        source: str | None,
        side: Side | None,
    ) -> None:
        """Another codec, address or side of a stream, as a new offer has it; ``source`` ``None``: the
        address stays."""
        line = self._lines[name]
        # Packets of the codec before may still come, or wait.
        line.stream.types |= types
        line.stream.move(source)
        side = self._fitting(side, line.side)
        if side != line.side:
            self._leave(name, line)
            line.side = side
            self._join(name, side)

    def hold(self, name: str, *, held: bool) -> None:
        """A stream is on hold, or goes on. One on hold may be silent for ever."""
        if self._lines[name].held and not held:
            self._alive_at = self._now()
        self._lines[name].held = held

    def drop(self, name: str) -> None:
        """A stream has ended; the call has not."""
        line = self._lines.pop(name, None)
        if line is not None:
            self._emit(name, line, line.stream.rest())
            self._leave(name, line)
            line.port.close()

    def _leave(self, name: str, line: _Line) -> None:
        if line.side is not None:
            self._mixers[line.side].leave(name)

    def pump(self) -> None:
        """Tell the sink the sound that has come."""
        for name, line in self._lines.items():
            self._emit(name, line, line.stream.pieces(self._now()))
        for side, mixer in self._mixers.items():
            for piece in mixer.due(self._now() - self.begun):
                self._tell(side, piece)

    def _emit(self, name: str, line: _Line, pieces: list[Piece]) -> None:
        if line.side is None or not self._told:
            return
        for piece in pieces:
            for mixed in self._mixers[line.side].add(name, piece):
                self._tell(line.side, mixed)

    def _tell(self, side: Side, piece: Piece) -> None:
        self._sink(
            CallSound(self.stream, side, piece.start_s, piece.samples, piece.rate, piece.lost_s)
        )

    @property
    def silent_s(self) -> float:
        """How long nothing has come from any stream that is not on hold; 0 while all are."""
        live = [line.stream for line in self._lines.values() if not line.held]
        if self._lines and not live:
            return 0.0
        heard = [stream.heard_at for stream in live if stream.heard_at is not None]
        return self._now() - max([self._alive_at, *heard])

    @property
    def counts(self) -> dict[str, int]:
        """What was dropped of all streams so far, by kind."""
        found: dict[str, int] = {}
        for line in self._lines.values():
            for kind, count in line.stream.counts.items():
                found[kind] = found.get(kind, 0) + count
        return found

    def end(self, reason: str = "") -> None:
        """Close all ports and tell the sink what is left and the end; once more does nothing."""
        if self._over:
            return
        self._over = True
        lines, self._lines = self._lines, {}
        for line in lines.values():
            line.port.close()
        if not self._told:
            return
        try:
            for name, line in lines.items():
                self._emit(name, line, line.stream.rest())
            for side, mixer in self._mixers.items():
                for piece in mixer.rest():
                    self._tell(side, piece)
        finally:
            self._sink(CallEnded(self.stream, reason))


def _news(new: str | None, old: str | None) -> str | None:
    return new if new != old else None
