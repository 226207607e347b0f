"""Knowledge files that are wrong are refused whole, with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.lexicon import (
    LEXICON_FOLDER,
    Amount,
    Hours,
    KnowledgeTopic,
    Wording,
    load_knowledge,
    load_lexicon,
)

GOOD = """version: 1
topics:
  - id: cable.fee
    name: 月租
    questions: [月租+多少]
    facts:
      - {id: fee, name: 月租, value: 23 元/月, ends: 2025-12-31}
      - {id: fee, name: 月租, value: 25 元/月, starts: 2026-01-01}
"""


def load(folder: Path, text: str) -> tuple[KnowledgeTopic, ...]:
    (folder / "knowledge").mkdir(exist_ok=True)
    (folder / "knowledge" / "site.yaml").write_text(text, encoding="utf-8")
    return load_knowledge(folder)[0]


def with_fact(line: str) -> str:
    """The file with another line 8."""
    return "\n".join([*GOOD.splitlines()[:7], f"      - {line}", ""])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{id: fee, name: 月租, value: 25 元/月}", "第 8 行：事实“fee”在每一天已有另一个值“23 元/月”"),
        (
            "{id: fee, name: 月租, value: 25 元/月, starts: 2025-12-31}",
            "第 8 行：事实“fee”在2025-12-31 这一天已有另一个值“23 元/月”",
        ),
        ("{id: a, name: 甲, value: 25 文}", "第 8 行：不认识的单位“文”，应为以下之一：元、"),
        ("{id: a, name: 甲, value: 25 元/世纪}", "第 8 行：不认识的“/世纪”"),
        ("{id: a, name: 甲, value: 5-3 个工作日}", "第 8 行：.*先小后大的范围（5 大于 3，前后颠倒了）"),
        ('{id: a, name: 甲, value: "17:00-9:00"}', "第 8 行：.*前后颠倒了"),
        ('{id: a, name: 甲, value: "9:00-25:00"}', "第 8 行：.*一天之内的时间"),
        ("{id: a, name: 甲, value: 二十元}", "第 8 行：.*数和单位"),
        ("{id: a, name: 甲}", "第 8 行：事实“a”应当写 value（数值）或 says"),
        ("{id: a, name: 甲, value: 2 元, says: [乙]}", "第 8 行：事实“a”应当写 value"),
        ("{id: a, name: 甲, value: 2 元, never: [乙]}", "第 8 行：never"),
        ("{id: a, name: 甲, value: 2 元, starts: 2026-02-01, ends: 2026-01-01}", "第 8 行：.*不早于 starts"),
        ("{id: a, name: 甲, value: 2 元, starts: 明天}", "第 8 行：.*日期，例如"),
        ("{id: 甲, name: 甲, value: 2 元}", "第 8 行：.*小写字母"),
        ("{id: a, name: 甲, value: 2 元, price: 3}", "第 8 行：不认识的键“price”"),
    ],
)  # fmt: skip
def test_a_wrong_fact_is_refused_with_its_line(tmp_path: Path, line: str, message: str):
    with pytest.raises(LexiconError, match=rf"site\.yaml {message}"):
        load(tmp_path, with_fact(line))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[月租+多少]", "[月租]", "第 5 行：.*至少三个字的问法"),
        ("[月租+多少]", "[月租+]", "第 5 行：.*至少三个字的问法"),
        ("[月租+多少]", "[]", "第 5 行：.*至少一个问法"),
        ("version: 1", "version: 7", "第 1 行：.*以下之一：1"),
        ("id: cable.fee", "id: Cable", "第 3 行：.*小写字母"),
    ],
)
def test_a_wrong_topic_is_refused_with_its_line(tmp_path: Path, old: str, new: str, message: str):
    with pytest.raises(LexiconError, match=rf"site\.yaml {message}"):
        load(tmp_path, GOOD.replace(old, new))


def test_one_id_in_two_files_is_refused(tmp_path: Path):
    load(tmp_path, GOOD)
    (tmp_path / "knowledge" / "two.yaml").write_text(GOOD, encoding="utf-8")

    with pytest.raises(LexiconError, match=r"主题编号“cable\.fee”已经用于 .*site\.yaml 第 3 行"):
        load_knowledge(tmp_path)


def test_a_file_made_from_the_example_keeps_its_ids(tmp_path: Path):
    load(tmp_path, GOOD)
    (tmp_path / "knowledge" / "example.yaml").write_text(f"example: true\n{GOOD}", encoding="utf-8")

    assert [topic.id for topic in load_knowledge(tmp_path)[0]] == ["cable.fee"]


def test_values_are_in_base_units(tmp_path: Path):
    text = with_fact("{id: a, name: 甲, value: 最多 2 天}") + (
        '      - {id: b, name: 乙, value: "8:30-12:00, 14:00-17:30"}\n'
        "      - {id: c, name: 丙, says: [身份证/证件, 申请表]}\n"
        "      - {id: d, name: 丁, value: 3.5%}\n"
    )
    (topic,) = load(tmp_path, text)

    assert [fact.value for fact in topic.facts] == [
        Amount(23, 23, "元", "月"),
        Amount(2880, 2880, "分钟", bound="most"),
        Hours(((510, 720), (840, 1050))),
        Wording((("身份证", "证件"), ("申请表",))),
        Amount(3.5, 3.5, "%"),
    ]


def test_no_shipped_fact_is_used():
    assert load_lexicon().knowledge == ()
    assert load_knowledge(LEXICON_FOLDER, examples=True)[0] != ()


def test_an_example_file_is_checked_and_changes_no_version(tmp_path: Path):
    for file in LEXICON_FOLDER.glob("*.yaml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    before = load_lexicon(tmp_path).version
    load(tmp_path, "example: true\n" + GOOD)
    as_example = load_lexicon(tmp_path)
    load(tmp_path, GOOD)
    used = load_lexicon(tmp_path)

    assert (as_example.version, as_example.knowledge) == (before, ())
    assert used.version != before
    assert [topic.id for topic in used.knowledge] == ["cable.fee"]
    with pytest.raises(LexiconError, match="不认识的单位"):
        load(tmp_path, "example: true\n" + GOOD.replace("25 元/月", "25 文"))
