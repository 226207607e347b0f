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
        "advice  forbidden.provoke 激化投诉: phrases that hold shorter ones, and are mostly found without "
        "being written, 5 of them: “你去告吧” (“去告吧” is there), “随便去告吧” (“去告吧” is there), "
        "“您去告吧” (“去告吧” is there) and others",
        "--verbose has file and line of each",
        "1 rules, 7 phrases, no mistakes, 5 pieces of advice.",
    ]


def test_verbose_gives_each_with_file_and_line_and_of_two_alike_only_the_second(tmp_path: Path):
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    lines = check("--lexicons", tmp_path, "--verbose")

    assert len(lines) == 6
    assert lines[0].startswith(f"advice  {tmp_path / 'rules.yaml'}, line 9: “你去告吧” holds")
    assert [line for line in lines if "告啊" in line] == [
        f"advice  {tmp_path / 'rules.yaml'}, line 9: “您去告啊” holds “你去告啊” of the same rule, and is "
        "found without being written; it can go"
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
        f"mistake  {file}, line 9: the example should be judged right (right), and is judged wrong: "
        "asked “月租多少”, answered “月租三十块”" in ran.stdout
    )
    file.write_text(KNOWLEDGE.replace("IS", "wrong"), encoding="utf-8")
    assert check("--lexicons", tmp_path)[-1] == "knowledge: 1 topics, 1 facts."


def test_a_knowledge_file_that_cannot_be_read_is_an_error_with_its_line(tmp_path: Path):
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "knowledge").mkdir()
    file = tmp_path / "knowledge" / "site.yaml"
    file.write_text(KNOWLEDGE.replace("25 元/月", "25 文"), encoding="utf-8")
    ran = CliRunner().invoke(main, ["lexicon", "check", "--lexicons", str(tmp_path)])

    assert ran.exit_code == 1
    assert f"mistake  {file}, line 6: the unit “文” is not known; expected one of " in ran.stdout
