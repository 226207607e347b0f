"""Lists of whistled speech."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.types import SAMPLE_RATE
from tests.eartrain.spoken import WORDS, whistle


@pytest.fixture(scope="session")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list of 24 utterances of three words by three speakers."""
    folder, rng = tmp_path_factory.mktemp("speech"), np.random.default_rng(0)
    lines = []
    for number in range(24):
        text = "".join(rng.choice(WORDS, 3))
        soundfile.write(folder / f"{number}.wav", whistle(text, rng), SAMPLE_RATE)
        line = {"audio": f"{number}.wav", "text": text, "speaker": f"s{number % 3}"}
        lines.append(json.dumps({**line, "licence": "CC0-1.0"}, ensure_ascii=False))
    path = folder / "speech.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
