"""Pass sound through a random telephone line, as calls are recorded, and change how fast it is
spoken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import numpy as np
import numpy.typing as npt
from scipy.signal import butter, resample_poly, sosfilt

from pipeline.eartrain.recoding import NARROW, WIDE, recode
from pipeline.types import SAMPLE_RATE, Hertz, Samples

if TYPE_CHECKING:
    from numpy.random import Generator

LINE_RATE = 8000
"""Samples a second on most telephone lines."""

BAND_HZ = (300, 3400)

WIDE_SHARE = 0.2
"""Share of lines with 16,000 samples a second and the whole band (our choice)."""

VOICES = (0.9, 1.12)
"""Slowest and fastest playing. Pitch and formants move along, which makes other speakers of one."""

TEMPOS = (0.85, 1.45)
"""How much faster it is spoken after both changes. What playing does not bring is brought by
stretching, which leaves pitch and formants: a hasty speaker has no smaller mouth."""

FASTEST = 8.0
"""Syllables a second that no utterance is made faster than, pauses counted: hasty speech has seven."""

LEVEL_DB = (-14.0, 8.0)
"""Level around an RMS of 0.06, about that of a recorded agent."""

NOISE_DB = (-35.0, -8.0)
"""Level of the noise below the speech."""

IN_ROOM = 0.5
"""Share of lines whose noise passes the band as the speech does; else it is the line's own."""

TOO_LOUD, TOO_LOUD_DB = 0.1, (10.0, 20.0)
"""Share of lines that are overdriven, and by how much: they clip."""

BROKEN, LOST, PACKET_S = 0.15, (0.005, 0.04), 0.02
"""Share of lines that lose packets, the share of packets that such a line loses, and their length."""

USUAL_RMS = 0.06

TOLD = (
    "300 to 3400 Hz or, one of five, the whole band; A-law, µ-law, GSM, AMR, Opus, MP3, G.722 or "
    "PCM; noise and people in the background; level, clipping, lost packets; spoken at "
    f"{TEMPOS[0]:g} to {TEMPOS[1]:g} of its rate"
)
"""All that in words, for the card."""


@dataclass(frozen=True, slots=True)
class Line:
    """``codec``: a name in ``NARROW`` or ``WIDE``. ``level_db`` around ``USUAL_RMS``, ``noise_db``
    below the speech, ``lost``: share of packets."""

    rate_hz: Hertz
    codec: str
    bit_rate: int
    level_db: float
    noise_db: float
    lost: float = 0.0


def change_rate(samples: Samples, rng: Generator, syllables: int = 0) -> Samples:
    """The sound spoken by another voice, faster or slower, within ``VOICES`` and ``TEMPOS``.

    ``syllables``: how many are spoken, so that it is not made faster than ``FASTEST``; 0 if nobody
    knows.
    """
    voice, tempo = rng.uniform(*VOICES), rng.uniform(*TEMPOS)
    if syllables:
        most = FASTEST * len(samples) / SAMPLE_RATE / syllables
        tempo = min(tempo, max(most, TEMPOS[0]))
    changed: Samples = resample_poly(samples, 100, round(100 * voice)).astype(np.float32)
    return stretch(changed, round(tempo / voice, 2))


