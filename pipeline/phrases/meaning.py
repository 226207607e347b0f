"""What a sentence of the agent means when it holds none of the known phrases: shirking, blaming,
impatience, brushing off. A hit is a hint for a person; it never takes points by itself.

The model (``models/meaning``) is a logistic regression over character 1- to 4-grams, trained by
``bench/quality/train_meaning.py``. Training and prediction run through the same objects of scikit-learn.
"""

from __future__ import annotations

import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pipeline.errors import ModelError
from pipeline.weights import shipped_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

MODEL = shipped_folder("models") / "meaning" / "model.npz"

NONE = "none"
"""The class of all that is no rude attitude; the others are labels of a :class:`Meaning`."""

MIN_CHARS = 4
"""A shorter sentence shows no attitude by itself and gets no label (our choice)."""

_BEGIN, _END = "<", ">"
"""Marks around a sentence: 那就 at its beginning is not 那就 inside it."""

_NUMBERS = ("idf", "coefficients", "intercepts", "threshold")
_ENTRIES = ("classes", "ngrams", "data_sha256", *_NUMBERS)
"""The arrays of a model file with c classes and n n-grams: texts (c,), (n,) and (); float32 (n,),
(c, n) and (c,); float64 ()."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """``label``: shirk, blame, impatient or brush_off; None if that is not sure enough.
    ``probability``: 0 to 1, that the sentence shows any of these attitudes."""

    label: str | None
    probability: float


@dataclass(frozen=True, slots=True)
class MeaningClassifier:
    """``steps``: a fitted pipeline of :func:`new_steps`. ``threshold``: the least probability of a
    label. ``data_sha256``: of the sentences that it was trained with, in hex."""

    steps: Any
    threshold: float
    data_sha256: str

    def classify(self, sentences: Sequence[str]) -> tuple[Meaning, ...]:
        """One meaning a sentence, in their order; text without letters or ideographs has
        probability 0.

        >>> load_meaning().classify(["。"])
        (Meaning(label=None, probability=0.0),)
        """
        plain = [plain_text(sentence) for sentence in sentences]
        told = [index for index, text in enumerate(plain) if len(text) >= MIN_CHARS]
        meanings = [Meaning(None, 0.0)] * len(plain)
        if told:
            rows = self.steps.predict_proba([plain[index] for index in told])
            for index, row in zip(told, rows, strict=True):
                meanings[index] = self._meaning(row)
        return tuple(meanings)

    def _meaning(self, probabilities: npt.NDArray[np.floating[Any]]) -> Meaning:
        by_class = dict(
            zip(map(str, self.steps[-1].classes_), map(float, probabilities), strict=True)
        )
        rude = min(max(1.0 - by_class.pop(NONE), 0.0), 1.0)
        return Meaning(
            max(by_class, key=by_class.__getitem__) if rude >= self.threshold else None, rude
        )


def plain_text(sentence: str) -> str:
    """What the model looks at: letters, digits and ideographs, half-width, lower case, 您 as 你.

    >>> plain_text("Ａ，您好！")
    'a你好'
    """
    half_width = unicodedata.normalize("NFKC", sentence).lower()
    return "".join(character for character in half_width if character.isalnum()).replace("您", "你")


def new_steps(ngrams: Sequence[str] | None = None, *, min_sentences: int = 2) -> Any:
    """An unfitted scikit-learn pipeline from texts of :func:`plain_text` to probabilities of
    classes.

    ``ngrams``: the vocabulary; None takes all n-grams that ``min_sentences`` of the training texts
    hold. C = 30 and the 1- to 4-grams did best of those tried in cross-validation
    (models/meaning/README.md). scikit-learn is imported here because that takes a second which
    other commands need not spend."""
    from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.pipeline import Pipeline  # noqa: PLC0415

    counts = CountVectorizer(
        analyzer="char",
        ngram_range=(1, 4),
        preprocessor=_marked,
        min_df=min_sentences,
        vocabulary=ngrams,
    )
    regression = LogisticRegression(C=30.0, class_weight="balanced", max_iter=3000)
    return Pipeline(
        [
            ("counts", counts),
            ("weights", TfidfTransformer(sublinear_tf=True)),
            ("classes", regression),
        ]
    )


def _marked(text: str) -> str:
    return f"{_BEGIN}{text}{_END}"


@lru_cache(maxsize=2)
def load_meaning(path: Path = MODEL) -> MeaningClassifier:
    """The classifier that ``bench/quality/train_meaning.py`` wrote. The first call takes about a second, to
    import scikit-learn.

    Raises ModelError if the file is missing, damaged or incomplete.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as entries:
            arrays = {name: entries[name] for name in _ENTRIES}
        _check(arrays)
    except (
        OSError,
        EOFError,
        TypeError,
        ValueError,
        KeyError,
        zipfile.BadZipFile,
        zlib.error,
    ) as error:
        raise ModelError(
            f"{path}: not a readable meaning model ({error}); expected the arrays {', '.join(_ENTRIES)}; "
            "restore the file, or write it anew: python -m bench.quality.train_meaning"
        ) from error
    return MeaningClassifier(
        _fitted(arrays), float(arrays["threshold"]), str(arrays["data_sha256"])
    )


def _check(arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    c, n = arrays["classes"].size, arrays["ngrams"].size
    shapes = {
        "classes": (c,),
        "ngrams": (n,),
        "idf": (n,),
        "coefficients": (c, n),
        "intercepts": (c,),
        "threshold": (),
    }
    for name, shape in shapes.items():
        if arrays[name].shape != shape:
            raise ValueError(f"{name} has the shape {arrays[name].shape}, not {shape}")
    for name in _NUMBERS:
        if arrays[name].dtype.kind != "f" or not np.isfinite(arrays[name]).all():
            raise ValueError(f"{name} holds something else than finite numbers")
    if c < 3 or NONE not in arrays["classes"]:
        raise ValueError(
            f"classes are {', '.join(map(str, arrays['classes']))}; {NONE} and two others are needed"
        )
    if len(set(arrays["ngrams"].tolist())) != n or not n:
        raise ValueError("ngrams are missing or not distinct")


def _fitted(arrays: Mapping[str, npt.NDArray[Any]]) -> Any:
    """The pipeline as it was after training; to the rounding of float32."""
    steps = new_steps(arrays["ngrams"].tolist())
    steps[1].idf_ = arrays["idf"]
    regression = steps[2]
    regression.classes_ = arrays["classes"]
    regression.coef_ = arrays["coefficients"]
    regression.intercept_ = arrays["intercepts"]
    regression.n_features_in_ = arrays["ngrams"].size
    return steps
