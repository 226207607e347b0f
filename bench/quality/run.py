"""Figures and times on a folder of calls with known truth.

    python -m bench.quality.run CALLS [--jsonl RESULTS.jsonl]

Prints the counts of evaluate.py (in the folder's own eval/, two folders up or beside it), recall by
layer and by length of the phrase, false findings an hour, and the time of each stage as a share of the audio. bench/speed/run.py holds the speed against others."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from bench.quality.layers import print_layers
from bench.quality.shipped import load_shipped
from bench.quality.table import CallSet, find_evaluate, print_table
from pipeline.call.batch import check_calls
from pipeline.ingest import find_recordings
from pipeline.lexicon import Rule
from pipeline.phrases import PhraseMatcher
from pipeline.phrases.text import turns_of
from pipeline.report import result_from_dict, result_to_dict
from pipeline.types import CallResult, Failure, Span, Utterance

CONVERSATION = ("sounds", "acoustics", "speakers", "measures")
"""The stages that hear who spoke, how fast, over whom and in what tone."""


@click.command()
@click.argument("calls", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--jsonl", type=click.Path(dir_okay=False, path_type=Path), help="Keep the results, unmasked."
)
def main(calls: Path, jsonl: Path | None) -> None:
    """Print figures and times on CALLS, a folder of recordings with *.truth.json."""
    recordings = find_recordings([calls])
    checker = load_shipped()
    lexicon = checker.lexicon
    spent: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def timer(stage: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        spent[stage] += time.perf_counter() - begun

    begun = time.perf_counter()
    audio_s = 0.0
    results: list[str] = []
    for path, outcome in check_calls(recordings, checker, timer=timer):
        if isinstance(outcome, Failure):
            print(f"failed: {outcome.reason}", file=sys.stderr)
            continue
        audio_s += outcome.result.recording.duration_s
        results.append(json.dumps(result_to_dict(outcome.result), ensure_ascii=False))
        print(f"{path.name} done", file=sys.stderr)
    whole_s = time.perf_counter() - begun
    with tempfile.TemporaryDirectory() as folder:
        file = jsonl or Path(folder, "results.jsonl")
        file.write_text("".join(f"{line}\n" for line in results), encoding="utf-8")
        print_figures(calls, file)
        print_table([CallSet(calls.name, calls, file)])
    checked = [result_from_dict(json.loads(line)) for line in results]
    print_by_layout(calls, checked)
    print_layers(calls, checked)
    print(f"{'audio':22} {audio_s:.1f} s in {len(results)} calls")
    print(f"{'callqa':22} {whole_s:.1f} s = {whole_s / audio_s:.4f} of the audio")
    for stage, seconds in spent.items():
        print(f"{'  ' + stage:22} {seconds:.1f} s = {seconds / audio_s:.4f}")
    conversation_s = sum(spent[stage] for stage in CONVERSATION)
    print(f"{'roles, pace, tone, sounds':22} {conversation_s / audio_s:.4f} of the audio")
    share = spent["phrases"] / spent["recognition"]
    print(f"{'phrases, layers a to d':22} {share:.3f} of the time of recognition")
    utterances = [result_from_dict(json.loads(line)).utterances for line in results]
    for count in (50, 500, 5000):
        searched_s, phrases = time_search(lexicon.rules, utterances, count)
        print(
            f"{f'  search, {phrases} phrases':22} {searched_s:.2f} s = {searched_s / spent['recognition']:.4f} of it"
        )


def print_figures(calls: Path, results: Path) -> None:
    script = find_evaluate(calls)
    if script is None:
        print(
            "no eval/evaluate.py above the folder of calls: figures are left out", file=sys.stderr
        )
        return
    subprocess.run([sys.executable, str(script), str(calls), str(results), "--errors"], check=True)


def print_by_layout(calls: Path, results: Sequence[CallResult]) -> None:
    """Speech time with the right role, by layout and by whether both voices are of one sex, and the
    pace errors."""
    right: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    errors: list[float] = []
    for result in results:
        file = calls / f"{Path(result.recording.path).stem}.truth.json"
        if not file.exists():
            continue
        truth = json.loads(file.read_text(encoding="utf-8"))
        lines = truth["lines"]
        alike = truth["layout"] == "mono" and truth["agent"][1] == truth["customer"][1]
        group = f"role, {truth['layout']}{', one sex' if alike else ''}"
        for said in result.utterances:
            best = max(
                lines, key=lambda line: said.span.overlap_s(Span(line["start"], line["end"]))
            )
            whole[group] += said.span.duration_s  # type: ignore[assignment]  # a counter of seconds
            right[group] += said.span.duration_s * (best["role"] == said.role)  # type: ignore[assignment]
        own = [line for line in lines if line["role"] == "agent"]
        said_chars = sum(sum(c.isalnum() for c in line["text"]) for line in own)
        rate = said_chars / sum(line["end"] - line["start"] for line in own) * 60
        if result.pace.agent.chars_per_min is not None:
            errors.append(abs(result.pace.agent.chars_per_min / rate - 1))
    for group, seconds in sorted(whole.items()):
        print(f"{group:22} {right[group] / seconds:.4f}")
    if errors:
        print(f"{'pace error, worst':22} {max(errors):.4f}")


def time_search(
    rules: Sequence[Rule], calls: Sequence[tuple[Utterance, ...]], count: int
) -> tuple[float, int]:
    """Seconds for the search by characters and by sound with about so many of the forbidden
    phrases, and how many those are. The first search of each is left out: it reads dictionaries."""
    every = max(
        1, round(sum(len(rule.phrases) for rule in rules if rule.kind == "forbidden") / count)
    )
    fewer = [
        replace(rule, phrases=rule.phrases[::every]) for rule in rules if rule.kind == "forbidden"
    ]
    matcher = PhraseMatcher(fewer)
    turns = [turn for utterances in calls for turn in turns_of(utterances)]
    for _ in range(2):
        begun = time.perf_counter()
        for turn in turns:
            matcher.find(turn.text)
            matcher.sound(turn.text, [turn.words[owner].confidence for owner in turn.text.owners])
    return time.perf_counter() - begun, sum(len(rule.phrases) for rule in fewer)


if __name__ == "__main__":
    main()
