"""The topics of one call, by their words."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.topics.folding import fold
from pipeline.types import CallTopic, Quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipeline.lexicon import Topic
    from pipeline.topics.book import TopicBook
    from pipeline.types import CallMeta, Utterance

OPENING = 3
"""First utterances of the customer with something in them: they say why the customer calls. Our
choice, with the weights below: docs/topics.md has the experiment."""

CONTENT_CHARS = 4
"""Shorter utterances, such as 喂，你好, say nothing."""

FIRST_WEIGHT, OPENING_WEIGHT, CUSTOMER_WEIGHT, AGENT_WEIGHT = 4.0, 2.0, 0.75, 0.25
"""Weight of a phrase in the customer's first utterance with something in it, in the rest of the
opening, in later utterances, and in the agent's."""

AGAIN_SHARE, MOST_AGAIN = 0.25, 2

LEAST_SCORE = 2.0
"""With less a call does not have the topic: one phrase in passing is not what a call is about."""

SHARE_OF_BEST = 0.5
"""A further topic needs this share of the best one's score."""

MOST_TOPICS = 3
"""Topics of a call at most (our choice)."""

SIGN_WEIGHT, LEAST_SIGNS = 3.0, 3.0
"""A trade's word counts 1, in the first utterance of the agent, who names the company there,
``SIGN_WEIGHT``. A call is of a trade from ``LEAST_SIGNS`` on."""

QUESTION = re.compile(r"[?？]|(吗|么|呢|嘛|不|没|没有|吧)[。！!~～]*$")
"""A sentence that asks."""

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
    trade = find_trade(utterances, book, meta)
    counted = {key: topic for key, topic in book.topics.items() if topic.trade in ("", trade)}
    said = list(_said(utterances, folded, book, counted))
    by_topic = _scores((one, one.topic) for one in said)
    by_matter = _scores((one, book.topics[one.topic].matter) for one in said)
    return tuple(
        _topic(_best_of(matter, by_topic, book), score, said, utterances)
        for matter, score in _choose(by_matter, book)
    )


def _scores(said: Iterable[tuple[_Said, str]]) -> dict[str, float]:
    """The score of each key. Further phrases of one utterance add ``AGAIN_SHARE`` of its weight:
    who says one thing in three ways has still one matter."""
    weights: dict[tuple[str, int], float] = {}
    phrases: dict[tuple[str, int], set[str]] = defaultdict(set)
    for one, key in said:
        weights[key, one.at] = max(one.weight, weights.get((key, one.at), 0.0))
        phrases[key, one.at].add(one.phrase)
    scores: dict[str, float] = defaultdict(float)
    for (key, at), weight in weights.items():
        scores[key] += weight * (1 + AGAIN_SHARE * min(MOST_AGAIN, len(phrases[key, at]) - 1))
    return dict(scores)


def find_trade(utterances: Sequence[Utterance], book: TopicBook, meta: CallMeta) -> str:
    """The trade of a call, by its queue (the longest pattern counts: 95598* before 955*), else by
    its words; empty for none."""
    by_queue = max(book.trades.values(), key=lambda trade: trade.fit(meta.queue), default=None)
    if by_queue is not None and by_queue.fit(meta.queue):
        return by_queue.name
    seen: dict[str, dict[str, float]] = defaultdict(dict)
    greetings = [at for at, u in enumerate(utterances) if u.role == "agent"][:1]
    for at, utterance in enumerate(utterances):
        weight = SIGN_WEIGHT if at in greetings else 1.0
        for _, _, sign, name in _longest(book.signs.find(fold(utterance.text))):
            seen[name][sign] = max(weight, seen[name].get(sign, 0.0))
    scores = {name: sum(signs.values()) for name, signs in seen.items()}
    best = max(scores.values(), default=0.0)
    if best < LEAST_SIGNS:
        return ""
    leading = [name for name in book.trades if scores.get(name) == best]
    return leading[0] if len(leading) == 1 else ""


def _said(
    utterances: Sequence[Utterance],
    folded: Sequence[str],
    book: TopicBook,
    counted: Mapping[str, Topic],
) -> Iterator[_Said]:
    """The phrases of the topics that count in this call."""
    weights = _weights(utterances, folded)
    for at, (utterance, text) in enumerate(zip(utterances, folded, strict=True)):
        if not weights[at]:
            continue
        sayers = {"both", utterance.role} if utterance.role != "unknown" else {"both", "customer"}
        hits = [
            hit
            for hit in book.words.find(text)
            if hit[3] in counted and counted[hit[3]].by in sayers
        ]
        for _, _, phrase, key in _longest(hits):
            yield _Said(key, phrase, weights[at], at)
        if weights[at] >= OPENING_WEIGHT and QUESTION.search(utterance.text):
            asking = (key for key, topic in counted.items() if topic.asks)
            yield from (_Said(key, "？", weights[at] / 2, at) for key in asking)


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
    """Hits that do not lie inside a longer one (没到 in 没到账), and of those of one key that share
    characters the longest, the first of equal ones."""
    spans = sorted({(start, end) for start, end, *_ in hits})
    whole = {
        (s, e) for s, e in spans if not any(a <= s and e <= b and b - a > e - s for a, b in spans)
    }
    taken: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for start, end, phrase, key in sorted(hits, key=lambda hit: (hit[0] - hit[1], hit[0])):
        if (start, end) in whole and all(end <= s or e <= start for s, e in taken[key]):
            taken[key].append((start, end))
            yield start, end, phrase, key


def _choose(scores: Mapping[str, float], book: TopicBook) -> list[tuple[str, float]]:
    """The general topics that a call has with their scores, the greatest first."""
    general = {topic.name: topic for topic in book.topics.values() if not topic.trade}
    rank = {name: book.rank[topic.id] for name, topic in general.items()}
    enough = {name: score for name, score in scores.items() if score >= LEAST_SCORE}
    firm = {name: score for name, score in enough.items() if not general[name].alone}
    surest = max(firm.values(), default=0.0)
    is_firm = surest >= FIRST_WEIGHT or surest == max(enough.values(), default=0.0)
    counted = firm if firm and is_firm else enough
    best = max(counted.values(), default=0.0)
    chosen = [(n, s) for n, s in counted.items() if s >= SHARE_OF_BEST * best]
    return sorted(chosen, key=lambda pair: (-pair[1], rank[pair[0]]))[:MOST_TOPICS]


def _best_of(matter: str, by_topic: Mapping[str, float], book: TopicBook) -> Topic:
    """The topic of a trade with the most words in a matter, else the general topic."""
    own = [book.topics[key] for key in by_topic if book.topics[key].matter == matter]
    of_trade = [topic for topic in own if topic.trade]
    return min(of_trade or own, key=lambda t: (-by_topic[t.id], book.rank[t.id]))


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
