"""A site's own additions: read as part of the rules, written line by line, and without them nothing
changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.lexicon import (
    SIGNAL_NAMES,
    SIGNAL_RULES,
    Overlay,
    check_lexicon,
    deductions_of,
    edit_overlay,
    load_lexicon,
    load_scorecards,
    overlay_file,
    parse_overlay,
    read_overlay,
)
from pipeline.lexicon.read_topics import topic_paths
from pipeline.lexicon.reader import digest
from pipeline.settings import SiteSettings
from pipeline.types import RulePoints, SheetPoints, WordingChange, change_of, plain_change

FILE = Path("site.yaml")
NOTE = "2026-11-29 王芳 提出，李强 采纳"
RULES = """version: 1
rules:
  - id: forbidden.provoke
    name: 激化投诉
    kind: forbidden
    source: "our choice"
    severity: high
    points: 10
    role: agent
    phrases: [去告吧]
    positive: ["你去告吧。", "去告吧。"]
    negative: ["您别着急。", "我来处理。"]
  - id: process.quiet
    name: 没有说话
    kind: process
    source: "our choice"
    severity: low
    role: agent
    conditions: {quiet: {silence: {least_s: 5}}}
    when: quiet
    positive: ["客服：好。 / （静默 8 秒） / 客服：好。", "客服：是。 / （静默 6 秒） / 客服：好。"]
    negative: ["客服：好。", "客服：是。"]
"""
SHEET = """version: 2
id: own
name: 自己的表
queues: ["*"]
attitude: [taboo]
projects:
  - name: 态度
    indicators:
      - name: 用语
        elements:
          - id: words   # 要素
            name: 禁语
            dimension: taboo
            full: 100
            source: "our choice"
            deductions:
              - {kind: forbidden, rule: forbidden.provoke, points: 7, per: hit, source: "our choice"}
              - {figure: agent_chars_per_min, above: 300, points: 2, source: "our choice"}
              - {figure: agent_chars_per_min, above: 400, points: 3.5, source: "our choice"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "scoring").mkdir()
    (tmp_path / "scoring" / "own.yaml").write_text(SHEET, encoding="utf-8")
    return tmp_path


def add(folder: Path, text: str) -> Path:
    file = folder / "site.yaml"
    file.write_text(f"version: 1\n{text}", encoding="utf-8")
    return file


def test_without_an_overlay_versions_are_digests_of_the_files_as_before(folder: Path):
    lexicon = load_lexicon(folder)
    (sheet,) = load_scorecards(folder / "scoring", rule_ids=["forbidden.provoke"]).sheets

    assert lexicon.version == digest([folder / "rules.yaml", *topic_paths(folder)])
    assert sheet.version == digest([folder / "scoring" / "own.yaml"])
    assert load_lexicon(folder, Overlay()).version == lexicon.version


def test_an_empty_overlay_and_comments_change_no_version(folder: Path):
    before = load_lexicon(folder).version
    add(folder, "# 还没有\n")
    empty = load_lexicon(folder).version
    add(folder, "rules:\n  - {rule: forbidden.provoke, points: 5}\n")
    first = load_lexicon(folder)
    add(folder, "rules:\n  # 为什么\n  - rule: forbidden.provoke\n    points: 5\n")

    assert empty == before
    assert first.version not in (before, "")
    assert load_lexicon(folder).version == first.version


def test_additions_are_part_of_the_rules(folder: Path):
    add(
        folder,
        "rules:\n  - rule: forbidden.provoke\n    phrases: [随你(去)?投诉]\n    exceptions: [我陪您去告吧]\n    negative: [我陪您去告吧。]\n    points: 4\n",
    )
    rule = next(rule for rule in load_lexicon(folder).rules if rule.id == "forbidden.provoke")

    assert [phrase.say for phrase in rule.phrases] == ["去告吧", "随你去投诉", "随你投诉"]
    assert (rule.exceptions, rule.points) == (("我陪您去告吧",), 4.0)
    assert rule.negative[-1] == "我陪您去告吧。"


def test_points_of_a_sheet_change_in_its_text_and_version_and_nowhere_else(folder: Path):
    add(
        folder,
        "sheets:\n  - {sheet: own, element: words, figure: agent_chars_per_min, above: 400, points: 5}\n",
    )
    lexicon = load_lexicon(folder)
    ids = [rule.id for rule in lexicon.rules]
    (sheet,) = load_scorecards(folder / "scoring", rule_ids=ids).sheets
    (plain,) = load_scorecards(folder / "scoring", rule_ids=ids, overlay=Overlay()).sheets

    assert [charge.points for charge in sheet.elements[0].charges] == [7.0, 2.0, 5.0]
    assert sheet.text == SHEET.replace("points: 3.5", "points: 5")
    assert sheet.version != plain.version
    assert lexicon.version == load_lexicon(folder, Overlay()).version


