"""A store of recordings by fsspec: the state of its files, its errors as ours, a limit of time."""

from __future__ import annotations

import hashlib
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from pipeline.errors import CallqaError, SettingsError, UnreachableError
from pipeline.ingest.find import FileState
from pipeline.types import Seconds, Url, load_extra

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FETCH_LEAST_S: Seconds = 60.0
FETCH_BYTES_PER_S = 2000.0
"""A recording must arrive within a minute and a second for each two thousand bytes.

That is half of the time its call may take in all (``pipeline.workers.job``). So a store that hangs
counts as a store out of reach, and not as a recording that took too long.
"""

CHANGED_KEYS = ("LastModified", "last_modified", "mtime", "modified", "updated", "created")
"""Keys under which implementations of fsspec give the time of the last change."""

MARK_KEYS = ("ETag", "etag", "md5", "checksum")


T = TypeVar("T")


def fetch_limit_s(size_bytes: int = 0) -> Seconds:
    """How long a store may take to give so many bytes, or to answer."""
    return FETCH_LEAST_S + size_bytes / FETCH_BYTES_PER_S


def store_of(url: Url) -> tuple[Any, str]:
    """The file system and the name in it. Raises ``SettingsError`` for an unknown protocol."""
    fsspec = load_extra("fsspec", extra="nightly", use=str(url))
    try:
        store, key = fsspec.core.url_to_fs(str(url))
    except (ImportError, ValueError) as error:
        raise SettingsError(
            f"{url}: cannot be read here ({error}); install the package for it (pip install 'callqa[s3]' for s3://, "
            "ossfs for oss://, webdav4 for webdav://)"
        ) from error
    return store, str(key)


def read_store_state(store: Any, key: str, url: Url) -> FileState:
    """Size and time of change of a file as the store has it now. Raises ``UnreachableError``."""
    with translated(url):
        store.invalidate_cache()
        return state_in(within(fetch_limit_s(), lambda: store.info(key)))


def state_in(info: dict[str, Any]) -> FileState:
    """Size and time of change. If a store gives no times, ``changed_ns`` is a negative number made
    from its content hash, or 0."""
    changed = next(
        (at for name in CHANGED_KEYS if (at := _seconds(info.get(name))) is not None), None
    )
    if changed is not None:
        return FileState(int(info.get("size") or 0), int(changed * 1_000_000) * 1000)
    mark = next((str(info[name]) for name in MARK_KEYS if info.get(name)), "")
    number = int(hashlib.sha256(mark.encode()).hexdigest()[:15], 16) + 1 if mark else 0
    return FileState(int(info.get("size") or 0), -number)


def _seconds(value: object) -> float | None:
    """A time, in any form that implementations give, as seconds since 1970; ``None`` for any other
    value."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    return float(value) if isinstance(value, int | float) and value > 0 else None


@contextmanager
def translated(url: Url) -> Iterator[None]:
    """Translate every error of a store into ``UnreachableError``: each implementation has errors of
    its own."""
    try:
        yield
    except (CallqaError, MemoryError):
        raise
    except FileNotFoundError as error:
        raise UnreachableError(
            f"{url}: is not there now; check the address, or who moves recordings"
        ) from error
    except Exception as error:
        message = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UnreachableError(
            f"{url}: cannot be reached ({message}); check the store and the way to it"
        ) from error


def within(limit_s: Seconds, work: Callable[[], T]) -> T:
    """Return the value of ``work``. Raises ``TimeoutError`` after the limit; the waiting thread is
    left running."""
    done: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(limit_s)
    if failed:
        raise failed[0]
    if not done:
        raise TimeoutError(f"no answer within {limit_s:.0f} s")
    return done[0]
