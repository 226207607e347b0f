"""The clock of a run."""

from __future__ import annotations

from datetime import UTC, date, datetime


def now() -> str:
    """This moment, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def today() -> date:
    """The day in this machine's time zone."""
    return datetime.now().date()
