"""The words of topics, ready for many calls."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ahocorasick_rs

from pipeline.topics.folding import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pipeline.lexicon import TalkWords, Topic, TopicFile, Trade


@dataclass(frozen=True, slots=True)
class WordSet:
    """Phrases that are looked for together. ``owners``: for each phrase the keys that it belongs
    to."""

    phrases: tuple[str, ...]
    owners: tuple[tuple[str, ...], ...]
    machine: ahocorasick_rs.AhoCorasick

    @classmethod
    def of(cls, said: Iterable[tuple[str, str]]) -> WordSet:
        """The set of pairs of a phrase and a key."""
        owners: dict[str, list[str]] = defaultdict(list)
        for phrase, key in said:
            owners[fold(phrase)].append(key)
        return cls(
            tuple(owners),
            tuple(tuple(dict.fromkeys(keys)) for keys in owners.values()),
            ahocorasick_rs.AhoCorasick(list(owners)),
        )

    def find(self, folded: str) -> list[tuple[int, int, str, str]]:
        """Start, end, phrase and key of each hit in a folded text, hits inside others too."""
        return [
            (start, end, self.phrases[at], key)
            for at, start, end in self.machine.find_matches_as_indexes(folded, overlapping=True)
            for key in self.owners[at]
        ]


@dataclass(frozen=True, slots=True, eq=False)
class TopicBook:
    """Topics and the words of settlement. ``rank``: place of each topic's id in its files."""

    topics: Mapping[str, Topic]
    trades: Mapping[str, Trade]
    rank: Mapping[str, int]
    words: WordSet
    signs: WordSet
    talk: WordSet

    @classmethod
    def of(cls, file: TopicFile, talk: TalkWords) -> TopicBook:
        """The book of a lexicon's topics and words of conversation."""
        topics: Sequence[Topic] = file.all
        return cls(
            topics={topic.id: topic for topic in topics},
            trades={trade.name: trade for trade in file.trades},
            rank={topic.id: at for at, topic in enumerate(topics)},
            words=WordSet.of((say, topic.id) for topic in topics for say in topic.phrases),
            signs=WordSet.of((say, trade.name) for trade in file.trades for say in trade.signs),
            talk=WordSet.of(
                (say, kind)
                for kind in (
                    "settled",
                    "pleased",
                    "understood",
                    "unsettled",
                    "undone",
                    "later",
                    "transfers",
                )
                for say in getattr(talk, kind)
            ),
        )
