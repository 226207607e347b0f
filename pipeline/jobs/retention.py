"""What is kept no longer than the settings say: sound, words, calls, details of the ledger."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.jobs.erasure import sounds_of
from pipeline.types import source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.settings import Settings
    from pipeline.store import Level, Store

AT_ONCE = 200
"""Calls that one transaction erases (our choice): some seconds, so that others can write
between."""

REASON = "保存期限已到"


@dataclass(frozen=True, slots=True)
class Expired:
    """How much has come to its end: recordings, calls whose words go, calls that go but for their
    figures, ledger entries, conversations that were in progress. ``erased`` false: it was only counted."""

    sounds: int = 0
    words: int = 0
    calls: int = 0
    details: int = 0
    talks: int = 0
    erased: bool = False

    @property
    def line(self) -> str:
        """A line for the message; empty where nothing has."""
        parts = [
            f"{name} {count}"
            for name, count in (
                ("录音", self.sounds),
                ("文字", self.words),
                ("通话", self.calls),
                ("日志内容", self.details),
                ("未评分或已结束的会话", self.talks),
            )
            if count
        ]
        if not parts:
            return ""
        return (
            f"保存期限已到，{'已删除' if self.erased else '试运行，没有删除'}：{'，'.join(parts)}"
        )


def expire(
    store: Store, settings: Settings, *, now: datetime, stop: Callable[[], bool] = lambda: False
) -> Expired:
    """Erase what is older than ``[retention]`` allows, or count it with ``dry_run``. The figures of
    months stay. Raises ``StoreError``; a recording that cannot be deleted stays for the next
    night."""
    asked, erasure = settings.retention, store.erasure
    sounds = erasure.sounds_before(_day(now, asked.sound_days)) if asked.sound_days else []
    words = erasure.calls_before(_day(now, asked.transcript_days), "words") if asked.transcript_days else []  # fmt: skip
    month = f"{_day(now, asked.result_days)[:7]}-01"  # a month's figures by customer go together
    calls = erasure.calls_before(month, "all") if asked.result_days else []
    until = (now - timedelta(days=asked.ledger_days)).astimezone(UTC).isoformat(timespec="seconds")
    details = erasure.details_before(until) if asked.ledger_days else 0
    days = [one for one in (asked.transcript_days, asked.result_days) if one]
    rested = (now - timedelta(days=min(days))).timestamp() if days else None
    whole = set(calls)
    words = [sha256 for sha256 in words if sha256 not in whole]
    if asked.dry_run:
        stalled = len(erasure.talks_before(rested)) if rested else 0
        return Expired(len(sounds), len(words), len(calls), details, stalled)
    at = now.astimezone(UTC).isoformat(timespec="seconds")
    gone = 0
    for chunk in _chunks(sounds, stop):
        done = [sha256 for sha256 in chunk if _erase_sound(store, settings, sha256)]
        if done:
            done = store.conversations.parts_within(done)  # they lie in one file
            erasure.note_sounds(done, reason=REASON, actor="callqa", at=at)
        gone += len(done)
    secret = os.urandom(16)  # calls of one customer stay of one person
    said = sum(_erase(store, chunk, "words", secret, at=at) for chunk in _chunks(words, stop))
    whole_calls = sum(_erase(store, chunk, "all", secret, at=at) for chunk in _chunks(calls, stop))
    emptied = 0
    talks = 0
    if rested and not stop():
        for file in sounds_of(settings, erasure.talks_before(rested)):
            file.unlink(missing_ok=True)
        talks = erasure.erase_old_talks(rested, reason=REASON, actor="callqa", at=at)
    if asked.ledger_days and not stop():
        emptied = erasure.erase_details(until, reason=REASON, actor="callqa", at=at)
    if erasure.unfinished():
        erasure.clean(actor="callqa", at=at, whole=False)
    return Expired(gone, said, whole_calls, emptied, talks, erased=True)


def _day(now: datetime, days: int) -> str:
    return (now - timedelta(days=days)).date().isoformat()


def _chunks(calls: Sequence[str], stop: Callable[[], bool]) -> Iterator[Sequence[str]]:
    for start in range(0, len(calls), AT_ONCE):
        if stop():
            return
        yield calls[start : start + AT_ONCE]


def _erase(store: Store, calls: Sequence[str], level: Level, secret: bytes, *, at: str) -> int:
    named = store.erasure.named(calls)
    store.erasure.erase(calls, level, named, reason=REASON, actor="callqa", at=at, secret=secret)
    return len(calls)


def _erase_sound(store: Store, settings: Settings, sha256: str) -> bool:
    """Delete the recording of a call and the copies of its sound; whether all are gone."""
    folder = Path(settings.review.audio_cache or f"{settings.site.database}.audio")
    paths = [source_of(path) for path in store.erasure.named([sha256]).paths]
    if not all(isinstance(path, Path) for path in paths):
        return False  # in an object store, which has rules of its own
    try:
        for file in (*paths, *folder.glob(f"{sha256}-*")):
            Path(str(file)).unlink(missing_ok=True)
    except OSError:
        return False
    return True
