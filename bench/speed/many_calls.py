"""A database of many calls, to time reports, search and rescoring: real results, put together to
calls of three minutes, with agents, customers and times drawn from a seed.

    python -m bench.speed.many_calls RESULTS.jsonl CALLS.db --calls 100000
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import click

from pipeline.jobs import keep_versions
from pipeline.lexicon import LEXICON_FOLDER, load_lexicon, load_scorecards
from pipeline.report import result_from_dict
from pipeline.score import figures_of, score_call
from pipeline.store import Store
from pipeline.types import CallMeta, CallResult, CustomerOutcome, Finding, Utterance

CALL_S = 180.0
DAYS = 60
QUEUES = ("咨询", "投诉", "报修", "银行信用卡", "快递查件", "12345市民热线")
START = datetime(2026, 9, 1, 8, 0)


def long_call(results: Sequence[CallResult], random: Random) -> CallResult:
    """Results one after the other until they last three minutes."""
    utterances: list[Utterance] = []
    findings: list[Finding] = []
    at = 0.0
    while at < CALL_S:
        part = random.choice(results)
        utterances += [_later(u, at) for u in part.utterances]
        findings += [replace(f, start_s=f.start_s + at, end_s=f.end_s + at) for f in part.findings]
        at += part.recording.duration_s
    slots = {f.rule for f in findings if f.kind == "required"}
    findings = [f for f in findings if f.kind != "missing" or f.rule not in slots]
    first = random.choice(results)
    return replace(
        first,
        recording=replace(first.recording, duration_s=at),
        utterances=tuple(utterances),
        findings=tuple(sorted(findings, key=lambda f: (f.start_s, f.end_s, f.rule))),
    )


def many_calls(
    results: Sequence[CallResult], count: int, *, seed: int = 0, templates: int = 300
) -> Iterator[CallResult]:
    """``count`` scored calls of 300 agents and 30,000 customers over ``DAYS`` days."""
    random = Random(seed)
    lexicon = load_lexicon()
    sheets = load_scorecards(rule_ids=[rule.id for rule in lexicon.rules])
    made = [long_call(results, random) for _ in range(min(templates, count))]
    for number in range(count):
        call = random.choice(made)
        digest = hashlib.sha256(f"{seed} {number}".encode()).hexdigest()
        began = START + timedelta(days=number * DAYS / count, minutes=random.randrange(600))
        meta = CallMeta(
            f"c{number:07d}",
            f"8{random.randrange(300):03d}",
            f"k{random.randrange(30000):05d}",
            began.isoformat(timespec="seconds"),
            random.choice(QUEUES),
        )
        outcome = CustomerOutcome(rating=random.choice([None, None, None, 5.0, 5.0, 4.0, 2.0]))
        yield _scored(replace(call, call=meta, outcome=outcome), digest, lexicon, sheets)


def _scored(call: CallResult, digest: str, lexicon, sheets) -> CallResult:  # type: ignore[no-untyped-def]
    sheet = sheets.choose(call.call.queue, call.call.day)
    figures = figures_of(
        call.pace, call.dynamics, call.tone, call.address, call.outcome, duration_s=CALL_S
    )
    scored = score_call(call.findings, sheet, lexicon.rules, figures=figures, agent_heard=True)
    return replace(
        call,
        recording=replace(call.recording, sha256=digest, path=f"calls/{call.call.call_id}.wav"),
        findings=scored.findings,
        score=scored.score,
        engine=replace(call.engine, lexicon_version=lexicon.version, scoring_version=sheet.mark),
    )


def _later(utterance: Utterance, by_s: float) -> Utterance:
    words = tuple(
        replace(w, start_s=w.start_s + by_s, end_s=w.end_s + by_s) for w in utterance.words
    )
    return replace(
        utterance, start_s=utterance.start_s + by_s, end_s=utterance.end_s + by_s, words=words
    )


@click.command()
@click.argument("results", type=click.Path(exists=True, path_type=Path))
@click.argument("db", type=click.Path(path_type=Path))
@click.option("--calls", default=10_000, show_default=True)
@click.option("--seed", default=0, show_default=True)
def main(results: Path, db: Path, calls: int, seed: int) -> None:
    """Fill a new database."""
    lines = results.read_text(encoding="utf-8").splitlines()
    real = [result_from_dict(json.loads(line)) for line in lines]
    at = "2026-11-01T00:00:00+00:00"
    with Store.open(db) as store:
        lexicon = load_lexicon()
        keep_versions(
            store,
            lexicon,
            load_scorecards(
                LEXICON_FOLDER / "scoring", rule_ids=[rule.id for rule in lexicon.rules]
            ),
        )
        run_id = store.runs.begin("bench", started_at=at)
        batch: list[CallResult] = []
        for number, call in enumerate(many_calls(real, calls, seed=seed), 1):
            batch.append(call)
            if len(batch) == 500 or number == calls:
                with store.batch():
                    for one in batch:
                        store.results.save(one, scored_at=at, run_id=run_id)
                batch.clear()


if __name__ == "__main__":
    main()
