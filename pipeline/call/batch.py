"""Many calls: one after the other, past those that fail."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path

from pipeline.call.check import CheckedCall, Checker, check_call
from pipeline.call.listen import StageTimer
from pipeline.errors import CallqaError
from pipeline.types import Failure

log = logging.getLogger(__name__)

Outcome = CheckedCall | Failure


def check_calls(
    paths: Iterable[Path], checker: Checker, *, timer: StageTimer = lambda _: nullcontext()
) -> Iterator[tuple[Path, Outcome]]:
    """Each path with its checked call, or with why it failed. No recording stops the others."""
    for path in paths:
        yield path, guarded(path, lambda at=path: check_call(at, checker, timer=timer))  # type: ignore[misc]


def guarded(path: Path, work: Callable[[], CheckedCall]) -> Outcome:
    """What ``work`` returns, or the failure that it ended in. What nobody foresaw is logged with its trace."""
    try:
        return work()
    except CallqaError as error:
        return Failure(str(path), str(error))
    except Exception as error:
        log.debug("unforeseen failure of %s", path, exc_info=True)
        return Failure(str(path), f"{path}: unforeseen {type(error).__name__}: {error}; run again with --debug")
