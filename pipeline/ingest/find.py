"""Find recordings in folders, and tell whether a file is still being written."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR
from typing import TYPE_CHECKING

from pipeline.errors import UnfinishedError, UnreachableError, UnreadableError
from pipeline.ingest.endings import (
    BROKEN_LINK,
    EMPTY_IS_UNANSWERED,
    HIDDEN,
    MIXED,
    Endings,
    read_head,
    suffix_of,
)
from pipeline.ingest.sides import SideNames, base_of, files_of_call
from pipeline.settings import IngestSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pipeline.types import Seconds

DEFAULTS = IngestSettings()


SECOND = "other side"
"""Marks the file that is read with the agent's; it is not left out."""


def ignore(_name: str, _why: str) -> None:
    """Takes what nobody asks for."""


@dataclass(frozen=True, slots=True)
class FileState:
    """Size in bytes and time of the last change in nanoseconds. Two equal states mean an unchanged
    file."""

    size: int
    changed_ns: int


def find_recordings(
    paths: Iterable[Path],
    settings: IngestSettings = DEFAULTS,
    *,
    on_error: Callable[[OSError], None] | None = None,
    on_left_out: Callable[[str, str], None] = ignore,
) -> tuple[Path, ...]:
    """Find the recordings in ``paths``: files as given, folders searched recursively and through
    links, sorted, without duplicates.

    Two files that are the sides of one call are one recording, named by the agent's file. A path
    that does not exist stays in the list, so that it is reported with the other failures.
    ``on_left_out`` gets the name and the reason, in Chinese, of every file of a folder that is not
    read. ``on_error`` is called for each folder that cannot be read; its recordings are missing from
    the result.
    """
    found: dict[Path, None] = {}
    search = _Search(settings, on_error, on_left_out)
    for path in paths:
        if _is_folder(path):
            listed: Sequence[Path] = search.below(path)
        else:
            listed = files_of_call(path, settings.sides).files[:1]
        for recording in listed:
            found.setdefault(recording)
    return tuple(found)


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises where a connection is broken


class _Search:
    """One search of folders. It enters each folder once, however many links lead to it."""

    def __init__(
        self,
        settings: IngestSettings,
        on_error: Callable[[OSError], None] | None,
        on_left_out: Callable[[str, str], None],
    ) -> None:
        self._endings, self._names = Endings.of(settings.raw), SideNames.of(settings.sides)
        self._metadata, self._sides = settings.metadata_file, settings.sides
        self._on_error, self._left_out = on_error, on_left_out
        self._entered: set[tuple[int, int]] = set()
        self._linked: set[str] = set()

    def below(self, folder: Path) -> list[Path]:
        """The recordings of a folder and of all below it."""
        listed: list[Path] = []
        waiting = [str(folder)]
        while waiting:
            place = waiting.pop()
            try:
                if not self._enter(place):
                    continue
                with os.scandir(place) as entries:
                    every = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                if self._on_error:
                    self._on_error(error)
                continue
            kinds = [self._is_folder(entry) for entry in every]
            files = [entry for entry, is_folder in zip(every, kinds, strict=True) if not is_folder]
            listed += self._recordings(place, files)
            waiting += [
                entry.path
                for entry, is_folder in zip(reversed(every), reversed(kinds), strict=True)
                if is_folder and not entry.name.startswith(".")
            ]
        return listed

    def _enter(self, place: str) -> bool:
        """Whether a folder is new to this search; a link may lead back to one above it."""
        stat = os.stat(place)  # noqa: PTH116 - as text: a folder may hold 100,000 files
        key = (stat.st_dev, stat.st_ino)
        is_new = key not in self._entered
        self._entered.add(key)
        return is_new

    def _is_folder(self, entry: os.DirEntry[str]) -> bool:
        try:
            is_folder = entry.is_dir()
        except OSError:
            return False
        if is_folder and entry.name.startswith("."):
            self._left_out(entry.name, HIDDEN)
        return is_folder

    def _recordings(self, place: str, entries: list[os.DirEntry[str]]) -> list[Path]:
        names = [entry.name for entry in entries if self._is_recording(entry)]
        present = set(names)
        beside: dict[str, str] = {}
        for name in names:
            found = self._names.partner(name, present.__contains__)
            if found and not found[1]:  # the agent's file stands for both
                beside[name] = SECOND
                beside[base_of(Path(name), self._sides) + Path(name).suffix] = MIXED
        for name in names:
            if beside.get(name) == MIXED:
                self._left_out(name, MIXED)
        return [Path(place, name) for name in names if name not in beside]

    def _is_recording(self, entry: os.DirEntry[str]) -> bool:
        if entry.name == self._metadata:
            return False
        if why := self._why_not(entry):
            self._left_out(entry.name, why)
            return False
        return not (entry.is_symlink() and self._is_known(entry.path))

    def _why_not(self, entry: os.DirEntry[str]) -> str | None:
        if entry.is_symlink() and not os.path.exists(entry.path):  # noqa: PTH110 - Path.exists raises
            return BROKEN_LINK
        if entry.name.startswith("."):
            return HIDDEN
        return self._endings.why_not(entry.name, lambda: read_head(entry.path))

    def _is_known(self, link: str) -> bool:
        """Whether another link to the same file was met before."""
        target = os.path.realpath(link)
        known = target in self._linked
        self._linked.add(target)
        return known


def read_state(path: Path, settings: IngestSettings = DEFAULTS) -> FileState:
    """Size and time of change of a call's file now; of two files their sizes together and the later
    time.

    Raises ``UnreachableError`` if a file is missing and ``UnreadableError`` if it is empty, unless
    its ending has no header: such a file is a call that nobody answered.
    """
    states = [_read_one(file) for file in files_of_call(path, settings.sides).files]
    return FileState(sum(state.size for state in states), max(state.changed_ns for state in states))


def _read_one(path: Path) -> FileState:
    try:
        stat = path.stat()
    except OSError as error:
        raise UnreachableError(
            f"{path}: {_plain(error)}; check the path and the permissions"
        ) from error
    if S_ISDIR(stat.st_mode):
        raise UnreadableError(f"{path}: is a folder, expected a recording")
    if stat.st_size == 0 and suffix_of(path.name) not in EMPTY_IS_UNANSWERED:
        raise UnreadableError(f"{path}: the file is empty (0 bytes); record or copy it again")
    return FileState(stat.st_size, stat.st_mtime_ns)


def wait_until_settled(
    path: Path,
    *,
    settle_s: Seconds,
    settings: IngestSettings = DEFAULTS,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], float] = time.time,
) -> FileState:
    """Return the state of a file that nobody has changed for ``settle_s``. Waits ``settle_s`` or
    less.

    Raises ``UnfinishedError`` if the file changed meanwhile: a recorder is still writing it.
    """
    before = read_state(path, settings)
    age_s = now() - before.changed_ns / 1e9
    if not 0 <= age_s < settle_s:
        return before
    sleep(settle_s - age_s)
    ensure_unchanged(path, before, settings)
    return before


def ensure_unchanged(path: Path, before: FileState, settings: IngestSettings = DEFAULTS) -> None:
    """Raise ``UnfinishedError`` if the file has changed, ``UnreachableError`` if it is gone."""
    if read_state(path, settings) != before:
        raise UnfinishedError(
            f"{path}: changed while it was read, so it is still being written; score it again later"
        )


def _plain(error: OSError) -> str:
    reasons: dict[type[OSError], str] = {
        FileNotFoundError: "no such file (moved or deleted?)",
        PermissionError: "no permission to read it",
    }
    return reasons.get(type(error), error.strerror or str(error))
