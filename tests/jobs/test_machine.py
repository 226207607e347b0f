from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.jobs import machine as module
from pipeline.jobs.machine import Machine, check_machine, fitting, look_at_machine
from pipeline.settings import NightlySettings, RecogniserSettings, Settings


def kernel(folder: Path, *, flags: str = "", free_kb: int = 0, limit: str = "max") -> Machine:
    proc, sys = folder / "proc", folder / "sys"
    (sys / "fs/cgroup").mkdir(parents=True)
    proc.mkdir()
    (proc / "cpuinfo").write_text(f"processor : 0\nflags : fpu {flags}\n")
    (proc / "meminfo").write_text(f"MemTotal: 99 kB\nMemAvailable:   {free_kb} kB\n")
    (sys / "fs/cgroup/memory.max").write_text(f"{limit}\n")
    return look_at_machine(proc, sys)


def test_instructions_and_free_memory_are_those_that_the_kernel_tells(tmp_path: Path):
    found = kernel(tmp_path, flags="avx2 avx512_vnni sse", free_kb=4096 * 1024)

    assert (found.flags, found.memory_mb) == (("avx2", "avx512_vnni"), 4096)


def test_the_limit_of_a_container_counts_where_it_is_lower(tmp_path: Path):
    assert kernel(tmp_path, free_kb=4096 * 1024, limit=str(2 << 30)).memory_mb == 2048


def test_a_kernel_that_says_nothing_is_no_fault(tmp_path: Path):
    found = look_at_machine(tmp_path / "none", tmp_path / "none")

    assert (found.flags, found.memory_mb) == ((), 0)


def test_more_memory_lets_larger_models_fit_and_more_workers_smaller_ones():
    large = Machine(4, (), 12_000, 0)

    assert [name for name, _ in fitting(large, 2)] == ["base", "small", "medium", "large-v3"]
    assert [name for name, _ in fitting(large, 4)] == ["base", "small", "medium"]
    assert fitting(replace(large, memory_mb=600), 1) == ()


def test_workers_that_the_memory_does_not_hold_are_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "look_at_machine", lambda: Machine(2, (), 1000, 0))
    settings = Settings(nightly=NightlySettings(workers=2))

    with pytest.raises(RuntimeError, match=r"2 workers with base need about 1\.4 GiB"):
        check_machine(settings)
    assert "no model fits 2 workers" in check_machine(
        replace(settings, recogniser=RecogniserSettings(device="cuda"))
    )
