"""Searches with regular expressions that a site wrote: one that never ends is stopped.

What counts is the processor time of the search alone. ``regex`` counts that of the whole process,
and goes on while nobody asks for the next match: beside a recogniser or other requests a good
expression would be refused, and its call with it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

import regex

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.types import Seconds

Found = TypeVar("Found")

LONGEST_S: Seconds = 60.0
"""No search goes on while the process does this much, however little of it was its own."""

SURE = 0.9
"""Share of the limit after which a search that was stopped has had its time (our choice): the
clock that stops it is not the one that counts."""


def find_all(expression: str, text: str, limit_s: Seconds) -> list[regex.Match[str]]:
    """All matches in order. Raises ``TimeoutError`` after ``limit_s`` of the processor."""
    return _stopped(lambda left: list(regex.finditer(expression, text, timeout=left)), limit_s)


def is_found(expression: str, text: str, limit_s: Seconds) -> bool:
    """Raises ``TimeoutError`` after ``limit_s`` of the processor."""
    return _stopped(lambda left: regex.search(expression, text, timeout=left), limit_s) is not None


def _stopped(search: Callable[[Seconds], Found], limit_s: Seconds) -> Found:
    """What a search finds that is given its longest time. It is made again with twice as much as
    long as it was stopped for what other threads did."""
    allowed_s = limit_s
    while True:
        began = time.thread_time()
        try:
            return search(allowed_s)
        except TimeoutError:
            if time.thread_time() - began >= limit_s * SURE or allowed_s >= LONGEST_S:
                raise
        allowed_s = min(allowed_s * 2, LONGEST_S)
