"""Read knowledge files, whole or not at all; each message says file, line and what was expected."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from pipeline.errors import LexiconError
from pipeline.lexicon.knowledge import (
    Amount,
    Fact,
    FactValue,
    Hours,
    KnowledgeExample,
    KnowledgeTopic,
    Wording,
)
from pipeline.lexicon.reader import Field, read_yaml
from pipeline.lexicon.units import PERIODS, UNITS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

KNOWLEDGE_FOLDER = "knowledge"
VERSION = "1"

_TOPIC = ("id", "name", "questions", "facts")
_TOPIC_OPTIONAL = ("unless", "examples")
_FACT = ("id", "name")
_FACT_OPTIONAL = ("value", "says", "never", "about", "required", "starts", "ends")
_ANSWERS = ("right", "wrong", "left_out", "no_answer", "unsure")
_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")

_NUMBER = r"\d+(?:\.\d+)?"
_AMOUNT = re.compile(
    rf"(?P<bound>最多|不超过|至多|至少|不少于|最少)?\s*(?P<low>{_NUMBER})(?:\s*[-–—~～]\s*(?P<high>{_NUMBER}))?"
    rf"\s*(?P<unit>[^\s/\d]+)(?:\s*/\s*(?P<per>\S+))?"
)
_CLOCK = r"(\d{1,2}):(\d{2})"
_HOURS = re.compile(rf"{_CLOCK}\s*[-–—~～]\s*{_CLOCK}")

MINUTES_A_DAY = 24 * 60


def knowledge_files(folder: Path) -> list[Path]:
    """The knowledge files of a lexicon folder, in order."""
    return sorted((folder / KNOWLEDGE_FOLDER).glob("*.yaml"))


def load_knowledge(
    folder: Path, *, examples: bool = False
) -> tuple[tuple[KnowledgeTopic, ...], tuple[Path, ...]]:
    """The topics of all knowledge files of a lexicon folder, and the files that they are from. A
    file with ``example: true`` is checked as the others are and used only where ``examples``.

    Raises ``LexiconError`` in Chinese at the first thing that is wrong.
    """
    topics: dict[tuple[str, bool], KnowledgeTopic] = {}
    found: list[KnowledgeTopic] = []
    used: list[Path] = []
    for file in knowledge_files(folder):
        own, is_example = load_knowledge_file(file)
        for topic in own:
            other = topics.setdefault((topic.id, is_example), topic)
            if other is not topic:
                raise LexiconError(f"{topic.at}：主题编号“{topic.id}”已经用于 {other.at}")
        if examples or not is_example:
            found += own
            used.append(file)
    return tuple(found), tuple(used)


def load_knowledge_file(file: Path) -> tuple[list[KnowledgeTopic], bool]:
    """The topics of one file, and whether it is an example. Raises ``LexiconError``."""
    entries = read_yaml(file).mapping(
        needed=("version", "topics"), known=("version", "topics", "example")
    )
    entries["version"].choice(VERSION)
    is_example = entries["example"].flag() if "example" in entries else False
    return [_topic(field) for field in entries["topics"].items()], is_example


def _topic(field: Field) -> KnowledgeTopic:
    entries = field.mapping(needed=_TOPIC, known=_TOPIC + _TOPIC_OPTIONAL)
    facts = tuple(_fact(item) for item in entries["facts"].items())
    if not facts:
        raise entries["facts"].wrong("至少一个事实")
    _refuse_twice(facts)
    questions = tuple(_question(item) for item in entries["questions"].items())
    if not questions:
        raise entries["questions"].wrong("至少一个问法")
    return KnowledgeTopic(
        id=_id(entries["id"]),
        name=entries["name"].text(),
        questions=questions,
        facts=facts,
        unless=entries["unless"].texts() if "unless" in entries else (),
        examples=tuple(_example(item) for item in entries["examples"].items())
        if "examples" in entries
        else (),
        at=field.place,
    )


def _id(field: Field) -> str:
    if not _ID.fullmatch(field.text()):
        raise field.wrong("小写字母、数字、下划线，用点分段，例如 cable.monthly_fee")
    return field.text()


def _question(field: Field) -> tuple[str, ...]:
    words = tuple(word.strip() for word in field.text().split("+"))
    if any(not word for word in words) or sum(map(len, words)) < 3:
        raise field.wrong("至少三个字的问法，几个词都要出现时用“+”连接，例如 月租+多少")
    return words


def _fact(field: Field) -> Fact:
    entries = field.mapping(needed=_FACT, known=_FACT + _FACT_OPTIONAL)
    if ("value" in entries) == ("says" in entries):
        raise LexiconError(
            f"{field.place}：事实“{entries['id'].text()}”应当写 value（数值）或 says（必须说到的词），二者选一"
        )
    if "never" in entries and "says" not in entries:
        raise LexiconError(f"{entries['never'].place}：never（说了就错的词）只能和 says 写在一起")
    days: dict[str, Any] = {key: entries[key].day() for key in ("starts", "ends") if key in entries}
    if "starts" in days and "ends" in days and days["ends"] < days["starts"]:
        raise entries["ends"].wrong(f"不早于 starts（{days['starts']}）的日期")
    name = entries["name"].text()
    value, shown = _value(entries)
    return Fact(
        id=_id(entries["id"]),
        name=name,
        value=value,
        shown=shown,
        about=tuple(dict.fromkeys((name, *entries["about"].texts()))) if "about" in entries else (name,),
        required=entries["required"].flag() if "required" in entries else True,
        at=field.place,
        **days,
    )  # fmt: skip


def _value(entries: dict[str, Field]) -> tuple[FactValue, str]:
    """The value of a fact, and how a reader is shown it."""
    if "says" in entries:
        says = tuple(
            tuple(word.strip() for word in item.text().split("/") if word.strip())
            for item in entries["says"].items()
        )
        if not says or not all(says):
            raise entries["says"].wrong("至少一个词，同义的词用“/”隔开，例如 身份证/证件原件")
        never = entries["never"].texts() if "never" in entries else ()
        return Wording(says, never), "、".join(words[0] for words in says)
    field = entries["value"]
    text = field.text()
    return (_hours(field) if ":" in text else _amount(field)), text


def _hours(field: Field) -> Hours:
    spans: list[tuple[int, int]] = []
    for part in re.split(r"[,，、;；]", field.text()):
        found = _HOURS.fullmatch(part.strip())
        if not found:
            raise field.wrong("时间段，例如 9:00-17:00，几段用逗号隔开")
        hours = [int(number) for number in found.groups()]
        start, end = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
        if max(hours[1], hours[3]) > 59 or max(start, end) > MINUTES_A_DAY:
            raise field.wrong("一天之内的时间，例如 9:00-17:00")
        if end <= start:
            raise field.wrong("先写开始、后写结束的时间段（前后颠倒了）")
        spans.append((start, end))
    return Hours(tuple(sorted(spans)))


def _amount(field: Field) -> Amount:
    found = _AMOUNT.fullmatch(field.text())
    if not found:
        raise field.wrong("数和单位，例如 25 元/月、3-5 个工作日、3.5%、9:00-17:00")
    if found["unit"] not in UNITS:
        raise LexiconError(
            f"{field.place}：不认识的单位“{found['unit']}”，应为以下之一：{'、'.join(UNITS)}"
        )
    if found["per"] and found["per"] not in PERIODS:
        raise LexiconError(
            f"{field.place}：不认识的“/{found['per']}”，应为以下之一：{'、'.join(f'/{p}' for p in PERIODS)}"
        )
    low, high = float(found["low"]), float(found["high"] or found["low"])
    if high < low:
        raise field.wrong(f"先小后大的范围（{found['low']} 大于 {found['high']}，前后颠倒了）")
    unit, factor = UNITS[found["unit"]]
    bounds: dict[str | None, Any] = dict.fromkeys(("最多", "不超过", "至多"), "most")
    bounds |= dict.fromkeys(("至少", "不少于", "最少"), "least")
    return Amount(
        low * factor, high * factor, unit, found["per"] or "", bounds.get(found["bound"], "")
    )


def _refuse_twice(facts: Sequence[Fact]) -> None:
    """Raises ``LexiconError`` where two values of one fact are in force on one day."""
    for at, fact in enumerate(facts):
        for other in facts[:at]:
            if fact.id == other.id:
                first = max(fact.starts or date.min, other.starts or date.min)
                last = min(fact.ends or date.max, other.ends or date.max)
                if first <= last:
                    day = "每一天" if first == date.min else f"{first} 这一天"
                    raise LexiconError(
                        f"{fact.at}：事实“{fact.id}”在{day}已有另一个值“{other.shown}”（{other.at}），"
                        "请给旧值写 ends、给新值写 starts，不要重叠"
                    )


def _example(field: Field) -> KnowledgeExample:
    entries = field.mapping(needed=("ask", "say", "is"), known=("ask", "say", "is", "on"))
    answer: Any = entries["is"].choice(*_ANSWERS)
    return KnowledgeExample(
        entries["ask"].text(),
        entries["say"].text(),
        answer,
        entries["on"].day() if "on" in entries else None,
        at=field.place,
    )
