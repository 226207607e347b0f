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
