"""Every text of the program has its Chinese."""

from __future__ import annotations

import gettext
import re
from functools import cache
from io import BytesIO

import pytest

from tests.messages.catalogue import (
    FILE,
    as_mo,
    as_po,
    lacking,
    places,
    read_catalogue,
    renewed,
    texts,
)

HALF_WIDTH = re.compile("[\u4e00-\u9fff][,;:!?]|[\u4e00-\u9fff]\\(|\\)[\u4e00-\u9fff]")


def catalogue_of(compiled: bytes) -> dict[object, str]:
    """All texts of a compiled form, without its head."""
    found = dict(vars(gettext.GNUTranslations(BytesIO(compiled)))["_catalog"])
    return {key: value for key, value in found.items() if key}


@cache
def wanted():
    return texts()


@pytest.mark.long
def test_every_text_has_chinese():
    assert lacking(read_catalogue(), wanted()) == [], "run python -m tests.messages.catalogue"


def test_the_catalogue_has_no_text_that_is_gone():
    known = {message.id for message in read_catalogue() if message.id}

    assert known - set(wanted()) == set(), "run python -m tests.messages.catalogue"


def test_the_catalogue_is_written_as_the_command_writes_it():
    assert FILE.read_bytes() == as_po(renewed(read_catalogue(), wanted()))


def test_the_compiled_form_is_that_of_the_written_one():
    compiled = FILE.with_suffix(".mo").read_bytes()

    assert catalogue_of(compiled) == catalogue_of(as_mo(read_catalogue()))


def test_chinese_names_no_place_that_the_text_does_not_have():
    wrong = [message.id for message in read_catalogue() if places(message)[1] - places(message)[0]]

    assert wrong == []


def test_values_are_left_out_nowhere_but_where_that_is_meant():
    """The name of the option says already which kind of period it takes."""
    left_out = [
        message.id for message in read_catalogue() if places(message)[0] - places(message)[1]
    ]

    assert left_out == ["--{0} {1} is no {2}; expected one such as {3}"]


def test_chinese_has_chinese_punctuation():
    wrong = [m.string for m in read_catalogue() if m.id and HALF_WIDTH.search(str(m.string))]

    assert wrong == []


@pytest.mark.parametrize("word", ["坐席", "账本", "规则库", "抽查"])
def test_one_thing_has_one_name(word: str):
    """The pages and the docs say 客服, 词库; 操作日志 and 抽检 are the words of the trade."""
    assert [message.string for message in read_catalogue() if word in str(message.string)] == []
