"""The rule language: every operator and scope, by short conversations written in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import LexiconError
from pipeline.lexicon import LEXICON_FOLDER, load_lexicon
from pipeline.lexicon.check import check_lexicon
from pipeline.lexicon.expression import ExpressionError, names_in, parse_expression
from pipeline.phrases import PhraseBook, find_phrases
from pipeline.phrases.examples import read_example
from pipeline.types import CallFacts, CallMeta

HEAD = """version: 1
rules:
  - id: process.tried
    name: 试
    kind: process
    source: "our choice"
    severity: low
    role: agent
    positive: ["一", "二"]
    negative: ["三", "四"]
"""


def hits(tmp_path: Path, logic: str, talk: str, *, meta: CallMeta | None = None) -> list[str]:
    """The quotes of the findings of a rule with this ``conditions`` and ``when``."""
    (tmp_path / "rules.yaml").write_text(HEAD + logic, encoding="utf-8")
    rules = load_lexicon(tmp_path).rules
    facts = read_example(talk, role="agent")
    if meta:
        facts = CallFacts(facts.utterances, facts.duration_s, meta, facts.levels_db)
    return [f.quote for f in find_phrases(facts, PhraseBook.of(rules), roles_sure=True).findings]


def one(condition: str) -> str:
    return f"    conditions: {{a: {condition}}}\n    when: a\n"


@pytest.mark.parametrize(
    ("condition", "holds", "fails"),
    [
        ("{any: [稍等, 稍候]}", "您稍候。", "您等等。"),
        ("{all: [姓名, 电话]}", "请留姓名和电话。", "请留电话。"),
        ("{all: [姓名, 电话], unit: utterance}", "姓名和电话？", "姓名？ / 电话？"),
        ("{all: [姓名, 电话], unit: scope}", "姓名？ / 客户：王。 / 电话？", "姓名？ / 客户：王。"),
        ("{at_least: {count: 2, of: [姓名, 电话, 地址]}}", "电话和地址？", "电话，电话？"),
        ("{none: [谢谢, 感谢], role: agent}", "客户：谢谢。 / 再见。", "谢谢，再见。"),
        ("{none: [谢谢], role: agent, last: 1}", "谢谢。 / 再见。", "好的。 / 谢谢。"),
        ('{regex: "[零一二三]{3}号"}', "工号123号", "工号12号"),
        ("{regex: {match: 不行, unless: 行不行}}", "这个不行", "行不行都不行"),
        ("{sounds_like: [不归我管]}", "这个不规我管", "这个不规范"),
        ("{similar: {to: [请问还有其他问题吗], score: 0.6}}", "请问您还有其他的问题吗", "请您稍等一下"),
        ("{repeats: {times: 2, least_chars: 3}}", "不知道啊。 / 客户：啊？ / 不知道啊。", "好的。 / 客户：啊？ / 好的。"),
        ("{entity: phone}", "电话13812345678", "工号138"),
        ("{entity: phone}", "幺三八一二三四五六七八", "一二三四"),
        ("{entity: money}", "一共五十块钱", "一共五十个"),
        ("{entity: date}", "三月五号上门", "三号线地铁"),
        ("{entity: number}", "单号是8821", "一共两个"),
        ("{silence: {least_s: 5}}", "好。 / （静默 6 秒） / 在吗。", "好。 / （静默 4 秒） / 在吗。"),
        ("{pace: {over: 350}}", "（语速 400） / 我跟您说这个事情是这样的", "（语速 300） / 我跟您说这个事情是这样的"),
        ("{pace: {under: 150}}", "（语速 100） / 我跟您说这个", "（语速 200） / 我跟您说这个"),
        ("{volume_jump: {least_db: 8}}", "好。 / 好。 / （音量 10） / 听着。", "好。 / 好。 / （音量 5） / 听着。"),
        ("{talk_over: {least_s: 1}}", "客户：我想问一下的。 / （抢话 1.2 秒） / 你听我说完。", "客户：我想问。 / 听我说完。"),
        ("{response_time: {over_s: 5}}", "客户：在吗。 / （静默 6 秒） / 在的。", "客户：在吗。 / 在的。"),
        ("{duration: {under_s: 5}}", "好。", "这一句话要说上好一会儿才能够说得完整清楚明白吧。"),
        ("{utterances: {over: 2}, role: agent}", "好。 / 好。 / 好。", "好。 / 好。 / 客户：好。"),
        ("{hang_up: {by: agent, within_s: 0.5}}", "好。 / 客户：我还没说 / （中断）", "好。 / 客户：再见。 / （中断）"),
        ("{meta: {name: queue, in: [投诉, 建议]}}", "（队列 投诉） / 好。", "（队列 咨询） / 好。"),
        ("{meta: {name: queue, not: 投诉}}", "（队列 咨询） / 好。", "好。"),
        ("{speaker: {first: customer}}", "客户：喂。 / 您好。", "您好。 / 客户：喂。"),
        ("{any: [您好], first: 1}", "您好。 / 好。", "好。 / 您好。"),
        ("{any: [您好], first_s: 2}", "您好。", "好。 / （静默 3 秒） / 您好。"),
        ("{any: [再见], last_s: 3}", "好。 / 再见。", "再见。 / （静默 9 秒） / 好。"),
        ("{any: [稍等], unless_before: {any: [等一下], within: 1, role: customer}}", "稍等。", "客户：等一下。 / 好，稍等。"),
        ("{any: [稍等], unless_after: {any: [久等], within: 2}}", "稍等。 / 好。", "稍等。 / 客户：好。 / 久等了。"),
    ],
)  # fmt: skip
def test_an_operator_holds_where_it_should_and_nowhere_else(
    tmp_path: Path, condition: str, holds: str, fails: str
):
    assert hits(tmp_path, one(condition), holds) != []
    assert hits(tmp_path, one(condition), fails) == []


@pytest.mark.parametrize(
    ("logic", "talk", "found"),
    [
        ("a and b", "甲和乙", True),
        ("a and b", "甲", False),
        ("a and not b", "甲", True),
        ("a and not (b or c)", "甲和丙", False),
        ("not a and not b", "丙", True),
        ("a or b and c", "甲", True),
        ("(a or b) and c", "甲", False),
        ("a 且 非（b 或 c）", "甲", True),
    ],
)
def test_conditions_are_joined_as_written(tmp_path: Path, logic: str, talk: str, found: bool):
    conditions = "    conditions:\n" + "".join(
        f"      {name}: {{regex: {say}}}\n" for name, say in zip("abc", "甲乙丙", strict=True)
    )

    assert bool(hits(tmp_path, f"{conditions}    when: {logic}\n", talk)) is found


HOLD = """    conditions:
      hold: {any: [稍等], role: agent}
      thanks: {any: [久等], role: agent}
      open: {unanswered: {of: hold, by: thanks, within: 2}}
    when: open
