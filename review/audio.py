"""Copies of recordings that a browser plays, and their waves: made at the first need, kept in a folder of our own.

Browsers play no AMR and no GSM, so that every copy is Opus in Ogg. Personal numbers are covered by a tone unless the
visitor may hear them.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import RecordingError
from pipeline.ingest import decode_recording
from pipeline.privacy import beep_channels, find_personal
from pipeline.report.clips import make_playback
from pipeline.types import TEXT_CODEC, CallResult

MOST_BYTES = 2 * 1024**3
"""The oldest copies are removed above this (our choice: some 10 000 calls of five minutes)."""

PEAKS = 1200
"""Points of a wave: about what a wide screen shows."""

PEAK_LEVELS = 100


class NoSoundError(Exception):
    """The sound of a call cannot be had; the message is Chinese."""


@dataclass
class Copies:
    """Copies in ``folder``, readable by the server's account only."""

    folder: Path
    _locks: defaultdict[str, threading.Lock] = field(default_factory=lambda: defaultdict(threading.Lock))

    def sound(self, result: CallResult, *, masked: bool) -> Path:
        """An Ogg file. ``result`` is unmasked, since its numbers are what is covered. Raises ``NoSoundError``."""
        made, _ = self._get(result, masked=masked)
        return made

    def wave(self, result: CallResult) -> list[list[int]]:
        """For each channel ``PEAKS`` peaks, 0..100. Raises ``NoSoundError``."""
        _, wave = self._get(result, masked=True)
        channels: list[list[int]] = json.loads(wave.read_text())
        return channels

    def _get(self, result: CallResult, *, masked: bool) -> tuple[Path, Path]:
        sha256 = result.recording.sha256
        # What is covered depends on what was heard, which people may correct.
        said = hashlib.sha256(repr([u.text for u in result.utterances]).encode()).hexdigest()[:12]
        sound = self.folder / f"{sha256}-{said if masked else 'open'}.ogg"
        wave = self.folder / f"{sha256}.json"
        with self._locks[sha256]:
            if not (sound.exists() and wave.exists()):
                self._make(result, sound, wave, masked=masked)
                self._make_room()
        os.utime(sound)
        return sound, wave

    def _make(self, result: CallResult, sound: Path, wave: Path, *, masked: bool) -> None:
        channels = _decode(result)[:2]
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        heard = beep_channels(channels, find_personal(result.utterances)) if masked else channels
        _write(wave, json.dumps([_peaks(channel) for channel in channels]).encode())
        _write(sound, make_playback(heard).data)

    def _make_room(self) -> None:
        copies = sorted(self.folder.glob("*.ogg"), key=lambda path: path.stat().st_mtime)
        total = sum(path.stat().st_size for path in copies)
        for path in copies[:-1]:
            if total <= MOST_BYTES:
                return
            total -= path.stat().st_size
            path.unlink(missing_ok=True)


def _decode(result: CallResult) -> Sequence[Any]:
    recording = result.recording
    if recording.codec == TEXT_CODEC:
        raise NoSoundError("这是导入的文字记录，没有录音。")
    path = Path(recording.path)
    if not path.exists():
        raise NoSoundError("找不到录音文件，可能已移走或删除。")
    try:
        decoded = decode_recording(path)
    except RecordingError as error:
        raise NoSoundError("录音文件读不出来。") from error
    if decoded.recording.sha256 != recording.sha256:
        raise NoSoundError("录音文件已不是评分时的那一份，不能播放。")
    return decoded.channels


def _peaks(samples: Any) -> list[int]:
    """The greatest level of each of ``PEAKS`` parts, of the channel's own greatest."""
    edges = np.linspace(0, len(samples), PEAKS + 1).astype(int)
    peaks = [float(np.abs(samples[a:b]).max()) if b > a else 0.0 for a, b in itertools.pairwise(edges)]
    greatest = max(*peaks, 1e-3)
    return [round(PEAK_LEVELS * peak / greatest) for peak in peaks]


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all; readable by this account only."""
    part = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    part.replace(path)


@dataclass
class Listened:
    """Who has listened to what lately, so that one listening is one entry of the ledger however often it seeks."""

    clock: Callable[[], float]
    again_s: float = 600.0
    _at: dict[tuple[str, str, bool], float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def is_new(self, session: str, sha256: str, *, masked: bool) -> bool:
        """Whether this is another listening than the last."""
        now, key = self.clock(), (session, sha256, masked)
        with self._lock:
            self._at = {one: at for one, at in self._at.items() if now - at < self.again_s}
            fresh = key not in self._at
            self._at[key] = now
        return fresh
