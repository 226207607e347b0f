"""What an event says, and the key that tells it from others."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from pipeline.errors import EventError
from pipeline.store.event_agents import complete
from pipeline.types import ServiceEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlite_utils import Database

    from pipeline.types import EventLine

STORED = tuple(f.name for f in fields(ServiceEvent) if f.name not in ("id", "call_id", "result_id"))
"""The columns of an event."""

SAID = tuple(n for n in STORED if n not in ("key", "origin", "state", "actor", "at"))
"""What an event says, without how it came."""


def keyed(db: Database, line: EventLine, seen: Mapping[str, str]) -> ServiceEvent:
    """The event of a line with its key; ``seen``: the lines before it by their keys. Raises
    ``EventError`` with file and line."""
    event = complete(db, line)
    key = event.key or fingerprint(event, seen)
    if event.key and key in seen:
        named = line.call or event.key.removeprefix("id ")
        raise EventError(
            f"{line.where}: the same event ({named}) stands in {seen[key]}; keep one line of each "
            "event; nothing was imported"
        )
    return replace(event, key=key)


def fingerprint(event: ServiceEvent, seen: Mapping[str, str]) -> str:
    """A key by what the event says; the second of two equal lines of an import gets
    another."""
    said = json.dumps({n: str(getattr(event, n)) for n in SAID}, sort_keys=True)
    number = 0
    while True:
        key = hashlib.sha256(f"{said} {number}".encode()).hexdigest()
        if key not in seen:
            return key
        number += 1
