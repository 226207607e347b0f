"""Texts are found where they are made."""

from __future__ import annotations

from pathlib import Path

from tests.messages.extract import Source, is_english

ERRORS = "class CallqaError(Exception): ...\nclass FileError(CallqaError): ...\n"


def texts_of(tmp_path: Path, monkeypatch, code: str) -> set[str]:
    monkeypatch.setattr("tests.messages.extract.TOP", tmp_path)
    (tmp_path / "a.py").write_text(ERRORS + code, encoding="utf-8")
    return set(Source([tmp_path / "a.py"]).texts())


def test_values_are_numbered(tmp_path, monkeypatch):
    code = 'raise FileError(f"{path}: cannot be read ({error.strerror!r})")'

    assert texts_of(tmp_path, monkeypatch, code) == {"{0}: cannot be read ({1})"}


def test_a_reason_is_found_where_it_is_made(tmp_path, monkeypatch):
    code = """
def check(a):
    wrong = "too long" if a else "too short"
    raise FileError(f"{a}: is wrong, {wrong}; {hint(a)}")

def hint(a):
    return "copy it again"
"""

    found = texts_of(tmp_path, monkeypatch, code)

    assert found == {"{0}: is wrong, {1}; {2}", "too long", "too short", "copy it again"}


def test_an_argument_is_found_at_the_calls(tmp_path, monkeypatch):
    code = """
def refuse(path, expected):
    raise FileError(f"{path}: is wrong; expected {expected}")

refuse("a", "a whole number")
refuse("b", expected="a text")
"""

    assert texts_of(tmp_path, monkeypatch, code) == {
        "{0}: is wrong; expected {1}", "a whole number", "a text",
    }  # fmt: skip


def test_what_a_loop_a_list_and_a_table_hold_is_found(tmp_path, monkeypatch):
    code = """
NAMES = {int: "a whole number"}
def check(a):
    reasons = []
    for name, why in (("a", "is too old"), ("b", "is too new")):
        reasons.append(f"{name} {why}, says he")
    raise FileError(f"{a} is not {NAMES[a]}", reasons[0])
"""

    assert texts_of(tmp_path, monkeypatch, code) == {
        "{0} is not {1}", "a whole number", "is too old", "is too new", "{0} {1}, says he",
    }  # fmt: skip


def test_a_single_word_is_a_text_only_where_it_is_translated(tmp_path, monkeypatch):
    code = 'raise FileError("disk")\nsay(tr("failed"))'

    assert texts_of(tmp_path, monkeypatch, code) == {"failed"}


def test_statements_for_the_database_and_log_lines_are_none(tmp_path, monkeypatch):
    code = 'run(f"SELECT one of the rows of {table}")\nlog.info("sent %s to the address", a)'

    assert texts_of(tmp_path, monkeypatch, code) == set()


def test_a_chinese_text_with_english_names_is_chinese():
    assert not is_english("请用 callqa user change 修改，再试一次")
    assert is_english("{0}: expected 工号, 班组 or 通话编号")
