"""Measure a head on speech with known text: phrases found and falsely found, syllables, silence."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.ear import PhraseSearch, toneless
from pipeline.eartrain.spelling import characters

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.ear import LogProbabilities, SyllableHead, Syllables
    from pipeline.eartrain.states import Corpus, Heard

LEVELS = (-0.5, -0.75, -1.0, -1.5)
"""Scores a syllable from which a phrase counts as heard."""

LENGTHS = (3, 4, 5, 6)
"""Syllables of the phrases that are drawn from the texts."""

DRAWN = 3
"""Phrases drawn from each text."""

STATES_PER_S = 50


@dataclass(frozen=True, slots=True)
class AtLevel:
    """What was heard from one score on. ``found`` of ``said`` phrases; ``near``: not said, but one
    syllable apart from what was said; ``false``: anything else that was not said. ``confused`` of
    ``variants``: said phrases with one syllable put for a like one."""

    level: float
    said: int
    found: int
    near: int
    false: int
    variants: int
    confused: int


@dataclass(frozen=True, slots=True)
class Measured:
    """Figures of a head on one set. ``inserted``: syllables heard in ``quiet_min`` without speech.
    ``errors``: substituted, left out and inserted of ``syllables``. ``cost``: processor time of the
    head for a second of sound."""

    minutes: float
    phrases: int
    levels: tuple[AtLevel, ...]
    syllables: int
    errors: tuple[int, int, int]
    quiet_min: float
    inserted: int
    cost: float


@dataclass(frozen=True, slots=True, eq=False)
class _Clip:
    said: Syllables
    logs: LogProbabilities


def measure_head(
    head: SyllableHead, corpus: Corpus, heard: Sequence[Heard], phrases: Iterable[str], seed: int
) -> Measured:
    """The figures of a head on chosen utterances of a corpus.

    Searched are ``phrases`` and phrases drawn from the texts, all in every utterance.
    """
    began = time.process_time()
    clips = [_Clip(toneless(characters(h.text)), head.read(_states(corpus, h))) for h in heard]
    spent_s = time.process_time() - began
    seconds = sum(h.length for h in heard) / STATES_PER_S
    speech = [clip for clip in clips if clip.said]
    quiet = [clip for clip in clips if not clip.said]
    drawn, variants = draw_phrases([clip.said for clip in speech], head.units, seed)
    others = {toneless(characters(phrase)) for phrase in phrases}
    every = sorted({p for p in (*drawn, *others, *variants) if len(p) >= LENGTHS[0]})
    counted = [count_errors(c.said, read_greedily(head, c.logs)) for c in speech]
    errors = np.array([(0, 0, 0), *counted]).sum(axis=0)
    return Measured(
        minutes=round(sum(len(c.logs) for c in speech) / STATES_PER_S / 60, 2),
        phrases=len(every),
        levels=_count_hits(head, speech, every, variants),
        syllables=sum(len(c.said) for c in speech),
        errors=(int(errors[0]), int(errors[1]), int(errors[2])),
        quiet_min=round(sum(len(c.logs) for c in quiet) / STATES_PER_S / 60, 2),
        inserted=sum(len(read_greedily(head, c.logs)) for c in quiet),
        cost=round(spent_s / max(seconds, 1e-9), 5),
    )


def _states(corpus: Corpus, heard: Heard) -> np.ndarray:
    return np.asarray(corpus.of(heard), np.float32)


def draw_phrases(
    texts: Sequence[Syllables], units: Sequence[str], seed: int
) -> tuple[set[Syllables], set[Syllables]]:
    """Phrases of the texts, and each of them with one syllable put for another one that shares its
    initial or its final."""
    rng = np.random.default_rng(seed)
    alike = _alike(units)
    drawn: set[Syllables] = set()
    variants: set[Syllables] = set()
    for text in texts:
        for _ in range(DRAWN):
            length = int(rng.choice(LENGTHS))
            if len(text) < length:
                continue
            at = int(rng.integers(len(text) - length + 1))
            phrase = text[at : at + length]
            drawn.add(phrase)
            place = int(rng.integers(length))
            others = alike.get(phrase[place], ())
            if others:
                other = others[int(rng.integers(len(others)))]
                variants.add((*phrase[:place], other, *phrase[place + 1 :]))
    return drawn, variants


def _alike(units: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """For each syllable those that share its initial or its final."""
    from pipeline.eartrain.spelling import split  # noqa: PLC0415

    parts = {unit: set(split(unit)) for unit in units[1:]}
    return {
        one: tuple(other for other in parts if other != one and parts[other] & parts[one])
        for one in parts
    }


def _count_hits(
    head: SyllableHead,
    clips: Sequence[_Clip],
    every: Sequence[Syllables],
    variants: set[Syllables],
) -> tuple[AtLevel, ...]:
    search = PhraseSearch(head.units, every)
    known = [set(phrase) <= set(head.units) for phrase in every]
    counts = np.zeros((len(LEVELS), 6), int)
    for clip in clips:
        best: dict[int, float] = {}
        for place in search.find(clip.logs):
            best[place.index] = max(place.score, best.get(place.index, -np.inf))
        for index, phrase in enumerate(every):
            said = holds(clip.said, phrase)
            score = best.get(index, -np.inf)
            if (not said and score < LEVELS[-1]) or not known[index]:
                # a variant counts where its original is said, whether it is heard or not
                counts[:, 4] += phrase in variants and not said and holds_nearly(clip.said, phrase)
                continue
            near = not said and holds_nearly(clip.said, phrase)
            for row, level in enumerate(LEVELS):
                hit = score >= level
                is_variant = near and phrase in variants
                counts[row] += (said, said and hit, near and hit, not (said or near) and hit,
                                is_variant, is_variant and hit)  # fmt: skip
    return tuple(AtLevel(level, *map(int, row)) for level, row in zip(LEVELS, counts, strict=True))


def holds(text: Syllables, phrase: Syllables) -> bool:
    """Whether the phrase is said in the text, syllable by syllable."""
    size = len(phrase)
    return any(text[at : at + size] == phrase for at in range(len(text) - size + 1))


def holds_nearly(text: Syllables, phrase: Syllables) -> bool:
    """Whether a part of the text is the phrase but for one syllable, which is another, missing or
    too many."""
    best = np.zeros(len(text) + 1, int)
    for row, syllable in enumerate(phrase, start=1):
        above, best = best, np.full(len(text) + 1, row)
        for column, other in enumerate(text, start=1):
            best[column] = min(
                above[column - 1] + (other != syllable), above[column] + 1, best[column - 1] + 1
            )
    return bool(best.min() <= 1)


def read_greedily(head: SyllableHead, logs: LogProbabilities) -> list[str]:
    """The syllables of the best unit in each frame."""
    best = logs.argmax(axis=1)
    starts = np.flatnonzero((best != 0) & (np.diff(best, prepend=0) != 0))
    return [head.units[best[at]] for at in starts]


def count_errors(said: Sequence[str], read: Sequence[str]) -> tuple[int, int, int]:
    """Syllables substituted, left out and inserted, in the fewest edits."""
    row = [(n, 0, 0, n) for n in range(len(read) + 1)]
    for number, syllable in enumerate(said, start=1):
        above, row = row, [(number, 0, number, 0)]
        for at, other in enumerate(read, start=1):
            wrong = other != syllable
            total, s, d, i = above[at - 1]
            options = [(total + wrong, s + wrong, d, i)]
            total, s, d, i = above[at]
            options.append((total + 1, s, d + 1, i))
            total, s, d, i = row[-1]
            options.append((total + 1, s, d, i + 1))
            row.append(min(options, key=lambda option: option[0]))
    return row[-1][1:]
