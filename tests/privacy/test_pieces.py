"""What words reveal is found in what people say, and ordinary words stay as they are.

``tests/data/privacy`` holds the utterances. One file of them was kept aside while the rules were
made.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.lexicon import load_lexicon
from pipeline.privacy import mask_result, mask_text
from pipeline.types import EVERY_KIND, Role
from tests.builders import a_result
from tests.privacy.test_privacy import a_dictation
from tests.privacy.written import count, falsely_found, missed, read_written

FILES = ("kept_aside.txt", "by_phone.txt", "in_chats.txt", "probes.txt")
OF_WORDS = ("name", "address")


@pytest.mark.parametrize("file", FILES)
def test_numbers_of_all_kinds_are_found_in_what_people_say(file: str) -> None:
    counts = [one for one in count(read_written(file)) if one[0] not in OF_WORDS]
    marked, found = sum(one[1] for one in counts), sum(one[2] for one in counts)
    assert found / marked >= 0.95, [missed(one) for one in read_written(file) if missed(one)]


@pytest.mark.parametrize("file", FILES)
def test_names_and_addresses_are_found_after_a_naming_word_or_a_question(file: str) -> None:
    counts = [one for one in count(read_written(file)) if one[0] in OF_WORDS]
    marked, found = sum(one[1] for one in counts), sum(one[2] for one in counts)
    assert found / marked >= 0.85, [missed(one) for one in read_written(file) if missed(one)]


@pytest.mark.parametrize("file", FILES)
def test_at_most_one_in_a_hundred_harmless_utterances_loses_a_word(file: str) -> None:
    harmless = [one for one in read_written(file) if not one.marked]
    false = [(one.line, falsely_found(one)) for one in harmless if falsely_found(one)]
    assert len(false) <= len(harmless) / 100, false


def test_the_files_hold_every_kind_and_as_many_harmless_stretches() -> None:
    stretches = [one for file in FILES for one in read_written(file)]
    kinds = {mark.kind for one in stretches for mark in one.marked}
    assert kinds == EVERY_KIND - {"agent_name"}
    assert sum(not one.marked for one in stretches) >= 300
    assert sum(bool(one.marked) for one in stretches) >= 300


def test_what_the_rules_ask_for_and_forbid_can_be_read_in_a_masked_call() -> None:
    phrases = {
        phrase.say for rule in load_lexicon(Path("lexicons")).rules for phrase in rule.phrases
    }
    hidden = [phrase for phrase in sorted(phrases) if mask_text(phrase) != phrase]
    assert hidden == []


PIECES = st.sampled_from(
    ["我叫", "李晓明", "我姓", "欧阳", "您贵姓", "姓名", "先生", "您的地址", "住在", "朝阳区", "建国路", "八十八号", "验证码", "是",
     "密码", "尾号", "8820", "三三零九", "13800138000", "微信", "abc123", "QQ", "艾特", "点com", "车牌", "京A12345", "生日", "八五年三月二号",
     "，", "。", " ", "嗯", "好", "的", "*", "***", "订单", "我", "护照", "E1234567", "CVV", "背面三位数", "123"]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=7).map("".join)
ROLES: st.SearchStrategy[Role] = st.sampled_from(["agent", "customer", "unknown"])


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_masking_a_text_again_changes_nothing_and_keeps_what_is_not_hidden(text: str) -> None:
    hidden = mask_text(text)
    assert len(hidden) == len(text)
    assert all(new in (old, "*") for old, new in zip(text, hidden, strict=True))
    assert mask_text(hidden) == hidden


@given(st.lists(st.tuples(ROLES, TEXTS), max_size=6))
@settings(max_examples=150, deadline=None)
def test_masking_a_call_again_changes_nothing(said: list[tuple[Role, str]]) -> None:
    once = mask_result(a_result(utterances=tuple(a_dictation(*said))))
    assert mask_result(once) == once
