"""One AudioSocket connection, from its UUID to its end."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from typing import TYPE_CHECKING, cast

import numpy as np

from pipeline.errors import CallqaError
from pipeline.telephony.audiosocket_frames import (
    DTMF,
    ERROR,
    HANG_UP,
    SILENCE,
    SLIN_RATES,
    UUID,
    FrameReader,
    GarbageError,
)
from pipeline.telephony.events import RefusedCallError
from pipeline.telephony.options import is_allowed
from pipeline.telephony.placing import ArrivalPlace
from pipeline.telephony.roster import AnnouncedCall
from pipeline.telephony.sockets import bound

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from pipeline.telephony.audiosocket import AudioSocketServer
    from pipeline.telephony.roster import OpenCall
    from pipeline.types import Seconds

_RETRY_S = 0.25
_PART_S = 0.1
_STARVED = 0.65
_STARVED_S = 5.0
_STEADY_S = 0.2
_AT_ONCE = 200
"""Frames that are taken before other connections have their turn. Our choice."""


class Connection(asyncio.Protocol):
    """Takes the frames of a connection; a fault of it costs its own call only."""

    def __init__(self, server: AudioSocketServer) -> None:
        self._server, self._options = server, server.options
        self._reader = FrameReader()
        self._early: list[tuple[Seconds, bytes, int]] = []
        self._early_bytes = 0
        self._place: ArrivalPlace[tuple[NDArray[np.int16], int]] = ArrivalPlace()
        self._call: OpenCall | None = None
        self._told: AnnouncedCall | None = None
        self._uuid = ""
        self._peer = ""
        self._over = False
        self._opened_s = self._heard_s = server.ticks()
        self._sound_s = self._sound_from_s = 0.0
        self._frames = 0
        self._steady, self._paused = True, False
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._loop = asyncio.get_running_loop()

    # what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        host, port = (self._transport.get_extra_info("peername") or ("?", 0))[:2]
        self._peer = f"{host}:{port}"
        self._server.open.add(self)
        bound(self._transport)
        if not is_allowed(host, self._options.allow):
            self.drop("its address is not allowed")
        elif len(self._server.open) > self._options.connections:
            self.drop("too many connections are open")
        else:
            self._after("hello", self._options.hello_s, self.drop, "it named no call in time")

    def data_received(self, data: bytes) -> None:
        if not self._over:
            self._take_frames(data)

    def connection_lost(self, error: Exception | None) -> None:
        while not self._over and self._take_frames():
            pass
        if not self._over:
            whole = error is None and self._reader.is_between_frames
            self._finish("" if whole else "connection lost")
        self._server.open.discard(self)

    # frames

    def _take_frames(self, data: bytes = b"") -> int:
        """Takes some of the frames that have come, and reads on when it is time. Returns how many."""
        now = self._server.ticks()
        found = self._reader.feed(data, _AT_ONCE)
        try:
            for kind, payload in found:
                if not self._over:
                    self._take(kind, payload, now)
            if not self._over and self._heard_s == now and self._sound_s:
                self._watch(now)
        except CallqaError as error:
            self.drop(str(error))
        if not self._over:
            self._read_on(now, more=len(found) == _AT_ONCE)
        return len(found)

    def _take(self, kind: int, payload: bytes, now: Seconds) -> None:
        self._frames += 1
        if kind == UUID:
            self._name(payload)
        elif kind == HANG_UP:
            self._finish("")
            self._transport.close()
        elif kind == ERROR:
            self.drop("the telephone system reports an error", quiet=True)
        elif kind in SLIN_RATES:
            self._hear(payload, SLIN_RATES[kind], now)
        elif kind != DTMF:
            raise GarbageError("it sends a kind of frame that AudioSocket does not have")

    def _name(self, payload: bytes) -> None:
        if len(payload) != 16 or self._uuid:
            raise GarbageError("it sends a UUID that is none, or a second one")
        self._uuid = str(uuid.UUID(bytes=payload))
        self._stop("hello")
        self._after("longest", self._options.longest_s, self.drop, "it is longer than may be")
        self._after("idle", self._options.idle_s, self._look_idle)
        if self._options.keep_s:
            self._after("keep", self._options.keep_s, self._keep)
        self._look_up(self._server.ticks() + self._options.announce_s)

    def _look_up(self, until_s: Seconds) -> None:
        told = self._server.told_of(self._uuid)
        if told is None and self._server.ticks() < until_s:
            self._after("look", _RETRY_S, self._look_up, until_s)
            return
        try:
            self._begin(told or AnnouncedCall(self._uuid))
        except RefusedCallError as error:
            self.drop(str(error))

    def _begin(self, told: AnnouncedCall) -> None:
        early, self._early = self._early, []
        self._told = told
        self._call = self._server.roster.enter(told, (told.side,), self._opened_s, self._give_way)
        for arrived, payload, rate in early:
            self._place_sound(payload, rate, arrived)

    def _hear(self, payload: bytes, rate: int, now: Seconds) -> None:
        if not self._uuid:
            raise GarbageError("it sends sound before its UUID")
        if len(payload) % 2:
            raise GarbageError("it sends half a sample; its codec must be slin")
        if not payload:
            return
        self._steady = self._steady and now - self._heard_s < _STEADY_S
        self._heard_s = now
        self._sound_from_s = self._sound_from_s or now
        self._sound_s += len(payload) / 2 / rate
        if self._call:
            self._place_sound(payload, rate, now)
            return
        self._early_bytes += len(payload)
        if self._early_bytes > 2 * rate * (self._options.announce_s + self._options.ahead_s):
            raise GarbageError("it floods before its call is known")
        self._early.append((now, payload, rate))

    def _place_sound(self, payload: bytes, rate: int, arrived: Seconds) -> None:
        assert self._call
        samples = np.frombuffer(payload, dtype="<i2").astype(np.int16)
        seconds = len(samples) / rate
        self._call.count_from(arrived - seconds)
        placed = self._place.feed(arrived - self._call.began_s, (samples, rate), seconds)
        for start, (piece, its_rate) in placed:
            self._tell(start, piece, its_rate)

    def _tell(self, start: Seconds, samples: NDArray[np.int16], rate: int) -> None:
        assert self._call
        assert self._told
        self._call.hear(self._told.side, start, samples, rate)
        if self._call.ended:
            self.drop("its call has ended", quiet=True)

    def _give_way(self) -> None:
        self.drop("connection lost", quiet=True)

    # bounds

    def _watch(self, now: Seconds) -> None:
        """A side that has all the sound it may have, or half the sound of its time."""
        since = now - self._sound_from_s
        if self._sound_s > self._options.longest_s:
            raise GarbageError("it is longer than may be")
        if self._steady and since > _STARVED_S and self._sound_s < _STARVED * since:
            raise GarbageError("it sends too few samples for its time; its codec must be slin")

    def _read_on(self, now: Seconds, *, more: bool) -> None:
        """Reads on at once, or when the sender is not too far ahead any more, or when other
        connections have had their turn. ``more``: frames are there that were not taken."""
        options, sound_s = self._options, self._sound_s
        too_far_s = max(
            options.too_far_s(sound_s=0.0, messages=self._frames, since_s=now - self._opened_s),
            options.too_far_s(sound_s=sound_s, messages=0, since_s=now - self._sound_from_s),
        )
        wait_s = too_far_s + _PART_S if too_far_s > 0 else 0.0
        if wait_s or more:
            self._paused = True
            self._transport.pause_reading()
            self._after("ahead", wait_s, self._take_frames)
        elif self._paused:
            self._paused = False
            self._transport.resume_reading()

    def _look_idle(self) -> None:
        rest = self._heard_s + self._options.idle_s - self._server.ticks()
        if rest <= 0:
            self.drop("it has sent nothing for too long")
        else:
            self._after("idle", rest, self._look_idle)

    def _keep(self) -> None:
        # One that is far ahead may be gone, and an answer would break what it has sent.
        if not self._paused and not self._transport.get_write_buffer_size():
            self._transport.write(SILENCE)
        self._after("keep", self._options.keep_s, self._keep)

    # the end

    def drop(self, reason: str, *, quiet: bool = False) -> None:
        """Closes the connection for a fault of its own, which ends its part of the call."""
        if self._over:
            return
        if not quiet:
            self._server.faults.say(reason, self._peer)
        self._finish(reason)
        self._transport.abort()

    def _finish(self, reason: str) -> None:
        self._over = True
        for timer in self._timers.values():
            timer.cancel()
        if self._call is None and self._early:
            with contextlib.suppress(RefusedCallError):
                self._begin(self._server.told_of(self._uuid) or AnnouncedCall(self._uuid))
        if self._call and self._told:
            for start, (piece, rate) in self._place.flush():
                self._call.hear(self._told.side, start, piece, rate)
            self._call.leave((self._told.side,), reason, wait=reason in ("", "connection lost"))

    def _after(
        self, name: str, seconds: Seconds, call: Callable[..., object], *given: object
    ) -> None:
        self._stop(name)
        self._timers[name] = self._loop.call_later(seconds, call, *given)

    def _stop(self, name: str) -> None:
        if timer := self._timers.pop(name, None):
            timer.cancel()
