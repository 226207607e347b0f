"""Recall of forbidden phrases by the layer that found them and by their length, and false findings
an hour.

    python -m bench.quality.layers CALLS RESULTS.jsonl

CALLS: recordings with truths; RESULTS: what scoring them wrote. ``bench.quality.run`` prints the
same."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from pipeline.lexicon import load_lexicon
from pipeline.phrases import PhraseMatcher
from pipeline.phrases.text import as_spoken
from pipeline.report import result_from_dict
from pipeline.types import CallResult, Finding, Span

SLACK_S = 0.3
"""So far outside a line a finding still belongs to it, as in evaluate.py."""

LAYERS = ("text", "sound", "head", "meaning")
"""By characters; by sound and against the recording; by the second ear alone; by meaning."""

LENGTHS = ((1, 2), (3, 4), (5, 7), (8, 99))


@dataclass(frozen=True, slots=True)
class Said:
    """A phrase that the truth marks as said. ``known``: the lexicon has it, or one of its words."""

    phrase: str
    known: bool
    found: tuple[Finding, ...]

    @property
    def charged(self) -> bool:
        return any(finding.verdict == "confirmed" for finding in self.found)


def layer_of(finding: Finding) -> str:
    """Which of ``LAYERS`` found it."""
    if finding.heard_and_written:
        return "head"
    return {"exact": "text", "meaning": "meaning"}.get(finding.match, "sound")


@click.command()
@click.argument("calls", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("results", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(calls: Path, results: Path) -> None:
    """Print recall by layer and length, and false findings an hour."""
    lines = results.read_text(encoding="utf-8").splitlines()
    print_layers(calls, [result_from_dict(json.loads(line)) for line in lines])


@dataclass(frozen=True, slots=True)
class LayerFigures:
    """What was said, false findings by layer and verdict, and the hours that they were made in."""

    said: tuple[Said, ...]
    false: Counter[tuple[str, str]]
    hours: float

    @property
    def known(self) -> tuple[Said, ...]:
        """Those that the lexicon has."""
        return tuple(one for one in self.said if one.known)

    def false_an_hour(self, verdict: str) -> float:
        """Of all layers. 0 without calls."""
        count = sum(n for (_, own), n in self.false.items() if own == verdict)
        return count / self.hours if self.hours else 0.0


def measure_layers(calls: Path, results: Sequence[CallResult]) -> LayerFigures:
    """Count findings against the truths in a folder. Calls without a truth are left out."""
    matcher = PhraseMatcher(rule for rule in load_lexicon().rules if rule.kind == "forbidden")
    said: list[Said] = []
    false: Counter[tuple[str, str]] = Counter()
    seconds = 0.0
    for result in results:
        file = calls / f"{Path(result.recording.path).stem}.truth.json"
        if file.exists():
            lines = json.loads(file.read_text(encoding="utf-8"))["lines"]
            said += phrases_said(lines, result, matcher)
            false.update((layer_of(f), f.verdict) for f in _false(lines, result))
            seconds += result.recording.duration_s
    return LayerFigures(tuple(said), false, seconds / 3600)


def print_layers(calls: Path, results: Sequence[CallResult]) -> None:
    """Print the tables. Calls without a truth are left out."""
    figures = measure_layers(calls, results)
    hours, said, false = figures.hours or 1.0, figures.said, figures.false
    print(
        "| phrases said | number | shown or charged | charged | by the layer |\n|---|---|---|---|---|"
    )
    _print_row("all", said)
    _print_row("in the lexicon", figures.known)
    for low, high in LENGTHS:
        title = f"{low} to {high} characters" if high < 99 else f"{low} characters and more"
        _print_row(title, [one for one in figures.known if low <= len(one.phrase) <= high])
    print("\n| false findings an hour | charged | for review |\n|---|---|---|")
    for layer in LAYERS:
        charged, doubted = (false[layer, verdict] / hours for verdict in ("confirmed", "review"))
        print(f"| {layer} | {charged:.2f} | {doubted:.2f} |")
    print(f"\n{hours:.2f} hours of calls")


def _print_row(title: str, said: Sequence[Said]) -> None:
    if said:
        spread = spread_of(said)
        found, charged = (
            sum(x) / len(said) for x in ([bool(o.found) for o in said], [o.charged for o in said])
        )
        print(f"| {title} | {len(said)} | {found:.3f} | {charged:.3f} | {spread} |")


def spread_of(said: Sequence[Said]) -> str:
    """How many each layer found, in words."""
    layers = Counter(layer_of(_best(one.found)) for one in said if one.found)
    return ", ".join(f"{layer} {layers[layer]}" for layer in LAYERS if layers[layer])


def _best(found: Sequence[Finding]) -> Finding:
    return max(found, key=lambda finding: finding.confidence)


def phrases_said(
    lines: Sequence[dict[str, Any]], result: CallResult, matcher: PhraseMatcher
) -> Iterator[Said]:
    """The agent's marked phrases, each with the findings that name half of its characters."""
    for line in lines:
        if line["role"] != "agent":
            continue
        spelt = [hit.phrase.say for hit in matcher.find(as_spoken(line["text"]))]
        near = [f for f in _findings(result) if _meets(f, line)]
        for phrase in line["tags"].get("forbidden", ()):
            found = tuple(f for f in near if f.match == "meaning" or _names(f.phrase, phrase))
            yield Said(phrase, any(_names(say, phrase) for say in spelt), found)


def _false(lines: Sequence[dict[str, Any]], result: CallResult) -> Iterator[Finding]:
    """Findings on no line that the truth marks as rude."""
    rude = [
        line
        for line in lines
        if line["role"] == "agent"
        and (line["tags"].get("forbidden") or line["tags"].get("paraphrase"))
    ]
    yield from (f for f in _findings(result) if not any(_meets(f, line) for line in rude))


def _findings(result: CallResult) -> list[Finding]:
    return [f for f in result.findings if (f.kind, f.role) == ("forbidden", "agent")]


def _meets(finding: Finding, line: dict[str, Any]) -> bool:
    wide = Span(max(0.0, line["start"] - SLACK_S), line["end"] + SLACK_S)
    return Span(finding.start_s, finding.end_s).overlap_s(wide) > 0


def _names(say: str, phrase: str) -> bool:
    return len(set(say) & set(phrase)) >= 0.5 * len(set(phrase))


if __name__ == "__main__":
    main()
