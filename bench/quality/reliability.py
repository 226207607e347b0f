"""How often findings of a confidence are right.

    python -m bench.quality.reliability CALLS RESULTS.jsonl [CALLS RESULTS.jsonl ...]

For each pair of a folder with truths and the results of scoring it: forbidden findings of the agent
by confidence, and how many stand on a line that the truth marks as forbidden or as its paraphrase.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import click

BINS = (0.0, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 1.01)
SLACK_S = 0.3


def rude_spans(truth: dict[str, Any]) -> list[tuple[float, float]]:
    """When the agent says something forbidden, start and end in seconds."""
    return [
        (line["start"] - SLACK_S, line["end"] + SLACK_S)
        for line in truth["lines"]
        if line["role"] == "agent"
        and (line["tags"].get("forbidden") or line["tags"].get("paraphrase"))
    ]


@click.command()
@click.argument("pairs", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def main(pairs: tuple[Path, ...]) -> None:
    """Print how many findings are right, by confidence. PAIRS: a folder of calls with truths, then
    the results of scoring it, as often as wanted."""
    if len(pairs) % 2:
        raise click.UsageError("give pairs of a folder and its results")
    right: dict[int, int] = defaultdict(int)
    total: dict[int, int] = defaultdict(int)
    harmless = doubted = 0
    for folder, results in zip(pairs[::2], pairs[1::2], strict=True):
        for line in results.read_text(encoding="utf-8").splitlines():
            result = json.loads(line)
            stem = Path(result["recording"]["path"]).stem
            truth = json.loads((folder / f"{stem}.truth.json").read_text(encoding="utf-8"))
            spans = rude_spans(truth)
            harmless += sum(line["role"] == "agent" for line in truth["lines"]) - len(spans)
            for finding in result["findings"]:
                if finding["kind"] != "forbidden" or finding["role"] != "agent":
                    continue
                hit = any(
                    finding["start_s"] < end and begin < finding["end_s"] for begin, end in spans
                )
                index = max(i for i, low in enumerate(BINS) if low <= finding["confidence"])
                total[index] += 1
                right[index] += hit
                doubted += not hit and finding["verdict"] == "review"
    print("| confidence | findings | right |\n|---|---|---|")
    for index in sorted(total):
        print(
            f"| {BINS[index]:.2f}-{min(1.0, BINS[index + 1]):.2f} | {total[index]} | {right[index] / total[index]:.2f} |"
        )
    print(f"\nreview findings on harmless agent lines: {doubted} of {harmless} lines")


if __name__ == "__main__":
    main()
