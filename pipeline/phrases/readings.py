"""The sentences of a call and what each of them means."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from pipeline.phrases.matching import why_harmless
from pipeline.phrases.meant import is_left_out
from pipeline.phrases.operators import stretch
from pipeline.phrases.sighting import Occurrence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    import numpy.typing as npt

    from pipeline.lexicon import Rule
    from pipeline.phrases.matching import PhraseMatcher
    from pipeline.phrases.meaning import MeaningClassifier
    from pipeline.phrases.text import Turn

Level: TypeAlias = Literal["near", "show", "sure"]

_ENDS = frozenset("。？！?!；;…\n")
_PAUSES = frozenset("，,、：:")

LONGEST = 40
"""Characters of a sentence that is read as one; a longer one is cut at its pauses (our choice)."""

MEANT_LEAST_CHARS = 4
"""Shorter sentences have no meaning that a classifier could be sure of."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Characters ``low``..``high`` of a turn's plain text, and the ``text`` as it is written, with
    its signs."""

    turn: Turn
    low: int
    high: int
    text: str

    @property
    def number(self) -> int:
        """Of the utterance in which it begins, among all utterances."""
        return self.turn.number_at(self.low)


def sentences_of(turn: Turn) -> tuple[Sentence, ...]:
    """The sentences of a turn, in order; no sentence goes over two utterances."""
    found: list[Sentence] = []
    for low, high in _cuts(turn, _ENDS, 0, len(turn.text.plain)):
        parts = [(low, high)] if high - low <= LONGEST else _packed(turn, low, high)
        found += [Sentence(turn, a, b, _written(turn, a, b)) for a, b in parts]
    return tuple(found)


def _cuts(turn: Turn, signs: Collection[str], low: int, high: int) -> list[tuple[int, int]]:
    """Stretches of ``low``..``high`` that end with one of the signs, or with their utterance."""
    owners, cuts = turn.text.owners, [low]
    begins = set(turn.begins)
    for at in range(low + 1, high):
        before, after = owners[at - 1], owners[at]
        if before == after:
            continue
        between = "".join(turn.words[number].text for number in range(before, after))
        if any(sign in signs for sign in between) or any(
            number in begins for number in range(before + 1, after + 1)
        ):
            cuts.append(at)
    return [(a, b) for a, b in zip(cuts, [*cuts[1:], high], strict=True) if b > a]


def _packed(turn: Turn, low: int, high: int) -> list[tuple[int, int]]:
    """A long sentence in parts that end with a pause, each as long as may be."""
    parts: list[tuple[int, int]] = []
    for a, b in _cuts(turn, _ENDS | _PAUSES, low, high):
        if parts and b - parts[-1][0] <= LONGEST:
            parts[-1] = (parts[-1][0], b)
        else:
            parts.append((a, b))
    return parts


def _written(turn: Turn, low: int, high: int) -> str:
    first, last = turn.text.owners[low], turn.text.owners[high - 1]
    words = "".join(word.text for word in turn.words[first : last + 1])
    return unicodedata.normalize("NFKC", words)


@dataclass(frozen=True)
class Readings:
    """``rows``: the probability of each label for each sentence, float32 (sentences, labels)."""

    sentences: tuple[Sentence, ...]
    rows: npt.NDArray[np.float32]
    classifier: MeaningClassifier

    @classmethod
    def of(cls, turns: Sequence[Turn], classifier: MeaningClassifier) -> Readings:
        sentences = tuple(sentence for turn in turns for sentence in sentences_of(turn))
        rows = classifier.read([s.text for s in sentences], [s.turn.role for s in sentences])
        return cls(sentences, rows, classifier)

    def probabilities(self, label: str) -> npt.NDArray[np.float32]:
        """Of one label, such as ``agent.offer``, for each sentence."""
        column: npt.NDArray[np.float32] = self.rows[:, self.classifier.labels.index(label)]
        return column

    def hits(self, label: str, level: Level = "show") -> Iterator[Occurrence]:
        """The sentences that mean ``label`` at least as surely as ``level``."""
        for index in self.indexes(label, level):
            yield self.occurrence(index, label)

    def indexes(self, label: str, level: Level = "show") -> list[int]:
        """The numbers of the same sentences."""
        least = getattr(self.classifier, level)[label]
        return [int(index) for index in np.flatnonzero(self.probabilities(label) >= least)]

    def occurrence(self, index: int, label: str) -> Occurrence:
        """A sentence as a hit of a label."""
        sentence, probability = self.sentences[index], float(self.probabilities(label)[index])
        found = stretch(sentence.turn, sentence.low, sentence.high, label)
        return Occurrence(
            found.first,
            found.last,
            found.span,
            found.quote,
            label,
            "meaning",
            probability,
            f"整句意思（{probability:.2f}）",
        )

    def most(self, label: str, utterances: Collection[int] | None = None) -> float:
        """The highest probability of a label among the sentences of some utterances, or of all."""
        values = self.probabilities(label)
        chosen = [
            float(value)
            for value, sentence in zip(values, self.sentences, strict=True)
            if utterances is None or sentence.number in utterances
        ]
        return max(chosen, default=0.0)

    def covering(self, turn: Turn, start: int, end: int) -> int | None:
        """The number of the sentence that holds the middle of ``start``..``end`` of a turn."""
        middle = (start + end) // 2
        for index in self._by_turn.get(turn.first, ()):
            if self.sentences[index].low <= middle < self.sentences[index].high:
                return index
        return None

    @cached_property
    def _by_turn(self) -> Mapping[int, Sequence[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for index, sentence in enumerate(self.sentences):
            found[sentence.turn.first].append(index)
        return found


def may_mean(rule: Rule, sentence: Sentence, matcher: PhraseMatcher) -> bool:
    """Whether a sentence may count for a rule by its meaning: it is long enough, the rule does not
    leave it out, and it holds no phrase of the rule that is harmless there, as in
    绝不会让您|找领导去."""
    low, high = sentence.low, sentence.high
    if high - low < MEANT_LEAST_CHARS or is_left_out(rule, sentence.text):
        return False
    return not any(
        hit.rule.id == rule.id
        and low <= hit.start < hit.end <= high
        and why_harmless(hit, sentence.turn.text) is not None
        for hit in matcher.spell(sentence.turn.text)
    )
