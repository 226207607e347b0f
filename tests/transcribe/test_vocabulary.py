"""The vocabulary that Chinese calls need, and a model file reduced to it."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import pytest

from pipeline.transcribe.vocabulary import SearchResult, TrimmedWhisper, Vocabulary, trim_model

TOKENS = ("a", "b", "c", "æĤ¨", "Ġabc", "<|zh|>", "<|0.02|>", "å¥½")
"""Numbers 4 (a longer Latin word) and 6 (a time) are left out; 3 is 您, 7 is 好, Ġ (a space) is not
a token here."""


def variable(name: str, rows: list[list[int]]) -> bytes:
    """A table of int8 as CTranslate2 writes it."""
    raw = bytes(number for row in rows for number in row)
    named = struct.pack("<H", len(name) + 1) + name.encode() + b"\0"
    return named + struct.pack("<BIIBI", 2, len(rows), len(rows[0]), 1, len(raw)) + raw


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tokens = ("Ġ", *TOKENS)
    table = [[number, number + 100] for number in range(len(tokens))]
    head = struct.pack("<I", 6) + struct.pack("<H", 5) + b"Spec\0" + struct.pack("<II", 3, 2)
    (tmp_path / "model.bin").write_bytes(
        head
        + variable("decoder/embeddings/weight", table)
        + variable("encoder/x", [[7, 8]])
        + b"\0\0\0\0"
    )
    (tmp_path / "vocabulary.json").write_text(json.dumps(tokens), encoding="utf-8")
    (tmp_path / "config.json").write_text(
        json.dumps({"suppress_ids": [5, 8], "lang_ids": [6]}), encoding="utf-8"
    )
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    return tmp_path


def test_only_the_rows_of_needed_tokens_stay_in_the_model(folder: Path):
    trimmed = trim_model(folder)

    assert trimmed is not None
    assert trimmed.vocabulary.needed == (0, 1, 2, 3, 4, 6, 8)
    head = struct.pack("<I", 6) + struct.pack("<H", 5) + b"Spec\0" + struct.pack("<II", 3, 2)
    rows = [[number, number + 100] for number in (0, 1, 2, 3, 4, 6, 8)]
    assert trimmed.files["model.bin"] == (
        head
        + variable("decoder/embeddings/weight", rows)
        + variable("encoder/x", [[7, 8]])
        + b"\0\0\0\0"
    )


def test_numbers_of_tokens_in_the_settings_follow(folder: Path):
    trimmed = trim_model(folder)

    assert trimmed is not None
    settings = json.loads(trimmed.files["config.json"])
    assert settings["suppress_ids"] == [6], "5 is left out, 8 is now 6"
    assert settings["lang_ids"] == [5]


def test_a_model_of_another_format_is_used_whole(folder: Path):
    raw = (folder / "model.bin").read_bytes()
    (folder / "model.bin").write_bytes(struct.pack("<I", 7) + raw[4:])

    assert trim_model(folder) is None


def test_a_model_that_ends_too_early_is_refused(folder: Path):
    (folder / "model.bin").write_bytes((folder / "model.bin").read_bytes()[:18])

    with pytest.raises(ValueError, match="ends too early"):
        trim_model(folder)


def test_what_is_left_out_is_spelt():
    vocabulary = Vocabulary.of(("Ġ", *TOKENS))

    assert vocabulary.spell([4, 5, 8]) == [4, 0, 1, 2, 3, 8]


class Searcher:
    """Finds its prompt backwards."""

    def generate(
        self, states: object, prompts: list[list[int]], *, suppress_tokens: list[int]
    ) -> list[SearchResult]:
        return [SearchResult([[*prompt[::-1], *suppress_tokens]], [-0.5]) for prompt in prompts]


def test_a_search_is_asked_and_answered_in_numbers_of_the_whole_vocabulary():
    whisper = TrimmedWhisper(Searcher(), Vocabulary.of(("Ġ", *TOKENS)))

    (found,) = whisper.generate(None, [[4, 6]], suppress_tokens=[5, 8])

    assert found == SearchResult([[6, 4, 8]], [-0.5])
