"""A difference between the database and its ledger."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """A difference between the database and the ledger."""

    subject: str
    what: str
