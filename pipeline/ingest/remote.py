"""Recordings in object stores and on file servers, by fsspec: list them, and fetch one as a local
file.

The protocols depend on the packages installed beside callqa (s3fs for ``s3://``, ossfs for
``oss://`` …). Keys and addresses of servers come from fsspec's own settings (``FSSPEC_S3_KEY`` …),
never from a URL.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from pipeline.errors import (
    CallqaError,
    SettingsError,
    UnfinishedError,
    UnreachableError,
    UnreadableError,
    WorkerError,
)
from pipeline.ingest.endings import HIDDEN, Endings
from pipeline.ingest.find import DEFAULTS, FileState, ignore
from pipeline.ingest.sides import SideNames
from pipeline.sound import nameless_file
from pipeline.types import Seconds, Source, Url, load_extra, source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.settings import IngestSettings

FETCH_LEAST_S: Seconds = 60.0
FETCH_BYTES_PER_S = 2000.0
"""A recording must arrive within a minute and a second for each two thousand bytes.

That is half of the time its call may take in all (``pipeline.nightly.run``). So a store that hangs
counts as a store out of reach, and not as a recording that took too long.
"""

LIST_S: Seconds = 3600.0
"""Limit for one listing. Our choice: S3 gives 1000 names a request, so this is enough for
millions."""

CHANGED_KEYS = ("LastModified", "last_modified", "mtime", "modified", "updated", "created")
"""Keys under which implementations of fsspec give the time of the last change."""

MARK_KEYS = ("ETag", "etag", "md5", "checksum")
TABLES_CACHED = 4

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Clock:
    """The time in seconds since 1970, and a way to wait."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


def check_folders(folders: Sequence[str]) -> None:
    """Raise ``SettingsError`` for a URL that holds a password or has a protocol unknown here."""
    for folder in folders:
        if isinstance(url := source_of(folder), Url):
            if urlsplit(folder).password:
                raise SettingsError(
                    f"[nightly] folders: the URL of {urlsplit(folder).hostname} holds a password, which reports would show; "
                    "put it into fsspec's settings (docs/nightly.md)"
                )
            _store_of(url)


def list_recordings(
    folder: Url,
    settings: IngestSettings = DEFAULTS,
    *,
    on_left_out: Callable[[str, str], None] = ignore,
) -> tuple[tuple[Url, FileState], ...]:
    """The recordings below a URL with size and time of change, sorted. Two files of one call are
    one recording. ``on_left_out``: see ``find_recordings``; the files are told by their endings.

    Raises ``UnreachableError`` if the store does not answer or nothing is at the URL.
    """
    store, root = _store_of(folder)
    with _translated(folder):
        store.invalidate_cache()
        found = _within(LIST_S, lambda: store.find(root, detail=True))
        if not found and not store.exists(root):
            raise FileNotFoundError
    endings, names = Endings.of(settings.raw), SideNames.of(settings.sides)
    listed: dict[str, FileState] = {}
    for key, info in sorted(found.items()):
        name = PurePosixPath(key).name
        why = HIDDEN if _is_hidden(key, root) else endings.why_not(name, bytes)
        if why is None:
            listed[key] = _state(info)
        elif name != settings.metadata_file:
            on_left_out(name, why)
    calls = []
    for key, state in listed.items():
        place, _, name = key.rpartition("/")
        side = names.partner(name, lambda other, place=place: f"{place}/{other}" in listed)  # type: ignore[misc]
        if side is None:
            calls.append((Url(store.unstrip_protocol(key)), state))
        elif side[1]:
            other = listed[f"{place}/{side[0]}"]
            calls.append((Url(store.unstrip_protocol(key)), _joint(state, other)))
    return tuple(calls)


def _joint(one: FileState, other: FileState) -> FileState:
    return FileState(one.size + other.size, max(one.changed_ns, other.changed_ns))


