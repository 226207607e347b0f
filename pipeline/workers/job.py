"""A recording for a worker, and the time that it may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipeline.types import Seconds, Source

LIMIT_LEAST_S: Seconds = 120.0
LIMIT_BYTES_PER_S = 1000.0
"""A call may take two minutes and a second for each thousand bytes: of the thriftiest recordings
(MP3 of 16 kbit/s) that is twice their own length, forty times what scoring takes (our choice)."""


@dataclass(frozen=True, slots=True)
class Job:
    """A recording to score: its content's ``sha256``, empty where only a worker fetches it, and the
    time it may take."""

    path: Source
    sha256: str
    size: int
    changed_ns: int
    limit_s: Seconds


def limit_for(size_bytes: int, least_s: Seconds = LIMIT_LEAST_S) -> Seconds:
    """How long a call of this size may take.

    >>> limit_for(300_000), limit_for(300_000, 600.0)
    (420.0, 900.0)
    """
    return least_s + size_bytes / LIMIT_BYTES_PER_S
