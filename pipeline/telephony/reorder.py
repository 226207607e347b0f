"""Messages with sequence numbers into their order: each once, a late one in its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

Message = TypeVar("Message")

DEPTH = 8
"""A message that is missing is waited for until so many later ones are there: 80 ms of two tracks
with frames of 20 ms. Our choice."""

MOST_MISSING = 3000
"""A number that is so far ahead begins a new count: nothing is missing. A minute of one track; of
RTP too (RFC 3550, appendix A.1)."""

_RESTART = 50
"""So many old numbers in a row mean that the sender counts anew."""


@dataclass
class Reorder(Generic[Message]):
    """Holds what came before its time, at most ``DEPTH`` messages."""

    _next: int | None = None
    _held: dict[int, Message] = field(default_factory=dict)
    _old: int = 0

    def feed(self, number: int | None, message: Message) -> list[tuple[Message, int]]:
        """The messages whose turn it is, each with how many are missing before it. Without a number
        it is a message's turn when it comes. One that came before, or too late, is left out."""
        if number is None:
            return [*self.flush(), (message, 0)]
        if self._next is not None and number < self._next:
            self._old += 1
            if self._old < _RESTART:
                return []
            self._next, self._held = None, {}
        self._old = 0
        if self._next is None:
            self._next = number
        self._held.setdefault(number, message)
        ready = self._ready()
        while len(self._held) > DEPTH:
            ready += self._skip()
        return ready

    def flush(self) -> list[tuple[Message, int]]:
        """All that is held, in order: what is missing will not come."""
        ready = []
        while self._held:
            ready += self._skip()
        return ready

    def _skip(self) -> list[tuple[Message, int]]:
        first = min(self._held)
        missing = first - (self._next if self._next is not None else first)
        missing = missing if missing < MOST_MISSING else 0
        self._next = first
        (message, _), *rest = self._ready()
        return [(message, missing), *rest]

    def _ready(self) -> list[tuple[Message, int]]:
        ready: list[tuple[Message, int]] = []
        while self._next in self._held:
            ready.append((self._held.pop(self._next), 0))
            self._next += 1
        return ready
