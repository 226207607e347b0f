"""Speak the sentences of models/ear with synthetic voices, to train the second ear and the adapter of
Whisper on.

    KOKORO=FOLDER python -m bench.quality.speak_ear OUT [--drawn 600 --seed 50]

Needs Kokoro-82M (Apache-2.0) as FOLDER/kokoro.onnx, FOLDER/vocab.json and FOLDER/voices/*.bin, and
an environment with ``onnxruntime``, ``misaki[zh]``, ``soundfile`` and ``click``; none is a
dependency of callqa. Writes OUT/NNN.flac (24 kHz) and OUT/speech.jsonl. The voices are those of
other languages, two blended into one for each sentence: the Mandarin voices are left to the test
calls. A sentence takes about three seconds of processor time. With ``--drawn`` it speaks so many of
the meaning model's sentences instead.
"""

from __future__ import annotations

import json
import os
import random
import re
from pathlib import Path
from typing import Any

import click
import numpy as np

SENTENCES = Path("models/ear/sentences.txt")
MEANT = Path("models/meaning/sentences.tsv")

DRAW = 100
"""Seed of which sentences are drawn."""

SPOKEN = re.compile("[\u4e00-\u9fff，。？！、；]{6,34}")
"""Sentences that can be drawn: all characters, no figures or letters."""

VOICES = (
    "af_alloy",
    "af_aoede",
    "af_jessica",
    "af_kore",
    "af_nova",
    "af_river",
    "af_sarah",
    "af_sky",
    "am_echo",
    "am_eric",
    "am_fenrir",
    "am_liam",
    "am_onyx",
    "am_puck",
    "bf_alice",
    "bf_isabella",
    "bf_lily",
    "bm_daniel",
    "bm_fable",
    "bm_lewis",
    "ef_dora",
    "em_alex",
    "ff_siwis",
    "hf_alpha",
    "hf_beta",
    "hm_omega",
    "hm_psi",
    "if_sara",
    "im_nicola",
    "jf_gongitsune",
    "jf_nezumi",
    "jf_tebukuro",
    "pf_dora",
    "pm_alex",
)
"""Voices that no simulated call speaks with, alone or blended."""

SPEEDS = (0.85, 1.45)
RATE = 24000
LICENCE = "synthetic: Kokoro-82M, Apache-2.0; sentences of this project, MIT"
LONGEST = 508
"""Most sounds in one run of the synthesiser."""


class Speaker:
    """The synthesiser, one sentence at a time."""

    def __init__(self, folder: Path) -> None:
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        import onnxruntime  # noqa: PLC0415 - after the line above
        from misaki import zh  # noqa: PLC0415 - only here

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._folder = folder
        self._session = onnxruntime.InferenceSession(
            str(folder / "kokoro.onnx"), options, providers=["CPUExecutionProvider"]
        )
        vocabulary = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
        self._numbers: dict[str, int] = vocabulary.get("vocab", vocabulary)
        self._spell: Any = zh.ZHG2P()

    def say(self, text: str, voices: tuple[str, str], share: float, speed: float) -> np.ndarray:
        """float32 samples. The voice is ``share`` of the first and the rest of the second."""
        spelt = self._spell(text)
        sounds = spelt[0] if isinstance(spelt, tuple) else spelt
        numbers = [self._numbers[s] for s in sounds if s in self._numbers][:LONGEST]
        first, second = (self._style(voice)[len(numbers)] for voice in voices)
        inputs = {
            "tokens": np.array([[0, *numbers, 0]], np.int64),
            "style": (share * first + (1 - share) * second).astype(np.float32),
            "speed": np.array([speed], np.float32),
        }
        return np.squeeze(self._session.run(None, inputs)[0]).astype(np.float32)

    def _style(self, voice: str) -> np.ndarray:
        raw = np.fromfile(self._folder / "voices" / f"{voice}.bin", np.float32)
        return raw.reshape(-1, 1, 256)


def draw(number: int) -> list[str]:
    """So many sentences of the meaning model, ordinary ones and others as they come."""
    rows = MEANT.read_text(encoding="utf-8").splitlines()[1:]
    sentences = [row.split("\t")[3] for row in rows]
    return random.Random(DRAW).sample([one for one in sentences if SPOKEN.fullmatch(one)], number)


@click.command()
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seed", default=0)
@click.option("--drawn", default=0, help="So many sentences of the meaning model instead.")
def main(out: Path, seed: int, drawn: int) -> None:
    """Speak all sentences that OUT lacks, and write its list."""
    import soundfile  # noqa: PLC0415 - not a dependency

    out.mkdir(parents=True, exist_ok=True)
    speaker = Speaker(Path(os.environ["KOKORO"]))
    lines = draw(drawn) if drawn else SENTENCES.read_text(encoding="utf-8").splitlines()
    rng = np.random.default_rng(seed)
    with (out / "speech.jsonl").open("w", encoding="utf-8") as target:
        for number, text in enumerate(lines):
            first, second = (str(v) for v in rng.choice(VOICES, 2, replace=False))
            share, speed = (
                round(float(rng.uniform(0.5, 0.9)), 2),
                round(float(rng.uniform(*SPEEDS)), 2),
            )
            file = out / f"{number:03d}.flac"
            if not file.exists():
                soundfile.write(file, speaker.say(text, (first, second), share, speed), RATE)
            who = f"{first}+{second}:{share}"
            line = {"audio": file.name, "text": text, "speaker": who, "licence": LICENCE}
            target.write(json.dumps(line, ensure_ascii=False) + "\n")
            target.flush()


if __name__ == "__main__":
    main()
