"""Send sound through the codecs that calls are carried and kept in."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import numpy.typing as npt
from scipy.signal import resample_poly

from pipeline.types import Samples, load_extra

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Codec:
    """``written``, ``read``: FFmpeg's encoder and decoder; without a decoder ``written`` is the
    name of libsndfile. ``bit_rates``: those that are drawn from, bits a second."""

    written: str
    read: str = ""
    bit_rates: tuple[int, ...] = (0,)


NARROW: Mapping[str, Codec] = {
    "A-law": Codec("ALAW"),
    "µ-law": Codec("ULAW"),
    "PCM": Codec("PCM_16"),
    "GSM": Codec("GSM610"),
    "AMR": Codec("libopencore_amrnb", "amrnb", (4750, 5900, 7400, 12200)),
    "Opus": Codec("libopus", "libopus", (6000, 8000, 12000, 24000)),
    "MP3": Codec("libmp3lame", "mp3float", (8000, 16000, 24000)),
}
"""Codecs of lines with 8,000 samples a second: G.711, GSM 06.10, AMR, and what recordings are kept
in."""

WIDE: Mapping[str, Codec] = {
    "PCM": Codec("PCM_16"),
    "G.722": Codec("g722", "g722", (64000,)),
    "Opus": Codec("libopus", "libopus", (9000, 12000, 16000, 32000)),
    "MP3": Codec("libmp3lame", "mp3float", (16000, 24000, 32000)),
}
"""Codecs of lines with 16,000 samples a second."""

_HELD_S = 0.3
"""Silence put behind the sound, so that a codec gives all of it back."""


def recode(samples: Samples, rate_hz: int, codec: Codec, bit_rate: int) -> Samples:
    """The samples after the codec: float32, of the same rate and length, at most 7 ms later."""
    if not codec.read:
        return _recode_by_libsndfile(samples, rate_hz, codec.written)
    padded = np.concatenate((samples.astype(np.float64), np.zeros(round(_HELD_S * rate_hz))))
    return _recode_by_ffmpeg(padded, rate_hz, codec, bit_rate)[: len(samples)]


def _recode_by_libsndfile(samples: Samples, rate_hz: int, subtype: str) -> Samples:
    soundfile = load_extra("soundfile", extra="ear", use="a random telephone")
    file = io.BytesIO()
    soundfile.write(file, samples, rate_hz, format="WAV", subtype=subtype)
    file.seek(0)
    back: Samples = soundfile.read(file, dtype="float32")[0]
    return back[: len(samples)]


def _recode_by_ffmpeg(
    samples: npt.NDArray[np.float64], rate_hz: int, codec: Codec, bit_rate: int
) -> Samples:
    writer: Any = av.CodecContext.create(codec.written, "w")
    writer.sample_rate, writer.layout, writer.bit_rate = rate_hz, "mono", bit_rate
    writer.format = writer.codec.audio_formats[0]
    writer.open()
    reader: Any = av.CodecContext.create(codec.read, "r")
    reader.sample_rate, reader.layout = rate_hz, "mono"
    size = writer.frame_size or rate_hz // 50
    turned = av.AudioResampler(writer.format, layout="mono", rate=rate_hz, frame_size=size)
    whole = av.AudioFrame.from_ndarray(
        (np.clip(samples, -1, 1) * 32767).astype(np.int16)[None], format="s16", layout="mono"
    )
    whole.sample_rate = rate_hz
    frames = [
        decoded
        for frame in (*turned.resample(whole), *turned.resample(None), None)
        for packet in writer.encode(frame)
        for decoded in reader.decode(packet)
    ]
    raw = np.concatenate([frame.to_ndarray()[0] for frame in frames])
    found = raw / 32768 if raw.dtype == np.int16 else raw
    back: Samples = resample_poly(found, rate_hz, frames[0].sample_rate).astype(np.float32)
    return back
