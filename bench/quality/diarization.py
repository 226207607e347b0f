"""Diarization error on mono mixes of calls with known truth.

    python -m bench.quality.diarization [--voices camplus] CALLS...

Each recording is mixed to one channel, its speech found and split into two voices as callqa does
it. The error rate is pyannote.metrics' (extra ``bench``), overlap included, without collar and with
one of 0.25 s."""

from __future__ import annotations

import json
import sys
import time
import warnings
from collections import defaultdict
from pathlib import Path

import click
import numpy as np
from pyannote.core import Annotation, Segment
from pyannote.metrics.diarization import DiarizationErrorRate

from pipeline.call.listen import prepare_tracks
from pipeline.ingest import decode_recording, find_recordings
from pipeline.ingest.channels import Layout
from pipeline.sound.pitch import measure_acoustics
from pipeline.speakers.camplus import load_camplus
from pipeline.speakers.voices import SpectralVoice, Voices, split_voices
from pipeline.types import SAMPLE_RATE, Track


@click.command()
@click.option(
    "--voices",
    type=click.Choice(["embedded", "camplus"]),
    default="embedded",
    show_default=True,
    help="How the voices of a mix are told apart.",
)
@click.argument(
    "calls", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
def main(voices: str, calls: tuple[Path, ...]) -> None:
    """Print the error on voices of one sex and of different sex. CALLS: folders of recordings with
    *.truth.json."""
    model = load_camplus() if voices == "camplus" else SpectralVoice()
    warnings.simplefilter(
        "ignore"
    )  # pyannote warns that the scored time is that of both annotations
    exact: dict[str, DiarizationErrorRate] = defaultdict(DiarizationErrorRate)
    loose: dict[str, DiarizationErrorRate] = defaultdict(
        lambda: DiarizationErrorRate(collar=0.5)
    )  # 0.25 s each side
    unclear: dict[str, int] = defaultdict(int)
    counts: dict[str, int] = defaultdict(int)
    spent_s = audio_s = 0.0
    for path in find_recordings(list(calls)):
        truth = json.loads(path.with_name(f"{path.stem}.truth.json").read_text(encoding="utf-8"))
        channels = decode_recording(path).channels
        length = min(len(channel) for channel in channels)
        mix = np.mean([channel[:length] for channel in channels], axis=0, dtype=np.float32)
        prepared = prepare_tracks(Layout("mono", (Track(0, mix),)))
        begun = time.perf_counter()
        split = split_voices(measure_acoustics(prepared.tracks[0], prepared.spectra[0]), model)
        spent_s += time.perf_counter() - begun
        audio_s += length / SAMPLE_RATE
        group = (
            "voices of one sex"
            if truth["agent"][1] == truth["customer"][1]
            else "voices of different sex"
        )
        counts[group] += 1
        unclear[group] += not split.is_clear
        reference, found = _of_truth(truth), _of_voices(split)
        error = exact[group](reference, found)
        loose[group](reference, found)
        print(f"{path.name}: {error:.3f}{'' if split.is_clear else ' (unclear)'}", file=sys.stderr)
    for group in sorted(counts):
        parts = exact[group][:]
        rates = {
            name: parts[name] / parts["total"]
            for name in ("confusion", "missed detection", "false alarm")
        }
        print(
            f"{group}: {counts[group]} calls, {unclear[group]} unclear, error {abs(exact[group]):.3f}"
        )
        print("  " + ", ".join(f"{name} {rate:.3f}" for name, rate in rates.items()))
        print(f"  error with a collar of 0.25 s {abs(loose[group]):.3f}")
    print(f"pitch and voices: {spent_s / audio_s:.4f} of the audio")


def _of_truth(truth: dict[str, list[dict[str, float | str]]]) -> Annotation:
    made = Annotation()
    for number, line in enumerate(truth["lines"]):
        made[Segment(line["start"], line["end"]), number] = line["role"]
    return made


def _of_voices(voices: Voices) -> Annotation:
    made = Annotation()
    for number, turn in enumerate(voices.turns):
        if turn.voice is not None:
            made[Segment(turn.span.start_s, turn.span.end_s), number] = turn.voice
    return made


if __name__ == "__main__":
    main()
