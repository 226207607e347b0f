"""Names and addresses by a learned tagger: a linear model over signs of each character, and the
likeliest row of labels. models/personal/README.md tells how it was made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from pipeline.errors import ModelError
from pipeline.privacy.signs import BUCKETS, Tables, place_lines, read_signs
from pipeline.weights import shipped_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.privacy.signs import Line

Floats = npt.NDArray[np.float32]

LABELS = ("O", "NB", "NM", "NE", "NS", "AB", "AM", "AE")
"""Nothing; begin, middle and end of a name, a surname alone; begin, middle and end of an address."""

_AFTER = {
    "O": "O NB NS AB",
    "NB": "NM NE",
    "NM": "NM NE",
    "NE": "O NB NS AB",
    "NS": "O NB NS AB",
    "AB": "AM AE",
    "AM": "AM AE",
    "AE": "O NB NS AB",
}
_BEGINS, _ENDS = ("O", "NB", "NS", "AB"), ("O", "NE", "NS", "AE")

FILE = "personal/model.npz"


@dataclass(frozen=True, slots=True)
class Tagged:
    """Characters ``start`` to ``end`` of a line that are likely personal. ``surety``: the geometric
    mean of the probabilities of its kind, 0 to 1."""

    line: int
    start: int
    end: int
    kind: Literal["name", "address"]
    surety: float


@dataclass(frozen=True)
class Tagger:
    """``rows``: int8 (``BUCKETS``, labels), times ``scales`` (labels,)."""

    tables: Tables
    rows: npt.NDArray[np.int8]
    scales: Floats

    @classmethod
    def of(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Tagger:
        """The tagger from the arrays of its file. Raises ``KeyError``, ``ValueError``."""
        rows = np.zeros((BUCKETS, len(LABELS)), np.int8)
        rows[np.cumsum(arrays["steps"].astype(np.int64))] = arrays["rows"]
        words = tuple(np.cumsum(arrays[f"words{length}"]) for length in (2, 3, 4))
        ranks = tuple(arrays[f"ranks{length}"] for length in (2, 3, 4))
        tables = Tables(arrays["family"], arrays["given"], words, ranks)
        return cls(tables, rows, arrays["scales"].astype(np.float32))

    def chances(self, lines: Sequence[Line]) -> list[Floats]:
        """The probability of each label for each character, float32 (characters, labels), of each
        line."""
        codes, flags, begins = place_lines(lines)
        signs = read_signs(codes, flags, self.tables)
        logits = self.rows.take(signs, axis=0).sum(axis=0, dtype=np.int32)
        odds = np.exp(np.minimum(logits * self.scales, 60.0))
        chances = (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)
        return [
            chances[at : at + len(line.text)] for line, at in zip(lines, begins, strict=True)
        ]

    def tag(self, lines: Sequence[Line], *, least: float) -> list[Tagged]:
        """What is likely personal, with a surety from ``least`` on."""
        return [
            tagged
            for number, chances in enumerate(self.chances(lines))
            if len(chances) and chances[:, 0].min() < 1 - least / 2
            for tagged in _spans(number, _likeliest(np.log(chances + 1e-9)), chances)
            if tagged.surety >= least
        ]


def _spans(line: int, path: Sequence[int], chances: Floats) -> list[Tagged]:
    spans = []
    start = 0
    of_name = chances[:, 1:5].sum(axis=1)
    of_address = chances[:, 5:].sum(axis=1)
    for at, label in enumerate(path):
        name = LABELS[label]
        if name in ("NB", "NS", "AB"):
            start = at
        if name in ("NE", "NS", "AE"):
            of_kind = of_name if name[0] == "N" else of_address
            surety = float(np.exp(np.log(of_kind[start : at + 1] + 1e-9).mean()))
            spans.append(
                Tagged(line, start, at + 1, "name" if name[0] == "N" else "address", surety)
            )
    return spans


def _likeliest(logs: Floats) -> list[int]:
    """The row of labels of the highest probability of those that may follow each other."""
    score = logs[0] + _START
    back = np.zeros(logs.shape, np.int64)
    for at in range(1, len(logs)):
        total = score[:, None] + _STEP
        back[at] = total.argmax(axis=0)
        score = total.max(axis=0) + logs[at]
    score = score + _STOP
    path = [int(score.argmax())]
    for at in range(len(logs) - 1, 0, -1):
        path.append(int(back[at, path[-1]]))
    return path[::-1]


_NEVER = -1e6
_STEP = np.array(
    [[0.0 if after in _AFTER[label].split() else _NEVER for after in LABELS] for label in LABELS],
    np.float32,
)
_START = np.array([0.0 if label in _BEGINS else _NEVER for label in LABELS], np.float32)
_STOP = np.array([0.0 if label in _ENDS else _NEVER for label in LABELS], np.float32)


@cache
def load_tagger(path: Path | None = None) -> Tagger:
    """The tagger of a file, by default the one that comes with callqa. Raises ``ModelError``."""
    chosen = path or shipped_folder("models") / FILE
    try:
        with np.load(chosen, allow_pickle=False) as arrays:
            return Tagger.of(dict(arrays))
    except (OSError, KeyError, ValueError, IndexError, EOFError) as error:
        raise ModelError(
            f"{chosen}: the tagger of names cannot be read: {error}; install callqa again"
        ) from error
