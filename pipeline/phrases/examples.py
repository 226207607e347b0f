"""A rule's own example sentences, and short conversations written in one line, as calls without
sound.

``客服：请稍等。 / （静默 8 秒） / 客服：查到了。``: parts are separated by slashes. A part is what
one side says (without a side: the rule's), or in brackets what happens: 静默 N 秒, 语速 N, 音量 N
(decibels above the usual), 抢话 N 秒 (the next part begins so much before the last one ends), 中断
(the recording ends), 队列 NAME."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipeline.errors import LexiconError
from pipeline.phrases.book import PhraseBook, find_phrases
from pipeline.types import CallFacts, CallMeta, Finding, Role, Seconds, Utterance, Word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.lexicon import Rule

PAUSE_S: Seconds = 1.2
"""Between two parts: longer than a pause inside a turn, shorter than a silence."""

CHARS_PER_MIN = 240.0
USUAL_DB = -25.0
CLEAR = 0.95

_SIDE = re.compile(r"\s*(客服|客户)[：:]\s*(.*)")
_EVENT = re.compile(
    r"\s*[（(]\s*(静默|语速|音量|抢话|中断|队列)\s*([^）)]*?)\s*(?:秒|分贝|字/分)?\s*[）)]\s*"
)
_ROLES: dict[str, Role] = {"客服": "agent", "客户": "customer"}


@dataclass
class _Scene:
    """A conversation as it is read, part by part."""

    role: Role
    utterances: list[Utterance] = field(default_factory=list)
    levels: list[float | None] = field(default_factory=list)
    now_s: Seconds = 0.0
    chars_per_min: float = CHARS_PER_MIN
    level_db: float = USUAL_DB
    is_cut: bool = False
    queue: str | None = None


def read_example(text: str, *, role: Role) -> CallFacts:
    """The call that an example stands for; every word is heard clearly.

    Raises ``LexiconError`` where an event has no number.

    >>> [u.text for u in read_example("客户：你好 / 您好，请讲。", role="agent").utterances]
    ['你好', '您好，请讲。']
    """
    scene = _Scene(role)
    for part in re.split(r"\s/\s", text):
        event = _EVENT.fullmatch(part)
        if event:
            _happen(scene, event[1], event[2], text)
        elif part.strip():
            _say(scene, part)
    last_s = max((utterance.end_s for utterance in scene.utterances), default=0.0)
    return CallFacts(
        tuple(scene.utterances),
        last_s + (0.0 if scene.is_cut else 1.0),
        CallMeta(queue=scene.queue),
        tuple(scene.levels),
    )


def _happen(scene: _Scene, event: str, amount: str, text: str) -> None:
    if event == "队列":
        scene.queue = amount
        return
    if event == "中断":
        scene.is_cut = True
        return
    try:
        value = float(amount)
    except ValueError as error:
        raise LexiconError(f"例句“{text}”：（{event} {amount}）里应当有一个数") from error
    if event == "静默":
        scene.now_s += value - PAUSE_S
    elif event == "语速":
        scene.chars_per_min = value
    elif event == "音量":
        scene.level_db = USUAL_DB + value
    else:
        scene.now_s -= value + PAUSE_S


def _say(scene: _Scene, part: str) -> None:
    side = _SIDE.fullmatch(part)
    role = _ROLES[side[1]] if side else scene.role
    text = side[2].strip() if side else part.strip()
    step_s = 60.0 / scene.chars_per_min
    words: list[Word] = []
    at_s = scene.now_s
    for character in text:
        if words and not character.isalnum():
            words[-1] = replace(words[-1], text=words[-1].text + character)
        else:
            words.append(Word(character, at_s, at_s + step_s, CLEAR))
            at_s += step_s
    scene.utterances.append(
        Utterance(
            role, 1 if role == "customer" else 0, scene.now_s, at_s, text, CLEAR, tuple(words)
        )
    )
    scene.levels.append(scene.level_db)
    scene.now_s = at_s + PAUSE_S
    scene.chars_per_min, scene.level_db = CHARS_PER_MIN, USUAL_DB


@dataclass(frozen=True, slots=True)
class Failed:
    """An example that did not do what it is there for. ``found``: the findings that it gave
    instead."""

    rule: Rule
    example: str
    should_hit: bool
    found: tuple[Finding, ...]


def run_examples(rules: Sequence[Rule], book: PhraseBook) -> tuple[Failed, ...]:
    """The examples of rules that fail: positive ones without a finding of their rule, negative ones
    with. What an example lacks matters to duties only."""
    failed: list[Failed] = []
    for rule in rules:
        for examples, should_hit in ((rule.positive, True), (rule.negative, False)):
            for example in examples:
                found = _of_interest(find_in(example, book, rule=rule), rule)
                if any(finding.rule == rule.id for finding in found) != should_hit:
                    failed.append(Failed(rule, example, should_hit, found))
    return tuple(failed)


def _of_interest(found: Sequence[Finding], rule: Rule) -> tuple[Finding, ...]:
    return tuple(f for f in found if f.kind != "missing" or rule.duty is not None)


def find_in(
    example: str, book: PhraseBook, *, rule: Rule | None = None, role: Role = "agent"
) -> tuple[Finding, ...]:
    """The findings in an example; with ``rule`` said by its role on a day on which it is in
    force."""
    facts = read_example(example, role=rule.role if rule else role)
    day = (rule.starts or rule.ends) if rule else None
    if day:
        facts = replace(facts, meta=replace(facts.meta, started_at=day.isoformat()))
    return find_phrases(facts, book, roles_sure=True).findings