def test_a_deduction_is_named_by_the_fewest_keys_that_tell_it(folder: Path):
    (sheet,) = load_scorecards(folder / "scoring", rule_ids=["forbidden.provoke"]).sheets
    lines = deductions_of(sheet, Overlay())

    assert [line.which for line in lines] == [
        (("rule", "forbidden.provoke"),),
        (("figure", "agent_chars_per_min"), ("above", "300")),
        (("figure", "agent_chars_per_min"), ("above", "400")),
    ]
    own = parse_overlay(
        "version: 1\nsheets: [{sheet: own, element: words, kind: forbidden, points: 1}]", FILE
    )
    assert deductions_of(sheet, own)[0].which == (("kind", "forbidden"),)
    assert deductions_of(sheet, own)[0].added == 1.0


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("rules:\n  - {rule: no.such, points: 3}", 3, "没有编号为“no.such”的规则"),
        ("rules:\n  - {rule: process.quiet, phrases: [你好呀]}", 3, "由条件或职责组成"),
        ("rules:\n  - {rule: forbidden.provoke, phrases: [滚]}", 3, "两个字以上的短语"),
        ("rules:\n  - {rule: forbidden.provoke, point: 3}", 3, "不认识的键“point”"),
        ("rules:\n  - {rule: forbidden.provoke, points: 300}", 3, "0 到 100 之间的数"),
        ("rules:\n  - {rule: forbidden.provoke, points: 1}\n  - {id: a}", 4, "整条规则（id）请写在另一个文件里"),
        ("rules: [", 3, "YAML 格式错误"),
        ("sheets:\n  - {sheet: other, element: words, rule: forbidden.provoke, points: 1}", 3, "没有编号为“other”的评分表"),
        ("sheets:\n  - {sheet: own, element: no, rule: forbidden.provoke, points: 1}", 3, "没有考核要素“no”"),
        ("sheets:\n  - {sheet: own, element: words, figure: agent_chars_per_min, points: 1}", 3, "有 2 项符合"),
        ("sheets:\n  - {sheet: own, element: words, rule: forbidden.x, points: 1}", 3, "没有符合"),
        ("sheets:\n  - {sheet: own, element: words, points: 1}", 3, "说明改的是哪一项扣分"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_file_and_line(folder: Path, text: str, line: int, why: str):
    file = add(folder, f"{text}\n")
    (remark,) = check_lexicon(folder)

    assert remark.is_error
    assert why in remark.text
    assert f"{file} 第 {line} 行" in remark.text or "rules: [" in text


def test_a_deduction_by_the_rule_is_changed_at_the_rule(folder: Path):
    path = folder / "scoring" / "own.yaml"
    path.write_text(SHEET.replace("points: 7", "points: rule"), encoding="utf-8")
    add(folder, "sheets:\n  - {sheet: own, element: words, rule: forbidden.provoke, points: 1}\n")
    (remark,) = check_lexicon(folder)

    assert "请改规则的分值" in remark.text


def test_what_an_update_brought_anyway_is_advice_only(folder: Path):
    add(folder, "rules:\n  - {rule: forbidden.provoke, phrases: [去告吧]}\n")
    remarks = check_lexicon(folder)

    assert [(remark.is_error, "里已有，可以删去" in remark.text) for remark in remarks] == [
        (False, True)
    ]


def test_a_phrase_that_another_rule_has_is_named_where_the_overlay_adds_it(folder: Path):
    text = RULES.partition("  - id: process.quiet")[0]
    other = text.replace("forbidden.provoke", "forbidden.a").replace("去告吧", "不归我管")
    (folder / "a.yaml").write_text(other, encoding="utf-8")
    file = add(folder, "rules:\n  - {rule: forbidden.a, phrases: [去告吧]}\n")

    with pytest.raises(
        LexiconError, match=f"{file} 第 3 行：短语“去告吧”已经在规则“forbidden.provoke”中"
    ):
        load_lexicon(folder)


def test_a_file_of_whole_rules_with_that_name_stays_a_file_of_rules(folder: Path):
    (folder / "rules.yaml").rename(folder / "site.yaml")

    assert len(load_lexicon(folder).rules) == 2
    assert load_lexicon(folder).version == digest([folder / "site.yaml", *topic_paths(folder)])


def test_the_overlay_lies_with_the_own_rules_or_beside_the_database(tmp_path: Path):
    assert overlay_file(SiteSettings(lexicons="/srv/rules")) == Path("/srv/rules/site.yaml")
    assert overlay_file(SiteSettings()) == Path("callqa.db.site.yaml")
    assert read_overlay(tmp_path / "none.yaml") == Overlay(tmp_path / "none.yaml")


def test_every_measured_rule_has_one_name():
    assert set(SIGNAL_RULES) <= set(SIGNAL_NAMES)


# How the file is written

HAND = """version: 1
rules:
- rule: forbidden.shirk   # 我们自己的
  phrases: ["这事别找我",   别找我]
  exceptions:
  - 不归我管的我也帮您问   # 甲
  # 下面一条是营业厅要的
  - 不归我们管的也帮您问

# 文件末尾的话
"""
SHIRK = WordingChange("forbidden.shirk", "exceptions", "不归我管帮您转")
POINTS = RulePoints("forbidden.shirk", 5.0)
SHEET_POINTS = SheetPoints("default", "polite_words", (("rule", "missing.greeting"),), 6.0)


def edit(text: str, *changes: object) -> str:
    return edit_overlay(text, FILE, changes, note=NOTE)


def test_a_new_file_says_what_it_is_and_who_asked():
    made = edit("", SHIRK, POINTS, SHEET_POINTS)

    assert made.startswith("# 本单位")
    assert made.endswith(
        f"""version: 1
rules:
  - rule: forbidden.shirk
    exceptions:
      - 不归我管帮您转  # {NOTE}
    points: 5  # {NOTE}
sheets:
  - {{sheet: default, element: polite_words, rule: missing.greeting, points: 6}}  # {NOTE}
"""
    )


@pytest.mark.parametrize(
    "start", ["", HAND, "version: 1", "version: 1\nrules:\n  - {rule: a.b, points: 1}\n"]
)
@pytest.mark.parametrize(
    "change", [SHIRK, POINTS, SHEET_POINTS, WordingChange("forbidden.blame", "positive", '他说："好: 吧"。')]
)  # fmt: skip
def test_what_is_put_in_is_taken_out_again(start: str, change: WordingChange):
    before = start or edit("", WordingChange("a.b", "phrases", "甲乙"))
    with_it = edit(before, change)

    assert with_it != before
    assert edit(with_it, change.undone_by).rstrip() == before.rstrip()
    assert change_of(plain_change(change)) == change


def test_lines_that_people_wrote_stay_as_they_are():
    made = edit(HAND, SHIRK, WordingChange("forbidden.shirk", "phrases", "别找我们"))

    assert [line for line in HAND.splitlines() if line not in made.splitlines()] == [
        '  phrases: ["这事别找我",   别找我]'
    ]
    assert '  phrases: ["这事别找我",   别找我, 别找我们]' in made
    assert f"  - 不归我们管的也帮您问\n  - 不归我管帮您转  # {NOTE}\n\n# 文件末尾的话\n" in made


def test_a_comment_behind_what_is_taken_out_stays():
    out = WordingChange("forbidden.shirk", "exceptions", "不归我管的我也帮您问", remove=True)

    assert edit(HAND, out) == HAND.replace("  - 不归我管的我也帮您问   # 甲\n", "")


def test_what_is_there_already_is_not_written_twice():
    assert edit(HAND, WordingChange("forbidden.shirk", "phrases", "别找我")) == HAND


def test_what_is_gone_or_was_changed_since_is_not_undone():
    with pytest.raises(LexiconError, match="里面已经没有"):
        edit(HAND, WordingChange("forbidden.shirk", "phrases", "没有的话", remove=True))
    with pytest.raises(LexiconError, match="后来又改过"):
        edit(edit(HAND, POINTS), RulePoints("forbidden.shirk", None, 7.0))


def test_a_value_is_changed_in_its_place():
    made = edit(edit(HAND, POINTS), RulePoints("forbidden.shirk", 2.5, 5.0))

    assert f"  points: 2.5  # {NOTE}" in made
    again = edit(edit("", SHEET_POINTS), SheetPoints(*[*_values(SHEET_POINTS)[:3], 1.0, 6.0]))
    assert "rule: missing.greeting, points: 1}" in again


def _values(change: SheetPoints) -> tuple[object, ...]:
    return change.sheet, change.element, change.which, change.points


@pytest.mark.parametrize(
    "text",
    [
        "version: 1\nrules: [{rule: a.b, points: 1}]\n",
        "{version: 1}\n",
    ],
)
def test_a_form_that_lines_cannot_be_put_into_is_left_to_people(text: str):
    with pytest.raises(LexiconError, match="请手工改"):
        edit(text, SHIRK)


def test_lists_in_one_line_lose_first_last_and_only_items():
    text = "version: 1\nrules:\n  - {rule: a.b, phrases: [甲乙, 丙丁, 戊己], points: 2}\n"
    gone = text
    for word in ("甲乙", "戊己", "丙丁"):
        gone = edit(gone, WordingChange("a.b", "phrases", word, remove=True))

    assert gone == "version: 1\nrules:\n  - {rule: a.b, points: 2}\n"
    assert edit(gone, RulePoints("a.b", None, 2.0)) == "version: 1\n"
