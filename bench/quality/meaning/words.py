"""The network's vocabulary, and sentences as its numbers, with the noise of a recogniser."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from pypinyin import lazy_pinyin

from bench.quality.meaning.e5 import E5
from pipeline.phrases.network import (
    BEGIN,
    END,
    FIRST_SIDE,
    LONGEST_TEXT,
    LONGEST_WORD,
    UNKNOWN,
)

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<agent>", "<customer>")
SIDE_PIECES = ("▁客", "▁用")
"""Pieces whose embeddings the words of the two sides begin with (our choice)."""

MARKS = "，。？！、；：“”…～"
UNSEEN = 10.0
"""So much less than the rarest word does an unknown character score, as in ``SentenceNetwork``."""

SEEN = 2
"""A word of several characters must be so often in the sentences."""

# shares of the sentences that are changed so, and of the words that are split (our choice)
UNPUNCTUATED, PLAIN_YOU, MISHEARD, SPLIT = 0.35, 0.2, 0.2, 0.05
COMMON_CHARACTERS = 3500


@dataclass(frozen=True)
class Words:
    """``words``: special ones first. ``scores``: log probabilities, float32 (words,), 0 for the
    special ones. ``sources``: their rows in the embeddings of the e5 model."""

    words: tuple[str, ...]
    scores: npt.NDArray[np.float32]
    sources: npt.NDArray[np.int64]

    @cached_property
    def numbers(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.words)}

    @cached_property
    def _by_word(self) -> dict[str, float]:
        known = zip(self.words[len(SPECIAL) :], self.scores[len(SPECIAL) :], strict=True)
        return {word: float(score) for word, score in known}

    @cached_property
    def _least(self) -> float:
        return min(self._by_word.values()) - UNSEEN

    def number(self, text: str, side: int, rng: random.Random | None = None) -> list[int]:
        """A sentence as the network reads it. ``rng``: some words are split."""
        pieces = segment(text, self._by_word, self._least, rng)[:LONGEST_TEXT]
        return [
            BEGIN,
            FIRST_SIDE + side,
            *(self.numbers.get(piece, UNKNOWN) for piece in pieces),
            END,
        ]


def segment(
    text: str, scores: Mapping[str, float], least: float, rng: random.Random | None = None
) -> list[str]:
    """The most probable words of a text. ``least``: the score of an unknown character. ``rng``:
    each word is passed over now and then, and what it is made of stands in its place."""
    best, cut = [0.0], [0]
    for end in range(1, len(text) + 1):
        options = []
        for start in range(max(0, end - LONGEST_WORD), end):
            score = scores.get(text[start:end])
            if end - start == 1:
                options.append((best[start] + (least if score is None else score), start))
            elif score is not None and not (rng and rng.random() < SPLIT):
                options.append((best[start] + score, start))
        most, start = max(options)
        best.append(most)
        cut.append(start)
    words: list[str] = []
    end = len(text)
    while end:
        words.append(text[cut[end] : end])
        end = cut[end]
    return words[::-1]


def choose_words(e5: E5, texts: Iterable[str]) -> Words:
    """Chinese words of up to four characters that the sentences hold, and all lone characters."""
    candidates = {
        piece: float(e5.scores[number])
        for piece, number in e5.numbers.items()
        if _is_chinese(piece) or (len(piece) == 1 and (piece.isascii() or piece in MARKS))
    }
    least = min(candidates.values()) - UNSEEN
    seen = Counter(word for text in texts for word in segment(text, candidates, least))
    kept = sorted(word for word in candidates if len(word) == 1 or seen[word] >= SEEN)
    begin, end, padding, unknown = e5.specials
    sides = (e5.numbers.get(piece, unknown) for piece in SIDE_PIECES)
    sources = [begin, padding, end, unknown, *sides, *(e5.numbers[word] for word in kept)]
    scores = [0.0] * len(SPECIAL) + [candidates[word] for word in kept]
    return Words((*SPECIAL, *kept), np.array(scores, np.float32), np.array(sources, np.int64))


def _is_chinese(piece: str) -> bool:
    return 0 < len(piece) <= LONGEST_WORD and all("一" <= c <= "鿿" for c in piece)


@dataclass(frozen=True)
class Noise:
    """Makes sentences look like a transcript: no punctuation, characters of the same sound."""

    texts: Sequence[str]

    @cached_property
    def _homophones(self) -> dict[str, list[str]]:
        counts = Counter(c for text in self.texts for c in text if "一" <= c <= "鿿")
        by_sound: dict[str, list[str]] = defaultdict(list)
        for character, _ in counts.most_common(COMMON_CHARACTERS):
            by_sound[lazy_pinyin(character)[0]].append(character)
        return by_sound

    def blur(self, text: str, rng: random.Random) -> str:
        if rng.random() < UNPUNCTUATED:
            text = re.sub(r"[,。?!、;:~.\"]", "", text)
        if rng.random() < PLAIN_YOU:
            text = text.replace("您", "你")
        if rng.random() < MISHEARD and len(text) > 4:
            for _ in range(rng.choice((1, 1, 2))):
                at = rng.randrange(len(text))
                alike = self._homophones.get(lazy_pinyin(text[at])[0])
                if alike and "一" <= text[at] <= "鿿":
                    text = text[:at] + rng.choice(alike) + text[at + 1 :]
        return text
