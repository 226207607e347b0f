"""One agent's part of a conversation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One agent's part of a conversation that several agents led: what is judged as one call.

    ``conversation``: the id of the whole. ``number``: from 1, in the order in which the parts
    began. ``parts``: the call ids of all parts, this one's too. ``is_last``: the conversation ends
    in it. ``sure`` false: the agents cannot be told apart, so nothing may be charged.

    >>> Part("c1", 2, ("c1#1", "c1#2"), is_last=True).others
    ('c1#1',)
    """

    conversation: str
    number: int
    parts: tuple[str, ...]
    is_last: bool = False
    sure: bool = True

    @property
    def is_first(self) -> bool:
        return self.number == 1

    @property
    def others(self) -> tuple[str, ...]:
        """The call ids of the other parts, in their order."""
        return (*self.parts[: self.number - 1], *self.parts[self.number :])
