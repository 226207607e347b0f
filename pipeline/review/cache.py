"""Figures over many calls, cached for a few minutes: a month of 50 000 calls takes seconds to
count."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar

CACHED_S = 300.0
MOST = 200

Value = TypeVar("Value")


@dataclass
class FigureCache:
    """``clock``: seconds since 1970. Two requests for the same figure wait for one count."""

    clock: Callable[[], float]
    _values: dict[Hashable, tuple[float, Any]] = field(default_factory=dict)
    _locks: dict[Hashable, threading.Lock] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def get(
        self, key: Hashable, make: Callable[[], Value], *, max_age_s: float = CACHED_S
    ) -> tuple[Value, float]:
        """The value that ``make`` gave for this key in the last ``max_age_s`` seconds, and the
        moment at which it did."""
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            entry = self._values.get(key)
            if entry is None or self.clock() - entry[0] > max_age_s:
                entry = (self.clock(), make())
                self._store(key, entry)
            return entry[1], entry[0]

    def forget(self) -> None:
        """Count all figures again when they are next wanted."""
        with self._guard:
            self._values.clear()

    def _store(self, key: Hashable, entry: tuple[float, Any]) -> None:
        with self._guard:
            self._values[key] = entry
            if len(self._values) > MOST:
                oldest = min(self._values, key=lambda one: self._values[one][0])
                del self._values[oldest]
                self._locks.pop(oldest, None)
