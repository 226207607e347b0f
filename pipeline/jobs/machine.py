"""What this machine has for a recogniser, and which model would fit it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.weights import BASE_BYTES, find_model, model_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.settings import Settings

FLAGS = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8", "asimddp", "i8mm")
"""Instructions that int8 models are faster with, x86 and Arm, by their names in /proc/cpuinfo."""

BASE_SHARE = 0.121
"""CPU time of ``base`` as a share of the audio's: docs/performance.md, one core, AVX2, no VNNI."""

BASE_WORKER_MB = 700
"""Memory of a worker with ``base`` in a call: 605 to 692 MB (docs/performance.md)."""

LOADING = 1.5
"""A model takes its file while it is loaded, and half of it as int8 afterwards (our estimate)."""

MODELS_MB = {"base": 145, "small": 484, "medium": 1528, "large-v3": 3087}
"""Sizes of faster-whisper's models, float16."""


@dataclass(frozen=True, slots=True)
class Machine:
    """``memory_mb``: what programs may still take; ``gpus``: that CTranslate2 can use."""

    cores: int
    flags: tuple[str, ...]
    memory_mb: int
    gpus: int


def look_at_machine(proc: Path = Path("/proc"), sys: Path = Path("/sys")) -> Machine:
    """This machine, as its kernel tells; a container's limit of memory counts. 0 MB where the
    kernel does not say."""
    import ctranslate2  # noqa: PLC0415 - a tenth of a second, for the doctor only

    words = set(_read(proc / "cpuinfo").lower().split())
    free = re.search(r"MemAvailable:\s+(\d+) kB", _read(proc / "meminfo"))
    limit = _read(sys / "fs/cgroup/memory.max").strip()
    known = [int(free[1]) // 1024] if free else []
    known += [int(limit) >> 20] if limit.isdigit() else []
    return Machine(
        cores=len(os.sched_getaffinity(0)),
        flags=tuple(flag for flag in FLAGS if flag in words),
        memory_mb=min(known, default=0),
        gpus=ctranslate2.get_cuda_device_count(),
    )


def describe(machine: Machine) -> str:
    """One line of what is there.

    >>> describe(Machine(2, ("avx2",), 3900, 0))
    '2 cores (avx2), 3.8 GiB of memory free, no GPU'
    """
    flags = ", ".join(machine.flags) or "none of the instructions that int8 is fast with"
    gpus = f'{machine.gpus} GPU (device = "cuda")' if machine.gpus else "no GPU"
    return f"{machine.cores} cores ({flags}), {machine.memory_mb / 1024:.1f} GiB of memory free, {gpus}"


def needed_mb(file_bytes: int) -> int:
    """Memory of one worker with a model of that file; measured for ``base``, estimated for others.

    >>> needed_mb(BASE_BYTES), needed_mb(484 * 2**20)
    (700, 1218)
    """
    return BASE_WORKER_MB + max(0, int(LOADING * (file_bytes - BASE_BYTES)) >> 20)


def fitting(machine: Machine, workers: int) -> tuple[tuple[str, float], ...]:
    """Models for whose ``workers`` there is memory, with the estimated time of one core as a share
    of the audio's.

    >>> [(name, round(share, 2)) for name, share in fitting(Machine(2, (), 3900, 0), 2)]
    [('base', 0.13), ('small', 0.42)]
    """
    return tuple(
        (name, BASE_SHARE * size * 2**20 / BASE_BYTES)
        for name, size in MODELS_MB.items()
        if workers * needed_mb(size * 2**20) <= machine.memory_mb
    )


def check_machine(settings: Settings) -> str:
    """What is there, and which models would fit. Raises ``RuntimeError`` where the chosen model's
    workers need more memory than there is, and ``ModelError``."""
    machine = look_at_machine()
    workers = settings.nightly.workers or machine.cores
    needed = workers * needed_mb(model_bytes(find_model(settings.site.model)))
    if settings.recogniser.device == "cpu" and 0 < machine.memory_mb < needed:
        raise RuntimeError(
            f"{describe(machine)}; {workers} workers with {settings.site.model} need about {needed / 1024:.1f} GiB"
        )
    return f"{describe(machine)}; {_advice(fitting(machine, workers), workers)}"


def _advice(models: Sequence[tuple[str, float]], workers: int) -> str:
    if not models:
        return f"no model fits {workers} workers"
    shown = ", ".join(f"{name} ({share:.2f} of the audio's time a core)" for name, share in models)
    return f"fit {workers} workers: {shown}; times are estimates for AVX2"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
