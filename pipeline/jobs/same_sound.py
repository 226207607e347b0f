"""The same call recorded twice: the same sound under the same number or time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

from pipeline.sound import compare_prints
from pipeline.store import SAME_START_S

if TYPE_CHECKING:
    from pipeline.call import CheckedCall
    from pipeline.store import Ready, Store
    from pipeline.types import CallMeta

AS_LONG_S = 0.06
"""Recordings whose lengths differ by less have the same times: an encoder that adds silence in front
adds 0.07 s (MP3 at 16 kHz) or more."""


@dataclass(frozen=True, slots=True)
class SameCall:
    """The call that another recording repeats, by its path; whether both last equally long."""

    path: str
    is_as_long: bool


def find_same(store: Store, made: Ready, call: CallMeta) -> SameCall | None:
    """The stored call that has the sound of ``made`` and its number or time; ``None`` without one.
    Raises ``StoreError``."""
    if not made.sound_print or made.recording is None:
        return None
    lasts_s = float(made.recording["duration_s"])
    number = number_of(call.call_id, str(made.recording["path"]))
    near = store.sound_prints.near(str(made.row["sha256"]), call)
    for call_id, path, other_s, known in near:
        if _differ(number, number_of(call_id, path)):
            continue
        if compare_prints(known, made.sound_print).is_same:
            return SameCall(path, abs(other_s - lasts_s) < AS_LONG_S)
    return None


def number_of(call_id: str | None, path: str) -> str | None:
    """The number that a table or a telephone system gives to a call; ``None`` for one that is only
    its file's name, or a part of it.

    >>> number_of("C-17", "/rec/a.wav"), number_of("a", "/rec/a-in.wav"), number_of(None, "a.wav")
    ('C-17', None, None)
    """
    known = (call_id or "").removesuffix("#1")
    return None if known in PurePath(path).name else known


def _differ(number: str | None, other: str | None) -> bool:
    """Whether both are known and name two calls."""
    return number is not None and other is not None and number != other


@dataclass
class SoundsOfRun:
    """The calls of one run that keeps nothing: what it has seen stands in for a database."""

    _seen: list[tuple[CallMeta, str, bytes]] = field(default_factory=list)

    def find_same(self, checked: CheckedCall) -> str | None:
        """As ``find_same``; a call that is new is remembered."""
        call, own = checked.result.call, checked.result.recording
        number = number_of(call.call_id, own.path)
        for other, path, known in self._seen:
            if _differ(number, number_of(other.call_id, path)):
                continue
            if _may_be_one(call, other) and compare_prints(known, checked.sound_print).is_same:
                return path
        if checked.sound_print:
            self._seen.append((call, own.path, checked.sound_print))
        return None


def _may_be_one(call: CallMeta, other: CallMeta) -> bool:
    ids = {one.call_id.removesuffix("#1") for one in (call, other) if one.call_id}
    if len(ids) == 1 and call.call_id and other.call_id:
        return True
    try:
        apart = datetime.fromisoformat(call.started_at or "") - datetime.fromisoformat(
            other.started_at or ""
        )
    except (ValueError, TypeError):
        return False
    return abs(apart.total_seconds()) <= SAME_START_S
