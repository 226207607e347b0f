from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.lexicon import LEXICON_FOLDER, load_lexicon, load_scorecard, sound_rules

RULE = """version: 1
rules:
  - id: forbidden.shirk
    name: 推诿
    kind: forbidden
    source: "D 第一部分 第二章 (三)"
    severity: high
    role: agent
    phrases: [不归我管]
    positive: ["这个不归我管。", "不归我管的。"]
    negative: ["不规范管理。", "我来管。"]
"""
SHEET = (LEXICON_FOLDER / "scoring" / "default.yaml").read_text(encoding="utf-8")
RULE_IDS = [rule.id for rule in load_lexicon().rules]


def load_rules(folder: Path, text: str):
    (folder / "rules.yaml").write_text(text, encoding="utf-8")
    return load_lexicon(folder)


def test_the_lexicon_that_comes_with_callqa_is_whole():
    lexicon = load_lexicon()
    forbidden = [rule for rule in lexicon.rules if rule.kind == "forbidden"]

    assert len(forbidden) >= 10
    assert sum(len(rule.phrases) for rule in forbidden) >= 250
    assert all(rule.source for rule in lexicon.rules)
    assert lexicon.agent_cues
    assert "谢谢观看" in lexicon.inventions


def test_an_alarm_changes_nothing_of_what_is_found(tmp_path: Path):
    (rule,) = load_rules(tmp_path, RULE).rules
    (loud,) = load_rules(
        tmp_path, RULE.replace("severity: high", "severity: high\n    alarm: notify")
    ).rules

    assert (rule.alarm, loud.alarm) == (None, "notify")
    assert rule.digest == loud.digest


@pytest.mark.parametrize(
    ("good", "bad", "line", "said"),
    [
        ("severity: high", "severity: hihg", 7, "“hihg”不对，应为以下之一：low、medium、high"),
        (
            "kind: forbidden",
            "kind: verboten",
            5,
            "“verboten”不对，应为以下之一：required、forbidden",
        ),
        ("id: forbidden.shirk", "id: 推诿规则", 3, "应为小写字母"),
        ("[不归我管]", "[管]", 9, "两个字以上的短语"),
        ("[不归我管]", "[]", 9, "至少一个短语"),
        ("[不归我管]", "不归我管", 9, "应为列表"),
        ("[不归我管]", '["不归我，管"]', 9, "不含标点"),
        ("    severity: high\n", "", 3, "缺少“severity”"),
        (
            "    severity: high\n",
            "    severity: high\n    serverity: high\n",
            8,
            "不认识的键“serverity”",
        ),
        ("    severity: high\n", "    severity: high\n    severity: low\n", 8, "重复"),
        ('["不规范管理。", "我来管。"]', '["不规范管理。"]', 11, "至少两个例句"),
        (
            "    severity: high\n",
            "    severity: high\n    alarm: red\n",
            8,
            "应为以下之一：wall、notify",
        ),
        ("kind: forbidden", "kind: required\n    phrase: 某\n    alarm: wall", 7, "会话结束才知道"),
        ("rules:", "rules: [", 3, "YAML 格式错误"),
        ("severity: high", "severity: hi\x07gh", 7, "有 YAML 不允许的字符（U+0007），请删去"),
        ("severity: high", "severity: [high]", 7, "rules[1].severity 是列表，应为以下之一"),
        ("version: 1", "version: 9", 1, "“9”不对，应为以下之一：1"),
    ],
)
def test_a_wrong_rule_is_refused_with_file_line_value_and_what_was_expected(
    tmp_path: Path, good: str, bad: str, line: int, said: str
):
    with pytest.raises(LexiconError) as caught:
        load_rules(tmp_path, RULE.replace(good, bad))

    assert f"{tmp_path / 'rules.yaml'} 第 {line} 行" in str(caught.value)
    assert said in str(caught.value)


def test_one_wrong_file_spoils_the_whole_lexicon(tmp_path: Path):
    shutil.copytree(LEXICON_FOLDER, tmp_path / "lexicons")
    (tmp_path / "lexicons" / "zz.yaml").write_text("version: 1\nrules: 3\n", encoding="utf-8")

    with pytest.raises(LexiconError, match=r"zz\.yaml 第 2 行"):
        load_lexicon(tmp_path / "lexicons")


@pytest.mark.parametrize(("name", "content"), [("a.yaml", b"\xff\xfe\x00"), ("a.yaml", b"")])
def test_a_file_that_is_no_text_or_empty_is_refused(tmp_path: Path, name: str, content: bytes):
    (tmp_path / name).write_bytes(content)

    with pytest.raises(LexiconError, match=r"a\.yaml"):
        load_lexicon(tmp_path)