"""


@pytest.mark.parametrize(
    ("talk", "open_holds"),
    [
        ("稍等。 / 久等了。", 0),
        ("稍等。 / 客户：好。 / 查到了。 / 久等了。", 0),
        ("稍等。 / 查到了。 / 是明天。 / 久等了。", 1),
        ("稍等。 / 久等了。 / 再稍等。 / 好。", 1),
        ("稍等，让您久等了。", 0),
    ],
)
def test_what_must_be_answered_is_answered_in_time(tmp_path: Path, talk: str, open_holds: int):
    assert len(hits(tmp_path, HOLD, talk)) == open_holds


NEAR = """    conditions:
      complaint: {{any: [投诉], role: customer}}
      sorry: {{any: [抱歉], role: agent, {near}}}
    when: sorry
"""


@pytest.mark.parametrize(
    ("near", "talk", "found"),
    [
        ("after: complaint", "抱歉。 / 客户：我要投诉。", False),
        ("after: complaint", "客户：我要投诉。 / 抱歉。", True),
        ("after: {of: complaint, utterances: 1}", "客户：我要投诉。 / 好。 / 抱歉。", False),
        ("after: {of: complaint, hit: 2}", "客户：投诉。 / 抱歉。 / 客户：投诉。", False),
        ("after: {of: complaint, hit: -1}", "客户：投诉。 / 客户：投诉。 / 抱歉。", True),
        ("before: complaint", "抱歉。 / 客户：我要投诉。", True),
        ("around: {of: complaint, seconds: 2}", "抱歉。 / （静默 5 秒） / 客户：投诉。", False),
        ("around: {of: complaint, seconds: 9}", "抱歉。 / （静默 5 秒） / 客户：投诉。", True),
    ],
)
def test_a_scope_can_be_near_the_nth_hit_of_another_condition(
    tmp_path: Path, near: str, talk: str, found: bool
):
    assert bool(hits(tmp_path, NEAR.format(near=near), talk)) is found


def test_a_rule_uses_the_hits_of_another_rule(tmp_path: Path):
    other = """  - {id: required.hold, name: 等, kind: required, phrase: 等, source: "D", severity: low, role: agent,
     phrases: [稍等], positive: ["稍等", "请稍等"], negative: ["好", "行"]}
