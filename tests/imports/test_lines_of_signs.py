"""Lines of signs in dialogues: some part conversations, some adorn a message."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.imports import read_text_file
from tests.imports.test_several_in_a_file import BAD, GOOD, NICE, RUDE, read

RULES = ["====", "================", "****", "＝＝＝＝＝＝", "########"]
ASKS = "客服：您好，请讲。\n客户：我查账单。\n"
MORE = "客服：不客气，再见。\n"


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    "message",
    [
        "客服：账单如下：\n\n{0}\n\n客服：合计 86 元。\n客户：好的，谢谢。\n",
        "客服：您的账单\n\n{0}\n\n合计 86 元\n\n{0}\n\n客户：这 86 元是什么？\n客服：月租。\n",
        "客服：合计 86 元。\n\n{0}\n\n客户：好的，谢谢。\n",
        "客服：合计 86 元。\n\n{0}\n\n客户：嗯嗯\n",
        "客服：合计 86 元。\n\n{0}\n\n客户：这 86 元是什么？\n客服：月租。\n",
        "客服：合计 86 元。\n\n{0}\n\n客服：您好，还有其他问题吗？\n客户：没有了。\n",
        "客服：您的受理信息：\n\n{0}\n\n工号：8001\n电话：138\n\n{0}\n\n客户：收到。\n",
    ],
)
def test_signs_between_empty_lines_inside_a_message_part_no_conversation(
    tmp_path: Path, message: str, rule: str
):
    assert len(read(tmp_path, ASKS + message.format(rule) + MORE)) == 1


@pytest.mark.parametrize("rule", [*RULES, "--------", "————————"])
def test_signs_between_a_farewell_and_a_greeting_part_two(tmp_path: Path, rule: str):
    talks = read(tmp_path, f"{GOOD}\n{rule}\n\n{GOOD}")

    assert [said for _, _, said in talks] == [NICE, NICE]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("first", "second"),
    [
        (GOOD, BAD),
        (BAD, GOOD),
        (BAD, "客户：你好，在吗\n客服：我不知道。\n"),
        (BAD, "客服：喂\n客户：在\n"),
        (f"{BAD}通话结束\n", BAD),
        (BAD, f"第二通\n{BAD}"),
        (BAD, f"工号：8002\n{BAD}"),
    ],
)
def test_signs_where_one_ends_or_another_begins_part_two(
    tmp_path: Path, first: str, second: str, rule: str
):
    assert len(read(tmp_path, f"{first}\n{rule}\n\n{second}")) == 2


@pytest.mark.parametrize("rule", RULES)
def test_between_a_farewell_and_a_greeting_no_empty_lines_are_needed(tmp_path: Path, rule: str):
    assert len(read(tmp_path, f"{GOOD}{rule}\n{GOOD}")) == 2
    assert len(read(tmp_path, f"{GOOD}{rule}\n{BAD}")) == 1


def test_a_remark_between_two_lines_of_signs_is_no_message(tmp_path: Path):
    talks = read(tmp_path, f"{GOOD}\n====\n\n备注：已回访\n\n====\n\n{GOOD}")

    assert [said for _, _, said in talks] == [NICE, NICE]


def test_one_sign_for_all_parts_many_conversations_without_greetings(tmp_path: Path):
    talks = read(tmp_path, f"{BAD}\n====\n\n{BAD}\n====\n\n{BAD}")

    assert [said for _, _, said in talks] == [RUDE, RUDE, RUDE]


def test_signs_that_part_nothing_though_a_speaker_stands_below_are_told(tmp_path: Path):
    path = tmp_path / "a.txt"
    path.write_text(f"{ASKS}客服：合计 86 元。\n\n====\n\n客户：什么钱？\n", encoding="utf-8")

    assert read_text_file(path).notes == (
        f"{path}：第 5 行的“====”没有当作两通会话的分界；如果是，请在它下面写上标题，如“第二通”",
    )


@pytest.mark.parametrize("rule", ["--------", "————————", "~~~~~~"])
def test_other_signs_part_nothing_where_nobody_takes_leave_and_greets(tmp_path: Path, rule: str):
    assert len(read(tmp_path, f"{BAD}\n{rule}\n\n{GOOD}")) == 1
