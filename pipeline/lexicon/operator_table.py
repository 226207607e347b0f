"""The operators of the rule language, one row each.

A new operator is a noun in ``conditions``, a row here, a row of
``pipeline.phrases.evaluators.EVALUATORS`` and a row in ``docs/rules.md``; a test holds the three
tables together and runs the examples."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from pipeline.lexicon.conditions import (
    CallLength,
    Echo,
    Entity,
    EntityKind,
    HangUp,
    Meant,
    MetaIs,
    Operator,
    PaceLimit,
    Pattern,
    Repeated,
    ResponseTime,
    RuleHits,
    Silence,
    Similar,
    SpeakerIs,
    TalkOver,
    Unanswered,
    UtteranceCount,
    VolumeJump,
    WordList,
)
from pipeline.lexicon.read_phrases import read_phrases

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.lexicon.reader import Field

META_NAMES = ("call_id", "agent_id", "customer_id", "started_at", "queue", "direction")
MEANINGS = (
    "greeting", "identity", "offer", "request", "thanks", "apology", "hold_ask", "hold_thanks", "restate", "satisfied",
    "anything_else", "closing", "promise_time", "promise_no_time", "transfer_reason", "transfer_no_reason", "hedge",
    "refuse_no_way", "points_way", "fault_told", "retention", "informs", "private_question", "ask_favour", "shirk",
    "blame", "impatient", "brush_off", "sarcasm", "threat", "insult", "overpromise", "private_deal", "leak",
    "disparage", "slang", "praise", "attitude_complaint", "repeat_complaint", "escalation", "exposure", "leave",
)  # fmt: skip
"""What the meaning classifier tells apart; the last six are the customer's."""
MOST = 10_000
"""An upper bound for counts and lengths in conditions: more is a slip of the pen."""


@dataclass(frozen=True, slots=True)
class OperatorRow:
    """How one operator is written. ``read``: from the value behind its name to the noun; raises
    ``LexiconError`` with file and line. ``example``: a condition. ``holds_in``: a call in which the
    example holds, as ``pipeline.phrases.examples`` reads it; both stand in ``docs/rules.md``."""

    name: str
    noun: type[Operator]
    read: Callable[[Field], Operator]
    example: str
    holds_in: str


def _words(how: Any, *, by_sound: bool = False) -> Callable[[Field], WordList]:
    return lambda field: WordList(how, read_phrases(field), by_sound=by_sound)


def _at_least(field: Field) -> WordList:
    entries = field.mapping(needed=("count", "of"), known=("count", "of"))
    return WordList(
        "at_least", read_phrases(entries["of"]), least=entries["count"].whole(least=1, most=MOST)
    )


def _regex(field: Field) -> Pattern:
    entries = (
        field.mapping(needed=("match",), known=("match", "unless"))
        if field.is_mapping()
        else {"match": field}
    )
    return Pattern(
        _pattern(entries["match"]), _pattern(entries["unless"]) if "unless" in entries else ""
    )


def _pattern(field: Field) -> str:
    text = field.text()
    try:
        compiled = re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise field.wrong(f"正确的正则表达式（{error}）") from error
    if compiled.match(""):
        raise field.wrong("不能匹配空文字的正则表达式，否则处处都会命中")
    return text


def _similar(field: Field) -> Similar:
    entries = field.mapping(needed=("to", "score"), known=("to", "score"))
    return Similar(entries["to"].texts(), entries["score"].number(least=0.3, most=1))


def read_meant(field: Field) -> Meant:
    """A label, or a mapping with the expression that must not match."""
    if not field.is_mapping():
        return Meant(field.choice(*MEANINGS))
    entries = field.mapping(needed=("label", "unless"), known=("label", "unless"))
    return Meant(entries["label"].choice(*MEANINGS), _pattern(entries["unless"]))