def stretch(samples: Samples, tempo: float) -> Samples:
    """The sound ``tempo`` times as fast (0.5 to 2), with its pitch: WSOLA, as FFmpeg has it."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=SAMPLE_RATE, format="flt", layout="mono")
    graph.link_nodes(source, graph.add("atempo", str(tempo)), graph.add("abuffersink")).configure()
    frame = av.AudioFrame.from_ndarray(samples[None], format="flt", layout="mono")
    frame.sample_rate = SAMPLE_RATE
    graph.push(frame)
    graph.push(None)
    parts = []
    try:
        while True:
            parts.append(graph.pull().to_ndarray()[0])
    except (av.BlockingIOError, av.EOFError):
        pass
    return np.concatenate(parts)


def pass_telephone(samples: Samples, rng: Generator, babble: Samples | None = None) -> Samples:
    """The sound at the end of a random line. 16 kHz in and out; see ``pass_line``."""
    return pass_line(samples, draw_line(rng), rng, babble)


def draw_line(rng: Generator) -> Line:
    """A random line."""
    wide = rng.random() < WIDE_SHARE
    codecs = WIDE if wide else NARROW
    codec = str(rng.choice(list(codecs)))
    loud = rng.random() < TOO_LOUD
    return Line(
        rate_hz=2 * LINE_RATE if wide else LINE_RATE,
        codec=codec,
        bit_rate=int(rng.choice(codecs[codec].bit_rates)),
        level_db=float(rng.uniform(*(TOO_LOUD_DB if loud else LEVEL_DB))),
        noise_db=float(rng.uniform(*NOISE_DB)),
        lost=float(rng.uniform(*LOST)) if rng.random() < BROKEN else 0.0,
    )


def pass_line(
    samples: Samples, line: Line, rng: Generator, babble: Samples | None = None
) -> Samples:
    """The sound at the end of a line: level, band, noise, codec and lost packets. 16 kHz in and
    out. Digital silence comes out as the noise of the line.

    ``babble``: people in the background, mixed with the noise or put in its place.
    """
    rms = float(np.sqrt(np.mean(samples**2)))
    level = USUAL_RMS * 10 ** (line.level_db / 20)
    loud = samples * (level / rms) if rms > 0 else samples
    noise = _background(len(samples), rng, babble) * level * 10 ** (line.noise_db / 20)
    in_room = rng.random() < IN_ROOM or babble is not None
    narrow = line.rate_hz == LINE_RATE
    whole = loud + noise if in_room else loud
    if narrow:
        whole = sosfilt(butter(4, BAND_HZ, "bandpass", fs=SAMPLE_RATE, output="sos"), whole)
    whole = whole if in_room else whole + noise
    whole = resample_poly(whole, line.rate_hz, SAMPLE_RATE)
    codec = (NARROW if narrow else WIDE)[line.codec]
    coded = recode(np.clip(whole, -0.99, 0.99), line.rate_hz, codec, line.bit_rate)
    coded = _lose(coded, line, rng)
    out: Samples = resample_poly(coded, SAMPLE_RATE, line.rate_hz).astype(np.float32)
    return np.pad(out, (0, max(0, len(samples) - len(out))))[: len(samples)]


def _background(length: int, rng: Generator, babble: Samples | None) -> Samples:
    """Noise of RMS 1 or, where there is babble, that with a little of the noise."""
    noise = make_noise(length, rng, SAMPLE_RATE)
    if babble is None or not np.any(babble):
        return noise
    people = np.resize(babble, length)
    people = people / (np.sqrt(np.mean(people**2)) + 1e-9)
    mixed: Samples = (people + rng.uniform(0.1, 0.7) * noise).astype(np.float32)
    return mixed / np.float32(np.sqrt(np.mean(mixed**2)) + 1e-9)


def _lose(samples: Samples, line: Line, rng: Generator) -> Samples:
    """The samples where a lost packet is silent, or is the one before it, fainter."""
    if not line.lost:
        return samples
    size = round(PACKET_S * line.rate_hz)
    out = samples.copy()
    for at in range(size, len(samples) - size, size):
        if rng.random() < line.lost:
            out[at : at + size] = rng.choice((0.0, 0.5)) * out[at - size : at]
    return out


def make_noise(length: int, rng: Generator, rate_hz: Hertz = LINE_RATE) -> Samples:
    """Noise of RMS 1: white, low or of a street, that swells; with or without a hum of the mains."""
    noise = rng.standard_normal(length)
    kind = rng.random()
    if kind < 0.75:
        low = butter(1, rng.uniform(400, 1500), "lowpass", fs=rate_hz, output="sos")
        noise = sosfilt(low, noise)
    if kind < 0.25:
        noise *= _swells(length, rng, rate_hz)
    noise /= np.sqrt(np.mean(noise**2)) + 1e-9
    if rng.random() < 0.4:
        noise += 0.7 * np.sin(2 * np.pi * 50 * np.arange(length) / rate_hz)
    out: Samples = (noise / (np.sqrt(np.mean(noise**2)) + 1e-9)).astype(np.float32)
    return out


def _swells(length: int, rng: Generator, rate_hz: Hertz) -> npt.NDArray[np.float64]:
    """How loud the street is: it doubles and halves within seconds."""
    points = np.arange(int(length / rate_hz) + 3) * rate_hz
    loud: npt.NDArray[np.float64]
    loud = 2 ** np.interp(np.arange(length), points, rng.normal(0, 1, len(points)))
    return loud
