"""A start that has not come yet is of a wrong clock: the call is taken, in no month, and it is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipeline.imports import not_yet, read_text_file
from pipeline.ingest import call_metadata_faults, read_call_metadata
from pipeline.settings import IngestSettings

NOW = datetime.now()
AHEAD = NOW + timedelta(days=9)
NAMED = IngestSettings(name_pattern=r"(?P<agent_id>\d{4})_(?P<started_at>\d{14})")


@pytest.mark.parametrize(
    ("days", "taken"), [(-400, True), (0, True), (1, True), (2, False), (3650, False)]
)
def test_a_day_is_left_for_clocks_of_another_zone(days: int, taken: bool):
    start = (NOW + timedelta(days=days)).isoformat()
    assert (not_yet(start, "a.csv", today=NOW.date()) == "") is taken


def test_an_unknown_start_is_no_wrong_one():
    assert not_yet(None, "a.csv", today=NOW.date()) == ""


def test_a_recording_whose_name_or_table_is_of_a_wrong_clock_has_no_start(tmp_path: Path):
    named = tmp_path / f"8001_{AHEAD:%Y%m%d%H%M%S}.wav"
    right = tmp_path / f"8001_{NOW:%Y%m%d%H%M%S}.wav"
    table = f"文件名,工号,开始时间\nb.wav,8002,{AHEAD:%Y-%m-%d %H:%M}\nc.wav,8003,{NOW:%Y-%m-%d %H:%M}\n"
    (tmp_path / "metadata.csv").write_text(table, encoding="utf-8")
    metas = {
        name: read_call_metadata(tmp_path / name, NAMED)
        for name in (named.name, right.name, "b.wav", "c.wav")
    }
    faults = {name: call_metadata_faults(tmp_path / name, NAMED) for name in metas}

    assert [meta.agent_id for meta in metas.values()] == ["8001", "8001", "8002", "8003"]
    assert [meta.started_at is None for meta in metas.values()] == [True, False, True, False]
    assert [len(told) for told in faults.values()] == [1, 0, 1, 0]
    assert named.name in faults[named.name][0]


def test_a_right_start_of_the_table_mends_a_wrong_one_of_the_name(tmp_path: Path):
    named = tmp_path / f"8001_{AHEAD:%Y%m%d%H%M%S}.wav"
    (tmp_path / "metadata.csv").write_text(
        f"文件名,开始时间\n{named.name},2026-11-02 09:30\n", encoding="utf-8"
    )
    assert read_call_metadata(named, NAMED).started_at == "2026-11-02T09:30:00"
    assert call_metadata_faults(named, NAMED) == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "{at}\n客服：您好，请讲。\n客户：我查一下话费。\n"),
        (
            "a.csv",
            "会话编号,时间,角色,内容\nc1,{at},客服,您好，请讲。\nc1,{at},客户,我查一下话费。\n",
        ),
        (
            "a.json",
            '{{"call": {{"call_id": "c1", "started_at": "{at}"}}, "utterances": [{{"role": "agent",'
            ' "start_s": 0.0, "end_s": 1.5, "text": "您好。"}}, {{"role": "customer", "start_s": 2.0,'
            ' "end_s": 3.5, "text": "你好。"}}]}}',
        ),
    ],
)
def test_a_conversation_of_a_wrong_clock_has_no_start(tmp_path: Path, name: str, text: str):
    path = tmp_path / name
    path.write_text(text.format(at=f"{NOW:%Y-%m-%d %H:%M:%S}"), encoding="utf-8")
    right = read_text_file(path)
    path.write_text(text.format(at=f"{AHEAD:%Y-%m-%d %H:%M:%S}"), encoding="utf-8")
    wrong = read_text_file(path)

    assert [one.meta.started_at is None for one in right.conversations] == [False]
    assert right.faults == ()
    assert [one.meta.started_at for one in wrong.conversations] == [None]
    assert [len(one.utterances) for one in wrong.conversations] == [2]
    assert [str(path) in told for told in wrong.faults] == [True]
