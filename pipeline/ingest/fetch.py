"""A recording of a remote store as a file on this machine, with the table beside it."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from pipeline.errors import (
    CallqaError,
    SettingsError,
    UnfinishedError,
    UnreadableError,
    WorkerError,
)
from pipeline.ingest.remote_store import (
    fetch_limit_s,
    read_store_state,
    store_of,
    translated,
    within,
)
from pipeline.ingest.sides import SideNames
from pipeline.sound import nameless_file
from pipeline.types import Seconds, Source, Url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.ingest.find import FileState
    from pipeline.settings import IngestSettings

TABLES_CACHED = 4

_tables: dict[tuple[Url, FileState], bytes] = {}


@dataclass(frozen=True, slots=True)
class Clock:
    """The time in seconds since 1970, and a way to wait."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


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
        store, key = store_of(url)
    except SettingsError as error:  # known where the run began, but not on this machine
        raise WorkerError(str(error)) from error
    before = read_store_state(store, key, url)
    if before.size == 0:
        raise UnreadableError(f"{url}: the file is empty (0 bytes); record or copy it again")
    if before.changed_ns <= 0:
        clock.sleep(settle_s)  # the store gives no times: compare two sizes
    elif 0 <= clock.now() - before.changed_ns / 1e9 < settle_s:
        raise _unfinished(url)
    file = files.enter_context(nameless_file(before.size))
    with translated(url):
        within(fetch_limit_s(before.size), lambda: _copy(store, key, file))
    if (
        read_store_state(store, key, url) != before
        or os.fstat(file.fileno()).st_size != before.size
    ):
        raise _unfinished(url)
    # otherwise it would count as a fresh file and be waited for
    os.utime(file.fileno(), ns=(max(0, before.changed_ns),) * 2)
    return _linked(folder / url.name, file)


def _other_side(url: Url, settings: IngestSettings) -> Url | None:
    """The other file of a call, where it is in the store."""
    names = SideNames.of(settings.sides)
    if not names.is_side(url.name):
        return None
    store, key = store_of(url)
    place = key.rpartition("/")[0]

    def exists(name: str) -> bool:
        with translated(url):
            return bool(
                name != url.name
                and within(fetch_limit_s(), lambda: store.isfile(f"{place}/{name}"))
            )

    found = names.partner(url.name, exists)
    return Url(f"{url.parent}/{found[0]}") if found else None


def _copy(store: Any, key: str, file: IO[bytes]) -> None:
    with store.open(key, "rb") as opened:
        shutil.copyfileobj(opened, file)
    file.flush()


def _fetch_table(url: Url, folder: Path, files: ExitStack) -> None:
    """Fetch the metadata table beside a recording, if there is one.

    It is cached until it changes, since every call needs it.
    """
    store, key = store_of(url)
    with translated(url):
        store.invalidate_cache()
        if not within(fetch_limit_s(), lambda: store.exists(key)):
            return
    state = read_store_state(store, key, url)
    if (url, state) not in _tables:
        with translated(url):
            data = within(fetch_limit_s(state.size), lambda: store.cat_file(key))
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


def _unfinished(url: Url) -> UnfinishedError:
    return UnfinishedError(
        f"{url}: changed while it was read, so it is still being written; score it again later"
    )
