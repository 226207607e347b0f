"""The matter of a call: its topics, and whether it was settled."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.types.speech import Quote


@dataclass(frozen=True, slots=True)
class CallTopic:
    """A topic of a call. ``id``, ``name``: as in the file of topics. ``matter``: the general topic
    that it belongs to, such as 账单; a general topic is its own matter. ``trade``: such as 银行;
    empty for a general topic. ``score``: above 0, more for more and earlier words; the first topic
    of a call has the greatest. ``quotes``: the sentences with its words, in order of time."""

    id: str
    name: str
    matter: str
    trade: str
    score: float
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Settlement:
    """Whether the customer's matter was settled, by the words of the call.

    ``solved``: ``None`` if the words do not tell. ``reason``: in Chinese. ``transferred``,
    ``promised``: the agent passed the call on, or promised to act later. ``quotes``: the sentences
    that it rests on, in order of time.
    """

    solved: bool | None = None
    reason: str = ""
    transferred: bool = False
    promised: bool = False
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class TopicSum:
    """The calls of a period with one topic.

    ``calls``: with the topic. ``main``: with it as their main topic. ``attitude``: mean of the
    scored ones. ``solved``, ``unsolved``: by an import, else by the words; the rest is unknown.
    ``first``: calls of known customers that are at least ``AGAIN_DAYS`` old. ``again``: those of
    them after which the customer called about the same topic within ``AGAIN_DAYS``.
    """

    id: str
    name: str
    matter: str
    trade: str
    calls: int
    main: int
    attitude: float | None
    solved: int
    unsolved: int
    first: int = 0
    again: int = 0

    @property
    def first_call_share(self) -> float | None:
        """First-call resolution of the topic, 0..1; ``None`` without calls."""
        return 1 - self.again / self.first if self.first else None


@dataclass(frozen=True, slots=True)
class TopicTotals:
    """Calls of a period: ``looked``: those whose topics were looked for. ``without``: those of them
    that have none. ``old``: those that an earlier version scored, whose topics nobody looked for."""

    looked: int
    without: int
    old: int


@dataclass(frozen=True, slots=True)
class OpeningWords:
    """The customer's first words of a call, as one text."""

    result_id: int
    call_id: str | None
    text: str
