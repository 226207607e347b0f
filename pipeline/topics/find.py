"""The topics of one call, by their words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.topics.folding import fold
from pipeline.types import CallTopic, Quote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.lexicon import Topic
    from pipeline.topics.book import TopicBook
    from pipeline.types import CallMeta, Utterance

OPENING = 3
"""First utterances of the customer with something in them: they say why the customer calls. Our
choice, with the weights below: docs/topics.md has the experiment."""

CONTENT_CHARS = 4
"""Shorter utterances, such as 喂，你好, say nothing."""

FIRST_WEIGHT, OPENING_WEIGHT, CUSTOMER_WEIGHT, AGENT_WEIGHT = 4.0, 3.0, 1.0, 0.75
"""Weight of a phrase in the customer's first utterance with something in it, in the rest of the
opening, in later utterances, and in the agent's."""

LEAST_SCORE = 2.0
"""With less a call does not have the topic: one phrase in passing is not what a call is about."""

SHARE_OF_BEST = 0.5
"""A further topic needs this share of the best one's score."""

MOST_TOPICS = 3
"""Topics of a call at most (our choice)."""

SIGN_WEIGHT, LEAST_SIGNS = 2.0, 3.0
"""A trade's word counts 1, in the first two utterances of the agent, who names the company there,
``SIGN_WEIGHT``. A call is of a trade from ``LEAST_SIGNS`` on."""

MOST_QUOTES = 3


@dataclass(frozen=True, slots=True)
class _Said:
    """A phrase of a topic in an utterance."""

    topic: str
    phrase: str
    weight: float
    at: int


def find_topics(
    utterances: Sequence[Utterance], book: TopicBook, meta: CallMeta
) -> tuple[CallTopic, ...]:
    """The topics of a call, the main one first; empty where no topic has enough of its words."""
    folded = [fold(utterance.text) for utterance in utterances]
    trade = find_trade(utterances, folded, book, meta)
    said = [
        one
        for one in _said(utterances, folded, book)
        if book.topics[one.topic].trade in ("", trade)
    ]
    by_topic: dict[str, dict[str, float]] = defaultdict(dict)
    for one in said:
        own = by_topic[one.topic]
        own[one.phrase] = max(one.weight, own.get(one.phrase, 0.0))
    by_matter = _matters(by_topic, book)
    chosen = _choose(by_matter, book)
    return tuple(
        _topic(_best_of(matter, by_topic, book), score, said, utterances)
        for matter, score in chosen
    )


def find_trade(
    utterances: Sequence[Utterance], folded: Sequence[str], book: TopicBook, meta: CallMeta
) -> str:
    """The trade of a call, by its queue, else by its words; empty for none."""
    for name, trade in book.trades.items():
        if trade.has_queue(meta.queue):
            return name
    seen: dict[str, dict[str, float]] = defaultdict(dict)
    greetings = [at for at, u in enumerate(utterances) if u.role == "agent"][:2]
    for at, text in enumerate(folded):
        weight = SIGN_WEIGHT if at in greetings else 1.0
        for _, _, sign, name in _longest(book.signs.find(text)):
            seen[name][sign] = max(weight, seen[name].get(sign, 0.0))
    scores = {name: sum(signs.values()) for name, signs in seen.items()}
    best = max(scores.values(), default=0.0)
    if best < LEAST_SIGNS:
        return ""
    leading = [name for name in book.trades if scores.get(name) == best]
    return leading[0] if len(leading) == 1 else ""


def _said(
    utterances: Sequence[Utterance], folded: Sequence[str], book: TopicBook
) -> Iterator[_Said]:
    weights = _weights(utterances, folded)
    for at, (utterance, text) in enumerate(zip(utterances, folded, strict=True)):
        if not weights[at]:
            continue
        for _, _, phrase, key in _longest(book.words.find(text)):
            by = book.topics[key].by
            if by == "both" or by == utterance.role or utterance.role == "unknown":
                yield _Said(key, phrase, weights[at], at)


def _weights(utterances: Sequence[Utterance], folded: Sequence[str]) -> list[float]:
    """The weight of each utterance. The agent's words before the customer's first are a greeting
    and have none."""
    weights: list[float] = []
    opening = 0
    for utterance, text in zip(utterances, folded, strict=True):
        if utterance.role == "agent":
            weights.append(AGENT_WEIGHT if opening else 0.0)
        elif opening < OPENING and len(text) >= CONTENT_CHARS:
            weights.append(OPENING_WEIGHT if opening else FIRST_WEIGHT)
            opening += 1
        else:
            weights.append(CUSTOMER_WEIGHT)
    return weights


def _longest(
    hits: Sequence[tuple[int, int, str, str]],
) -> Iterator[tuple[int, int, str, str]]:
    """Hits that are not inside a longer hit of the same key."""
    for start, end, phrase, key in hits:
        if not any(
            other_key == key and s <= start and end <= e and e - s > end - start
            for s, e, _, other_key in hits
        ):
            yield start, end, phrase, key


def _matters(
    by_topic: Mapping[str, Mapping[str, float]], book: TopicBook
) -> dict[str, float]:
    """The score of each general topic: of its own phrases and of those of its trade's topics, each
    phrase once."""
    phrases: dict[str, dict[str, float]] = defaultdict(dict)
    for topic_id, own in by_topic.items():
        matter = phrases[book.topics[topic_id].matter]
        for phrase, weight in own.items():
            matter[phrase] = max(weight, matter.get(phrase, 0.0))
    return {matter: sum(own.values()) for matter, own in phrases.items()}


def _choose(scores: Mapping[str, float], book: TopicBook) -> list[tuple[str, float]]:
    """The general topics that a call has with their scores, the greatest first."""
    general = {topic.name: topic for topic in book.topics.values() if not topic.trade}
    rank = {name: book.rank[topic.id] for name, topic in general.items()}
    enough = {name: score for name, score in scores.items() if score >= LEAST_SCORE}
    firm = {name: score for name, score in enough.items() if not general[name].alone}
    counted = firm or enough
    best = max(counted.values(), default=0.0)
    chosen = [(n, s) for n, s in counted.items() if s >= SHARE_OF_BEST * best]
    return sorted(chosen, key=lambda pair: (-pair[1], rank[pair[0]]))[:MOST_TOPICS]


def _best_of(
    matter: str, by_topic: Mapping[str, Mapping[str, float]], book: TopicBook
) -> Topic:
    """The topic of a trade with the most words in a matter, else the general topic."""
    own = [book.topics[key] for key in by_topic if book.topics[key].matter == matter]
    of_trade = [topic for topic in own if topic.trade]
    return min(
        of_trade or own, key=lambda t: (-sum(by_topic[t.id].values()), book.rank[t.id])
    )


def _topic(
    topic: Topic, score: float, said: Sequence[_Said], utterances: Sequence[Utterance]
) -> CallTopic:
    weight: dict[int, float] = defaultdict(float)
    for one in said:
        if one.topic == topic.id:
            weight[one.at] += one.weight
    best = sorted(weight, key=lambda at: (-weight[at], at))[:MOST_QUOTES]
    quotes = tuple(quote_of(utterances[at]) for at in sorted(best))
    return CallTopic(topic.id, topic.name, topic.matter, topic.trade, score, quotes)


def quote_of(utterance: Utterance) -> Quote:
    """An utterance as a quote."""
    return Quote(utterance.role, utterance.start_s, utterance.end_s, utterance.text)
