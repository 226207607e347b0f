"""Names and addresses by a learned tagger: a linear model over signs of each character, and the
likeliest row of labels. models/personal/README.md tells how it was made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from pipeline.errors import ModelError
from pipeline.privacy.signs import BUCKETS, CHARACTERS, Tables, place_lines, read_signs
from pipeline.weights import UNREADABLE, read_arrays, shipped_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.privacy.signs import Line

Floats = npt.NDArray[np.float32]
Kind: TypeAlias = Literal["name", "address"]

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
MAY_FOLLOW = np.array(
    [[float(after in _AFTER[label].split()) for after in LABELS] for label in LABELS]
)
MAY_BEGIN = np.array([float(label in {"O", "NB", "NS", "AB"}) for label in LABELS])
MAY_END = np.array([float(label in {"O", "NE", "NS", "AE"}) for label in LABELS])
"""1 where a label may follow another (``MAY_FOLLOW[one, next]``), begin or end a line, else 0."""

FILE = "personal/model.npz"

AT_ONCE = 2000
"""Characters, about, that are read at once: a long call would take much memory at once."""

NAME_IN_VIEW, ADDRESS_IN_VIEW = -5.0, 6.0
"""Log odds of a name by itself, and of four characters of an address, from which a line is read as a
chain. Of what is found in ``tests/data/privacy`` all but one in a hundred has -4 or 10 and more; one
ordinary line in ten has these (our choice)."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """Characters ``start`` to ``end`` of a line that are likely personal. ``surety``: the geometric
    mean of the probabilities of its kind, 0 to 1."""

    line: int
    start: int
    end: int
    kind: Kind
    surety: float


@dataclass(frozen=True)
class Tagger:
    """``rows``: int8 (``BUCKETS``, labels), times ``scale``: how well each label fits a sign. ``step``: how well
    each label follows another, float32 (labels, labels)."""

    tables: Tables
    rows: npt.NDArray[np.int8]
    scale: np.float32
    step: Floats

    @classmethod
    def of(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Tagger:
        """The tagger from the arrays of its file. Raises ``KeyError``, ``ValueError``."""
        rows = np.zeros((BUCKETS, len(LABELS)), np.int8)
        rows[np.cumsum(arrays["gaps"].astype(np.int64))] = arrays["rows"]
        words = tuple(np.cumsum(arrays[f"words{length}"]) for length in (2, 3, 4))
        ranks = tuple(arrays[f"ranks{length}"] for length in (2, 3, 4))
        tables = Tables(arrays["family"], arrays["given"], words, ranks)
        scale, step = np.float32(arrays["scale"]), np.exp(arrays["steps"]) * MAY_FOLLOW
        fits = (
            step.shape == MAY_FOLLOW.shape
            and np.isfinite([scale, *step.ravel()]).all()
            and tables.family.shape == tables.given.shape == (CHARACTERS,)
            and all(len(one) == len(rank) for one, rank in zip(words, ranks, strict=True))
        )
        if not fits:
            raise ValueError("its arrays do not fit each other")
        return cls(tables, rows, scale, step.astype(np.float32))

    def logits(self, lines: Sequence[Line]) -> list[Floats]:
        """The score of each label for each character by itself, float32 (characters, labels), of
        each line."""
        logits: list[Floats] = []
        ends = np.cumsum([len(line.text) for line in lines]) // AT_ONCE
        for chunk in range(int(ends[-1]) + 1 if lines else 0):
            first, after = np.searchsorted(ends, [chunk, chunk + 1]).tolist()
            some = lines[first:after]
            if some:
                codes, flags, begins = place_lines(some)
                signs = read_signs(codes, flags, self.tables)
                scores = self.rows.take(signs, axis=0).sum(axis=0, dtype=np.int32) * self.scale
                logits += [
                    scores[at : at + len(line.text)] for line, at in zip(some, begins, strict=True)
                ]
        return logits

    def tag(self, lines: Sequence[Line], *, least: float) -> list[Tagged]:
        """What is likely personal in lines, with a surety from ``least`` on."""
        return [
            tagged
            for number, logits in enumerate(self.logits(lines))
            if self._may_hold(logits)
            for tagged in _spans(number, *read_chain(logits, self.step))
            if tagged.surety >= least
        ]

    def _may_hold(self, logits: Floats) -> bool:
        """Whether something personal is in view: a cheap look before the chain is read."""
        if not len(logits):
            return False
        over = logits - logits[:, :1]
        alone, two, three = self._entries
        begin, middle, end = (over[:, LABELS.index(label)] for label in ("NB", "NM", "NE"))
        best = float(over[:, LABELS.index("NS")].max()) + alone
        if len(over) > 1:
            best = max(best, float((begin[:-1] + end[1:]).max()) + two)
        if len(over) > 2:
            best = max(best, float((begin[:-2] + middle[1:-1] + end[2:]).max()) + three)
        placed = over[:, LABELS.index("AB") :].max(axis=1).cumsum()
        placed[4:] -= placed[:-4].copy()
        return best > NAME_IN_VIEW or float(placed.max()) > ADDRESS_IN_VIEW

    @cached_property
    def _entries(self) -> tuple[float, float, float]:
        """What a surname alone, and a name of two or three characters, cost by their steps against
        nothing there."""
        logs = np.log(np.maximum(self.step, 1e-9))
        rows = (("O", "NS", "O"), ("O", "NB", "NE", "O"), ("O", "NB", "NM", "NE", "O"))
        costs = [
            sum(logs[LABELS.index(a), LABELS.index(b)] - logs[0, 0] for a, b in pairwise(row))
            for row in rows
        ]
        return float(costs[0]), float(costs[1]), float(costs[2])

    def knows(self, word: str) -> bool:
        """Whether a word of two to four characters is a usual one."""
        codes = np.array([ord(char) for char in word], np.int64)
        return bool(self.tables.rank(codes, len(word))[0])

    def surety(self, line: Line, start: int, end: int, kind: Kind) -> float:
        """How likely characters ``start`` to ``end`` of a line are of that kind, 0 to 1."""
        _, chances = read_chain(self.logits([line])[0], self.step)
        return _surety(chances, start, end, kind)


def read_chain(logits: Floats, step: Floats) -> tuple[list[int], Floats]:
    """The likeliest row of labels, and the probability of each label for each character, float32
    (characters, labels), by the forward-backward algorithm. ``step``: how well each label follows
    another, (labels, labels), 0 for never."""
    seen = np.exp(logits - logits.max(axis=1, keepdims=True))
    forward, backward, best = np.empty_like(seen), np.empty_like(seen), np.empty_like(seen)
    back = np.zeros(seen.shape, np.int64)
    now = top = seen[0] * MAY_BEGIN
    forward[0] = now / now.sum()
    best[0] = top / top.max()
    for at in range(1, len(seen)):
        now = (forward[at - 1] @ step) * seen[at]
        forward[at] = now / now.sum()
        ways = best[at - 1][:, None] * step
        back[at] = ways.argmax(axis=0)
        top = ways.max(axis=0) * seen[at]
        best[at] = top / top.max()
    backward[-1] = MAY_END
    for at in range(len(seen) - 2, -1, -1):
        now = step @ (seen[at + 1] * backward[at + 1])
        backward[at] = now / now.sum()
    chances = forward * backward
    path = [int((best[-1] * MAY_END).argmax())]
    for at in range(len(seen) - 1, 0, -1):
        path.append(int(back[at, path[-1]]))
    return path[::-1], chances / chances.sum(axis=1, keepdims=True)


def _spans(line: int, path: Sequence[int], chances: Floats) -> Iterator[Tagged]:
    start = 0
    for at, label in enumerate(path):
        name = LABELS[label]
        if name in ("NB", "NS", "AB"):
            start = at
        if name in ("NE", "NS", "AE"):
            kind: Kind = "name" if name[0] == "N" else "address"
            yield Tagged(line, start, at + 1, kind, _surety(chances, start, at + 1, kind))


def _surety(chances: Floats, start: int, end: int, kind: Kind) -> float:
    labels = slice(1, 5) if kind == "name" else slice(5, 8)
    of_kind = chances[start:end, labels].sum(axis=1)
    return float(np.exp(np.log(of_kind + 1e-9).mean()))


@cache
def load_tagger(path: Path | None = None) -> Tagger:
    """The tagger of a file, by default the one that comes with callqa. Raises ``ModelError``."""
    chosen = path or shipped_folder("models") / FILE
    try:
        return Tagger.of(read_arrays(chosen))
    except UNREADABLE as error:
        raise ModelError(
            f"{chosen}: the tagger of names cannot be read: {error}; install callqa again"
        ) from error
