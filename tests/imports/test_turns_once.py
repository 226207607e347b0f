"""The turns of a line are worked out once while its file is read, and then forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.imports import draft, read_text_file
from pipeline.imports.own_words import own_words

ROWS = """会话编号,时间,角色,内容,工号
c1,2026-11-02 09:30:00,客服,您好，请讲,8012
c1,2026-11-02 09:30:10,客户,<b>退款</b>,
c1,2026-11-02 09:30:20,客服,好的，再见,8012
"""


def test_each_message_is_searched_for_quotations_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    searched: list[str] = []

    def counted(text: str) -> str:
        searched.append(text)
        return own_words(text)

    monkeypatch.setattr(draft, "own_words", counted)
    (tmp_path / "a.csv").write_text(ROWS, encoding="utf-8")

    (one,) = read_text_file(tmp_path / "a.csv").conversations

    assert [line.text for line in one.utterances] == ["您好，请讲", "退款", "好的，再见"]
    assert sorted(searched) == sorted(["您好，请讲", "<b>退款</b>", "好的，再见"])


def test_what_was_said_is_forgotten_when_the_file_is_read(tmp_path: Path):
    (tmp_path / "a.csv").write_text(ROWS, encoding="utf-8")

    read_text_file(tmp_path / "a.csv")

    assert draft._voiced.cache_info().currsize == 0
