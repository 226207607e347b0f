"""The table of quality in README.md, made of results and truths.

    python -m bench.quality.run CALLS --jsonl RESULTS.jsonl
    python -m bench.quality.table "16 development=CALLS=RESULTS.jsonl" … [--write README.md]

Each set of calls is a column: its title, the folder of recordings with their truths, and what
scoring them wrote; ``callqa score --jsonl`` masks numbers, which then count as errors. ``--write`` puts the table between the two markers of a file; without it the
table is printed. Roles, error rate and pace are those of evaluate.py, which stands in a folder
``eval`` above the calls, or is named with ``--evaluate``; without it they are a dash."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from bench.quality.layers import LayerFigures, Said, measure_layers, spread_of
from pipeline.report import result_from_dict

BEGIN, END = "<!-- quality: begin -->", "<!-- quality: end -->"
"""Markers of the place of the table, each on a line of its own."""

ROWS = (
    "phrases said that a rule has",
    "charged",
    "charged or shown to a person",
    "of 3 syllables and more: charged / charged or shown",
    "found by the layer",
    "false charges an hour",
    "false findings for a person an hour",
    "您好, 请, 再见: precision / recall",
    "roles right (share of speech time)",
    "character error rate",
    "pace error (median)",
    "minutes of calls",
)
"""Titles of the rows, in order."""

LONG = 3
"""Syllables from which the second ear hears a phrase."""


@dataclass(frozen=True, slots=True)
class CallSet:
    """A column: its title, the recordings with truths, and their results."""

    title: str
    calls: Path
    results: Path


class _SetType(click.ParamType):
    name = "TITLE=CALLS=RESULTS"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> CallSet:
        if isinstance(value, CallSet):
            return value
        title, _, rest = str(value).partition("=")
        calls, _, results = rest.rpartition("=")
        for path in (calls, results):
            if not path or not Path(path).exists():
                self.fail(f"{value!r}: expected {self.name}, with a folder and a file", param, ctx)
        return CallSet(title, Path(calls), Path(results))


@click.command()
@click.argument("sets", nargs=-1, required=True, type=_SetType())
@click.option("--evaluate", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--write", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(sets: tuple[CallSet, ...], evaluate: Path | None, write: Path | None) -> None:
    """Print the table of quality, or write it between the markers of a file."""
    if write is None:
        print_table(sets, evaluate)
        return
    table = make_table(sets, evaluate)
    try:
        write.write_text(put_between(write.read_text(encoding="utf-8"), table), encoding="utf-8")
    except ValueError as error:
        raise click.ClickException(f"{write}: {error}") from error


def print_table(sets: Sequence[CallSet], evaluate: Path | None = None) -> None:
    """Print it. ``evaluate``: the script, if it stands elsewhere."""
    click.echo(make_table(sets, evaluate))


def make_table(sets: Sequence[CallSet], evaluate: Path | None = None) -> str:
    """Markdown of the sets."""
    columns = [column_of(one, evaluate or find_evaluate(one.calls)) for one in sets]
    return table_of([one.title for one in sets], columns)


def find_evaluate(calls: Path) -> Path | None:
    """The script that holds results against truths, in a folder ``eval`` above the calls."""
    scripts = (up / "eval" / "evaluate.py" for up in calls.resolve().parents)
    return next((script for script in scripts if script.exists()), None)


def column_of(one: CallSet, evaluate: Path | None) -> tuple[str, ...]:
    """The cells of a set, as many as ``ROWS``."""
    lines = one.results.read_text(encoding="utf-8").splitlines()
    results = [result_from_dict(json.loads(line)) for line in lines]
    layers = measure_layers(one.calls, results)
    return (*_phrase_cells(layers), *_other_cells(_evaluated(one, evaluate)), _minutes(layers))


def _phrase_cells(layers: LayerFigures) -> tuple[str, ...]:
    known = layers.known
    long = [said for said in known if len(said.phrase) >= LONG]
    return (
        str(len(known)),
        _share(known, charged=True),
        _share(known, charged=False),
        f"{_share(long, charged=True)} / {_share(long, charged=False)}",
        spread_of(known) or "–",
        f"{layers.false_an_hour('confirmed'):.1f}",
        f"{layers.false_an_hour('review'):.1f}",
    )


def _share(said: Sequence[Said], *, charged: bool) -> str:
    if not said:
        return "–"
    found = sum(one.charged if charged else bool(one.found) for one in said)
    return f"{found / len(said):.2f}"


def _other_cells(figures: Mapping[str, Any] | None) -> tuple[str, ...]:
    if figures is None:
        return ("–",) * 4
    required, pace = figures["required"], figures["pace_error_median"]
    return (
        f"{required['precision']:.2f} / {required['recall']:.2f}",
        f"{figures['role_accuracy']:.2f}",
        f"{figures['cer']:.2f}",
        "–" if pace is None else f"{100 * pace:.1f} %",
    )


def _evaluated(one: CallSet, evaluate: Path | None) -> Mapping[str, Any] | None:
    """What evaluate.py counts, ``None`` without it."""
    if evaluate is None:
        return None
    command = [sys.executable, str(evaluate), str(one.calls), str(one.results), "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    figures: dict[str, Any] = json.loads(ended.stdout)
    return figures


def _minutes(layers: LayerFigures) -> str:
    return f"{60 * layers.hours:.0f}"


def table_of(titles: Sequence[str], columns: Sequence[Sequence[str]]) -> str:
    """Markdown: a row for each of ``ROWS``, a column for each set."""
    rows = [[title, *cells] for title, *cells in zip(ROWS, *columns, strict=True)]
    lines = ["| | " + " | ".join(titles) + " |", "|" + "---|" * (len(titles) + 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def put_between(text: str, table: str) -> str:
    """The text with the table between its markers. Raises ``ValueError`` where it has not both,
    once each and in order."""
    before, begin, rest = text.partition(BEGIN)
    _, end, behind = rest.partition(END)
    if not begin or not end or BEGIN in behind or END in behind:
        raise ValueError(f"expected {BEGIN} and behind it {END}, each once")
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{behind}"


if __name__ == "__main__":
    main()