"""

    assert hits(tmp_path, one("{rule: required.hold}") + other, "请稍等。") == ["稍等", "稍等"]
    assert hits(tmp_path, one("{rule: required.hold}") + other, "好的。") == []


def test_a_rule_counts_only_while_it_is_in_force(tmp_path: Path):
    logic = "    starts: 2026-01-01\n    ends: 2026-06-30\n" + one("{any: [稍等]}")

    def on(day: str) -> int:
        return len(hits(tmp_path, logic, "稍等。", meta=CallMeta(started_at=f"{day}T09:00:00")))

    assert [on(day) for day in ("2025-12-31", "2026-01-01", "2026-06-30", "2026-07-01")] == [
        0,
        1,
        1,
        0,
    ]


def test_once_a_call_or_each_time_and_review_only(tmp_path: Path):
    talk = "稍等。 / 客户：好。 / 稍等。"

    assert len(hits(tmp_path, "    per: call\n" + one("{any: [稍等]}"), talk)) == 1
    assert len(hits(tmp_path, "    per: hit\n" + one("{any: [稍等]}"), talk)) == 2
    (tmp_path / "rules.yaml").write_text(
        HEAD + "    verdict: review\n" + one("{any: [稍等]}"), encoding="utf-8"
    )
    book = PhraseBook.of(load_lexicon(tmp_path).rules)
    facts = read_example(talk, role="agent")
    assert {f.verdict for f in find_phrases(facts, book, roles_sure=True).findings} == {"review"}


@pytest.mark.parametrize(
    ("logic", "line", "said"),
    [
        (one("{any: [稍等], all: [稍候]}"), 11, "只有一个判断"),
        (one("{role: agent}"), 11, "现有 0 个"),
        (one("{rule: required.nothing}"), 11, "没有编号为“required.nothing”的规则"),
        (one("{rule: process.tried}"), 3, "规则互相引用成环：process.tried → process.tried"),
        ("    conditions: {a: {any: [稍等]}}\n    when: a and\n", 12, "末尾缺少条件名称"),
        ("    conditions: {a: {any: [稍等]}}\n    when: a and b\n", 12, "“b”不是这条规则的条件"),
        ("    conditions: {a: {any: [稍等], after: b}}\n    when: a\n", 11, "用到的“b”不是"),
        (
            "    conditions: {a: {any: [稍等], after: b}, b: {any: [好的], after: a}}\n    when: a\n",
            11,
            "条件互相引用成环：a → b → a",
        ),
        (one('{regex: "(未完"}'), 11, "正确的正则表达式"),
        (one('{regex: "好*"}'), 11, "不能匹配空文字"),
        (one("{any: [(稍等]}"), 11, "任选其一"),
        (one("{silence: {least_s: 很久}}"), 11, "之间的数"),
        ("    when: a\n", 11, "有 when 就应当有 conditions"),
        ("", 3, "或 conditions 和 when（条件）"),
        ("    starts: 明天\n" + one("{any: [稍等]}"), 11, "日期"),
        ("    starts: 2026-02-01\n    ends: 2026-01-01\n" + one("{any: [稍等]}"), 12, "不早于"),
    ],
)
def test_a_wrong_condition_is_refused_with_file_line_and_reason(
    tmp_path: Path, logic: str, line: int, said: str
):
    with pytest.raises(LexiconError) as caught:
        hits(tmp_path, logic, "稍等。")

    assert f"rules.yaml 第 {line} 行" in str(caught.value)
    assert said in str(caught.value)


def test_an_endless_regular_expression_is_found_beforehand_or_stopped(tmp_path: Path):
    (tmp_path / "rules.yaml").write_text(
        HEAD + one('{regex: "^(好|好好|好好好)+对不起$"}'), encoding="utf-8"
    )
    (remark,) = check_lexicon(tmp_path)

    assert remark.is_error
    assert "rules.yaml 第 11 行" in remark.text
    assert "算不完" in remark.text
    book = PhraseBook.of(load_lexicon(tmp_path).rules)
    with pytest.raises(LexiconError, match="第 11 行"):
        find_phrases(read_example("好" * 60 + "对", role="agent"), book, roles_sure=True)


def test_a_rule_that_is_not_in_force_has_no_hits_for_others(tmp_path: Path):
    ended = HEAD.split("rules:\n")[1].replace("process.tried", "process.ended")
    logic = one("{rule: process.ended}") + ended + "    ends: 2020-01-01\n" + one("{any: [稍等]}")

    assert hits(tmp_path, logic, "请稍等。") == []
    assert hits(tmp_path, logic, "请稍等。", meta=CallMeta(started_at="2019-05-01T09:00")) != []


@pytest.mark.long
def test_an_endless_pattern_of_metadata_is_found_beforehand_or_stopped(tmp_path: Path):
    logic = one('{meta: {name: queue, matches: "^(好|好好|好好好)+对不起$"}}')
    with pytest.raises(LexiconError, match="第 11 行"):
        hits(tmp_path, logic, "您好。", meta=CallMeta(queue="好" * 60 + "对"))
    (remark,) = check_lexicon(tmp_path)

    assert (remark.is_error, "第 11 行" in remark.text) == (True, True)


@pytest.mark.parametrize(
    "text", ["", "a and", "(a", "a)", "a b", "and a", "a & b", "not", "(" * 30 + "a" + ")" * 30]
)
def test_an_expression_that_is_not_understood_is_refused(text: str):
    with pytest.raises(ExpressionError):
        parse_expression(text)


def test_the_names_of_an_expression():
    assert names_in(parse_expression("a and (b or not a)")) == ("a", "b")


def test_advice_on_what_never_counts(tmp_path: Path):
    text = HEAD.replace("process", "forbidden") + "    phrases: [去告吧, 你去告吧, VIP客户不理]\n"
    (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")

    assert [remark.is_error for remark in check_lexicon(tmp_path)] == [False, False]
    shadow, latin = (remark.text for remark in check_lexicon(tmp_path))
    assert "“你去告吧”里面已有同一条规则的“去告吧”" in shadow
    assert "“VIP客户不理”含有字母或数字" in latin


def test_the_lexicon_that_comes_with_callqa_has_no_mistakes():
    assert [remark.text for remark in check_lexicon(LEXICON_FOLDER) if remark.is_error] == []
