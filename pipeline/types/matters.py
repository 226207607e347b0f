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