def test_an_empty_folder_is_no_lexicon(tmp_path: Path):
    with pytest.raises(LexiconError, match="没有任何规则"):
        load_lexicon(tmp_path)


def test_the_same_id_or_forbidden_phrase_twice_is_refused(tmp_path: Path):
    again = RULE.split("rules:\n")[1]

    with pytest.raises(LexiconError, match=r"规则编号“forbidden\.shirk”重复"):
        load_rules(tmp_path, RULE + again)
    with pytest.raises(LexiconError, match=r"短语“不归我管”已经在规则“forbidden\.shirk”中"):
        load_rules(tmp_path, RULE + again.replace("forbidden.shirk", "forbidden.other"))


def test_the_version_changes_with_any_change_of_a_file(tmp_path: Path):
    before = load_rules(tmp_path, RULE).version

    assert load_rules(tmp_path, RULE).version == before
    assert load_rules(tmp_path, RULE + "# 注\n").version != before


@pytest.mark.parametrize(
    ("good", "bad", "said"),
    [
        ("full: 30", "full: 20", "合计为 80 分，应为 100 分（礼貌用语 20"),
        (
            "rule: missing.greeting",
            "rule: missing.greetings",
            "“missing.greetings”不对，应为规则文件中已有的规则编号",
        ),
        (
            "attitude: [tone, pace, courtesy, taboo]",
            "attitude: [knowledge]",
            "无法计算服务态度得分",
        ),
        ("attitude: [tone,", "attitude: [mood,", "“mood”不对，应为以下之一：tone、"),
        (
            "figure: agent_chars_per_min_low",
            "figure: agent_speed",
            "“agent_speed”不对，应为以下之一：agent_chars",
        ),
        ("above: 420, points: 5", "points: 5", "应当写 above（高于）或 below（低于），二者选一"),
        (
            "{name: 良好, least: 85}",
            "{name: 良好, least: 96}",
            "“96”不对，应为低于上一等级的分数（95）",
        ),
        ("version: 2", "version: 1", "“1”不对，应为以下之一：2"),
        ("points: 8", "points: -8", "“-8”不对，应为0 到 100 之间的数"),
        ("id: forbidden_words", "id: polite_words", "考核要素编号“polite_words”重复"),
    ],
)
def test_a_wrong_sheet_is_refused(tmp_path: Path, good: str, bad: str, said: str):
    path = tmp_path / "sheet.yaml"
    path.write_text(SHEET.replace(good, bad), encoding="utf-8")

    with pytest.raises(LexiconError) as caught:
        load_scorecard(path, rule_ids=RULE_IDS)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_rules_about_waits_loudness_and_who_hung_up_need_sound():
    assert sound_rules(load_lexicon().rules) == {
        "missing.hold_ask",
        "missing.hold_thanks",
        "process.outburst",
        "process.hang_up",
    }


def test_a_rule_that_uses_the_hits_of_one_that_needs_sound_needs_it_too(tmp_path: Path):
    rest = 'kind: process, source: D, severity: low, role: agent, when: a, positive: ["一", "二"], negative: ["三", "四"]'
    conditions = {
        "quiet": "{silence: {least_s: 5}}",
        "first": "{rule: quiet}",
        "second": "{rule: first}",
        "apart": "{rule: words}",
        "words": "{any: [稍等]}",
    }
    rules = "".join(
        f"  - {{id: {name}, name: {name}, conditions: {{a: {condition}}}, {rest}}}\n"
        for name, condition in conditions.items()
    )
    (tmp_path / "rules.yaml").write_text(f"version: 1\nrules:\n{rules}", encoding="utf-8")

    assert sound_rules(load_lexicon(tmp_path).rules) == {"quiet", "first", "second"}


def test_a_condition_that_rules_share_is_written_once(tmp_path: Path):
    rest = 'kind: process, source: D, severity: low, role: agent, when: a, positive: ["一", "二"], negative: ["三", "四"]'
    text = f"""version: 1
rules:
  - {{id: first, name: first, conditions: {{a: &fire {{any: [着火]}}}}, {rest}}}
  - {{id: second, name: second, conditions: {{a: *fire}}, {rest}}}
"""
    first, second = load_rules(tmp_path, text).rules

    assert first.conditions[0].operator == second.conditions[0].operator
    with pytest.raises(LexiconError, match=r"rules\.yaml"):
        load_rules(tmp_path, text.replace("*fire", "*fier"))
