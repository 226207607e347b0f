"""``callqa ear`` says in one line what is missing or does not fit."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from pipeline.commands.main import main


def said(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["ear", *words])
    return done.exit_code, done.output.strip()


def test_a_list_of_speech_is_needed():
    code, text = said("measure")

    assert code == 2
    assert (
        text
        == "callqa: name a list of speech with --speech: JSON lines with audio, text and speaker"
    )


def test_a_name_for_the_card_needs_the_file_of_weights(tmp_path: Path):
    (tmp_path / "l.jsonl").write_text("", encoding="utf-8")

    code, text = said("measure", "--speech", str(tmp_path / "l.jsonl"), "--name", "calls")

    assert (code, "--name needs --head" in text) == (2, True)


def test_a_wrong_line_is_named_before_any_model_is_loaded(tmp_path: Path):
    (tmp_path / "l.jsonl").write_text("{}\n", encoding="utf-8")

    code, text = said("measure", "--speech", str(tmp_path / "l.jsonl"), "--model", "no-such")

    assert code == 2
    assert text.startswith(f"callqa: {tmp_path}/l.jsonl:1: is no utterance")
