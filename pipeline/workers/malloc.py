"""How a worker process holds on to memory: as little as glibc lets one ask for."""

from __future__ import annotations

import ctypes

ARENA_MAX, MMAP_THRESHOLD, TRIM_THRESHOLD = -8, -3, -1
"""Parameters of glibc's ``mallopt`` (malloc.h)."""

LARGE_BYTES = 32 * 2**20
"""Blocks of this size go back to the system as soon as they are free, and so does what is free at
the end of the heap, from this size on. It is the most that glibc allows for blocks. What goes back
is cleared by the system before it can be used again: where one size is given, glibc takes 0.1 MB
for the other, and a window's states went back and forth (docs/notes/memory.md)."""


def keep_little() -> bool:
    """Have one heap for all threads, and give large blocks back at once; whether the C library
    knows how.

    A worker has one thread that calculates, so that heaps of their own gain nothing: on a call of
    three minutes a worker's peak falls from 810 to 640 MB."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):  # not glibc
        return False
    wanted = ((ARENA_MAX, 1), (MMAP_THRESHOLD, LARGE_BYTES), (TRIM_THRESHOLD, LARGE_BYTES))
    return all(mallopt(name, value) for name, value in wanted)
