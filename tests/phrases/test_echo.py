"""What one side repeats of what the other side said."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.lexicon import load_lexicon
from pipeline.phrases import PhraseBook, find_phrases
from pipeline.phrases.examples import read_example

RULE = """version: 1
rules:
  - id: process.tried
    name: 试
    kind: process
    source: "our choice"
    severity: low
    role: agent
    per: hit
    positive: ["一", "二"]
    negative: ["三", "四"]
    conditions: {a: {echoes: ECHO, role: agent}}
    when: a
"""


def hits(folder: Path, echo: str, talk: str) -> list[str]:
    """The quotes of what the agent repeats."""
    (folder / "rules.yaml").write_text(RULE.replace("ECHO", echo), encoding="utf-8")
    rules = load_lexicon(folder).rules
    facts = read_example(talk, role="agent")
    return [f.quote for f in find_phrases(facts, PhraseBook.of(rules), roles_sure=True).findings]


@pytest.mark.parametrize(
    ("talk", "repeated"),
    [
        ("客户：我住人民路八号。 / 客服：好的，人民路八号，对吗？", ["人民路八号"]),
        ("客户：约周六，姓王，十点。 / 客服：王先生，周六上午十点等您。", ["周六上午十点"]),
        ("客户：卡号尾数是7702。 / 客服：7702，查到了。", ["7702"]),
        ("客户：卡号尾数是七七零二。 / 客服：7702，查到了。", ["7702"]),
        ("客户：课程看不了，一更新就闪。 / 客服：更新以后看不了，是吗？", ["更新以后看不了"]),
        ("客户：房间是12。 / 客服：12，好的。", []),
        ("客户：我可以现在就要吗？ / 客服：现在就可以的。", []),
        ("客服：人民路八号，对吗？ / 客户：我住人民路八号。 / 客服：人民路八号，好的。", []),
        ("客服：人民路八号，对吗？", []),
    ],
)
def test_words_with_a_meaning_and_numbers_count(tmp_path: Path, talk: str, repeated: list[str]):
    assert hits(tmp_path, "{least: 4}", talk) == repeated


def test_what_was_said_long_ago_is_not_repeated_but_short_answers_do_not_count(tmp_path: Path):
    talk = "客户：我住人民路八号。 / 客服：请稍等。 / 客户：{} / 客服：好。 / 客户：{} / 客服：人民路八号。"

    assert hits(tmp_path, "{least: 4}", talk.format("在呢。", "快点。")) == ["人民路八号"]
    assert hits(tmp_path, "{least: 4}", talk.format("我在家里呢。", "你快一点。")) == []
    assert hits(tmp_path, "{least: 4, turns: 3}", talk.format("我在家里呢。", "你快一点。")) == [
        "人民路八号"
    ]


def test_an_expression_beside_it_must_match_in_the_same_utterance(tmp_path: Path):
    echo = "{least: 2, beside: 给您带来}"

    assert hits(tmp_path, echo, "客户：漏水了。 / 客服：漏水给您带来不便。") == ["漏水"]
    assert hits(tmp_path, echo, "客户：漏水了。 / 客服：漏水归物业管。") == []


def test_an_expression_that_is_wrong_is_refused(tmp_path: Path):
    with pytest.raises(LexiconError, match="正则表达式"):
        hits(tmp_path, '{least: 2, beside: "("}', "客服：您好。")
