"""One thread for numpy's matrices while a call is checked.

They are small: with a thread for each core they are multiplied no sooner, and threads that wait for
each other take processor time from the workers beside them. Sums are rounded as they are divided
among threads, so that with one thread a result does not depend on the number of cores.
"""

from __future__ import annotations

import sys
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from threadpoolctl import ThreadpoolController

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")


def in_one_thread(work: Callable[P, T]) -> Callable[P, T]:
    """``work`` as it is, but while it runs numpy multiplies in one thread, in the whole process."""

    @wraps(work)
    def alone(*args: P.args, **options: P.kwargs) -> T:
        with _pools(len(sys.modules)).limit(limits=1, user_api="blas"):
            return work(*args, **options)

    return alone


@lru_cache(maxsize=1)
def _pools(_modules: int) -> ThreadpoolController:
    """The libraries that have threads; looking for them takes 11 ms. They are looked for again where
    modules were loaded since: ``scipy.linalg`` brings one of its own."""
    return ThreadpoolController()
