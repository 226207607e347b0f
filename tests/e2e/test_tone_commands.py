"""Baselines, labels and training of the tone of voice, from the outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.conftest import Run


def scored_with_agent(callqa: Run, call: Path) -> None:
    Path("metadata.csv").write_text("file,agent_id\ncall.wav,1027\n", encoding="utf-8")
    assert callqa("score", call, "--db", "c.db").exit_code == 0


def test_baselines_go_into_a_file_that_score_reads(callqa: Run, call: Path):
    scored_with_agent(callqa, call)

    written = callqa("tone", "baselines", "b.json", "--db", "c.db")
    again = callqa("score", call, "--baselines", "b.json", "--jsonl", "r.jsonl")

    assert (written.exit_code, again.exit_code) == (0, 0), written.output + again.output
    (rate,) = json.loads(Path("b.json").read_text(encoding="utf-8"))["paces"].values()
    agent = json.loads(Path("r.jsonl").read_text(encoding="utf-8"))["pace"]["agent"]
    assert agent["usual_chars_per_min"] == pytest.approx(rate, abs=0.001)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no json", "cannot be read as a baseline file"),
        (
            '{"format": "callqa-baselines", "version": 9}',
            "baselines of version 9, this callqa reads 1",
        ),
        ('{"format": "callqa-baselines", "version": 1, "voices": 7}', "is damaged"),
        ("[]", "no baseline file of callqa"),
    ],
)
def test_a_baseline_file_of_another_kind_is_refused(callqa: Run, call: Path, text: str, says: str):
    Path("b.json").write_text(text, encoding="utf-8")

    ran = callqa("score", call, "--baselines", "b.json")

    assert ran.exit_code == 2
    assert says in ran.output
    assert "callqa tone baselines" in ran.output


LABELS = "call,role,start_s,end_s,grade,reviewer\n"


def test_labels_are_taken_from_a_csv_and_reported(callqa: Run, call: Path):
    scored_with_agent(callqa, call)
    lines = [
        "call,客服,1,5,激动,张",
        "call,客服,1,5,激动,李",
        "call,客服,8,12,平稳,张",
        "call,客服,8,12,激动,李",
    ]
    Path("l.csv").write_text(LABELS + "\n".join(lines) + "\n", encoding="utf-8")

    taken = callqa("tone", "label", "l.csv", "--db", "c.db")
    report = callqa("tone", "report", "--db", "c.db")

    assert "4 labels of tone are kept" in taken.output
    assert "4 labels by 2 reviewers." in report.output
    # Pairs (raised, raised) and (calm, raised): observed 2 of 4, expected 2*3*1/(4*3) = 1/2: alpha
    # 0
    assert "agreement of reviewers (Krippendorff's alpha): 0.000" in report.output


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            "call,客服,1,5,生气,张",
            "callqa: l.csv, line 2: the grade is “生气”; expected one of calm, raised, flat\n",
        ),
        (
            "call,老板,1,5,平稳,张",
            "callqa: l.csv, line 2: the role is “老板”; expected agent or customer\n",
        ),
        (
            "call,客服,5,1,平稳,张",
            "callqa: l.csv, line 2: start_s is below end_s, and not below 0\n",
        ),
        (
            "call,客服,x,1,平稳,张",
            "callqa: l.csv, line 2: start_s and end_s are seconds, such as 12.5\n",
        ),
        ("call,客服,1,5,平稳,", "callqa: l.csv, line 2: no reviewer\n"),
        ("nobody,客服,1,5,平稳,张", "callqa: l.csv, line 2: the database has no call “nobody”\n"),
    ],
)
def test_a_wrong_label_is_named_with_its_line_and_none_is_taken(
    callqa: Run, call: Path, line: str, says: str
):
    scored_with_agent(callqa, call)
    Path("l.csv").write_text(f"{LABELS}{line}\ncall,客服,1,5,平稳,张\n", encoding="utf-8")

    ran = callqa("tone", "label", "l.csv", "--db", "c.db")

    assert ran.exit_code == 2
    assert ran.output == says
    assert callqa("tone", "report", "--db", "c.db").output.startswith("0 labels by 0 reviewers.\n")


def test_training_says_how_many_labels_are_missing(callqa: Run, call: Path):
    scored_with_agent(callqa, call)

    ran = callqa("tone", "train", "tone.json", "--db", "c.db")

    assert ran.exit_code == 2
    assert "at least 200 are needed" in ran.output
    assert not Path("tone.json").exists()
