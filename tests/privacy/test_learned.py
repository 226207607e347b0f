"""Names and addresses that the learned tagger adds to those of the rules."""

from __future__ import annotations

import pytest

from tests.privacy.test_corrected_and_spelt import shown
from tests.privacy.written import count, falsely_found, read_written

FILES = ("free_wording.txt", "free_wording_aside.txt")


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(("kind", "least"), [("name", 0.75), ("address", 0.9)])
def test_names_and_addresses_are_found_however_they_are_worded(
    file: str, kind: str, least: float
) -> None:
    ((marked, found),) = [one[1:] for one in count(read_written(file)) if one[0] == kind]
    assert found / marked >= least


@pytest.mark.parametrize("file", FILES)
def test_at_most_two_in_a_hundred_harmless_lines_of_free_wording_lose_a_word(file: str) -> None:
    harmless = [one for one in read_written(file) if not one.marked]
    false = [(one.line, falsely_found(one)) for one in harmless if falsely_found(one)]
    assert len(false) <= len(harmless) / 50, false


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("客 预约的时候留的季红手机尾号我忘了", "预约的时候留的*手机尾号我忘了"),
        ("坐 尊敬的滕文骥先生您好", "尊敬的*先生您好"),
        ("客 他显示派送到青羊区东坡路二号", "他显示派送到*"),
        ("坐 那就还是润泽公馆7号楼802给您送过去", "那就还是*给您送过去"),
        ("坐 您可以到营业厅就在青羊区东坡路二号", "您可以到营业厅就在青羊区东坡路二号"),
        ("坐 售后网点在长江路八十八号您直接过去", "售后网点在长江路八十八号您直接过去"),
        ("坐 您好我是专属顾问滕文骥", "您好我是专属顾问滕文骥"),
        ("客 合同上写的是毛坯房", "合同上写的是毛坯房"),
        ("客 保单上写的是全险", "保单上写的是全险"),
        ("客 身份证上写的是季红梅", "身份证上写的是*"),
        ("客 三号楼的电梯又坏了", "三号楼的电梯又坏了"),
        ("客 我在彭城路邮局等着", "我在彭城路邮局等着"),
        ("客 你给我安静点", "你给我安静点"),
        ("客 那个姓王的师傅说可以", "那个姓王的师傅说可以"),
    ],
)
def test_whose_name_or_address_it_is_decides(said: str, expected: str) -> None:
    assert shown(said) == [expected]


def test_a_place_of_the_company_is_no_answer() -> None:
    assert shown("坐 您的位置在哪里", "客 就在营业厅二楼")[1] == "就在营业厅二楼"
    assert shown("坐 您的位置在哪里", "客 就在翠湖花园二号楼")[1] == "就在*"
