"""The frames of AudioSocket: one byte of kind, two of length (big endian), then the payload.

Defined at https://docs.asterisk.org/Configuration/Channel-Drivers/AudioSocket/ and in Asterisk's
``include/asterisk/res_audiosocket.h``."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from pipeline.errors import CallqaError

HANG_UP, UUID, DTMF, ERROR = 0x00, 0x01, 0x03, 0xFF

SLIN_RATES = {
    0x10: 8000,
    0x11: 12000,
    0x12: 16000,
    0x13: 24000,
    0x14: 32000,
    0x15: 44100,
    0x16: 48000,
    0x17: 96000,
    0x18: 192000,
}
"""Kind of a frame of signed linear samples (16 bits, little endian, mono) → samples per second."""

_HEADER = 3


class GarbageError(CallqaError):
    """A connection sends what the protocol does not have."""


def frame_of(kind: int, payload: bytes = b"") -> bytes:
    """A frame as it is sent."""
    return bytes((kind,)) + len(payload).to_bytes(2) + payload


SILENCE = frame_of(0x10, bytes(320))
"""20 ms."""


@dataclass(slots=True)
class FrameReader:
    """Cuts a stream of bytes into frames, wherever it was cut before."""

    _rest: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes, most: float = math.inf) -> list[tuple[int, bytes]]:
        """Kind and payload of each frame that is whole now, at most so many; the others are kept."""
        self._rest += data
        frames: list[tuple[int, bytes]] = []
        at = 0
        while len(self._rest) - at >= _HEADER and len(frames) < most:
            end = at + _HEADER + int.from_bytes(self._rest[at + 1 : at + _HEADER])
            if end > len(self._rest):
                break
            frames.append((self._rest[at], bytes(self._rest[at + _HEADER : end])))
            at = end
        del self._rest[:at]
        return frames

    @property
    def is_between_frames(self) -> bool:
        """Whether nothing is half read."""
        return not self._rest
