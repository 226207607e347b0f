"""A site's own additions to the rules and sheets that it uses: what the overlay file holds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from pipeline.errors import LexiconError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pipeline.lexicon.conditions import Phrase
    from pipeline.lexicon.rule import Rule
    from pipeline.types import AlarmLevel

OVERLAY_FILE = "site.yaml"
ALARMS: Mapping[str, AlarmLevel | None] = {"wall": "wall", "notify": "notify", "none": None}


@dataclass(frozen=True, slots=True)
class RuleAddition:
    """What is added to the rule with the id ``rule``. ``points``, ``alarm``: instead of its own;
    ``None``: its own; the alarm ``none``: it raises none. ``at``: file and line."""

    rule: str
    phrases: tuple[Phrase, ...] = ()
    exceptions: tuple[str, ...] = ()
    positive: tuple[str, ...] = ()
    negative: tuple[str, ...] = ()
    points: float | None = None
    alarm: Literal["wall", "notify", "none"] | None = None
    at: str = ""


@dataclass(frozen=True, slots=True)
class SheetAddition:
    """The points of one deduction of a sheet's element, instead of its own. ``which``: what tells it
    from the element's other deductions, by the keys that the sheet has for it."""

    sheet: str
    element: str
    which: tuple[tuple[str, str], ...]
    points: float
    at: str = ""


@dataclass(frozen=True, slots=True)
class Overlay:
    """``file``: where it is, or would be."""

    file: Path | None = None
    rules: tuple[RuleAddition, ...] = ()
    sheets: tuple[SheetAddition, ...] = ()

    @property
    def rules_digest(self) -> str:
        """Changes with what is added to rules, not with comments, order of rules, sheets, or alarms,
        which change no result; empty where nothing is added."""
        parts = [
            [
                one.rule,
                [[phrase.say, phrase.word] for phrase in one.phrases],
                *map(list, (one.exceptions, one.positive, one.negative)),
                one.points,
            ]
            for one in self.rules
            if replace(one, alarm=None, at="") != RuleAddition(one.rule)
        ]
        return _digest(sorted(parts, key=repr)) if parts else ""

    def sheet_digest(self, sheet: str) -> str:
        """The same of the points of one sheet."""
        parts = [[o.element, sorted(o.which), o.points] for o in self.sheets if o.sheet == sheet]
        return _digest(sorted(parts, key=repr)) if parts else ""

    def of_rule(self, rule: str) -> tuple[RuleAddition, ...]:
        return tuple(one for one in self.rules if one.rule == rule)

    def of_sheet(self, sheet: str) -> tuple[SheetAddition, ...]:
        return tuple(one for one in self.sheets if one.sheet == sheet)


def with_digest(version: str, more: str) -> str:
    """A version that changes with ``more`` too; the same where that is empty.

    >>> with_digest("abc", ""), len(with_digest("abc", "def"))
    ('abc', 12)
    """
    return hashlib.sha256(f"{version} {more}".encode()).hexdigest()[:12] if more else version


def add_to_rules(rules: Mapping[str, Rule], overlay: Overlay) -> dict[str, Rule]:
    """The rules with the additions. What a rule has already is not added twice. Raises
    ``LexiconError`` with the overlay's file and line for an unknown rule, and for words of a rule
    that is no list of words."""
    found = dict(rules)
    for one in overlay.rules:
        rule = found.get(one.rule)
        if rule is None:
            raise LexiconError(
                f"{one.at}：没有编号为“{one.rule}”的规则；请改成规则文件中有的编号，或删去这一条"
            )
        if (one.phrases or one.exceptions) and not takes_words(rule):
            raise LexiconError(
                f"{one.at}：规则“{one.rule}”由条件或职责组成，不能补充 phrases 和 exceptions；"
                "请改规则文件里的条件，或删去这一条"
            )
        if one.alarm and rule.kind in ("missing", "required"):
            raise LexiconError(
                f"{one.at}：规则“{one.rule}”要到会话结束才知道有没有说，不能实时告警；请删去 alarm"
            )
        known = {phrase.say for phrase in rule.phrases}
        found[one.rule] = replace(
            rule,
            phrases=(*rule.phrases, *(p for p in one.phrases if p.say not in known)),
            exceptions=_joined(rule.exceptions, one.exceptions),
            positive=_joined(rule.positive, one.positive),
            negative=_joined(rule.negative, one.negative),
            points=rule.points if one.points is None else one.points,
            alarm=rule.alarm if one.alarm is None else ALARMS[one.alarm],
        )
    return found


def takes_words(rule: Rule) -> bool:
    """Whether phrases and exceptions can be added to a rule: it has words or a meaning of its own.
    Conditions have words for each operator, and a duty has those of its slots."""
    return rule.when is None and rule.duty is None


def _joined(own: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*own, *more)))


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()
