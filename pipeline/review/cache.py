"""Figures over many calls, kept for a few minutes: a month of 50 000 calls takes seconds to
count."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

KEPT_S = 300.0
MOST = 200

Value = TypeVar("Value")


@dataclass
class Kept:
    """``clock``: seconds since 1970. Two who ask for the same at once wait for one count."""

    clock: Callable[[], float]
    _values: dict[Hashable, tuple[float, Any]] = field(default_factory=dict)
    _locks: dict[Hashable, threading.Lock] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def get(
        self, key: Hashable, make: Callable[[], Value], *, kept_s: float = KEPT_S
    ) -> tuple[Value, float]:
        """What ``make`` gave for this key in the last ``kept_s`` seconds, and when that was."""
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            found = self._values.get(key)
            if found is None or self.clock() - found[0] > kept_s:
                found = (self.clock(), make())
                self._keep(key, found)
            return found[1], found[0]

    def _keep(self, key: Hashable, found: tuple[float, Any]) -> None:
        with self._guard:
            self._values[key] = found
            if len(self._values) > MOST:
                oldest = min(self._values, key=lambda one: self._values[one][0])
                del self._values[oldest]
                self._locks.pop(oldest, None)
