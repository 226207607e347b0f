"""The utterances of ``tests/data/privacy`` and what is found in them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.privacy import find_personal
from pipeline.types import Role, Utterance

FOLDER = Path(__file__).parent.parent / "data" / "privacy"
SPEAKERS: dict[str, Role] = {"坐": "agent", "客": "customer"}
_MARKED = re.compile(r"\{(?P<kind>[a-z_]+)=(?P<value>[^}]*)\}")


@dataclass(frozen=True)
class Marked:
    """A personal value that the writer marked, in one utterance."""

    kind: str
    utterance: int
    start: int
    end: int


@dataclass(frozen=True)
class Stretch:
    """A line of a file: some utterances and what is personal in them."""

    line: str
    utterances: tuple[Utterance, ...]
    marked: tuple[Marked, ...]


def read_written(name: str) -> list[Stretch]:
    """The stretches of a file in their order."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [_read(line) for line in lines if line and not line.startswith("#")]


def missed(stretch: Stretch) -> list[Marked]:
    """Marked values of which a letter or digit lies outside of all that is found."""
    found = _found(stretch)
    return [
        one
        for one in stretch.marked
        if any(
            stretch.utterances[one.utterance].text[at].isalnum()
            and (one.utterance, at) not in found
            for at in range(one.start, one.end)
        )
    ]


def falsely_found(stretch: Stretch) -> list[str]:
    """Texts found in a stretch in which nothing is marked."""
    if stretch.marked:
        return []
    return [
        f"{one.kind}={stretch.utterances[one.utterance].text[one.start : one.end]}"
        for one in find_personal(stretch.utterances)
    ]


def count(stretches: list[Stretch]) -> Iterator[tuple[str, int, int]]:
    """For every kind: how many values are marked, and how many of them are found whole."""
    marked = Counter(one.kind for stretch in stretches for one in stretch.marked)
    lost = Counter(one.kind for stretch in stretches for one in missed(stretch))
    for kind in sorted(marked):
        yield kind, marked[kind], marked[kind] - lost[kind]


def _found(stretch: Stretch) -> set[tuple[int, int]]:
    return {
        (one.utterance, at)
        for one in find_personal(stretch.utterances)
        for at in range(one.start, one.end)
    }


def _read(line: str) -> Stretch:
    utterances, marked = [], []
    for index, said in enumerate(line.split(" | ")):
        speaker, text = said.split(" ", 1)
        plain = ""
        at = 0
        for found in _MARKED.finditer(text):
            plain += text[at : found.start()]
            marked.append(
                Marked(found["kind"], index, len(plain), len(plain) + len(found["value"]))
            )
            plain += found["value"]
            at = found.end()
        plain += text[at:]
        start_s = 3.0 * index
        channel = 0 if speaker == "坐" else 1
        utterances.append(
            Utterance(SPEAKERS[speaker], channel, start_s, start_s + 2.5, plain, 0.9, ())
        )
    return Stretch(line, tuple(utterances), tuple(marked))
