"""One agent's part of a conversation."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from pipeline.types.speech import Seconds


@dataclass(frozen=True, slots=True)
class Part:
    """One agent's part of a conversation that several agents led: what is judged as one call.

    ``conversation``: the id of the whole. ``number``: from 1, in the order in which the parts
    began. ``parts``: the call ids of all parts, this one's too. ``is_last``: the conversation ends
    in it. ``sure`` false: the agents cannot be told apart, so nothing may be charged.
    ``elsewhere``: ids of duties that belong to another part, or that another part has.
    ``in_doubt``: ids of duties whose lack is for review, since the parts may be calls of their
    own, or their order is unknown. ``cut``: the parts lie in one recording, and were told apart when
    it was heard.

    >>> Part("c1", 2, ("c1#1", "c1#2"), is_last=True).others
    ('c1#1',)
    """

    conversation: str
    number: int
    parts: tuple[str, ...]
    is_last: bool = False
    sure: bool = True
    elsewhere: tuple[str, ...] = ()
    in_doubt: tuple[str, ...] = ()
    cut: bool = False

    @property
    def is_first(self) -> bool:
        return self.number == 1

    @property
    def others(self) -> tuple[str, ...]:
        """The call ids of the other parts, in their order."""
        return (*self.parts[: self.number - 1], *self.parts[self.number :])


def part_sha256(sha256: str, number: int) -> str:
    """The SHA-256 that names a part of a recording: of the first one the recording's own."""
    return sha256 if number == 1 else hashlib.sha256(f"{sha256}#{number}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class HandOver:
    """Another agent takes over inside a recording. ``at_s``: where he begins. ``agent``: which of
    the two the call's agent is; the words of the other one are nobody's. ``other``: the number of
    the other one, as he gives it of himself or the telephone system has it; ``None`` if unknown."""

    at_s: Seconds
    agent: Literal["first", "second"] = "first"
    other: str | None = None
