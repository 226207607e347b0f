"""Metadata, ratings and agents from tables: accepted values, refused lines, and values that
stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.imports.call_tables import read_agents, read_call_table
from pipeline.store import Store
from pipeline.types import CallMeta, CustomerOutcome
from pipeline.types.records import Imported, ImportReport, Scope
from tests.builders import a_result

AT = "2026-11-02T09:00:00+00:00"


def a_table(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "calls.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Calls a, b, and two recordings that are both called c."""
    with Store.open(tmp_path / "callqa.db") as opened:
        for number, name in enumerate(("a", "b", "c", "c")):
            made = a_result(call=CallMeta(name, agent_id="8001"))
            recording = replace(
                made.recording, sha256=f"{number}" * 64, path=f"{number}/{name}.wav"
            )
            opened.results.save(replace(made, recording=recording), scored_at=AT)
        yield opened


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_chinese_headings_in_every_encoding(tmp_path: Path, encoding: str):
    path = a_table(
        tmp_path, "通话编号,工号,满意度,是否解决,表扬\na,8012,非常满意,是,2\nb,,4,否,\n", encoding
    )

    assert [(line.key, line.values) for line in read_call_table(path).lines] == [
        ("a", {"agent_id": "8012", "rating": 5.0, "resolved": 1, "praises": 2}),
        ("b", {"rating": 4.0, "resolved": 0}),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("通话编号,满意度\na,6\n", "line 2: the rating is '6'; expected 1 to 5"),
        ("通话编号,是否解决\na,也许\n", "line 2: 是否解决 is '也许'; expected 是 or 否"),
        ("通话编号,投诉\na,-1\n", "line 2: 投诉 is '-1'; expected a whole number from 0 on"),
        ("通话编号,开始时间\na,昨天\n", "line 2: '昨天' is not a time"),
        ("通话编号,满意度\na,5\na,4\n", "line 3: a is listed twice, first in line 2"),
        ("通话编号,满意度\n,5\n", "line 2: no call is named"),
    ],
)
def test_a_bad_line_is_named_and_the_rest_is_taken(tmp_path: Path, text: str, said: str):
    headings = text.split("\n", maxsplit=1)[0]
    good = "z,5" if "满意度" in headings else "z,1" if "投诉" in headings else "z,是"
    good = "z,2026-11-02 09:30" if "开始时间" in headings else good
    found = read_call_table(a_table(tmp_path, f"{text}{good}\n"))

    assert [said in fault for fault in found.faults] == [True]
    assert found.lines[-1].key == "z"


def test_a_call_that_begins_after_today_is_named_and_its_time_left_out(tmp_path: Path):
    path = a_table(
        tmp_path,
        "通话编号,工号,开始时间\na,8012,2036-11-02 09:30\nb,8012,2026-11-29 09:30\n",
    )

    found = read_call_table(path, today=date(2026, 11, 29))

    assert [(line.key, sorted(line.values)) for line in found.lines] == [
        ("a", ["agent_id"]),
        ("b", ["agent_id", "started_at"]),
    ]
    assert found.faults == (
        f"{path}, line 2: 2036-11-02 is after today, 2026-11-29; correct 开始时间",
    )


def test_of_two_lines_of_a_call_that_differ_neither_is_taken(tmp_path: Path):
    path = a_table(
        tmp_path, "通话编号,工号,满意度\na,8012,5\na,8013,1\nb,8012,4\nb,8012,4\nc,8012,5\n"
    )

    found = read_call_table(path)

    assert [(line.key, line.values["agent_id"]) for line in found.lines] == [
        ("b", "8012"), ("c", "8012"),
    ]  # fmt: skip
    assert found.faults == (
        f"{path}, line 3: a is listed twice, first in line 2, with other values; neither was taken, keep one of them",
        f"{path}, line 5: b is listed twice, first in line 4; keep one of them",
    )


