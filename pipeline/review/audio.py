"""The sound of calls for browsers: copies made once from the recordings, and the outline of their
loudness."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from pipeline.errors import RecordingError, StoreError
from pipeline.ingest import decode_files, digest_of_sides
from pipeline.privacy import beep_channels
from pipeline.report import make_playback
from pipeline.settings import IngestSettings
from pipeline.store import DatabaseKey, database_key, decrypt_pieces, encrypt_bytes
from pipeline.types import SAMPLE_RATE, TEXT_CODEC, Recording, Seconds, Series, Span

MOST_BYTES = 2 * 1024**3
"""The most bytes of copies; those that were not played for longest go first (our choice: some 1000 hours of two channels)."""

BARS = 1200
"""Stretches of the outline, about one for each pixel of a small screen."""

AT_ONCE = 2
"""Recordings that are decoded at once: an hour of two channels takes some 700 MB meanwhile."""

HEARD_AGAIN_S: Seconds = 600.0
"""The ledger has one entry where a session listens to a call again within ten minutes (our
choice)."""

Silent: TypeAlias = Literal["no sound", "gone", "changed", "damaged"]
REASONS: dict[Silent, str] = {
    "no sound": "这通是导入的文字记录，没有录音。",
    "gone": "录音文件已不在原处，无法播放；其余内容可以照常复核。",
    "changed": "录音文件的内容已被改动，与评分时不符，不予播放。",
    "damaged": "录音文件无法解码，不能播放。",
}


class SilentError(RecordingError):
    """There is nothing to play; the message says why, in Chinese."""


ENCRYPTED = ".enc"
"""Ends the names of copies that only the database's key opens."""


@dataclass(frozen=True, slots=True)
class Copy:
    """``sound``: an Ogg Opus file; ``outline``: JSON of its loudness. With ``key`` both are
    encrypted."""

    sound: Path
    outline: Path
    key: DatabaseKey | None = None


@dataclass
class Sounds:
    """``folder``: the folder of the copies, readable by nobody else; ``key``: gives the database's
    key, with which they are encrypted. Any thread may use it."""

    folder: Path
    clock: Callable[[], float]
    most_bytes: int = MOST_BYTES
    ingest: IngestSettings = field(default_factory=IngestSettings)
    key: Callable[[], DatabaseKey | None] = database_key
    _digests: dict[tuple[str, int, int], str] = field(default_factory=dict)
    _heard: dict[tuple[str, str], float] = field(default_factory=dict)
    _locks: dict[str, threading.Lock] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)
    _decoding: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(AT_ONCE))

    def copy_of(self, recording: Recording, personal: Sequence[Span]) -> Copy:
        """The copy of a recording with a tone over personal numbers. One thread at a time makes a
        missing copy, in a second or two. Raises ``SilentError``."""
        why = self.silent(recording)
        if why:
            raise SilentError(REASONS[why])
        name = _name(recording, personal)
        copy = self._copy(name)
        with self._guard:
            lock = self._locks.setdefault(recording.content_sha256, threading.Lock())
        with lock:
            if copy.sound.exists() and copy.outline.exists() and _is_readable(copy):
                _note_use(copy.sound)
                _note_use(copy.outline)
            else:
                with self._decoding:
                    self._make(recording, personal, copy)
        return copy

    def _copy(self, name: str) -> Copy:
        key = self.key()
        ending = "" if key is None else ENCRYPTED
        sound, outline = f"{name}.ogg{ending}", f"{name}.json{ending}"
        return Copy(self.folder / sound, self.folder / outline, key)

    def silent(self, recording: Recording) -> Silent | None:
        """Why a recording cannot be played, as far as its file tells without being decoded;
        ``None`` where it can."""
        if recording.codec == TEXT_CODEC:
            return "no sound"
        try:
            digests = [self._digest(file) for file in _files(recording)]
        except OSError:
            return "gone"
        found = digests[0] if len(digests) == 1 else digest_of_sides(digests)
        return None if found == recording.content_sha256 else "changed"

    def is_new(self, session: str, sha256: str) -> bool:
        """Whether this begins a listening: the first request of a session for a call in
        ``HEARD_AGAIN_S``."""
        now = self.clock()
        with self._guard:
            self._heard = {key: at for key, at in self._heard.items() if now - at < HEARD_AGAIN_S}
            known = (session, sha256) in self._heard
            self._heard.setdefault((session, sha256), now)
            return not known

    def _digest(self, path: Path) -> str:
        state = path.stat()
        key = (str(path), state.st_size, state.st_mtime_ns)
        if key not in self._digests:
            with path.open("rb") as file:
                self._digests[key] = hashlib.file_digest(file, "sha256").hexdigest()
        return self._digests[key]

    def _make(self, recording: Recording, personal: Sequence[Span], copy: Copy) -> None:
        try:
            decoded = decode_files(_files(recording), self.ingest)
        except RecordingError as error:
            raise SilentError(REASONS["damaged"]) from error
        if decoded.recording.sha256 != recording.content_sha256:
            raise SilentError(REASONS["changed"])
        channels = beep_channels(decoded.channels[:2], personal)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        outline = {
            "duration_s": round(len(channels[0]) / SAMPLE_RATE, 3),
            "channels": [*map(_outline, channels)],
        }
        _write(copy.outline, json.dumps(outline).encode(), copy.key)
        _write(copy.sound, make_playback(channels).data, copy.key)
        with self._guard:
            self._remove_oldest(keep=copy)

    def _remove_oldest(self, *, keep: Copy) -> None:
        with os.scandir(self.folder) as found:
            files = sorted(
                ((file.stat().st_atime, file.stat().st_size, file.path) for file in found),
                reverse=True,
            )
        taken = 0
        for _, size, path in files:
            taken += size
            if taken > self.most_bytes and Path(path) not in (keep.sound, keep.outline):
                Path(path).unlink(missing_ok=True)


