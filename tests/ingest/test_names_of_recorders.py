"""Agents and times in the names that recorders give to files."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.ingest import read_metadata, untold_beside_call
from pipeline.settings import IngestSettings, SiteSettings, use_clock

PATTERN = r"(?P<agent_id>[^_]+)_(?P<started_at>[\d.: _-]+)"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    use_clock(SiteSettings(timezone="Asia/Shanghai"))


@pytest.mark.parametrize(
    ("written", "start"),
    [
        ("20261102093005", "2026-11-02T09:30:05"),
        ("202611020930", "2026-11-02T09:30:00"),
        ("20261102", "2026-11-02T00:00:00"),
        ("20261102093005123", "2026-11-02T09:30:05.123000"),
        ("1793583005", "2026-11-02T09:30:05"),
        ("1793583005000", "2026-11-02T09:30:05"),
        ("20261102_093005", "2026-11-02T09:30:05"),
        ("2026-11-02 09.30.05", "2026-11-02T09:30:05"),
        ("2026-11-02_09-30-05", "2026-11-02T09:30:05"),
    ],
)
def test_a_time_in_a_name_is_read_whole(tmp_path: Path, written: str, start: str):
    meta = read_metadata(tmp_path / f"8001_{written}.wav", IngestSettings(name_pattern=PATTERN))
    assert (meta.agent_id, meta.started_at) == ("8001", start)


@pytest.mark.parametrize(("written", "agent"), [("NULL", None), ("８００１", "8001"), ("0", None)])
def test_an_agent_in_a_name_is_read_as_in_a_table(tmp_path: Path, written: str, agent: str | None):
    path = tmp_path / f"{written}_20261102093005.wav"
    assert read_metadata(path, IngestSettings(name_pattern=PATTERN)).agent_id == agent


def test_a_form_of_time_of_the_site_goes_first(tmp_path: Path):
    settings = IngestSettings(name_pattern=PATTERN, time_format="%y%m%d%H%M%S")
    meta = read_metadata(tmp_path / "8001_261102093005.wav", settings)
    assert meta.started_at == "2026-11-02T09:30:05"


def beside(tmp_path: Path, table: str, *names: str) -> str:
    (tmp_path / "metadata.csv").write_text(table, encoding="utf-8")
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    return untold_beside_call(tmp_path / names[0], IngestSettings())


def test_a_recording_that_its_table_does_not_list_is_told(tmp_path: Path):
    assert "不在这个表里" in beside(tmp_path, "文件名,工号\nb.wav,8001\n", "a.wav")


@pytest.mark.parametrize("row", ["a.wav", "A.WAV", "a", "D:\\r\\a.wav"])
def test_a_listed_recording_needs_no_word(tmp_path: Path, row: str):
    assert beside(tmp_path, f"文件名,工号\n{row},8001\n", "a.wav") == ""


@pytest.mark.parametrize("row", ["c-in.wav", "c-out.wav", "c.wav"])
def test_one_name_of_a_call_in_two_files_is_enough(tmp_path: Path, row: str):
    assert beside(tmp_path, f"文件名,工号\n{row},8001\n", "c-out.wav", "c-in.wav") == ""


def test_without_a_table_there_is_nothing_to_tell(tmp_path: Path):
    assert untold_beside_call(tmp_path / "a.wav", IngestSettings()) == ""
