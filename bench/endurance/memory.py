"""Peak memory of a worker on recordings of several lengths, made of the two-sided calls of a folder
one after the other.

python -m bench.endurance.memory CALLS --hours 0.05 --hours 1 --hours 5 [--recognise]

Without ``--recognise`` the words are given and not recognised (30 s of processor a minute of audio
are saved), and the model is not loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import click
import soundfile

from pipeline.weights import find_model

ROOT = Path(__file__).parents[2]


def write_long(path: Path, calls: Path, hours: float) -> None:
    """The calls of two channels again and again, at the rate of the first of them."""
    read = [soundfile.read(file, dtype="int16") for file in sorted(calls.glob("*.wav"))]
    sided = [(samples, rate) for samples, rate in read if samples.ndim == 2]
    rate = sided[0][1]
    left, number = round(hours * 3600 * rate), 0
    with soundfile.SoundFile(path, "w", samplerate=rate, channels=2, subtype="PCM_16") as file:
        while left:
            part = sided[number % len(sided)][0][:left]
            file.write(part)
            left, number = left - len(part), number + 1
    os.utime(path, (0, 0))  # long finished: nothing waits for it to settle


def run(arguments: list[str], folder: str) -> list[dict[str, float]]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "TMPDIR": folder,
        "PYTHONWARNINGS": "ignore",
    }
    ended = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in ended.stdout.splitlines() if line.startswith("{")]


@click.command()
@click.argument("calls", type=click.Path(exists=True, path_type=Path))
@click.option("--hours", multiple=True, default=(0.05, 1.0), show_default=True)
@click.option("--recognise", is_flag=True, help="With the model, in one thread.")
def main(calls: Path, hours: tuple[float, ...], recognise: bool) -> None:
    """Print the peak of the memory in MB."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        for length in hours:
            recording = Path(folder, "long.wav")
            write_long(recording, calls, length)
            found = run(["-m", "tests.long_call", str(recording)], folder)[-1]
            print(
                f"{length:g} h: {found['peak']:.0f} MB, {found['before']:.0f} MB of it before the recording"
            )
            if recognise:
                model = str(find_model("base").folder)
                peak_mb = run(
                    ["bench/speed/peers.py", "callqa", model, "1", str(recording)], folder
                )[-1]["peak_mb"]
                print(f"{length:g} h, recognised: {peak_mb:.0f} MB")


if __name__ == "__main__":
    main()
