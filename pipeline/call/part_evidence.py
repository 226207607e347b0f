"""What the words of two recordings say about whether they are one conversation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.speakers import WAITED, announces_transfer, answers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.lexicon import TalkWords
    from pipeline.types import CallResult, Utterance

LAST_WORDS = 6
"""A farewell, a transfer or a request to wait is looked for in so many last utterances of a
recording, and its like in so many first ones (our choice)."""

FAREWELLS = re.compile(
    r"再见|再会|拜拜|慢走|走好|祝您|生活愉快|(?:感谢|谢谢)您?的?(?:来电|致电)|请.{0,6}评价"
)


@dataclass(frozen=True, slots=True)
class Ends:
    """How a recording begins and ends. ``answered``: an agent answers a call in its first words.
    ``waited``: its first words follow a wait. ``handed_on``: the agent announces a transfer and no
    farewell comes after it. ``to_wait``: he asks to wait, and nobody takes leave. ``closed``: the
    last words are a farewell of either side."""

    answered: bool
    waited: bool
    handed_on: bool
    to_wait: bool
    closed: bool


def read_ends(result: CallResult, words: TalkWords) -> Ends:
    """What the first and last words of a result say. What a speaker of unknown role says counts as
    the agent's."""
    return ends_of(result.utterances, words)


def ends_of(utterances: Sequence[Utterance], words: TalkWords) -> Ends:
    """``read_ends`` of these utterances."""
    ordered = sorted(utterances, key=lambda one: one.start_s)
    agent = [one for one in ordered if one.role != "customer"]
    first, last = agent[:LAST_WORDS], ordered[-LAST_WORDS:]
    closed = _last_place(last, FAREWELLS)
    handed = _last_of(last, lambda text: announces_transfer(text, words.transfers))
    wait = _last_of(last, lambda text: any(word in text for word in words.waits))
    return Ends(
        answered=any(answers(one.text, words.greetings) for one in first[:3]),
        waited=any(WAITED.search(one.text) for one in first[:3]),
        handed_on=handed is not None and (closed is None or closed < handed),
        to_wait=wait is not None and closed is None,
        closed=closed is not None,
    )


def _last_place(said: Sequence[Utterance], pattern: re.Pattern[str]) -> int | None:
    found = [at for at, one in enumerate(said) if pattern.search(one.text)]
    return found[-1] if found else None


def _last_of(said: Sequence[Utterance], fits: Callable[[str], bool]) -> int | None:
    found = [at for at, one in enumerate(said) if one.role != "customer" and fits(one.text)]
    return found[-1] if found else None
