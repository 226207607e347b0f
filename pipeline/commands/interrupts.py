"""Ctrl+C and SIGTERM in long work: what was done is kept, then the command ends."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType
    from typing import Self

SIGNALS = (signal.SIGINT, signal.SIGTERM)

T = TypeVar("T")


class Interrupts:
    """While it is entered, the first signal sets ``stop``; a second one ends the command at once.

    ``number``: the signal that came, ``None`` for none."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.number: int | None = None
        self._breaks = False

    @property
    def exit_code(self) -> int | None:
        """As a shell gives it for a process that a signal ended."""
        return None if self.number is None else 128 + self.number

    def __enter__(self) -> Self:
        self._before = {number: signal.getsignal(number) for number in SIGNALS}
        for number in SIGNALS:
            signal.signal(number, self._receive)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def until(self, items: Iterator[T]) -> Iterator[T]:
        """The items up to a signal. The work on the next one is broken off, and never what is done
        with an item."""
        while not self.stop.is_set():
            try:
                with self._breaking():
                    item = next(items)
            except (StopIteration, _Broken):
                return
            yield item

    @contextmanager
    def _breaking(self) -> Iterator[None]:
        self._breaks = True
        try:
            yield
        finally:
            self._breaks = False

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        if self.stop.is_set():
            raise KeyboardInterrupt
        self.number = number
        self.stop.set()
        if self._breaks:
            raise _Broken


class _Broken(BaseException):
    """A signal came in work that may be broken off."""
