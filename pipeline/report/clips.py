"""The sound of a call for a browser: Opus in Ogg, some 24 kbit/s a channel."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import numpy as np

from pipeline.types import SAMPLE_RATE, Series

if TYPE_CHECKING:
    from collections.abc import Sequence

OPUS_RATE = 48_000
BITS_PER_CHANNEL = 24_000
FULL_SCALE = 32_767
BLOCK = 960


@dataclass(frozen=True, slots=True)
class Playback:
    """``data``: a whole file of the type ``mime``."""

    mime: str
    data: bytes


def make_playback(channels: Sequence[Series]) -> Playback:
    """One or two channels, each float32 (n,) at ``SAMPLE_RATE``, as one Ogg Opus file."""
    layout = "mono" if len(channels) == 1 else "stereo"
    file = io.BytesIO()
    # without a serial number by chance: the same sound gives the same bytes
    with av.open(file, "w", format="ogg", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libopus", rate=OPUS_RATE, layout=layout)
        stream.bit_rate = BITS_PER_CHANNEL * len(channels)
        for start in range(0, len(channels[0]), BLOCK * 50):
            wide = np.stack([channel[start : start + BLOCK * 50] for channel in channels])
            pcm = (np.clip(wide, -1, 1) * FULL_SCALE).astype(np.int16)
            block = np.ascontiguousarray(pcm.T.reshape(1, -1))
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout=layout)
            frame.sample_rate, frame.pts = SAMPLE_RATE, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return Playback("audio/ogg", file.getvalue())