@contextmanager
def at_hand(source: Source, settings: IngestSettings, *, clock: Clock = Clock()) -> Iterator[Path]:
    """Give a path at which the recording can be read, with the metadata table beside it.

    A local file is given as it is, any other source is fetched. A fetched file has no name on the
    disk but a link, so it disappears with this process, however the process ends. Errors name the
    URL. Raises ``UnreachableError`` if it cannot be fetched, ``UnfinishedError`` if it is still
    being written, ``UnreadableError`` if it is empty, ``WorkerError`` if this machine cannot read
    the protocol.
    """
    if isinstance(source, Path):
        yield source
        return
    with tempfile.TemporaryDirectory(prefix="callqa-") as folder, ExitStack() as files:
        path = _fetch(source, Path(folder), files, settings.settle_s, clock)
        other = _other_side(source, settings)
        if other is not None:
            _fetch(other, Path(folder), files, settings.settle_s, clock)
        _fetch_table(Url(f"{source.parent}/{settings.metadata_file}"), Path(folder), files)
        try:
            yield path
        except CallqaError as error:
            raise type(error)(str(error).replace(folder, str(source.parent))) from error


def _fetch(url: Url, folder: Path, files: ExitStack, settle_s: Seconds, clock: Clock) -> Path:
    try:
        store, key = _store_of(url)
    except (
        SettingsError
    ) as error:  # the protocol is known where the run began, but not on this machine
        raise WorkerError(str(error)) from error
    before = _read_state(store, key, url)
    if before.size == 0:
        raise UnreadableError(f"{url}: the file is empty (0 bytes); record or copy it again")
    if before.changed_ns <= 0:
        clock.sleep(settle_s)  # the store gives no times: compare two sizes
    elif 0 <= clock.now() - before.changed_ns / 1e9 < settle_s:
        raise _unfinished(url)
    file = files.enter_context(nameless_file(before.size))
    with _translated(url):
        _within(FETCH_LEAST_S + before.size / FETCH_BYTES_PER_S, lambda: _copy(store, key, file))
    if _read_state(store, key, url) != before or os.fstat(file.fileno()).st_size != before.size:
        raise _unfinished(url)
    os.utime(
        file.fileno(), ns=(max(0, before.changed_ns),) * 2
    )  # otherwise it would count as a fresh file and be waited for
    return _linked(folder / url.name, file)


def _other_side(url: Url, settings: IngestSettings) -> Url | None:
    """The other file of a call, where it is in the store."""
    names = SideNames.of(settings.sides)
    if not names.is_side(url.name):
        return None
    store, key = _store_of(url)
    place = key.rpartition("/")[0]

    def exists(name: str) -> bool:
        with _translated(url):
            return bool(
                name != url.name and _within(FETCH_LEAST_S, lambda: store.isfile(f"{place}/{name}"))
            )

    found = names.partner(url.name, exists)
    return Url(f"{url.parent}/{found[0]}") if found else None


def _copy(store: Any, key: str, file: IO[bytes]) -> None:
    with store.open(key, "rb") as opened:
        shutil.copyfileobj(opened, file)
    file.flush()


_tables: dict[tuple[Url, FileState], bytes] = {}


def _fetch_table(url: Url, folder: Path, files: ExitStack) -> None:
    """Fetch the metadata table beside a recording, if there is one.

    It is cached until it changes, since every call needs it.
    """
    store, key = _store_of(url)
    with _translated(url):
        store.invalidate_cache()
        if not _within(FETCH_LEAST_S, lambda: store.exists(key)):
            return
    state = _read_state(store, key, url)
    if (url, state) not in _tables:
        with _translated(url):
            data = _within(
                FETCH_LEAST_S + state.size / FETCH_BYTES_PER_S, lambda: store.cat_file(key)
            )
        while len(_tables) >= TABLES_CACHED:
            del _tables[next(iter(_tables))]
        _tables[url, state] = data
    file = files.enter_context(nameless_file(state.size))
    file.write(_tables[url, state])
    file.flush()
    _linked(folder / url.name, file)


def _linked(path: Path, file: IO[bytes]) -> Path:
    path.symlink_to(f"/proc/self/fd/{file.fileno()}")
    return path


def _store_of(url: Url) -> tuple[Any, str]:
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


def _read_state(store: Any, key: str, url: Url) -> FileState:
    with _translated(url):
        store.invalidate_cache()
        return _state(_within(FETCH_LEAST_S, lambda: store.info(key)))


def _state(info: dict[str, Any]) -> FileState:
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


def _is_hidden(key: str, root: str) -> bool:
    return any(part.startswith(".") for part in key.removeprefix(root).split("/"))


def _unfinished(url: Url) -> UnfinishedError:
    return UnfinishedError(
        f"{url}: changed while it was read, so it is still being written; score it again later"
    )


@contextmanager
def _translated(url: Url) -> Iterator[None]:
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


def _within(limit_s: Seconds, work: Callable[[], T]) -> T:
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
