"""Roles in recordings of one channel, and what becomes of forbidden phrases there.

    python -m bench.quality.mono_roles CALLS RESULTS.jsonl

Counts calls whose roles are named, words without a role and with the wrong one, and forbidden phrases
that are charged or shown. What is shown of an unknown speaker counts as shown: a person sees it. Words
of a third person count as wrong where they have a role, and those of a machine do not count.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import click

SLACK_S = 0.3
"""A finding so near to a line belongs to it."""


@click.command()
@click.argument("calls", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("results", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(calls: Path, results: Path) -> None:
    """Print the counts of each mono call of CALLS, and of all."""
    whole: Counter[str] = Counter()
    for line in results.read_text(encoding="utf-8").splitlines():
        result = json.loads(line)
        name = Path(result["recording"]["path"]).stem
        truth = json.loads((calls / f"{name}.truth.json").read_text(encoding="utf-8"))
        if truth["layout"] != "mono":
            continue
        counts = _words(result, truth["lines"]) + _phrases(result, truth["lines"])
        whole += counts + Counter(calls=1, named=int(counts["known"] > 0))
        print(f"{name:20} {_told(counts)} {'；'.join(result['notes'])}")
    print(f"{whole['named']} of {whole['calls']} calls have roles")
    print(_told(whole))


def _words(result: dict[str, Any], lines: list[dict[str, Any]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for said in result["utterances"]:
        truth = max(lines, key=lambda line: _overlap(said, line))["role"]
        characters = sum(c.isalnum() for c in said["text"])
        if truth != "machine":
            counts["words"] += characters
            counts["known"] += characters * (said["role"] != "unknown")
            counts["wrong"] += characters * (said["role"] not in ("unknown", truth))
    return counts


def _phrases(result: dict[str, Any], lines: list[dict[str, Any]]) -> Counter[str]:
    found = [f for f in result["findings"] if f["kind"] == "forbidden"]
    rude = [line for line in lines if line["role"] == "agent" and line["tags"].get("forbidden")]
    counts: Counter[str] = Counter()
    for line in rude:
        near = [f for f in found if _overlap(f, line) > -SLACK_S]
        counts["said"] += 1
        counts["charged"] += any(f["verdict"] == "confirmed" for f in near)
        counts["shown"] += bool(near)
    for finding in found:
        if not any(_overlap(finding, line) > -SLACK_S for line in rude):
            counts[f"false {finding['verdict']}"] += 1
    return counts


def _overlap(one: dict[str, Any], line: dict[str, Any]) -> float:
    """Seconds that two stretches share; below 0 the seconds between them."""
    return float(min(one["end_s"], line["end"]) - max(one["start_s"], line["start"]))


def _told(counts: Counter[str]) -> str:
    words = max(counts["words"], 1)
    return (
        f"words {counts['words']}, known {counts['known'] / words:.2f}, wrong {counts['wrong'] / words:.2f}; "
        f"phrases {counts['said']}, charged {counts['charged']}, shown {counts['shown']}; "
        f"false: charged {counts['false confirmed']}, shown {counts['false review']}"
    )


if __name__ == "__main__":
    main()
