"""Read lists of training speech: JSON lines with the file and the text of each utterance."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.eartrain.spelling import can_be_spelt, spell
from pipeline.errors import SettingsError
from pipeline.ingest import decode_recording

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from pipeline.types import Samples

LEAST_SYLLABLES = 2
"""A shorter utterance teaches little of how syllables follow each other (our choice)."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One utterance with its text. ``set_name``: the folder of its file, which names its source."""

    path: Path
    text: str
    speaker: str
    set_name: str
    licence: str


def read_speech(lists: Sequence[Path]) -> list[Utterance]:
    """The utterances of all lists whose text can be spelt, in the order of the lists.

    A line is an object with ``audio`` (a path, from the list's folder), ``text`` and ``speaker``,
    and maybe ``licence``. Raises ``SettingsError`` with file and line where a line is wrong.
    """
    found = [utterance for one in lists for utterance in _read_list(one)]
    usable = [u for u in found if can_be_spelt(u.text) and len(spell(u.text)) >= LEAST_SYLLABLES]
    if not usable:
        names = ", ".join(map(str, lists))
        raise SettingsError(
            f"{names}: no utterance with a Chinese text of two characters and more; expected JSON "
            "lines with audio, text and speaker"
        )
    return usable


def _read_list(path: Path) -> Iterable[Utterance]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: the list of speech cannot be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _read_line(path, number, line)


def _read_line(path: Path, number: int, line: str) -> Utterance:
    try:
        raw: Any = json.loads(line)
        audio, text, speaker = (raw[key] for key in ("audio", "text", "speaker"))
        licence = raw.get("licence", "")
        if not all(isinstance(value, str) for value in (audio, text, speaker, licence)):
            raise TypeError
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SettingsError(
            f"{path}:{number}: is no utterance; expected a JSON object such as "
            '{"audio": "a.wav", "text": "您好", "speaker": "8012"}'
        ) from error
    file = path.parent / audio
    if not file.is_file():
        raise SettingsError(
            f"{path}:{number}: there is no file {file}; paths begin at the folder of the list"
        )
    return Utterance(file, text, speaker, file.parent.name, licence)


def read_samples(utterance: Utterance) -> Samples:
    """The sound of an utterance: float32, 16 kHz, the first channel of its file.

    Raises ``RecordingError`` for a file that cannot be decoded.
    """
    series = decode_recording(utterance.path).channels[0]
    whole: Samples = np.asarray(series[0 : len(series)], np.float32)
    return whole


def digest_of_speech(utterances: Iterable[Utterance]) -> str:
    """SHA-256 over the text and the file of each utterance, whatever their order and folder."""
    lines = sorted(
        f"{hashlib.sha256(u.path.read_bytes()).hexdigest()} {u.speaker} {u.text}"
        for u in utterances
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
