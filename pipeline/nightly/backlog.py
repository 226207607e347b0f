"""What a run has to do: the recordings of its folders that no run has seen as they are now."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import UnreachableError
from pipeline.ingest import (
    FileState,
    SideNames,
    count_left_out,
    files_of_call,
    find_recordings,
    list_recordings,
)
from pipeline.settings import IngestSettings
from pipeline.types import LeftOut, Seconds, Source, Url, source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from pipeline.store import Store

OTHER_SIDE_S: Seconds = 600.0
"""A file that names one side of a call waits so long for the other one: some recorders write them one
after the other (our choice)."""

DEFAULTS = IngestSettings()


@dataclass(frozen=True, slots=True)
class Backlog:
    """Recordings that no run has seen as they are now, as they were listed; ``growing``: changed so
    lately that they may still be written, or that their other side may come; ``problems``: folders
    that cannot be read; ``left_out``: files that are not read, by ending and reason."""

    new: Mapping[Source, FileState]
    growing: tuple[Source, ...]
    problems: tuple[str, ...]
    left_out: tuple[LeftOut, ...] = ()


def find_backlog(
    folders: Sequence[str],
    store: Store,
    *,
    settle_s: Seconds,
    now: float,
    ingest: IngestSettings = DEFAULTS,
) -> Backlog:
    """What is to be done. ``now``: seconds since 1970. Raises ``StoreError``."""
    known = store.files.known()
    new: dict[Source, FileState] = {}
    growing: dict[Source, FileState] = {}
    problems: list[str] = []
    named: list[tuple[str, str]] = []

    def unread(error: OSError) -> None:
        problems.append(
            f"{error.filename}: the folder cannot be read ({error.strerror}); check path and permissions"
        )

    listing = _Listing(ingest, unread, lambda name, why: named.append((name, why)))
    for folder in folders:
        try:
            for source, state in listing.each(source_of(folder)):
                if known.get(str(source), (None, None))[:2] != (state.size, state.changed_ns):
                    waits_s = listing.settles_s(source, settle_s)
                    fresh = 0 <= now - state.changed_ns / 1e9 < waits_s
                    (growing if fresh else new)[source] = state
        except UnreachableError as error:
            problems.append(str(error))
    return Backlog(new, tuple(growing), tuple(problems), count_left_out(named))


@dataclass(frozen=True, slots=True)
class _Listing:
    """How folders are listed; ``unread`` is told of folders that cannot be read, ``left_out`` of
    files that are not."""

    ingest: IngestSettings
    unread: Callable[[OSError], None]
    left_out: Callable[[str, str], None]

    def each(self, folder: Source) -> Iterable[tuple[Source, FileState]]:
        """The recordings of a folder as they are now. Raises ``UnreachableError``."""
        if isinstance(folder, Url):
            yield from list_recordings(folder, self.ingest, on_left_out=self.left_out)
            return
        if not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises where a connection is broken
            raise UnreachableError(
                f"{folder}: there is no such folder now; check the path, or the connection to it"
            )
        found = find_recordings(
            [folder], self.ingest, on_error=self.unread, on_left_out=self.left_out
        )
        for path in found:
            try:
                yield path, _state_now(path, self.ingest)
            except OSError:
                continue  # gone between the listing and now

    def settles_s(self, source: Source, settle_s: Seconds) -> Seconds:
        """How long a recording stays as it is before it is read: longer for one side of a call
        whose other file has not come yet."""
        if not SideNames.of(self.ingest.sides).is_side(source.name):
            return settle_s
        lone = isinstance(source, Path) and len(files_of_call(source, self.ingest.sides).files) == 1
        return max(settle_s, OTHER_SIDE_S) if lone else settle_s


def _state_now(path: Path, ingest: IngestSettings) -> FileState:
    """As ``read_state``, of empty files too. Raises ``OSError``."""
    stats = [file.stat() for file in files_of_call(path, ingest.sides).files]
    return FileState(sum(s.st_size for s in stats), max(s.st_mtime_ns for s in stats))
