"""Read the conditions of a rule: one operator each, and where it looks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

from pipeline.errors import LexiconError
from pipeline.lexicon.conditions import (
    CallLength,
    Condition,
    ConditionScope,
    Entity,
    EntityKind,
    HangUp,
    Meant,
    MetaIs,
    Near,
    Operator,
    PaceLimit,
    Pattern,
    Phrase,
    Repeated,
    ResponseTime,
    RuleHits,
    Silence,
    Similar,
    SpeakerIs,
    TalkOver,
    Unanswered,
    Unless,
    UtteranceCount,
    VolumeJump,
    WordList,
)
from pipeline.lexicon.notation import NotationError, expand

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.lexicon.reader import Field

META_NAMES = ("call_id", "agent_id", "customer_id", "started_at", "queue")
MEANINGS = ("shirk", "blame", "impatient", "brush_off")
MOST = 10_000
"""An upper bound for counts and lengths in conditions: more is a slip of the pen."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
SCOPE_KEYS = (
    "role",
    "first",
    "last",
    "first_s",
    "last_s",
    "before",
    "after",
    "around",
    "unless_before",
    "unless_after",
    "unit",
)


def read_phrases(field: Field) -> tuple[Phrase, ...]:
    """A list of phrases, their notation expanded; each wording once. At least one is needed."""
    found: dict[str, Phrase] = {}
    for item in field.items():
        for phrase in _entry(item):
            if phrase.say in found:
                raise LexiconError(
                    f"{item.file} 第 {item.line} 行：“{phrase.say}”在同一条规则里写了两次"
                )
            found[phrase.say] = phrase
    if not found:
        raise field.wrong("至少一个短语")
    return tuple(found.values())


def _entry(item: Field) -> tuple[Phrase, ...]:
    entries = (
        item.mapping(needed=("say",), known=("say", "word")) if item.is_mapping() else {"say": item}
    )
    word = "word" in entries and entries["word"].flag()
    made = tuple(Phrase(say, word, item.place) for say in read_wordings(entries["say"]))
    if any(len(phrase.say) == 1 for phrase in made) and not word:
        raise item.wrong("两个字以上的短语；单字必须写成 {say: 字, word: true}，否则会误伤别的词")
    return made


def read_wordings(field: Field) -> tuple[str, ...]:
    """The wordings that one entry stands for."""
    try:
        return expand(field.text())
    except NotationError as error:
        raise field.wrong(str(error)) from error


def all_wordings(field: Field) -> tuple[str, ...]:
    return tuple(say for item in field.items() for say in read_wordings(item))


def read_condition(name: str, field: Field) -> Condition:
    """One condition: exactly one operator, any number of scope keys."""
    if not _NAME.fullmatch(name):
        raise field.wrong("小写字母开头的条件名称，例如 wait")
    entries = field.mapping(needed=(), known=(*READERS, *SCOPE_KEYS))
    chosen = [key for key in entries if key in READERS]
    if len(chosen) != 1:
        raise LexiconError(
            f"{field.file} 第 {field.line} 行：条件“{name}”应当只有一个判断（{'、'.join(READERS)}），现有 {len(chosen)} 个"
        )
    operator = READERS[chosen[0]](entries[chosen[0]])
    return Condition(name, operator, _scope(entries), field.place)


def _words(how: Any, *, by_sound: bool = False) -> Callable[[Field], WordList]:
    return lambda field: WordList(how, read_phrases(field), by_sound=by_sound)


def _at_least(field: Field) -> WordList:
    entries = field.mapping(needed=("count", "of"), known=("count", "of"))
    return WordList(
        "at_least", read_phrases(entries["of"]), least=_whole(entries["count"], least=1)
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


def _meant(field: Field) -> Meant:
    return Meant(field.choice(*MEANINGS))


def _repeats(field: Field) -> Repeated:
    entries = field.mapping(needed=("times", "least_chars"), known=("times", "least_chars"))
    return Repeated(_whole(entries["times"], least=2), _whole(entries["least_chars"], least=2))


def _entity(field: Field) -> Entity:
    kind: Any = field.choice(*get_args(EntityKind))
    return Entity(kind)


def _bounds(field: Field, *keys: str) -> dict[str, float]:
    """Of two bounds at least one, as numbers."""
    entries = field.mapping(needed=(), known=keys)
    if not entries:
        raise field.wrong(f"“{'”或“'.join(keys)}”至少一个")
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
        entries["of"].text(), entries["by"].text(), _whole(entries["within"], least=1)
    )


READERS: dict[str, Callable[[Field], Operator]] = {
    "any": _words("any"),
    "all": _words("all"),
    "at_least": _at_least,
    "none": _words("none"),
    "regex": _regex,
    "sounds_like": _words("any", by_sound=True),
    "similar": _similar,
    "meaning": _meant,
    "repeats": _repeats,
    "entity": _entity,
    "silence": lambda field: Silence(_one(field, "least_s")),
    "pace": _pace,
    "volume_jump": lambda field: VolumeJump(_one(field, "least_db", most=60)),
    "talk_over": lambda field: TalkOver(_one(field, "least_s")),
    "response_time": lambda field: ResponseTime(_one(field, "over_s")),
    "duration": _duration,
    "utterances": _count,
    "hang_up": _hang_up,
    "meta": _meta,
    "speaker": _speaker,
    "rule": lambda field: RuleHits(field.text()),
    "unanswered": _unanswered,
}


def _scope(entries: dict[str, Field]) -> ConditionScope:
    role: Any = entries["role"].choice("agent", "customer") if "role" in entries else None
    unit: Any = (
        entries["unit"].choice("utterance", "turn", "scope") if "unit" in entries else "turn"
    )
    sides: tuple[Any, ...] = ("before", "after", "around")
    return ConditionScope(
        role=role,
        first=_whole(entries["first"], least=1) if "first" in entries else None,
        last=_whole(entries["last"], least=1) if "last" in entries else None,
        first_s=entries["first_s"].number(least=0.1, most=MOST) if "first_s" in entries else None,
        last_s=entries["last_s"].number(least=0.1, most=MOST) if "last_s" in entries else None,
        near=tuple(_near(side, entries[side]) for side in sides if side in entries),
        unless=tuple(
            _unless(side, entries[f"unless_{side}"]) for side in sides[:2] if f"unless_{side}" in entries
        ),
        unit=unit,
    )  # fmt: skip


def _near(side: Any, field: Field) -> Near:
    known = ("of", "hit", "utterances", "seconds")
    entries = field.mapping(needed=("of",), known=known) if field.is_mapping() else {"of": field}
    return Near(
        side=side,
        of=entries["of"].text(),
        hit=_whole(entries["hit"], least=-MOST) if "hit" in entries else 0,
        utterances=_whole(entries["utterances"], least=1) if "utterances" in entries else None,
        seconds=entries["seconds"].number(least=0.1, most=MOST) if "seconds" in entries else None,
    )


def _unless(side: Any, field: Field) -> Unless:
    entries = field.mapping(needed=("any", "within"), known=("any", "within", "role"))
    role: Any = entries["role"].choice("agent", "customer") if "role" in entries else None
    return Unless(side, all_wordings(entries["any"]), _whole(entries["within"], least=1), role)


def _whole(field: Field, *, least: int) -> int:
    value = field.number(least=least, most=MOST)
    if value != int(value):
        raise field.wrong("整数")
    return int(value)
