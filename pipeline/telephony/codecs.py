"""Payloads of telephone codecs into samples, by PyAV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.errors import RecordingError

if TYPE_CHECKING:
    from numpy.typing import NDArray

CODECS = {
    "pcma": ("pcm_alaw", 8000),
    "pcmu": ("pcm_mulaw", 8000),
    "g722": ("g722", 16000),
    "g729": ("g729", 8000),
    "opus": ("libopus", 48000),
    "l16": ("pcm_s16le", 8000),
    "l16be": ("pcm_s16be", 8000),
}
"""Codec → its name in FFmpeg, and its usual samples per second (RFC 3551, RFC 7587)."""


_OWN_RATE = ("g722", "g729")
"""Codecs with one rate. Senders name G.722's as 8000, an old mistake (RFC 3551, section 4.5.2)."""


class SoundDecoder:
    """One side's payloads, one after the other. ``rate``: samples per second of what comes out,
    where the codec has no rate of its own; ``None``: the codec's usual. Raises ``RecordingError`` for a codec that is not known."""

    def __init__(self, codec: str, rate: int | None = None) -> None:
        import av  # noqa: PLC0415 - slow to load

        if codec not in CODECS:
            known = ", ".join(CODECS)
            raise RecordingError(f"codec {codec!r} is not known; one of {known} is needed")
        name, usual = CODECS[codec]
        self.rate = usual if codec in _OWN_RATE else rate or usual
        self._packet = av.Packet
        self._fault = av.error.FFmpegError
        context: Any = av.CodecContext.create(name, "r")
        context.sample_rate, context.layout = self.rate, "mono"
        context.open()
        self._context = context
        self._resampler = av.AudioResampler("s16", "mono", self.rate)

    def decode(self, payload: bytes) -> NDArray[np.int16]:
        """The samples of one payload, int16. Raises ``RecordingError`` where it is damaged; the next
        one may be whole."""
        if not payload:
            return np.zeros(0, dtype=np.int16)
        try:
            frames = self._context.decode(self._packet(payload))
            whole = [out for frame in frames for out in self._resampler.resample(frame)]
        except self._fault as error:
            raise RecordingError(f"a payload cannot be decoded ({error})") from error
        parts = [frame.to_ndarray().reshape(-1) for frame in whole]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int16)
