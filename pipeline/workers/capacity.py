"""How many worker processes this machine has room for."""

from __future__ import annotations

import os
from pathlib import Path

WORKER_MB = 700
"""Memory of one worker with its model and a call of some minutes: the peak on three minutes of two
channels (docs/performance.md)."""

CGROUP = Path("/sys/fs/cgroup")
"""Where a container finds its limits (cgroup v2)."""

MEMINFO = Path("/proc/meminfo")


def count_workers(wanted: int = 0, *, most: int | None = None) -> int:
    """``wanted`` processes, or for 0 one a core that this process may use, as far as free memory
    goes; at least one, and at most ``most``."""
    number = wanted or min(count_cores(), (free_mb() or WORKER_MB * count_cores()) // WORKER_MB)
    return max(1, number if most is None else min(number, most))


def count_cores(cgroup: Path = CGROUP) -> int:
    """Cores that this process may use, whole ones; a container's quota of processor time counts."""
    cores = len(os.sched_getaffinity(0))
    quota, _, period = _read(cgroup / "cpu.max").partition(" ")
    if quota.isdigit() and period.strip().isdigit() and int(period):
        cores = min(cores, int(quota) // int(period))
    return max(1, cores)


def free_mb(meminfo: Path = MEMINFO, cgroup: Path = CGROUP) -> int | None:
    """Memory that a new process can have, in MB, within a container's limit; ``None`` where the
    system does not say."""
    found = [
        int(line.split()[1]) // 1024
        for line in _read(meminfo).splitlines()
        if line.startswith("MemAvailable:")
    ]
    limit, used = _read(cgroup / "memory.max").strip(), _read(cgroup / "memory.current").strip()
    if limit.isdigit() and used.isdigit():
        found.append(max(0, int(limit) - int(used)) // 2**20)
    return min(found, default=None)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""
