"""What rooms write in Chinese has its English where a command prints it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from pipeline.messages import ENGLISH, in_english
from tests.messages.extract import Source, numbered, template_of

HAN = re.compile("[\u4e00-\u9fff]+")
PLACE = re.compile(r"\{\d+\}")
TOP = Path(__file__).parents[2] / "pipeline"


OF_RULE_FILES = {"LexiconError", "ExpressionError", "NotationError", "wrong", "Remark"}
"""Whatever names a fault in a file of rules, sheets, topics, knowledge or regulations."""


def mistakes_in_rule_files() -> set[str]:
    """All their texts, and those that are put into others."""
    source = Source(sorted(TOP.rglob("*.py")))
    found: set[str] = set()
    for module in source.modules:
        for name in OF_RULE_FILES & module.calls.keys():
            for call in module.calls[name]:
                for argument in (*call.args, *(one.value for one in call.keywords)):
                    found |= source.resolve(argument, module)
    return {numbered(text) for text in found if HAN.search(text)}


def chinese_in_the_source() -> str:
    """All texts of the rooms, with what is put into them as places, one after the other."""
    texts = []
    for file in TOP.rglob("*.py"):
        if file.parent.name == "messages":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                texts.append(template_of(node))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.append(numbered(node.value))
    return "\n".join(texts)


@pytest.mark.long
def test_each_text_of_the_table_is_made_somewhere():
    """By its own words: what stands around them may be put together in several ways."""
    source = chinese_in_the_source()
    words = {text: HAN.findall(text) for text in ENGLISH}

    assert [text for text, own in words.items() if not all(one in source for one in own)] == []


def test_no_english_has_chinese_or_lacks_a_value():
    wrong = [
        text for text, english in ENGLISH.items()
        if HAN.search(english) or set(PLACE.findall(text)) != set(PLACE.findall(english))
    ]  # fmt: skip

    assert wrong == []


@pytest.mark.long
def test_every_mistake_in_a_rule_file_has_english_with_its_values():
    texts = mistakes_in_rule_files()
    shown = {text: in_english(PLACE.sub(lambda at: f"v{at[0][1:-1]}", text)) for text in texts}
    lost = {
        text: said for text, said in shown.items()
        if HAN.search(said) or any(f"v{at[1:-1]}" not in said for at in PLACE.findall(text))
    }  # fmt: skip

    assert lost == {}
    assert len(texts) > 150


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("没有这样的话", "没有这样的话"),
        (
            "r.yaml 第 3 行：rules[1].role 的值“夜间，上午”不对，应为以下之一：agent、customer",
            "r.yaml, line 3: rules[1].role is “夜间，上午”; expected one of agent, customer",
        ),
        (
            "r.yaml 第 3 行：rules 是键值表，应为列表（每行以“- ”开头）",
            "r.yaml, line 3: rules is a table; expected a list (each line begins with “- ”)",
        ),
        (
            "r.yaml 第 3 行：when 的值“a 夜间”不对：“夜间”看不懂，应为条件名称、and、or、not 和括号",
            "r.yaml, line 3: when is “a 夜间”, which is wrong: “夜间” is not understood; "
            "expected names of conditions, and, or, not and brackets",
        ),
        (
            "e.csv, line 2: 没有名为“夜间”的班组；请更正；没有保存任何内容\ne.csv, line 3: 没有工号，也没有班组；请填写其中一个",
            "e.csv, line 2: no team has the name “夜间”; correct it; nothing was saved\n"
            "e.csv, line 3: no agent and no team; give one of them",
        ),
        ("王芳", "王芳"),
        (
            "没有读取 3 个文件：.txt 2 个（不是录音）；没有扩展名 1 个（还没有传完）。",
            "3 files were not read: .txt 2 (not a recording); no suffix 1 (still being copied).",
        ),
        (
            "机器拿不准：2 处待人工判断，且有一票否决项（投诉、夜间、60 分以下）",
            "the machine is not sure: 2 places for a person, and an auto-fail (投诉, night, below 60)",
        ),
        ("申诉已逾期 1 件，即将到期 2 件，请尽快处理。", "appeals overdue 1, due soon 2: please see to them."),
        (
            "期限内联系了客户（按客户、话题和时间推测是同一件事）",
            "the customer was called in time (taken for the same matter by customer, topic, time)",
        ),
    ],
)  # fmt: skip
def test_it_is_the_english_of_its_template(chinese: str, english: str):
    assert in_english(chinese) == english