def _echoes(field: Field) -> Echo:
    entries = field.mapping(needed=("least",), known=("least", "turns", "beside"))
    return Echo(
        least=entries["least"].whole(least=2, most=MOST),
        turns=entries["turns"].whole(least=1, most=MOST) if "turns" in entries else 2,
        beside=_pattern(entries["beside"]) if "beside" in entries else "",
    )


def _repeats(field: Field) -> Repeated:
    entries = field.mapping(needed=("times", "least_chars"), known=("times", "least_chars"))
    return Repeated(
        entries["times"].whole(least=2, most=MOST), entries["least_chars"].whole(least=2, most=MOST)
    )


def _entity(field: Field) -> Entity:
    kind: Any = field.choice(*get_args(EntityKind))
    return Entity(kind)


def _bounds(field: Field, *keys: str) -> dict[str, float]:
    """Of two bounds at least one, as numbers."""
    entries = field.mapping(needed=(), known=keys)
    if not entries:
        raise field.wrong(f"含有 {'、'.join(keys)} 之一的键值表")
    return {key: value.number(least=0, most=MOST * 10) for key, value in entries.items()}


def _one(field: Field, key: str, *, most: float = MOST) -> float:
    return field.mapping(needed=(key,), known=(key,))[key].number(least=0, most=most)


def _pace(field: Field) -> PaceLimit:
    return PaceLimit(**_bounds(field, "over", "under"))


def _duration(field: Field) -> CallLength:
    return CallLength(**_bounds(field, "over_s", "under_s"))


def _count(field: Field) -> UtteranceCount:
    return UtteranceCount(
        **{key: int(value) for key, value in _bounds(field, "over", "under").items()}
    )


def _hang_up(field: Field) -> HangUp:
    entries = field.mapping(needed=("by", "within_s"), known=("by", "within_s"))
    by: Any = entries["by"].choice("agent", "customer")
    return HangUp(by, entries["within_s"].number(least=0, most=60))


def _meta(field: Field) -> MetaIs:
    tests = ("equals", "not", "in", "matches", "from", "to")
    entries = field.mapping(needed=("name",), known=("name", *tests))
    chosen: list[Any] = [test for test in tests if test in entries]
    if len(chosen) != 1:
        raise field.wrong(f"name 和以下之一：{'、'.join(tests)}")
    value = entries[chosen[0]]
    values = (
        value.texts()
        if chosen[0] == "in"
        else (_pattern(value) if chosen[0] == "matches" else value.text(),)
    )
    return MetaIs(entries["name"].choice(*META_NAMES), chosen[0], values)


def _speaker(field: Field) -> SpeakerIs:
    entries = field.mapping(needed=(), known=("first", "last"))
    if len(entries) != 1:
        raise field.wrong("first 或 last 其中一个")
    ((place, value),) = entries.items()
    spot: Any = place
    role: Any = value.choice("agent", "customer")
    return SpeakerIs(spot, role)


def _unanswered(field: Field) -> Unanswered:
    entries = field.mapping(needed=("of", "by", "within"), known=("of", "by", "within"))
    return Unanswered(
        entries["of"].text(), entries["by"].text(), entries["within"].whole(least=1, most=MOST)
    )


def _silence(field: Field) -> Silence:
    return Silence(_one(field, "least_s"))


def _volume_jump(field: Field) -> VolumeJump:
    return VolumeJump(_one(field, "least_db", most=60))


def _talk_over(field: Field) -> TalkOver:
    return TalkOver(_one(field, "least_s"))


def _response_time(field: Field) -> ResponseTime:
    return ResponseTime(_one(field, "over_s"))


def _rule(field: Field) -> RuleHits:
    return RuleHits(field.text())


