"""Train the tagger of names and addresses, and write models/personal.

python -m bench.quality.train_personal
"""

from __future__ import annotations

import argparse
import random
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from bench.quality.personal.card import Learnt, write_card
from bench.quality.personal.fit import Examples, fit
from bench.quality.personal.words import dictionary, make_tables
from bench.quality.personal.writing import SENTENCES, TEMPLATES, Said, Talk, Writer, sha256_of
from pipeline.privacy.signs import BUCKETS, lines_of, place_lines, read_signs
from pipeline.privacy.spelling import fold
from pipeline.privacy.tagger import FILE, LABELS, load_tagger
from pipeline.weights import shipped_folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.privacy.signs import Tables

SEED = 11
EACH = 90
"""Talks of every template, more of those with many choices."""

PART = 0.5
"""Of the talks that are written, those that are learnt: more are slower and hardly better."""

TURNS = 42
SPREAD = 1.0
"""Steps of the search, and the variance of the weights (our choice)."""

LEAST = 0.03
"""Weights below it are left out of the file (our choice)."""

NAMES_COUNT = 1.5
"""How much a line with a name counts (our choice)."""

FAVOUR = 1.5
"""Log odds by which a name is favoured, a surname alone by half of it: a leaked name costs more than
a false mask. Chosen on the files of ``tests/data/privacy`` but the one of free wording kept aside."""

TOGETHER = 500
"""Talks that are encoded at once."""

_SUSPECT = re.compile(
    "我叫|我姓|姓[^名]|叫[^我您你他她人号]{2,3}[，。]|[东西南北中]路|大道|[一二三四五六七八九十0-9]+(?:号楼|栋|幢|单元|号院|室|号$)|街|小区|村|镇|花园|家园|公寓|大厦|广场|先生|女士|名下"
)
"""Ordinary sentences that may hold a name or an address by themselves: they are left out."""


def allowed(text: str) -> bool:
    """Whether nothing personal is in a sentence, as far as a few signs tell."""
    return _SUSPECT.search(text) is None


def write_talks(seed: int) -> list[Talk]:
    """The talks that the tagger learns from."""
    writer = Writer(random.Random(seed))
    return [*writer.from_templates(EACH), *writer.from_sentences(allowed)]


def labels_of(said: Said) -> list[int]:
    """The number of the label of each character."""
    labels = [0] * len(said.text)
    for mark in said.marks:
        first = mark.kind[0].upper()
        size = mark.end - mark.start
        names = ["S"] if size == 1 else ["B", *"M" * (size - 2), "E"]
        for at, name in enumerate(names):
            labels[mark.start + at] = LABELS.index(first + name)
    return labels


def encode(talks: Sequence[Talk], tables: Tables) -> Examples:
    """All characters of the talks."""
    blocks, labels, sizes = [], [], []
    for first in range(0, len(talks), TOGETHER):
        some = talks[first : first + TOGETHER]
        said = [one for talk in some for one in talk]
        lines = [
            line for talk in some for line in lines_of([(fold(one.text), one.role) for one in talk])
        ]
        codes, flags, begins = place_lines(lines)
        signs = read_signs(codes, flags, tables)
        for one, at in zip(said, begins, strict=True):
            blocks.append(signs[:, at : at + len(one.text)].T)
            labels += labels_of(one)
            sizes.append(len(one.text))
    columns = np.concatenate(blocks)
    rows, signs_each = columns.shape
    ends = np.arange(0, columns.size + 1, signs_each)
    ones = np.ones(columns.size, np.float32)
    matrix = sparse.csr_matrix((ones, columns.ravel(), ends), (rows, BUCKETS))
    at_names = [any(mark.kind == "name" for mark in one.marks) for talk in talks for one in talk]
    counts = np.where(at_names, NAMES_COUNT, 1.0).repeat(sizes)
    return Examples(matrix, np.array(labels), counts, np.array(sizes))


def pack(weights: np.ndarray, steps: np.ndarray, tables: Tables) -> dict[str, np.ndarray]:
    """The arrays of the file. Weights below ``LEAST`` become 0."""
    scale = np.abs(weights).max() / 127
    small = np.where(np.abs(weights) < LEAST, 0, np.round(weights / scale)).astype(np.int8)
    steps = steps.copy()
    steps[:, LABELS.index("NB")] += FAVOUR
    steps[:, LABELS.index("NS")] += FAVOUR / 2
    used = np.flatnonzero(small.any(axis=1))
    arrays: dict[str, np.ndarray] = {
        "gaps": np.diff(used, prepend=0).astype(np.uint16),
        "steps": steps.astype(np.float32),
        "rows": small[used],
        "learnt_from": np.array(sha256_of(TEMPLATES, SENTENCES)),
        "scale": np.array(scale, np.float32),
        "family": tables.family,
        "given": tables.given,
    }
    for length, words, ranks in zip((2, 3, 4), tables.words, tables.ranks, strict=True):
        arrays[f"words{length}"] = np.diff(words, prepend=np.uint64(0))
        arrays[f"ranks{length}"] = ranks
    return arrays


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=TURNS, help="steps of the search")
    parser.add_argument("--part", type=float, default=PART, help="of the talks that are learnt")
    parser.add_argument("--out", type=Path, default=shipped_folder("models") / FILE)
    given = parser.parse_args()
    tables = make_tables(dictionary())
    talks = write_talks(SEED)
    random.Random(SEED).shuffle(talks)
    talks = talks[: int(len(talks) * given.part)]
    examples = encode(talks, tables)
    print(f"{len(talks)} talks, {len(examples.labels)} characters", flush=True)
    weights, steps = fit(examples, spread=SPREAD, turns=given.turns)
    given.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(given.out, **pack(weights, steps, tables))
    load_tagger.cache_clear()
    write_card(given.out, Learnt.of(talks, given.turns))


if __name__ == "__main__":
    main()
