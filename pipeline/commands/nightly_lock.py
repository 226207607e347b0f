"""The locks of a database: one run, or one change of the whole file, at a time, and one listener."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from filelock import FileLock, Timeout

from pipeline.commands.language import tr
from pipeline.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

BUSY = 75
"""Another process holds the lock (EX_TEMPFAIL)."""


@contextmanager
def nightly_lock(db: Path) -> Iterator[None]:
    """Only one run at a time on one database; the system frees the lock of a run that was
    killed."""
    path = Path(f"{db}.lock")
    with _held(path, tr(f"another run holds {path}; it is left to its work")):
        yield


@contextmanager
def live_lock(db: Path) -> Iterator[None]:
    """Only one ``callqa live`` at a time on one database: two would raise each alarm twice."""
    path = Path(f"{db}.live.lock")
    with _held(path, tr(f"another callqa live holds {path}; one is enough")):
        yield


@contextmanager
def no_listener(db: Path) -> Iterator[None]:
    """No ``callqa live`` on a database whose file is exchanged: it would write into the old one."""
    path = Path(f"{db}.live.lock")
    with _held(path, tr(f"callqa live holds {path}; stop it and run again")):
        yield


@contextmanager
def _held(path: Path, busy: str) -> Iterator[None]:
    """Hold a lock; where another process does, say ``busy`` and end."""
    lock = FileLock(path, timeout=0)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        click.echo(f"callqa: {busy}", err=True)
        sys.exit(BUSY)
    except (OSError, NotImplementedError) as error:
        raise StoreError(
            f"{path}: cannot be written ({error}); the database needs a folder on a local disk that callqa may write in"
        ) from error
    try:
        yield
    finally:
        lock.release()
