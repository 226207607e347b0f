"""Topics and settlement of one call."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from pipeline.topics.book import TopicBook
from pipeline.topics.find import find_topics
from pipeline.topics.settle import judge_settlement
from pipeline.types import CallTopic, Settlement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.lexicon import Lexicon
    from pipeline.types import CallMeta, Utterance

UNSURE = "分不清哪一方是客户，无法判断是否解决"


@dataclass(frozen=True, slots=True)
class Matter:
    """The matter of a call: the main topic first; no topics and an unknown settlement if its words
    do not tell."""

    topics: tuple[CallTopic, ...] = ()
    settlement: Settlement = field(default_factory=Settlement)


def read_matter(
    utterances: Sequence[Utterance], lexicon: Lexicon, meta: CallMeta, *, roles_sure: bool = True
) -> Matter:
    """The matter of a call by a lexicon's topics and words. Without ``roles_sure`` nobody knows
    whose the last words are: the settlement is unknown."""
    book = _book(lexicon.topics, lexicon.talk)
    settlement = judge_settlement(utterances, book) if roles_sure else Settlement(reason=UNSURE)
    return Matter(find_topics(utterances, book, meta), settlement)


_book = lru_cache(maxsize=4)(TopicBook.of)
"""The book of a lexicon, made once in 20 ms."""
