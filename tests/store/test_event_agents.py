"""Whom the lines of an import name, and what may be there twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import EventError
from pipeline.store import Store
from pipeline.types import CallMeta, EventLine, Scope, ServiceEvent
from tests.builders import a_result

AT = "2026-11-30T09:00:00+00:00"
DAY = date(2026, 11, 3)


@pytest.fixture
def store(tmp_path: Path):
    people = [
        ("8001", "王芳", "一班"),
        ("0812", "赵敏", "一班"),
        ("8003", "李强", None),
        ("8004", "李强", None),
    ]
    with Store.open(tmp_path / "callqa.db") as opened:
        opened.agents.record(people, actor="t", at=AT)
        yield opened


def take(store: Store, agent: str | None, person: str = "", note: str = "", key: str = ""):
    event = ServiceEvent("complaint", DAY, agent, note=note, key=key)
    line = EventLine(event, "", True, "e.csv, line 2", person)
    return store.events.import_lines([line], actor="t", at=AT)


@pytest.mark.parametrize(
    ("agent", "person"),
    [(None, "王芳"), ("王 芳", ""), ("8001", "王芳"), ("8001", "王芳（夜班）"), (None, "8001"), ("8001", "8001"), ("8001", "王芳、王芳")],
)  # fmt: skip
def test_an_agent_is_known_by_number_or_by_a_name_that_one_has(
    store: Store, agent: str | None, person: str
):
    take(store, agent, person)

    assert [event.agent_id for event in store.events.find(Scope())] == ["8001"]


@pytest.mark.parametrize(
    ("agent", "person", "says"),
    [
        (None, "李强", "名单里叫“李强”的有几位（8003、8004）；请写工号"),
        ("李强", "", "名单里叫“李强”的有几位"),
        (None, "钱多", "客服名单里没有“钱多”"),
        ("8001", "李强", "工号 8001 在客服名单里是“王芳”，这一行写的是“李强”"),
        ("812", "", "没有工号为“812”的客服，但有“0812”"),
        (
            "王芳、赵敏",
            "",
            "“王芳、赵敏”是几位客服，一件事项只记在一位客服名下；请只留要负责的一位",
        ),
        (None, "王芳 赵敏", "“王芳 赵敏”是几位客服"),
        ("8001", "王芳/赵敏", "“王芳/赵敏”是几位客服"),
        (None, "王芳和0812", "“王芳和0812”是几位客服"),
        (None, "王芳、钱多", "客服名单里没有“王芳、钱多”"),
    ],
)
def test_a_line_that_may_mean_another_agent_is_refused(
    store: Store, agent: str | None, person: str, says: str
):
    with pytest.raises(EventError) as caught:
        take(store, agent, person)

    assert says in str(caught.value)
    assert store.events.find(Scope()) == []


def test_an_event_beside_one_of_the_same_day_agent_and_kind_is_named(store: Store):
    assert take(store, "8001", note="态度").alike == ()
    assert take(store, "8001", note="态度").alike == ()

    report = take(store, "8001", note="态度不好")

    assert (report.added, report.alike, report.days) == (1, ("e.csv, line 2",), {DAY})


def test_events_with_numbers_of_their_own_are_two(store: Store):
    take(store, "8001", key="id 1")

    assert take(store, "8001", key="id 2").alike == ()


def test_events_of_two_calls_are_two(store: Store):
    for number in (1, 2):
        result = a_result(call=CallMeta(f"C{number}", "8001", None, "2026-11-03T09:30:00"))
        recording = replace(result.recording, sha256=f"{number:064x}", path=f"{number}.wav")
        store.results.save(replace(result, recording=recording), scored_at=AT)
    lines = [
        EventLine(ServiceEvent("complaint", DAY, "8001"), call, True, "e.csv, line 2")
        for call in ("C1", "C2", "")
    ]

    said = [store.events.import_lines([line], actor="t", at=AT).alike for line in lines]

    assert said == [(), (), ("e.csv, line 2",)]
