"""Agents and times in the names that recorders give to files."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.ingest import read_metadata
from pipeline.settings import IngestSettings, SiteSettings, use_clock

PATTERN = r"(?P<agent_id>[^_]+)_(?P<started_at>[\d.: _-]+)"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    use_clock(SiteSettings(timezone="Asia/Shanghai"))
    yield
    monkeypatch.undo()
    use_clock(SiteSettings())


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
