"""What a finding is called, everywhere: pages, reports, tables, messages, commands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from pipeline.lexicon.scorecard import SIGNAL_NAMES
from pipeline.types import is_told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.lexicon.rule import Rule
    from pipeline.types import Kind, Role

KINDS: dict[str, str] = {
    "required": "规定用语", "missing": "缺少用语", "forbidden": "禁语", "silence": "静默", "interruption": "抢话",
    "pace": "语速", "tone": "语气", "volume": "音量", "pii": "个人信息", "process": "流程",
}  # fmt: skip
"""The kinds of findings, for headings and tags."""

FACT = "客户反映"
"""The kind of a fact that the customer told, which is nobody's fault."""

_SECONDS = re.compile(r"[\d.]+ 秒")


class Named(Protocol):
    """A finding, its key, or the reason of a row."""

    @property
    def rule(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def role(self) -> Role: ...
    @property
    def phrase(self) -> str: ...


def names_of_rules(rules: Iterable[Rule]) -> dict[str, str]:
    """What rules are called, by id; those of measured findings too."""
    return {**SIGNAL_NAMES, **{rule.id: rule.name for rule in rules}}


def name_finding(one: Named, names: Mapping[str, str]) -> str:
    """What a finding is called: its rule, and what a list needs to tell it from others of the rule.
    ``names``: those of ``names_of_rules``; a rule that is no more is called by its phrase.

    >>> from pipeline.types import Finding
    >>> one = Finding("forbidden.shirk", "forbidden", "不归我管", "agent", 6, 7, "不规我管", "pinyin", 0.9, "confirmed")
    >>> name_finding(one, {"forbidden.shirk": "推诿"}), name_finding(one, {})
    ('推诿“不归我管”', '“不归我管”')
    """
    name = names.get(one.rule) or SIGNAL_NAMES.get(one.rule, "")
    if one.kind == "forbidden":
        return f"{name}“{one.phrase}”" if one.phrase and one.phrase != name else name
    if one.kind == "missing" and (not name or one.rule.startswith("required.")):
        return f"缺少：{name or one.phrase}"  # a slot of an older lexicon
    if one.kind == "silence" and name:
        return " ".join(filter(None, (name, *_SECONDS.findall(one.phrase)[:1])))
    if one.kind == "interruption" and one.role == "customer":
        return f"客户{name}"
    if name and one.phrase.startswith(f"{name}："):  # the fact that was told wrong
        return one.phrase
    return name or one.phrase or KINDS[one.kind]


def is_fact(one: Named) -> bool:
    """Whether a finding is a fact that the customer told."""
    return is_told(one.rule, one.role)


def kind_beside(one: Named, name: str) -> str:
    """The kind to put before a finding's name; empty where the name says it.

    >>> from pipeline.types import Finding
    >>> one = Finding("pace.fast", "pace", "语速过快", "agent", 0, 9, "", "signal", 1, "confirmed")
    >>> kind_beside(one, "语速过快")
    ''
    """
    kind = FACT if is_fact(one) else KINDS[one.kind]
    return "" if kind in name else kind
