"""What waits for its second step for some minutes, in the server's memory."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field

from pipeline.types import Seconds

PENDING_S: Seconds = 300.0
"""The time between the password and the code, and between the picture and its first code (our
choice)."""

MOST_PENDING = 1000
"""Of each; beyond, the oldest are forgotten."""


@dataclass(frozen=True, slots=True)
class HalfWay:
    """Somebody whose password was right and whose code is missing. ``password``: the hash that it
    fitted; ``then``, ``kept``: as at the log-in."""

    user: str
    password: str = field(repr=False)
    then: str = "/"
    kept: str = ""


class Waiting:
    """What waits for its second step for some minutes, in the server's memory: after a restart the
    user begins again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[str, tuple[HalfWay, Seconds]] = {}

    def put(self, one: HalfWay, *, now: float, key: str = "") -> str:
        """Keep something under a key, by default a random one, which is returned."""
        key = key or secrets.token_urlsafe(32)
        with self._lock:
            self._found.pop(key, None)
            for old in [one for one, (_, until) in self._found.items() if until < now]:
                del self._found[old]
            while len(self._found) >= MOST_PENDING:
                del self._found[next(iter(self._found))]
            self._found[key] = (one, now + PENDING_S)
        return key

    def find(self, key: str, *, now: float) -> HalfWay | None:
        """What is under a key and not too old."""
        with self._lock:
            found = self._found.get(key)
        return found[0] if found and now <= found[1] else None

    def end(self, key: str) -> HalfWay | None:
        """Take what is under a key away; ``None`` where somebody else has."""
        with self._lock:
            found = self._found.pop(key, None)
        return found[0] if found else None
