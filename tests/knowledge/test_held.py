"""Wrong facts in dialogues that were written before the comparison was tried on them."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from pipeline.lexicon.read_knowledge import _read_file
from tests.knowledge.dialogues import judge

HELD = Path(__file__).parents[1] / "data" / "knowledge" / "held"
TOPICS, _ = _read_file(HELD / "facts.yaml")
with (HELD / "dialogues.tsv").open(encoding="utf-8", newline="") as file:
    DIALOGUES = list(csv.DictReader(file, delimiter="\t"))


def wrong_facts(row: dict[str, str]) -> set[str]:
    """The facts that a dialogue is found to state wrongly, as ``topic.fact``."""
    day = date.fromisoformat(row["day"])
    found = judge(row["dialogue"], TOPICS, day=day).findings
    ids = {
        f"业务知识答错：{topic.name}（{fact.name}）": f"{topic.id.split('.')[1]}.{fact.id}"
        for topic in TOPICS
        for fact in topic.facts
    }
    return {ids[finding.phrase] for finding in found if finding.rule == "process.wrong_fact"}


def test_wrong_facts_that_are_found_are_wrong():
    truth = [set[str]() if row["wrong"] == "-" else {row["wrong"]} for row in DIALOGUES]
    found = [wrong_facts(row) for row in DIALOGUES]

    right = sum(len(one & other) for one, other in zip(found, truth, strict=True))
    assert len(DIALOGUES) == 60
    assert right / sum(map(len, found)) >= 0.95
    assert right / sum(map(len, truth)) == pytest.approx(0, abs=1)