@pytest.mark.parametrize(
    ("word", "value"), [("五星", 5.0), ("三分", 3.0), ("四颗星", 4.0), ("五", 5.0)]
)
def test_a_rating_may_be_written_in_chinese_digits(tmp_path: Path, word: str, value: float):
    (line,) = read_call_table(a_table(tmp_path, f"通话编号,满意度\na,{word}\n")).lines

    assert line.values == {"rating": value}


@pytest.mark.parametrize(
    ("text", "said"),
    [("通话编号\na\n", "only the calls are named"), ("满意度\n5\n", "no column for key")],
)
def test_a_table_that_names_no_calls_is_refused(tmp_path: Path, text: str, said: str):
    with pytest.raises(SettingsError, match=said):
        read_call_table(a_table(tmp_path, text))


def test_agents_with_name_and_team(tmp_path: Path):
    assert read_agents(a_table(tmp_path, "工号,姓名,班组\n8001,张三,一班\n8002,,\n")) == [
        ("8001", "张三", "一班"),
        ("8002", None, None),
    ]
    with pytest.raises(SettingsError, match="工号 8001 is listed twice"):
        read_agents(a_table(tmp_path, "工号\n8001\n8001\n"))


def test_a_formula_is_only_text(tmp_path: Path):
    (line,) = read_call_table(a_table(tmp_path, "通话编号,队列\na,=1+1\n")).lines

    assert line.values == {"queue": "=1+1"}


def test_unknown_and_ambiguous_calls_are_reported_and_the_others_taken(store: Store):
    lines = [
        Imported(key, {"rating": 5.0}, f"f, line {n}")
        for n, key in enumerate(("a", "b.wav", "c", "x"), 2)
    ]

    report = store.calls.import_calls(lines, actor="li", at=AT)

    assert report == ImportReport(2, 0, ("f, line 5: x",), ("f, line 4: c",))
    assert [record.rating for record in store.calls.records()] == [5.0, 5.0, None, None]


def test_the_same_import_twice_changes_nothing(store: Store):
    line = [Imported("a", {"rating": 5.0, "agent_id": "8002"}, "f")]
    store.calls.import_calls(line, actor="li", at=AT)
    entries = store.ledger.verify().entries

    assert store.calls.import_calls(line, actor="li", at=AT) == ImportReport(0, 1, (), ())
    assert store.ledger.verify().entries == entries


def test_a_correction_stays_when_the_recording_is_scored_again(store: Store):
    store.calls.import_calls(
        [Imported("a", {"agent_id": "8002", "queue": "投诉"}, "f")], actor="li", at=AT
    )
    made = a_result(call=CallMeta("a", agent_id="8001", started_at="2026-11-01T10:00:00"))
    recording = replace(made.recording, sha256="0" * 64)
    store.results.save(
        replace(made, recording=recording, engine=replace(made.engine, lexicon_version="l2")),
        scored_at=AT,
    )

    assert store.results.known_of("0" * 64) == (
        CallMeta("a", "8002", None, "2026-11-01T10:00:00", "投诉"),
        CustomerOutcome(),
    )


def test_what_changed_is_in_the_ledger(store: Store):
    store.calls.import_calls([Imported("a", {"agent_id": "8002"}, "f")], actor="li", at=AT)

    entry = store.ledger.entries(f"call {'0' * 64}")[-1]
    assert (entry.actor, entry.action, entry.detail) == (
        "li",
        "imported",
        {"changed": {"agent_id": ["8001", "8002"]}},
    )


def test_a_time_that_was_imported_moves_the_call_to_its_month(store: Store):
    store.calls.import_calls(
        [Imported("a", {"started_at": "2026-10-05T09:30:00"}, "f")], actor="li", at=AT
    )

    assert [record.call_id for record in store.calls.records(Scope.of_month("2026-10"))] == ["a"]
    assert [record.call_id for record in store.calls.records(Scope.of_month("2026-11"))] == [
        "b",
        "c",
        "c",
    ]
