"""Duties that are written wrongly are refused with file, line and what was expected, in Chinese."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.lexicon import LEXICON_FOLDER, load_lexicon, load_scorecard, load_scorecards

RULES = """version: 1
rules:
  - id: required.greeting
    name: 问候
    phrase: 问候
    kind: required
    source: "our choice"
    severity: low
    role: agent
    phrases: [早上好]
    positive: ["早上好。", "早上好，请讲。"]
    negative: ["喂。", "什么事？"]
  - id: process.other
    name: 其他
    kind: process
    source: "our choice"
    severity: low
    role: agent
    phrases: [可能吧]
    positive: ["可能吧。", "那可能吧。"]
    negative: ["喂。", "什么事？"]
  - id: missing.greeting
    name: 没有问候
    kind: missing
    source: "our choice"
    severity: low
    role: agent
    duty: {any_of: [required.greeting]}
    positive: ["客服：喂。", "客服：什么事？"]
    negative: ["客服：早上好。", "客服：早上好，请讲。"]
"""
DUTY = "{any_of: [required.greeting]}"
SHARE = "{share: {figure: nin_rate, least: 0.8, sure_below: 0.5, of: 4}}"


def load(folder: Path, duty: str):
    (folder / "rules.yaml").write_text(RULES.replace(DUTY, duty), encoding="utf-8")
    return load_lexicon(folder)


@pytest.mark.parametrize("duty", [DUTY, SHARE])
def test_a_duty_is_read(tmp_path: Path, duty: str):
    assert load(tmp_path, duty).duties == ("missing.greeting",)


@pytest.mark.parametrize(
    ("duty", "said"),
    [
        ("{any_of: []}", "应为至少一个规定用语的编号"),
        ("{any_of: [required.gone]}", "没有编号为“required.gone”的规则"),
        ("{any_of: [process.other]}", "“process.other”不是规定用语"),
        ("{any_of: [required.greeting], near: [required.gone]}", "没有编号为“required.gone”的规则"),
        ("{within: any}", "应当写 any_of（哪些用语算做到）或 share（比例），二者选一"),
        (f"{{any_of: [required.greeting], {SHARE[1:]}", "二者选一"),
        (SHARE.replace("nin_rate", "smile_rate"), "“smile_rate”不对，应为以下之一：nin_rate"),
        (SHARE.replace("of: 4", "of: 0"), "“0”不对，应为1 到 1000 之间的数"),
        (SHARE.replace("of: 4", "of: 2.5"), "“2.5”不对，应为整数"),
        ("{any_of: [required.greeting], turns: 1.5}", "“1.5”不对，应为整数"),
        ("{any_of: [required.greeting], within: middle}", "“middle”不对，应为以下之一：first、last"),
        ("{any_of: [required.greeting], within: after}", "within: after 要有 mark"),
        ("{any_of: [required.greeting], doubt: told}", "“told”不是这条规则的条件"),
        ("{any_of: [required.greeting], wihtin: any}", "不认识的键“wihtin”"),
    ],
)  # fmt: skip
def test_a_wrong_duty_is_refused_with_file_and_line(tmp_path: Path, duty: str, said: str):
    with pytest.raises(LexiconError) as caught:
        load(tmp_path, duty)

    assert f"{tmp_path / 'rules.yaml'} 第 " in str(caught.value)
    assert said in str(caught.value)


def a_sheet(folder: Path, good: str, bad: str) -> tuple[Path, int]:
    """A folder of lexicons whose default sheet was changed, and the line of the change."""
    shutil.copytree(LEXICON_FOLDER, folder / "lexicons")
    path = folder / "lexicons" / "scoring" / "default.yaml"
    text = path.read_text(encoding="utf-8")
    assert good in text
    path.write_text(text.replace(good, bad, 1), encoding="utf-8")
    return path, text[: text.index(good)].count("\n") + 1


@pytest.mark.parametrize("other", ["required.nin_hao", "required.*", "process.hedge"])
def test_a_sheet_takes_points_for_the_lack_of_duties_only(tmp_path: Path, other: str):
    lexicon = load_lexicon()
    path, line = a_sheet(tmp_path, "rule: missing.please", f'rule: "{other}"')
    ids = [rule.id for rule in lexicon.rules]

    with pytest.raises(LexiconError) as caught:
        load_scorecard(path, rule_ids=ids, duties=lexicon.duties)

    said = str(caught.value)
    assert f"{path} 第 {line} 行" in said
    assert (
        f"“{other}”不对，应为职责规则（kind: missing）的编号，现有：missing.anything_else、" in said
    )


def test_the_sheets_that_ship_charge_duties_only():
    lexicon = load_lexicon()
    ids = [rule.id for rule in lexicon.rules]

    assert load_scorecards(rule_ids=ids, duties=lexicon.duties).sheets


def test_a_sheet_that_cites_an_unknown_clause_is_refused(tmp_path: Path):
    lexicon = load_lexicon()
    path, line = a_sheet(tmp_path, "B 一 7 三要 (“请”字当头)", "B 一 7 三多")

    with pytest.raises(LexiconError) as caught:
        load_scorecards(
            path.parent, rule_ids=[rule.id for rule in lexicon.rules], duties=lexicon.duties
        )

    assert f"{path} 第 {line} 行" in str(caught.value)
    assert "没有这一条" in str(caught.value)
