"""Cut the lines of calls with truth into files of their own, to measure the second ear on them.

    python -m bench.quality.ear_lines CALLS OUT
    callqa ear measure --speech OUT/speech.jsonl

CALLS holds recordings with ``<name>.truth.json`` beside each. A line over which the other side
talks on the same channel is left out.
"""

from __future__ import annotations

import json
import wave
from pathlib import Path

import click
import numpy as np

from pipeline.ingest import decode_recording
from pipeline.types import SAMPLE_RATE

AROUND_S = 0.2
"""Sound before and behind a line, as callqa takes it."""


@click.command()
@click.argument("calls", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
def main(calls: Path, out: Path) -> None:
    """Write OUT/speech.jsonl and the files that it names."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / "speech.jsonl").open("w", encoding="utf-8") as target:
        for truth in sorted(calls.glob("*.truth.json")):
            for line in cut_call(truth, out):
                target.write(json.dumps(line, ensure_ascii=False) + "\n")


def cut_call(truth: Path, out: Path) -> list[dict[str, str]]:
    """The lines of one call, each written to a file."""
    call = json.loads(truth.read_text(encoding="utf-8"))
    name = truth.name.removesuffix(".truth.json")
    files = [f for f in truth.parent.glob(f"{name}.*") if not f.name.endswith(".json")]
    channels = decode_recording(files[0]).channels
    roles = ["customer", "agent"] if call["layout"] == "stereo-swapped" else ["agent", "customer"]
    cut = []
    for number, line in enumerate(call["lines"]):
        channel = roles.index(line["role"]) if len(channels) > 1 else 0
        if len(channels) == 1 and any(_overlap(line, o) for o in call["lines"] if o is not line):
            continue
        low, high = (int(line[k] * SAMPLE_RATE) for k in ("start", "end"))
        around = int(AROUND_S * SAMPLE_RATE)
        samples = np.asarray(channels[channel][max(0, low - around) : high + around])
        file = out / f"{name}_{number:03d}.wav"
        _write(file, samples)
        cut.append({"audio": file.name, "text": line["text"], "speaker": call[line["role"]]})
    return cut


def _overlap(one: dict, other: dict) -> bool:
    return bool(one["start"] < other["end"] and other["start"] < one["end"])


def _write(path: Path, samples: np.ndarray) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


if __name__ == "__main__":
    main()
