"""Fingerprints of calls: whether the same sound packed again is recognised, and no other.

    python -m bench.quality.same_sound FOLDER

Prints the least agreement of each packing, the most of all pairs of different calls, and the time as
a share of the audio's.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import soundfile

from pipeline.ingest import decode_recording, find_recordings
from pipeline.sound import compare_prints, make_print
from pipeline.types import SAMPLE_RATE, Samples

PACKINGS = (("mp3", "libmp3lame", 22050, 32_000), ("ogg", "libopus", 48_000, 16_000), ("m4a", "aac", 16_000, 24_000))  # fmt: skip


def pack(path: Path, samples: Samples, codec: str, rate: int, bit_rate: int) -> Path:
    """Write samples (channels, n) by a codec."""
    layout = "stereo" if len(samples) == 2 else "mono"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        stream.bit_rate = bit_rate
        resampler = av.AudioResampler(stream.format.name, layout, rate)
        pcm = np.ascontiguousarray(
            (np.clip(samples, -1, 1) * 32767).astype(np.int16).T.reshape(1, -1)
        )
        frame = av.AudioFrame.from_ndarray(pcm, format="s16", layout=layout)
        frame.sample_rate = SAMPLE_RATE
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path


def packings(samples: Samples, folder: Path) -> Iterator[tuple[str, bytes]]:
    for ending, codec, rate, bit_rate in PACKINGS:
        path = pack(folder / f"a.{ending}", samples, codec, rate, bit_rate)
        yield ending, make_print(decode_recording(path).channels)
    path = folder / "a.wav"
    soundfile.write(path, samples[:, ::2].T * 0.25, 8000, subtype="ALAW")
    yield "A-law, -12 dB", make_print(decode_recording(path).channels)
    yield "0.7 s cut off, mono", make_print([samples.mean(axis=0)[11_200:]])
    late = np.pad(samples, ((0, 0), (20_000, 7_000))).astype(np.float32)
    yield "silence before and after", make_print(list(late))


def main() -> None:
    prints: dict[str, bytes] = {}
    least: dict[str, tuple[float, float]] = {}
    took = lasts = 0.0
    with tempfile.TemporaryDirectory() as place:
        for path in find_recordings([Path(sys.argv[1])]):
            samples = np.stack([channel[:] for channel in decode_recording(path).channels])
            began = time.process_time()
            own = prints[path.name] = make_print(list(samples))
            took, lasts = took + time.process_time() - began, lasts + samples.shape[1] / SAMPLE_RATE
            for name, again in packings(samples, Path(place)):
                match = compare_prints(own, again)
                low = least.get(name, (1.0, 1.0))
                least[name] = (min(low[0], match.agreement), min(low[1], match.common))
    for name, (agreement, common) in least.items():
        print(f"{name}: least agreement {agreement:.2f}, least common {common:.2f}")
    pairs = [compare_prints(prints[a], prints[b]) for a, b in itertools.combinations(prints, 2)]
    most = max((match.agreement for match in pairs), default=0.0)
    same = sum(match.is_same for match in pairs)
    print(
        f"{len(pairs)} pairs of different calls: most agreement {most:.2f}, called the same {same}"
    )
    print(f"{took / lasts:.3%} of the audio's time")


if __name__ == "__main__":
    main()
