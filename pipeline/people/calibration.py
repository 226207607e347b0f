"""Calibration: several reviewers judge the same calls without the opinions of the others or the
machine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CalibrationCall:
    """A call to be judged, by the machine's result."""

    sha256: str
    result_id: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """A round of judging. Times are UTC, ISO 8601; ``closed_at`` ``None``: the round is open, and
    nobody sees the points of others."""

    id: int
    title: str
    made_by: str
    made_at: str
    closed_at: str | None
    calls: tuple[CalibrationCall, ...]
    reviewers: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class Grade:
    """The points that a reviewer gave an item of the sheet for a call."""

    sha256: str
    reviewer: str
    item: str
    points: float
