"""One WebSocket connection's tracks: what its messages say, as sound in the right place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from pipeline.errors import RecordingError
from pipeline.telephony.codecs import SoundDecoder
from pipeline.telephony.dialect_words import BY_SAMPLE, DialectError
from pipeline.telephony.dialects import (
    Began,
    Known,
    Missing,
    Nothing,
    Over,
    Payload,
)
from pipeline.telephony.placing import STAMP_S, ArrivalPlace, CountedPlace
from pipeline.telephony.reorder import Reorder

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pipeline.telephony.dialects import Dialect, Said
    from pipeline.telephony.events import Side
    from pipeline.telephony.roster import OpenCall, Roster
    from pipeline.types import Seconds

CREDIBLE_S = 60.0
"""Sound of a sender that is as far ahead as it may be is believed to lie so much farther, behind a
gap. Our choice, below the two minutes that the listener takes."""

_DAMAGED = 50
"""So many payloads in a row that cannot be decoded end the connection. Our choice: a second."""


class TracksInProgress:
    """From a connection's first message to its end."""

    def __init__(
        self, roster: Roster, ticks: Callable[[], float], close: Callable[[], None]
    ) -> None:
        """``close``: closes the connection at once, where another one takes its place."""
        self._roster, self._close = roster, close
        self._opened_s = ticks()
        self.dialect: Dialect | None = None
        self.call: OpenCall | None = None
        self.is_over = False
        """The sender has ended the call, or the call has ended."""
        self.heard = 0
        """Payloads with sound so far."""
        self._began: Began | None = None
        self._decoders: dict[Side, SoundDecoder] = {}
        self._stamped: dict[Side, CountedPlace] = {}
        self._arrived: dict[Side, ArrivalPlace[NDArray[np.int16]]] = {}
        self._order: Reorder[tuple[Said, Seconds]] = Reorder()
        self._lost: dict[Side, Seconds] = {}
        self._missing = self._damaged = 0
        self._stamps_from_s: Seconds | None = None

    @property
    def longest_s(self) -> Seconds:
        """Seconds of the side that has most sound of those that come by this connection, from its
        begin."""
        if not self.call or not self._began:
            return 0.0
        own = (self.call.next_s.get(side, 0.0) for side in self._began.tracks)
        return max(own, default=0.0) + self.call.began_s - self._opened_s

    def since_s(self, now: Seconds) -> Seconds:
        """Seconds that the connection is open."""
        return now - self._opened_s

    def take(self, said: Said, now: Seconds, check: Callable[[str], None]) -> None:
        """``check``: raises where a first message's token is not known. Raises ``DialectError``,
        ``RefusedCallError`` and ``RecordingError``."""
        if isinstance(said, Began):
            check(said.token)
            self._begin(said, now)
        elif isinstance(said, Missing):
            self._skip(said.seconds, now)
        elif isinstance(said, Known):
            if self.call:
                self.call.announce(said.agent_id, said.customer_id, said.queue)
        elif isinstance(said, Over):
            self._flush()
            self.is_over = True
        else:
            for (one, arrived), missing in self._order.feed(said.number, (said, now)):
                self._in_turn(one, arrived, missing)

    def leave(self, reason: str, *, wait: bool) -> None:
        """The connection has ended."""
        if not self.call or not self._began:
            return
        self._flush()
        for side, place in self._arrived.items():
            for start, samples in place.flush():
                self._tell(side, start, samples)
        self.call.leave(self._began.tracks, reason, wait=wait)

    def _flush(self) -> None:
        for (one, arrived), missing in self._order.flush():
            self._in_turn(one, arrived, missing)

    def _begin(self, began: Began, now: Seconds) -> None:
        if self.call:
            raise DialectError("it begins a second call")
        self._decoders = {side: SoundDecoder(began.codec, began.rate) for side in began.tracks}
        self._stamped = {side: CountedPlace() for side in began.tracks}
        self._arrived = {side: ArrivalPlace() for side in began.tracks}
        self._began = began
        self.call = self._roster.enter(began.call, began.tracks, now, self._give_way)

    def _give_way(self) -> None:
        self.leave("connection lost", wait=True)
        self.call, self.is_over = None, True
        self._close()

    def _in_turn(self, said: Said, arrived: Seconds, missing: int) -> None:
        self._missing += missing
        if isinstance(said, Nothing):
            self._count_damage(said.damaged)
        elif isinstance(said, Payload) and not self.is_over:
            if not self.call or not self._began:
                raise DialectError("it sends sound before it says what it is")
            for side, data in self._split(said).items():
                self._hear(side, data, said.at_s, arrived)

    def _split(self, payload: Payload) -> dict[Side, bytes]:
        """The bytes of each track."""
        assert self._began
        tracks, width = self._began.tracks, BY_SAMPLE.get(self._began.codec, 1)
        if payload.side:
            return {payload.side: payload.data}
        if len(payload.data) % (width * len(tracks)):
            raise DialectError("a message does not have a whole sample of each track")
        if len(tracks) == 1:
            return {tracks[0]: payload.data}
        table = np.frombuffer(payload.data, np.uint8).reshape(-1, len(tracks), width)
        return {side: table[:, place].tobytes() for place, side in enumerate(tracks)}

    def _hear(self, side: Side, data: bytes, at_s: Seconds | None, arrived: Seconds) -> None:
        assert self.call
        decoder = self._decoders[side]
        try:
            samples = decoder.decode(data)
        except RecordingError:
            self._count_damage(True)
            return
        self._count_damage(False)
        if not len(samples):
            return
        self.heard += 1
        seconds = len(samples) / decoder.rate
        self.call.count_from(arrived - seconds)
        if at_s is None:
            if len(self._decoders) == 1 and self._missing:
                self._skip(self._missing * seconds, arrived)
                self._missing = 0
            placed = self._arrived[side].feed(arrived - self.call.began_s, samples, seconds)
            for start, piece in placed:
                self._tell(side, start, piece)
            return
        now_s = max(arrived - seconds - self.call.began_s, 0.0)
        if self._stamps_from_s is None:
            self._stamps_from_s = now_s - at_s
        place = self._stamped[side]
        if at_s + self._stamps_from_s > self._latest_s(arrived):  # a clock that jumped
            self._stamps_from_s = (now_s if place.next_s is None else place.next_s) - at_s
        slack = seconds / 2 if self._missing else STAMP_S
        start, gap = place.place(at_s + self._stamps_from_s, seconds, slack)
        lost = min(gap, self._missing * seconds)
        self._missing -= round(lost / seconds)
        self._lost[side] = self._lost.get(side, 0.0) + lost
        self._tell(side, start, samples)

    def _tell(self, side: Side, start: Seconds, samples: NDArray[np.int16]) -> None:
        assert self.call
        self.call.hear(side, start, samples, self._decoders[side].rate, self._lost.pop(side, 0.0))
        if self.call.ended:
            self.is_over = True

    def _latest_s(self, arrived: Seconds) -> Seconds:
        """The latest start, from the call's begin, of sound that came at this moment."""
        assert self.call
        return arrived - self.call.began_s + self._roster.options.ahead_s + CREDIBLE_S

    def _skip(self, seconds: Seconds, arrived: Seconds) -> None:
        for side, place in self._arrived.items():
            for start, piece in place.flush():
                self._tell(side, start, piece)
            gap = min(seconds, max(self._latest_s(arrived) - (place.next_s or 0.0), 0.0))
            place.skip(gap)
            self._lost[side] = self._lost.get(side, 0.0) + gap

    def _count_damage(self, damaged: bool) -> None:
        self._damaged = self._damaged + 1 if damaged else 0
        self._missing += damaged
        if self._damaged > _DAMAGED:
            raise DialectError("what it sends cannot be decoded")
