"""Misses of hearing against misses of the lexicon.

    python -m bench.quality.known CALLS RESULTS.jsonl

Of the forbidden phrases in the truth, those that the rules find in the truth's own text are known;
the others no ear could find. Recall is counted for both kinds, by the counting rule of evaluate.py.
"""

from __future__ import annotations

import json
from pathlib import Path

import click

from pipeline.lexicon import load_lexicon
from pipeline.phrases import PhraseMatcher
from pipeline.phrases.text import as_spoken

SLACK_S = 0.3


@click.command()
@click.argument("calls", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("results", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(calls: Path, results: Path) -> None:
    """Print the recall of phrases that are in the lexicon, and of the others."""
    matcher = PhraseMatcher(rule for rule in load_lexicon().rules if rule.kind == "forbidden")
    found = {True: 0, False: 0}
    total = {True: 0, False: 0}
    missed: list[str] = []
    for line in results.read_text(encoding="utf-8").splitlines():
        result = json.loads(line)
        truth = calls / f"{Path(result['recording']['path']).stem}.truth.json"
        for spoken in json.loads(truth.read_text(encoding="utf-8"))["lines"]:
            said = [hit.phrase.say for hit in matcher.find(as_spoken(spoken["text"]))]
            heard = [
                f["phrase"]
                for f in result["findings"]
                if (f["kind"], f["role"]) == ("forbidden", "agent")
                and f["start_s"] < spoken["end"] + SLACK_S
                and spoken["start"] - SLACK_S < f["end_s"]
            ]
            for phrase in spoken["tags"].get("forbidden", []) if spoken["role"] == "agent" else ():
                known = any(_names(say, phrase) for say in said)
                hit = any(_names(say, phrase) for say in heard)
                total[known] += 1
                found[known] += hit
                missed += [phrase] if known and not hit else []
    for known, name in ((True, "in the lexicon"), (False, "not in it")):
        print(f"{name}: {found[known]} of {total[known]}")
    print("known and missed:", " ".join(missed))


def _names(say: str, phrase: str) -> bool:
    return len(set(say) & set(phrase)) >= 0.5 * len(set(phrase))


if __name__ == "__main__":
    main()
