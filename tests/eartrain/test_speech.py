"""Lists of speech are read line by line, and a mistake is named with its line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline.eartrain.speech import digest_of_speech, read_samples, read_speech
from pipeline.errors import SettingsError


def test_every_line_is_an_utterance(speech: Path):
    read = read_speech([speech])

    assert len(read) == 24
    assert {u.speaker for u in read} == {"s0", "s1", "s2"}
    assert read[0].licence == "CC0-1.0"
    assert read_samples(read[0]).shape[0] > 16000


def test_texts_with_letters_or_of_one_character_are_left_out(speech: Path, tmp_path: Path):
    shutil.copy(speech.parent / "0.wav", tmp_path / "0.wav")
    lines = [
        json.dumps({"audio": "0.wav", "text": text, "speaker": "a"})
        for text in ("用APP办理", "嗯", "请讲", "…")
    ]
    (tmp_path / "l.jsonl").write_text("\n\n".join(lines), encoding="utf-8")

    assert [u.text for u in read_speech([tmp_path / "l.jsonl"])] == ["请讲"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", ":2: is no utterance"),
        ("[1]", ":2: is no utterance"),
        ('{"audio": "0.wav", "text": "请讲"}', ":2: is no utterance"),
        ('{"audio": "0.wav", "text": 3, "speaker": "a"}', ":2: is no utterance"),
        ('{"audio": "9.wav", "text": "请讲", "speaker": "a"}', ":2: there is no file"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, speech: Path, line: str, message: str):
    shutil.copy(speech.parent / "0.wav", tmp_path / "0.wav")
    good = '{"audio": "0.wav", "text": "请讲", "speaker": "a"}'
    (tmp_path / "l.jsonl").write_text(f"{good}\n{line}\n", encoding="utf-8")

    with pytest.raises(SettingsError, match=message):
        read_speech([tmp_path / "l.jsonl"])


def test_a_list_that_is_no_text_is_named(tmp_path: Path):
    (tmp_path / "l.jsonl").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(SettingsError, match=r"l\.jsonl: the list of speech cannot be read"):
        read_speech([tmp_path / "l.jsonl"])


def test_an_empty_list_says_what_is_expected(tmp_path: Path):
    (tmp_path / "l.jsonl").write_text("\n", encoding="utf-8")

    with pytest.raises(SettingsError, match="no utterance with a Chinese text"):
        read_speech([tmp_path / "l.jsonl"])


def test_the_digest_is_of_sounds_and_texts_not_of_their_folder(speech: Path, tmp_path: Path):
    copied = tmp_path / "elsewhere"
    shutil.copytree(speech.parent, copied)
    whole = read_speech([speech])

    assert digest_of_speech(read_speech([copied / "speech.jsonl"])) == digest_of_speech(whole)
    assert digest_of_speech(whole[::-1]) == digest_of_speech(whole)
    assert digest_of_speech(whole[1:]) != digest_of_speech(whole)
