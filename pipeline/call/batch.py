"""Many calls one after the other: none stops the others."""

from __future__ import annotations

import logging
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from pipeline.call.recording import CheckedCall, check_call
from pipeline.errors import CallqaError, ServerAwayError
from pipeline.types import Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pipeline.call.checker import Checker
    from pipeline.call.listen import StageTimer

log = logging.getLogger(__name__)

T = TypeVar("T")


def check_calls(
    paths: Iterable[Path],
    checker: Checker,
    *,
    find_known: Callable[[Path], CheckedCall | None] = lambda _: None,
    timer: StageTimer = lambda _: nullcontext(),
) -> Iterator[tuple[Path, CheckedCall | Failure]]:
    """Each path with its checked call, or with why it failed. No recording stops the others; a
    speech server that is away does (``ServerAwayError``).
    ``find_known``: gives a call that need not be checked again."""

    def check(path: Path) -> CheckedCall:
        return find_known(path) or check_call(path, checker, timer=timer)

    for path in paths:
        yield path, result_or_failure(path, partial(check, path))


def result_or_failure(
    path: Path, work: Callable[[], T], *, passing: tuple[type[Exception], ...] = ()
) -> T | Failure:
    """What ``work`` returns, or the failure that it ended in. What nobody foresaw is logged with
    its trace. Errors of the kinds ``passing`` are raised, and ``ServerAwayError``: no other recording
    fares better."""
    raised: tuple[type[Exception], ...] = (*passing, ServerAwayError)
    try:
        return work()
    except raised:
        raise
    except CallqaError as error:
        return Failure(str(path), str(error))
    except Exception as error:
        log.debug("unforeseen failure of %s", path, exc_info=True)
        return Failure(
            str(path), f"{path}: unforeseen {type(error).__name__}: {error}; run again with --debug"
        )
