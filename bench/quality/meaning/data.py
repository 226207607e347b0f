"""The sentences that the meaning model learns from: one file, and how new hands come into it.

    python -m bench.quality.meaning.data HAND.tsv …

adds the lines ``labels<TAB>who<TAB>sentence`` of new writers to models/meaning/sentences.tsv, one
hand for each file. It leaves out what is there already, and what resembles a sentence of the tests.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click
import numpy as np
import opencc
from sklearn.feature_extraction.text import CountVectorizer

from pipeline.phrases.meaning import MODEL, bare, written
from pipeline.types import Role

DATA = MODEL.with_name("sentences.tsv")
TESTS = Path(__file__).parents[3] / "tests" / "data"
ASIDE = TESTS / "meaning_aside.tsv"
"""Sentences of hand 8 that no model learns from, in families of their own: ``sentence``, the rude
``labels`` it has or none, ``who``."""

HEADER = "labels\twho\thand\tsentence"
SIDES: tuple[Role, Role] = ("agent", "customer")
NONE = "none"
ASIDE_HAND = 8

FIRST_WRITTEN = 0
"""The hand of the oldest sentences: each has one of five labels, whatever else holds for it."""

ALIKE = 0.5
"""Share of common character pairs (Jaccard) from which a sentence resembles one of the tests (our
choice)."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """``labels``: ``shirk``, ``greeting`` …, none of them for ordinary talk. ``hand``: its
    writer. ``form``: the text as the model reads it."""

    labels: frozenset[str]
    who: Role
    hand: int
    text: str
    form: str


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def form_of(text: str) -> str:
    """The text as the model reads it, in simplified characters."""
    return written(_converter().convert(text))


def read_sentences(path: Path = DATA) -> list[Sentence]:
    """All sentences; exits with a message if a line has not its four columns."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if not lines or lines[0] != HEADER:
        sys.exit(f"{path}:1: expected the columns {HEADER!r}")
    return [_parsed(f"{path}:{at}", line) for at, line in enumerate(lines[1:], start=2)]


def read_aside(path: Path = ASIDE) -> list[Sentence]:
    """The sentences that are kept aside; their labels are the rude ones alone."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    rows = [
        (labels, who, str(ASIDE_HAND), text)
        for text, labels, who in (line.split("\t") for line in lines)
    ]
    return [_parsed(f"{path}:{at}", "\t".join(row)) for at, row in enumerate(rows, start=2)]


def _parsed(place: str, line: str) -> Sentence:
    columns = line.split("\t")
    if len(columns) != 4 or columns[1] not in SIDES or not columns[2].isdecimal():
        sys.exit(f"{place}: {line!r}; expected labels, agent or customer, a number, a sentence")
    if not bare(form_of(columns[3])):
        sys.exit(f"{place}: {line!r}; expected a sentence with words")
    labels = frozenset(columns[0].split(",")) - {NONE}
    who: Role = "customer" if columns[1] == "customer" else "agent"
    return Sentence(labels, who, int(columns[2]), columns[3], form_of(columns[3]))


def write_sentences(sentences: Iterable[Sentence], path: Path = DATA) -> None:
    rows = [f"{','.join(sorted(s.labels)) or NONE}\t{s.who}\t{s.hand}\t{s.text}" for s in sentences]
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")


def sha256(path: Path = DATA) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def drop_repeated(sentences: Iterable[Sentence]) -> list[Sentence]:
    """The first of those that differ in punctuation alone."""
    first: dict[tuple[Role, str], Sentence] = {}
    for sentence in sentences:
        first.setdefault((sentence.who, bare(sentence.form).removesuffix("?")), sentence)
    return list(first.values())


def drop_tested(sentences: Sequence[Sentence], folder: Path = TESTS) -> list[Sentence]:
    """Those that resemble no sentence of the tests."""
    tested = [
        line.partition("\t")[0]
        for path in sorted((*folder.glob("*.txt"), *folder.glob("*.tsv")))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    counts = CountVectorizer(analyzer="char", ngram_range=(2, 2), binary=True)
    theirs = counts.fit_transform([bare(form_of(text)) for text in tested])
    texts = [bare(s.form) for s in sentences]
    common = (counts.transform(texts) @ theirs.T).tocoo()
    sizes = np.array([len({text[at : at + 2] for at in range(len(text) - 1)}) for text in texts])
    test_sizes = np.asarray(theirs.sum(axis=1)).ravel()
    share = common.data / (sizes[common.row] + test_sizes[common.col] - common.data)
    alike = set(common.row[share >= ALIKE].tolist())
    return [sentence for at, sentence in enumerate(sentences) if at not in alike]


@click.command()
@click.argument("hands", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def main(hands: tuple[Path, ...]) -> None:
    """Add the sentences of new writers to the data file."""
    old = read_sentences()
    first = 1 + max(sentence.hand for sentence in old)
    new = []
    for hand, path in enumerate(hands, start=first):
        for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            columns = line.split("\t")
            columns.insert(2, str(hand))
            new.append(_parsed(f"{path}:{at}", "\t".join(columns)))
    # the oldest sentences come last: where a later hand wrote one too, its labels are complete
    written_first = [s for s in old if s.hand != FIRST_WRITTEN]
    oldest = [s for s in old if s.hand == FIRST_WRITTEN]
    kept = drop_tested(drop_repeated([*written_first, *new, *oldest]))
    kept.sort(key=lambda sentence: sentence.hand)
    write_sentences(kept)
    print(f"{len(kept)} sentences; {len(old) + len(new) - len(kept)} left out")


if __name__ == "__main__":
    main()
