"""Find recordings in folders, and tell whether a file is still being written."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR
from typing import TYPE_CHECKING

from pipeline.errors import UnfinishedError, UnreachableError, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pipeline.types import Seconds

AUDIO_SUFFIXES = frozenset(
    [
        ".wav",
        ".mp3",
        ".ogg",
        ".oga",
        ".opus",
        ".m4a",
        ".mp4",
        ".aac",
        ".flac",
        ".wma",
        ".au",
        ".amr",
        ".gsm",
        ".g729",
        ".webm",
        ".wv",
    ]
)
"""File names that a search of a folder takes for recordings. A file named on the command line is
tried whatever its name."""


@dataclass(frozen=True, slots=True)
class FileState:
    """Size in bytes and time of the last change in nanoseconds. Two equal states mean an unchanged
    file."""

    size: int
    changed_ns: int


def find_recordings(
    paths: Iterable[Path], *, on_error: Callable[[OSError], None] | None = None
) -> tuple[Path, ...]:
    """Find the recordings in ``paths``: files as given, folders searched recursively, sorted,
    without duplicates.

    A path that does not exist stays in the list, so that it is reported with the other failures.
    Hidden files and hidden folders below a given folder are left out. ``on_error`` is called for
    each folder that cannot be read; its recordings are missing from the result.
    """
    found: dict[Path, None] = {}
    for path in paths:
        for recording in _below(path, on_error) if _is_folder(path) else [path]:
            found.setdefault(recording)
    return tuple(found)


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises where a connection is broken


def _below(folder: Path, on_error: Callable[[OSError], None] | None) -> list[Path]:
    listed: list[Path] = []
    for place, folders, files in os.walk(folder, onerror=on_error):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        listed += [
            Path(place, name)
            for name in sorted(files)
            if not name.startswith(".") and Path(name).suffix.lower() in AUDIO_SUFFIXES
        ]
    return listed


def read_state(path: Path) -> FileState:
    """Size and time of change now. Raises ``UnreachableError`` if the file is missing and
    ``UnreadableError`` if it is empty."""
    try:
        stat = path.stat()
    except OSError as error:
        raise UnreachableError(
            f"{path}: {_plain(error)}; check the path and the permissions"
        ) from error
    if S_ISDIR(stat.st_mode):
        raise UnreadableError(f"{path}: is a folder, expected a recording")
    if stat.st_size == 0:
        raise UnreadableError(f"{path}: the file is empty (0 bytes); record or copy it again")
    return FileState(stat.st_size, stat.st_mtime_ns)


def wait_until_settled(
    path: Path,
    *,
    settle_s: Seconds,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], float] = time.time,
) -> FileState:
    """Return the state of a file that nobody has changed for ``settle_s``. Waits ``settle_s`` or
    less.

    Raises ``UnfinishedError`` if the file changed meanwhile: a recorder is still writing it.
    """
    before = read_state(path)
    age_s = now() - before.changed_ns / 1e9
    if not 0 <= age_s < settle_s:
        return before
    sleep(settle_s - age_s)
    ensure_unchanged(path, before)
    return before


def ensure_unchanged(path: Path, before: FileState) -> None:
    """Raise ``UnfinishedError`` if the file has changed, ``UnreachableError`` if it is gone."""
    if read_state(path) != before:
        raise UnfinishedError(
            f"{path}: changed while it was read, so it is still being written; score it again later"
        )


def _plain(error: OSError) -> str:
    reasons: dict[type[OSError], str] = {
        FileNotFoundError: "no such file (moved or deleted?)",
        PermissionError: "no permission to read it",
    }
    return reasons.get(type(error), error.strerror or str(error))
