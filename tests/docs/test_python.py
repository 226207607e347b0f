"""The examples of docs/python.md run, and name only what the face has."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import pipeline as callqa

TOP = Path(__file__).parents[2]
PAGE = (TOP / "docs" / "python.md").read_text(encoding="utf-8")
EXAMPLES = [
    pytest.param(
        code,
        id=f"line {PAGE[: PAGE.index(code)].count(chr(10)) + 1}",
        marks=[pytest.mark.model, pytest.mark.timeout(600)] if "model" in how else [],
    )
    for how, code in re.findall(r"```python(.*?)\n(.*?)```", PAGE, re.DOTALL)
]


@pytest.mark.long
@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_runs(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shutil.copy(TOP / "examples" / "calls" / "d01_good_post.wav", tmp_path / "call.wav")
    monkeypatch.chdir(tmp_path)

    exec(compile(code, "docs/python.md", "exec"), {})


def test_there_are_examples_with_and_without_the_model():
    assert len(EXAMPLES) >= 5
    assert {bool(example.marks) for example in EXAMPLES} == {True, False}


def test_every_name_on_the_page_is_in_the_face():
    named = set(re.findall(r"\bcallqa\.([A-Za-z_]+)", PAGE.replace("callqa.toml", "")))

    assert named <= set(callqa.__all__)


def test_every_error_of_the_face_is_on_the_page():
    errors = {name for name in callqa.__all__ if name.endswith("Error")}

    assert {name for name in errors if f"`{name}`" not in PAGE} == set()
