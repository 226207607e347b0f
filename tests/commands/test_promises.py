"""The commands about promises, on a database with three calls."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.commands.main import main
from pipeline.store import Store
from pipeline.types import CallMeta
from tests.builders import a_result, an_utterance

AT = "2026-11-04T04:00:00+00:00"
SAID = ("明天上午十点前给您回电。", "二月三十号给您回电。", "我的电话13800138000，尽快给您回复。")


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "callqa.db"
    with Store.open(path) as store:
        for number, text in enumerate(SAID, 1):
            call = CallMeta(f"call-{number}", "8001", "C1", "2026-11-04T10:20:00", "报修")
            made = a_result(call=call, utterances=(an_utterance(text),))
            recording = replace(made.recording, sha256=f"{number:064x}")
            store.results.save(replace(made, recording=recording), scored_at=AT)
    assert run(path, "read").output.endswith("3 calls read.\n")
    return path


def run(db: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["promises", *words, "--db", str(db)])


def test_the_list_has_the_term_or_why_there_is_none_and_no_personal_data(db: Path):
    out = run(db, "list").output

    assert "overdue\tcall back\t11-05 10:00" in out
    assert "没有2月30日" in out
    assert "13800138000" not in out
    assert out.endswith("3 promises.\n")


def test_programs_get_json(db: Path):
    (one,) = json.loads(run(db, "list", "--status", "overdue", "--json").output)
    assert (one["due_at"], one["promise"]["time_text"]) == ("2026-11-05T10:00", "明天上午十点前")

    figures = json.loads(run(db, "figures", "--json").output)
    assert (figures["all"]["made"], figures["agents"][0]["agent_id"]) == (3, "8001")
    assert (figures["all"]["overdue"], figures["all"]["unknown"], figures["all"]["open"]) == (
        1,
        1,
        1,
    )


def test_a_day_names_what_falls_due_on_it(db: Path):
    due = json.loads(run(db, "today", "--day", "2026-11-05", "--json").output)

    assert ([one["call_id"] for one in due["due"]], due["overdue"]) == (["call-1"], [])


def test_a_note_changes_the_status(db: Path):
    done = run(db, "note", "1", "kept", "--at", "2026-11-05T09:30", "--reason", "回访记录")

    assert (done.exit_code, done.output) == (0, "Promise 1 is noted.\n")
    assert [
        one["id"] for one in json.loads(run(db, "list", "--status", "kept", "--json").output)
    ] == [1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("note", "1", "kept"), "kept needs --at"),
        (("note", "1", "kept", "--at", "gestern"), "'gestern' is no time"),
        (("note", "1", "kept", "--at", "2026-02-30T10:00"), "'2026-02-30T10:00' is no time"),
        (("note", "99", "void"), "there is no promise 99"),
        (("list", "--month", "2026-13"), "'2026-13' is no month"),
    ],
)
def test_wrong_use_is_one_line(db: Path, words: tuple[str, ...], said: str):
    refused = run(db, *words)

    assert refused.exit_code == 2
    assert said in refused.output