def _files(recording: Recording) -> tuple[Path, ...]:
    return tuple(Path(path) for path in (recording.path, *recording.sides))


def _name(recording: Recording, personal: Sequence[Span]) -> str:
    """A different name where other stretches are covered: corrected texts may have more or fewer
    numbers."""
    if not personal:
        return f"{recording.content_sha256}-plain"
    spans = sorted((number.start_s, number.end_s) for number in personal)
    return (
        f"{recording.content_sha256}-masked-{hashlib.sha256(repr(spans).encode()).hexdigest()[:12]}"
    )


def _outline(samples: Series) -> list[int]:
    """The peak of each of ``BARS`` stretches, 0..100 of the loudest.

    >>> _outline(np.array([0.0, -0.5, 0.25, 0.0], np.float32))[:2]
    [0, 100]
    """
    edges = np.linspace(0, len(samples), 1 + min(BARS, max(1, len(samples)))).astype(int)
    peaks = np.array(
        [np.abs(samples[first:end]).max(initial=0.0) for first, end in itertools.pairwise(edges)]
    )
    loudest = float(peaks.max()) or 1.0
    return [round(100 * float(peak) / loudest) for peak in peaks]


def open_in_memory(path: Path, key: DatabaseKey) -> int:
    """An open file without a name, in memory, with what an encrypted copy holds. Its times are the
    copy's. Raises ``StoreError`` where the key does not fit, ``OSError``."""
    state = path.stat()
    opened = os.memfd_create("callqa-sound", os.MFD_CLOEXEC)
    try:
        for piece in decrypt_pieces(path.read_bytes(), key, name=path.name):
            os.write(opened, piece)
        os.utime(opened, ns=(state.st_atime_ns, state.st_mtime_ns))
    except BaseException:
        os.close(opened)
        raise
    return opened


def _note_use(path: Path) -> None:
    """Say that a copy is in use, by the time of its last access. The time of its making stays: by it
    a browser that goes on with ``If-Range`` knows that the copy is the one it has a part of."""
    os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))


def _is_readable(copy: Copy) -> bool:
    """Whether the key fits: the outline is small and is written with the sound."""
    try:
        if copy.key is not None:
            os.close(open_in_memory(copy.outline, copy.key))
    except StoreError:
        return False
    return True


def _write(path: Path, data: bytes, key: DatabaseKey | None) -> None:
    """Whole or not at all."""
    data = data if key is None else encrypt_bytes(data, key, name=path.name)
    handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