_ROWS = (
    OperatorRow("any", WordList, _words("any"), "{any: [稍等, 稍候]}",
                "客服：请您稍候。"),
    OperatorRow("all", WordList, _words("all"), "{all: [姓名, 电话], unit: scope}",
                "客服：请留一下姓名。 / 客户：王一。 / 客服：电话呢？"),
    OperatorRow("at_least", WordList, _at_least, "{at_least: {count: 2, of: [姓名, 电话, 地址]}}",
                "客服：请留电话和地址。"),
    OperatorRow("none", WordList, _words("none"), "{none: [谢谢, 感谢], last: 2}",
                "客户：谢谢。 / 客服：好的。 / 客服：再见。"),
    OperatorRow("regex", Pattern, _regex, '{regex: {match: "[零一二三四五六七八九]{6}", unless: 工号}}',
                "客户：单号是三五七七零二。"),
    OperatorRow("sounds_like", WordList, _words("any", by_sound=True), "{sounds_like: [不归我管]}",
                "客服：这个不规我管。"),
    OperatorRow("similar", Similar, _similar, "{similar: {to: [请问还有其他问题吗], score: 0.7}}",
                "客服：请问您还有其他问题吗？"),
    OperatorRow("meaning", Meant, read_meant, "{meaning: shirk}",
                "客服：这个事情我们部门管不了的你去问别人。"),
    OperatorRow("echoes", Echo, _echoes, "{echoes: {least: 4, turns: 2}}",
                "客户：我家住人民路八号。 / 客服：好的，人民路八号。"),
    OperatorRow("repeats", Repeated, _repeats, "{repeats: {times: 3, least_chars: 4}}",
                "客服：等通知吧。 / 客户：多久？ / 客服：等通知吧。 / 客户：啊？ / 客服：等通知吧。"),
    OperatorRow("entity", Entity, _entity, "{entity: phone}",
                "客户：电话13812345678。"),
    OperatorRow("silence", Silence, _silence, "{silence: {least_s: 5}}",
                "客服：我查一下。 / （静默 6 秒） / 客服：查到了。"),
    OperatorRow("pace", PaceLimit, _pace, "{pace: {over: 350}}",
                "（语速 400） / 客服：我跟您说这个事情是这样的。"),
    OperatorRow("volume_jump", VolumeJump, _volume_jump, "{volume_jump: {least_db: 8}}",
                "客服：好。 / 客服：您说。 / （音量 10） / 客服：听我说。"),
    OperatorRow("talk_over", TalkOver, _talk_over, "{talk_over: {least_s: 1}}",
                "客户：我想问一下退款的。 / （抢话 1.5 秒） / 客服：你听我说完。"),
    OperatorRow("response_time", ResponseTime, _response_time, "{response_time: {over_s: 5}}",
                "客户：在吗？ / （静默 6 秒） / 客服：在的。"),
    OperatorRow("duration", CallLength, _duration, "{duration: {under_s: 10}}",
                "客服：您好。 / 客户：打错了。"),
    OperatorRow("utterances", UtteranceCount, _count, "{utterances: {under: 3}}",
                "客服：您好。 / 客户：打错了。"),
    OperatorRow("hang_up", HangUp, _hang_up, "{hang_up: {by: agent, within_s: 1}}",
                "客服：没有办法。 / 客户：那我的钱怎么办 / （中断）"),
    OperatorRow("meta", MetaIs, _meta, "{meta: {name: queue, equals: 投诉}}",
                "（队列 投诉） / 客服：您好。"),
    OperatorRow("speaker", SpeakerIs, _speaker, "{speaker: {first: customer}}",
                "客户：喂？ / 客服：您好。"),
    OperatorRow("rule", RuleHits, _rule, "{rule: required.hold}",
                "客服：请稍等。"),
    OperatorRow("unanswered", Unanswered, _unanswered, "{unanswered: {of: complaint, by: apology, within: 2}}",
                "客户：我要投诉。 / 客服：哦。 / 客户：怎么办？ / 客服：等着。"),
)  # fmt: skip

OPERATORS: dict[str, OperatorRow] = {row.name: row for row in _ROWS}
"""By the name that a condition gives."""
