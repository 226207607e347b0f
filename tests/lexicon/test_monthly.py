"""Monthly sheets and kinds of events are read whole or not at all, and messages name the line."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.lexicon import LEXICON_FOLDER, check_lexicon, load_lexicon, load_monthly


@pytest.fixture
def lexicons(tmp_path: Path) -> Path:
    shutil.copytree(LEXICON_FOLDER / "monthly", tmp_path / "monthly")
    return tmp_path


def change(lexicons: Path, name: str, old: str, new: str) -> int:
    """Replace the first ``old``; returns its line."""
    path = lexicons / "monthly" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def message(lexicons: Path) -> str:
    with pytest.raises(LexiconError) as caught:
        load_monthly(lexicons)
    return str(caught.value)


def test_six_sheets_ship_and_their_rules_are_known():
    rules = load_monthly(rule_ids=[rule.id for rule in load_lexicon().rules])

    assert [sheet.id for sheet in rules.sheets.sheets] == [
        "bank", "cable", "courier", "default", "hotline", "postal",
    ]  # fmt: skip
    cable = rules.sheets.choose("有线电视", date(2026, 11, 1))
    assert [(form.name, form.weight) for form in cable.forms] == [
        ("营业厅服务质量考核", 0.5),
        ("客户服务质量考核", 0.5),
    ]


def test_two_sheets_in_force_at_once_are_named_with_the_lines_of_both(lexicons: Path):
    change(lexicons, "cable.yaml", 'queues: ["有线*", "广电*"]', 'queues: ["*"]')
    first = f"cable.yaml 第 {change(lexicons, 'cable.yaml', 'id: cable', 'id: cable')} 行"
    second = f"default.yaml 第 {change(lexicons, 'default.yaml', 'id: default', 'id: default')} 行"

    said = message(lexicons)

    assert f"{second}：队列“*”从同一天起已有月度考核表“cable”（" in said
    assert f"{first}）" in said


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("cable.yaml", "weight: 0.5", "weight: 0.6", "各表权重（weight）合计为 1.1，应为 1"),
        ("cable.yaml", "event: loss,", "event: lost,", "应为events.yaml 中 sort 为 penalty 的编号"),
        (
            "cable.yaml",
            "level: 省公司,",
            "level: 部长,",
            "应为以下之一：分公司、省公司、省级以上、无",
        ),
        (
            "cable.yaml",
            "rest: {points: 15,",
            "rest: {points: 14,",
            "满分 30 分，各要素合计为 29 分",
        ),
        ("cable.yaml", "least_calls: 10", "most_calls: 10", "不认识的键“most_calls”"),
        (
            "cable.yaml",
            "event: overdue_order,",
            "event: overdue_order, repeat: true,",
            "不分是否重复",
        ),
        ("cable.yaml", "    count: losses", "    count: gains", "应为以下之一：share、losses"),
        (
            "cable.yaml",
            "{name: 基本熟悉, points: 1}",
            "{name: 熟悉, points: 1}",
            "基本熟悉没有分数",
        ),
        ("cable.yaml", 'D 第四部分 六 9.1"', 'D 第四部分 六 99"', "没有这一条"),
        ("cable.yaml", "id: cable", "id: default", "已经用于"),
        ("default.yaml", "full: 70", "full: 71", "满分 71 分，各要素合计为 70 分"),
        ("default.yaml", 'queues: ["*"]', 'queues: ["退款"]', "没有适用于所有队列"),
        ("default.yaml", "of: total", "of: totals", "应为以下之一：total、attitude"),
        ("default.yaml", "points: 20,", "points: value,", "没有分值，不能用 value"),
        ("bank.yaml", "publish_by: 10", "publish_by: 31", "应为1 到 28 之间的数"),
        ("events.yaml", "name: 超时工单", "name: 虚假回单", "每个词只能表示一种事项"),
        ("events.yaml", "levels: [熟悉, 较熟悉", "levels: [熟悉, 熟悉", "“熟悉”重复"),
        ("events.yaml", "{least: 1, most: 3}", "{least: 3, most: 1}", "应为大于 least（3）的数"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(
    lexicons: Path, file: str, old: str, new: str, says: str
):
    change(lexicons, file, old, new)
    said = message(lexicons)

    assert says in said
    assert file in said or "monthly" in said


def test_an_unknown_key_is_refused_at_its_own_line(lexicons: Path):
    line = change(lexicons, "bank.yaml", "publish_by: 10", "publish_at: 10")

    assert f"bank.yaml 第 {line} 行：不认识的键“publish_at”" in message(lexicons)


def test_a_finding_that_suggests_an_event_is_of_a_known_rule(lexicons: Path):
    change(lexicons, "events.yaml", "rule: fact.praise", "rule: fact.parise")

    with pytest.raises(LexiconError, match=r"fact\.parise"):
        load_monthly(lexicons, rule_ids=[rule.id for rule in load_lexicon().rules])


def test_a_lexicon_of_ones_own_without_months_has_those_that_ship(tmp_path: Path):
    assert load_monthly(tmp_path) == load_monthly()


def test_the_check_of_a_lexicon_reads_its_months_too(tmp_path: Path):
    shutil.copytree(LEXICON_FOLDER, tmp_path / "own")
    line = change(tmp_path / "own", "bank.yaml", "publish_by: 10", "publish_at: 10")

    (remark,) = check_lexicon(tmp_path / "own")

    assert remark.is_error
    assert f"bank.yaml 第 {line} 行" in remark.text
