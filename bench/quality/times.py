"""How far the times of words are from the truth, on calls whose lines have known times.

    python -m bench.quality.times CALLS RESULTS.jsonl …

The heard words of a side are laid beside all that this side said (fewest edits), in order and
without a look at their times. Of each line whose first character was heard, the begin of its word is
held against the begin of the line; of each whose last character was heard, the end. RESULTS: what
``bench.quality.run CALLS --jsonl RESULTS.jsonl`` wrote; several are printed one below the other."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

DIGITS = str.maketrans("零一二三四五六七八九幺", "01234567891")


@dataclass(frozen=True, slots=True)
class Heard:
    """A spoken character and the times of its word."""

    character: str
    start_s: float
    end_s: float


def plain(text: str) -> str:
    return "".join(character for character in text if character.isalnum()).translate(DIGITS)


def heard_of(result: dict[str, Any], role: str) -> list[Heard]:
    """The characters of one side in order. All of one word have its times."""
    said = sorted(result["utterances"], key=lambda one: float(one["start_s"]))
    return [
        Heard(character, word["start_s"], word["end_s"])
        for utterance in said
        if utterance["role"] == role
        for word in utterance["words"]
        for character in plain(word["text"])
    ]


def equal(said: Sequence[str], heard: Sequence[str]) -> list[tuple[int, int]]:
    """The pairs of equal characters on a path of fewest edits."""
    costs = np.zeros((len(said) + 1, len(heard) + 1), np.int32)
    costs[:, 0], costs[0] = np.arange(len(said) + 1), np.arange(len(heard) + 1)
    for i, character in enumerate(said, 1):
        for j, other in enumerate(heard, 1):
            costs[i, j] = min(
                costs[i - 1, j - 1] + (character != other), costs[i - 1, j] + 1, costs[i, j - 1] + 1
            )
    pairs, i, j = [], len(said), len(heard)
    while i and j:
        if costs[i, j] == costs[i - 1, j - 1] + (said[i - 1] != heard[j - 1]):
            i, j = i - 1, j - 1
            pairs += [(i, j)] if said[i] == heard[j] else []
        elif costs[i, j] == costs[i - 1, j] + 1:
            i -= 1
        else:
            j -= 1
    return pairs


def offsets(truth: dict[str, Any], result: dict[str, Any]) -> dict[str, list[float]]:
    """Heard less true time, in seconds, of the begins and ends of lines."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    for role in ("agent", "customer"):
        lines = sorted(
            (line for line in truth["lines"] if line["role"] == role),
            key=lambda line: line["start"],
        )
        said = "".join(plain(line["text"]) for line in lines)
        heard = heard_of(result, role)
        beside = {at: heard[to] for at, to in equal(said, [one.character for one in heard])}
        at = 0
        for line in lines:
            first, at = at, at + len(plain(line["text"]))
            if first in beside:
                found["begin"].append(beside[first].start_s - line["start"])
            if at - 1 in beside:
                found["end"].append(beside[at - 1].end_s - line["end"])
    return found


@click.command()
@click.argument("calls", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument(
    "results", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
def main(calls: Path, results: tuple[Path, ...]) -> None:
    """Print how far begins and ends of lines are from CALLS' truth in each of RESULTS."""
    print(f"{'':32}{'lines':>7}{'median':>9}{'distance':>10}{'90 %':>8}{'worst':>8}")
    for file in results:
        found: defaultdict[str, list[float]] = defaultdict(list)
        for line in file.read_text(encoding="utf-8").splitlines():
            result = json.loads(line)
            stem = Path(result["recording"]["path"]).stem
            truth = json.loads((calls / f"{stem}.truth.json").read_text(encoding="utf-8"))
            for edge, own in offsets(truth, result).items():
                found[edge] += own
        for edge, own in found.items():
            far = sorted(map(abs, own))
            print(
                f"{file.stem[:25]:26}{edge:6}{len(own):7}{statistics.median(own):+9.3f}"
                f"{statistics.median(far):10.3f}{far[int(0.9 * len(far))]:8.3f}{far[-1]:8.3f}"
            )


if __name__ == "__main__":
    main()
