"""Listening in: what was said so far in a call in progress, with numbers covered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.live.call_file import Listened, as_wav, read_stretch
from pipeline.live.side import Resampler
from pipeline.privacy import beep_channels
from pipeline.types import LATE, SAMPLE_RATE, Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.settings import Settings
    from pipeline.types import Kinds, LiveCall, Seconds


def sound_folder(settings: Settings) -> Path:
    """Where the sound of calls in progress is: ``[live] recordings``; of a replay without one beside
    the database."""
    return Path(settings.live.recordings or f"{settings.site.database}.calls")


def hear_call(
    folder: Path,
    call: LiveCall,
    start_s: Seconds,
    end_s: Seconds,
    hidden: Kinds,
    *,
    look_again: Callable[[], LiveCall | None],
) -> bytes:
    """A stretch of a call's sound as WAV, with a tone over personal data of kinds that are ``hidden``
    and over pressed keys and what came late. ``end_s`` is at most ``call.heard_s``: what comes later was not searched
    for numbers. ``look_again``: gives the call as it is known now, once its sound is read: whatever
    came meanwhile is covered. Raises ``OSError``."""
    end_s = min(end_s, call.heard_s)
    heard = read_stretch(folder / call.file, start_s, end_s)
    now = look_again()
    if now is None:
        raise FileNotFoundError(call.file)  # erased meanwhile
    sides = [
        Resampler(heard.rate, SAMPLE_RATE).convert(np.ascontiguousarray(one)).astype(np.float32)
        / np.float32(32768)
        for one in heard.samples.T
    ]
    spans = [
        Span(max(0.0, one.start_s - start_s), one.end_s - start_s)
        for one in now.covered
        if (one.kind in hidden or one.kind in ("keys", LATE)) and one.end_s > start_s
    ]
    covered = beep_channels(sides, [one for one in spans if one.start_s < end_s - start_s])
    samples = np.stack([one[0 : len(one)] for one in covered], axis=1)
    return as_wav(Listened((np.clip(samples, -1, 1) * 32767).astype(np.int16), SAMPLE_RATE))
