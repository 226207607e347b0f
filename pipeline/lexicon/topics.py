"""The topics of calls, with the words that tell them."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal, TypeAlias

Sayer: TypeAlias = Literal["agent", "customer", "both"]


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic. ``matter``: name of the general topic that it belongs to, of a general topic its own
    name. ``trade``: empty for a general topic. ``by``: whose words count. ``alone``: counts only
    where no other topic does. ``asks``: a question of the customer counts as one of its phrases.
    ``at``: file and line."""

    id: str
    name: str
    matter: str
    phrases: tuple[str, ...]
    trade: str = ""
    by: Sayer = "both"
    alone: bool = False
    asks: bool = False
    at: str = ""


@dataclass(frozen=True, slots=True)
class Trade:
    """A trade that has topics of its own. A call is of the trade if its queue fits one of
    ``queues`` (with ``*`` for any characters), or if enough of the words ``signs`` are said."""

    name: str
    queues: tuple[str, ...]
    signs: tuple[str, ...]
    topics: tuple[Topic, ...]

    def fit(self, queue: str | None) -> int:
        """Characters of the longest pattern that a queue fits; 0 for a queue of other trades.

        >>> Trade("银行", ("信用卡*", "955*"), (), ()).fit("信用卡中心")
        4
        """
        return max(
            (len(pattern) for pattern in self.queues if fnmatchcase(queue or "", pattern)),
            default=0,
        )


@dataclass(frozen=True, slots=True)
class TopicFile:
    """All topics: ``general`` ones, for every call, in the order of their rank; and those of
    ``trades``. Empty: calls get no topics."""

    general: tuple[Topic, ...] = ()
    trades: tuple[Trade, ...] = ()

    @property
    def all(self) -> tuple[Topic, ...]:
        """Every topic, the general ones first."""
        return (*self.general, *(topic for trade in self.trades for topic in trade.topics))
