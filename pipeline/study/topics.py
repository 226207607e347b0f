"""Topics of a period: counts with their figures, and clusters of calls without a topic."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.types import OpeningWords, TopicSum, TopicTotals

LEAST_CALLS = 5
"""Fewer calls of a sample make no cluster (our choice)."""

CALLS_A_CLUSTER = 25
MOST_CLUSTERS = 12
"""A sample is cut into one cluster for so many calls, ``MOST_CLUSTERS`` at most (our choice)."""

WORDS = 5
"""Words that name a cluster."""

COHERENT_SHARE = 0.6
"""A cluster is one topic if this share of its calls has two of its words at least; others are a
mixture and are not shown (our choice)."""

NEW_RATIO = 3.0
"""A cluster is new if its share of the calls is so many times the share before (our choice)."""

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class WordCluster:
    """Calls without a topic that have words in common.

    ``sampled``: its calls in the sample. ``calls``: estimate for all calls without a topic.
    ``before``: its calls in the sample of the period before. ``is_new``: much more frequent than
    before; false where the period before has no calls to compare with. ``examples``: calls to
    listen to.
    """

    words: tuple[str, ...]
    sampled: int
    calls: int
    before: int
    is_new: bool
    examples: tuple[OpeningWords, ...]


@dataclass(frozen=True, slots=True)
class TopicPeriod:
    """The topics of a period, the most frequent first. ``clusters``: new ones first."""

    sums: tuple[TopicSum, ...]
    totals: TopicTotals
    clusters: tuple[WordCluster, ...] = ()


Cut = tuple["OpeningWords", tuple[str, ...]]
"""A call with its words."""


def cluster_words(
    now: Sequence[Cut], before: Sequence[Cut], *, without: int
) -> tuple[WordCluster, ...]:
    """Clusters of the calls of a sample, new ones first, then by size.

    ``now``: sample of the period, ``before``: of the period before. ``without``: number of all calls
    without a topic in the period. Too few calls, or calls that share no words, give none. The same
    calls give the same clusters.
    """
    everything = [*now, *before]
    frequent = _frequent(everything)
    texts = [[word for word in words if word in frequent] for _, words in everything]
    kept = [at for at, words in enumerate(texts) if words]
    present = sum(at < len(now) for at in kept)
    if present < LEAST_CALLS:
        return ()
    different = len({tuple(sorted(texts[at])) for at in kept})
    wanted = min(MOST_CLUSTERS, present // CALLS_A_CLUSTER + 1, different)
    found = []
    for members, words in _parts([texts[at] for at in kept], wanted):
        own = [kept[member] for member in members]
        inside = [at for at in own if at < len(now)]
        if len(inside) < LEAST_CALLS or not _is_coherent([texts[at] for at in own], words):
            continue
        found.append(_cluster(words, inside, len(own) - len(inside), now, len(before), without))
    return tuple(sorted(found, key=lambda one: (not one.is_new, -one.sampled, one.words)))


def _frequent(cut: Sequence[Cut]) -> frozenset[str]:
    """Words of several calls that are not in nearly all: what everybody says names no topic."""
    counted = Counter(word for _, words in cut for word in set(words))
    most = max(LEAST_CALLS, 0.9 * len(cut))
    return frozenset(word for word, calls in counted.items() if 3 <= calls <= most)


def _parts(texts: Sequence[Sequence[str]], wanted: int) -> list[tuple[list[int], tuple[str, ...]]]:
    """Places of the texts of each part, with the part's words."""
    from sklearn.cluster import KMeans  # noqa: PLC0415 - takes half a second
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    vectorizer = TfidfVectorizer(analyzer=_as_it_is, sublinear_tf=True)
    matrix = vectorizer.fit_transform(texts)
    names = vectorizer.get_feature_names_out()
    parts = KMeans(wanted, n_init=3, random_state=0).fit(matrix)
    found = []
    for part, centre in enumerate(parts.cluster_centers_):
        members = [at for at, label in enumerate(parts.labels_) if label == part]
        best = sorted(range(len(names)), key=lambda at: (-centre[at], names[at]))[:WORDS]
        found.append((members, tuple(str(names[at]) for at in best if centre[at] > 0)))
    return found


def _as_it_is(words: Sequence[str]) -> Sequence[str]:
    return words


def _is_coherent(texts: Sequence[Sequence[str]], words: Sequence[str]) -> bool:
    needed = min(2, len(words))
    several = sum(len(set(words) & set(text)) >= needed for text in texts)
    return bool(words) and several >= COHERENT_SHARE * len(texts)


def _cluster(
    words: tuple[str, ...],
    inside: Sequence[int],
    earlier: int,
    now: Sequence[Cut],
    before: int,
    without: int,
) -> WordCluster:
    share = len(inside) / len(now)
    was = (earlier + 0.5) / (before + 1)
    return WordCluster(
        words=words,
        sampled=len(inside),
        calls=round(share * without),
        before=earlier,
        is_new=before >= LEAST_CALLS and share >= NEW_RATIO * was,
        examples=tuple(now[at][0] for at in inside[:EXAMPLES]),
    )
