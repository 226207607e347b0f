"""How many workers: cores and free memory, with a container's limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.workers import capacity, count_workers
from pipeline.workers.capacity import WORKER_MB, count_cores, free_mb


def a_container(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="ascii")
    return folder


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight cores and memory for five workers."""
    monkeypatch.setattr(capacity, "count_cores", lambda: 8)
    monkeypatch.setattr(capacity, "free_mb", lambda: 5 * WORKER_MB + 1)


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    ("wanted", "most", "workers"), [(0, None, 5), (0, 3, 3), (7, None, 7), (7, 2, 2), (0, 0, 1)]
)
def test_workers_are_those_that_are_wanted_or_those_that_memory_holds(
    wanted: int, most: int | None, workers: int
):
    assert count_workers(wanted, most=most) == workers


def test_a_machine_that_does_not_say_its_memory_gets_a_worker_a_core(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(capacity, "count_cores", lambda: 3)
    monkeypatch.setattr(capacity, "free_mb", lambda: None)

    assert count_workers() == 3


@pytest.mark.parametrize(
    ("limit", "cores"), [("50000 100000\n", 1), ("100000 100000\n", 1), ("max 100000\n", None)]
)
def test_a_quota_of_a_container_limits_the_cores(tmp_path: Path, limit: str, cores: int | None):
    found = count_cores(a_container(tmp_path, cpu_max=limit))

    assert found == (cores or count_cores(tmp_path / "none"))


def test_free_memory_is_the_least_of_the_machine_and_the_container(tmp_path: Path):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 9000000 kB\nMemAvailable: 4096000 kB\n", encoding="ascii")
    container = a_container(tmp_path, memory_max=f"{2**30}\n", memory_current=f"{2**29}\n")

    assert free_mb(meminfo, tmp_path / "none") == 4000
    assert free_mb(meminfo, container) == 512
    assert free_mb(tmp_path / "none", tmp_path / "none") is None
