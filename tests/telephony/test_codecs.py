"""Payloads of telephone codecs become the samples that were spoken."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest

from pipeline.errors import RecordingError
from pipeline.telephony import CODECS, SoundDecoder


def tone(rate: int) -> np.ndarray:
    """A second of 440 Hz."""
    return (8000 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)).astype(np.int16)


def payloads(codec: str) -> list[bytes]:
    """The tone in payloads of 20 ms, by FFmpeg's own encoder."""
    name, rate = CODECS[codec]
    encoder: Any = av.CodecContext.create(name, "w")
    encoder.sample_rate, encoder.layout, encoder.format = rate, "mono", "s16"
    encoder.time_base = Fraction(1, rate)
    encoder.open()
    packets: list[bytes] = []
    for start in range(0, rate, rate // 50):
        part = tone(rate)[None, start : start + rate // 50]
        frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
        frame.sample_rate, frame.pts = rate, start
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets


@pytest.mark.parametrize("codec", sorted(set(CODECS) - {"g729"}))  # FFmpeg only decodes that one
def test_what_was_spoken_comes_out_payload_by_payload(codec: str):
    decoder = SoundDecoder(codec)
    heard = np.concatenate([decoder.decode(one) for one in payloads(codec)]).astype(float)

    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    loudest = np.argmax(spectrum) * decoder.rate / len(heard)
    assert (heard.dtype, decoder.rate) == (float, CODECS[codec][1])
    assert abs(loudest - 440) < 3
    assert 7000 < np.abs(heard).max() < 9500
    assert len(heard) == pytest.approx(decoder.rate, rel=0.03)


def test_g729_payloads_of_twenty_ms_give_160_samples():
    assert SoundDecoder("g729").decode(bytes(20)).shape == (160,)


def test_an_unknown_codec_is_named_with_those_that_are_known():
    with pytest.raises(RecordingError, match=r"amr.*pcma"):
        SoundDecoder("amr")


def test_a_damaged_payload_does_not_harm_the_next():
    decoder, whole = SoundDecoder("opus"), payloads("opus")
    decoder.decode(whole[0])
    with pytest.raises(RecordingError, match="cannot be decoded"):
        decoder.decode(b"\x55" * 160)
    assert len(decoder.decode(whole[1])) > 900


def test_an_empty_payload_is_no_sound():
    assert len(SoundDecoder("pcma").decode(b"")) == 0


@pytest.mark.parametrize(("codec", "rate"), [("g722", 16000), ("g729", 8000)])
def test_a_codec_with_one_rate_has_it_whatever_a_sender_says(codec: str, rate: int):
    """Senders name G.722 with 8000, as RTP does by an old mistake (RFC 3551, section 4.5.2)."""
    for said in (8000, 16000, None):
        decoder = SoundDecoder(codec, said)
        assert (decoder.rate, len(decoder.decode(bytes(160)))) == (
            rate,
            {"g722": 320, "g729": 1280}[codec],
        )
