"""``callqa lexicon check``: advice in a page that is read, all of it on request."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from pipeline.commands.main import main

RULES = """version: 1
rules:
  - id: forbidden.provoke
    name: 激化投诉
    kind: forbidden
    source: "our choice"
    severity: high
    role: agent
    phrases: [去告吧, 你去告吧, 随便去告吧, 您去告吧, 那就去告吧, 你去告啊, 您去告啊]
    positive: ["你去告吧。", "去告吧。"]
    negative: ["您别着急。", "我来处理。"]
"""


def check(*args: object) -> list[str]:
    ran = CliRunner().invoke(
        main, ["lexicon", "check", *map(str, args)], catch_exceptions=False, env={"COLUMNS": "200"}
    )
    assert ran.exit_code == 0
    return ran.stdout.splitlines()


def test_advice_on_the_lexicon_that_comes_with_callqa_fits_on_a_page():
    assert len(check()) <= 20


def test_advice_of_one_kind_on_one_rule_is_a_line_with_its_count_and_three_examples(tmp_path: Path):
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")

    assert check("--lexicons", tmp_path) == [
        "建议  forbidden.provoke 激化投诉：里面已有更短的短语，多半不写也能查到，共 5 个："
        "“你去告吧”（已有“去告吧”）、“随便去告吧”（已有“去告吧”）、“您去告吧”（已有“去告吧”）等",
        "每一处的文件和行号：加上 --verbose",
        "共 1 条规则、7 个短语，没有错误，5 条建议。",
    ]


def test_verbose_gives_each_with_file_and_line_and_of_two_alike_only_the_second(tmp_path: Path):
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    lines = check("--lexicons", tmp_path, "--verbose")

    assert len(lines) == 6
    assert lines[0].startswith(f"建议  {tmp_path / 'rules.yaml'} 第 9 行：“你去告吧”里面已有")
    assert [line for line in lines if "告啊" in line] == [
        f"建议  {tmp_path / 'rules.yaml'} 第 9 行：“您去告啊”里面已有同一条规则的“你去告啊”，不写也能查到，可以删去"
    ]


KNOWLEDGE = """version: 1
topics:
  - id: cable.fee
    name: 月租
    questions: [月租+多少]
    facts: [{id: fee, name: 月租, value: 25 元/月}]
    examples:
      - {ask: 月租多少, say: 月租二十五块, is: right}
      - {ask: 月租多少, say: 月租三十块, is: IS}
"""


def test_an_example_of_a_knowledge_file_that_is_judged_otherwise_is_an_error(tmp_path: Path):
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "knowledge").mkdir()
    file = tmp_path / "knowledge" / "site.yaml"
    file.write_text(KNOWLEDGE.replace("IS", "right"), encoding="utf-8")
    args = ["lexicon", "check", "--lexicons", str(tmp_path)]
    ran = CliRunner().invoke(main, args, catch_exceptions=False)

    assert ran.exit_code == 1
    assert (
        f"错误  {file} 第 9 行：例句应判为“答对”（right），实际判为“答错”：问“月租多少”，答“月租三十块”"
        in ran.stdout
    )
    file.write_text(KNOWLEDGE.replace("IS", "wrong"), encoding="utf-8")
    assert check("--lexicons", tmp_path)[-1] == "业务知识：1 个主题、1 个事实。"


def test_a_knowledge_file_that_cannot_be_read_is_an_error_with_its_line(tmp_path: Path):
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "knowledge").mkdir()
    file = tmp_path / "knowledge" / "site.yaml"
    file.write_text(KNOWLEDGE.replace("25 元/月", "25 文"), encoding="utf-8")
    ran = CliRunner().invoke(main, ["lexicon", "check", "--lexicons", str(tmp_path)])

    assert ran.exit_code == 1
    assert f"错误  {file} 第 6 行：不认识的单位“文”" in ran.stdout
