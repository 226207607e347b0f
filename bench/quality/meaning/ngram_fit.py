"""Logistic regressions over n-grams of characters and syllables: fitted, and as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from pypinyin import lazy_pinyin
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bench.quality.meaning.data import Sentence
from pipeline.phrases.meaning import bare
from pipeline.phrases.ngrams import BEGIN, CHARACTERS, END, SYLLABLES, NgramModel

C = 10.0
"""Chosen by the scores of hands that the regression had not seen."""

KEPT = 200_000
"""N-grams of each side that are written: those of the largest weight times idf (our choice: all
would be three times as many)."""

Floats = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]


def _marked(text: str) -> str:
    return f"{BEGIN}{text}{END}"


def _spoken(text: str) -> str:
    return " ".join(lazy_pinyin(text))


@dataclass(frozen=True)
class NgramFit:
    """``coefficients``: float64 (n-grams, labels); ``intercepts``: (labels,)."""

    characters: TfidfVectorizer
    syllables: TfidfVectorizer
    coefficients: Floats
    intercepts: Floats

    def logits(self, texts: Sequence[str]) -> Floats:
        """Log odds, float64 (texts, labels)."""
        matrix = sp.hstack(
            [
                self.characters.transform(texts),
                self.syllables.transform([_spoken(text) for text in texts]),
            ]
        ).tocsr()
        return np.asarray(matrix @ self.coefficients) + self.intercepts

    def export(self, side: str, *, kept: int = KEPT) -> dict[str, npt.NDArray[Any]]:
        """The arrays that ``NgramModel.of`` reads: weights as int8 with a scale for each label."""
        grams = np.concatenate(
            [v.get_feature_names_out() for v in (self.characters, self.syllables)]
        )
        idf = np.concatenate([self.characters.idf_, self.syllables.idf_])
        most = np.argsort(-(np.abs(self.coefficients).max(axis=1) * idf), kind="stable")
        chosen = np.sort(most[:kept])
        weights = self.coefficients[chosen]
        scales = np.abs(weights).max(axis=0) / 127
        scales[scales == 0] = 1.0
        return {
            f"{side}.rows": np.round(weights / scales).astype(np.int8),
            f"{side}.scales": scales.astype(np.float32),
            f"{side}.bias": self.intercepts.astype(np.float32),
            f"{side}.idf": idf[chosen].astype(np.float32),
            f"{side}.grams": grams[chosen].astype(np.str_),
        }


def truth_of(sentences: Sequence[Sentence], labels: Sequence[str]) -> Truth:
    """Which labels hold, bool (sentences, labels)."""
    rows = [[label in s.labels for label in labels] for s in sentences]
    return np.array(rows, bool).reshape(len(sentences), len(labels))


def fit_ngrams(sentences: Sequence[Sentence], labels: Sequence[str]) -> NgramFit:
    """One regression for each label of a side."""
    texts = [bare(s.form) for s in sentences]
    characters = TfidfVectorizer(
        analyzer="char", ngram_range=(CHARACTERS[0], CHARACTERS[-1]), min_df=2,
        sublinear_tf=True, preprocessor=_marked,
    )  # fmt: skip
    syllables = TfidfVectorizer(
        analyzer="word", token_pattern=r"\S+", ngram_range=(SYLLABLES[0], SYLLABLES[-1]), min_df=2,
        sublinear_tf=True,
    )  # fmt: skip
    matrix = sp.hstack(
        [
            characters.fit_transform(texts),
            syllables.fit_transform([_spoken(text) for text in texts]),
        ]
    ).tocsr()
    fits = [
        LogisticRegression(
            C=C, class_weight="balanced", max_iter=300, solver="liblinear", random_state=0
        ).fit(matrix, truth)
        for truth in truth_of(sentences, labels).T
    ]
    return NgramFit(
        characters,
        syllables,
        np.array([fit.coef_[0] for fit in fits]).T,
        np.array([fit.intercept_[0] for fit in fits]),
    )


def labels_of(sentences: Sequence[Sentence]) -> list[str]:
    return sorted({label for s in sentences for label in s.labels})


def score_unseen(sentences: Sequence[Sentence], held: int) -> Floats:
    """Log odds of the held-out hand's sentences of one side by a regression that has not seen
    them, float64 (sentences of the hand, labels). They are those of its arrays: without the rarer
    n-grams the others of a sentence weigh more, and the levels must fit what is shipped."""
    seen = [s for s in sentences if s.hand != held]
    unseen = [bare(s.form) for s in sentences if s.hand == held]
    arrays = fit_ngrams(seen, labels_of(sentences)).export("agent")
    return NgramModel.of(arrays, "agent").logits(unseen).astype(np.float64)
