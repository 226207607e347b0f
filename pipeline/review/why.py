"""Why a call is in a list: its gravest findings in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pipeline.lexicon import is_fact, name_finding
from pipeline.people import QueueReason
from pipeline.privacy import mask_text
from pipeline.review.action_view import clock

MOST = 2


@dataclass(frozen=True, slots=True)
class WhyLine:
    """``text``: such as ``推诿“不归我管” 00:06``. ``open``: a person must decide. ``told``: a fact that
    the customer told, which is no reason for the call's being there."""

    text: str
    open: bool
    told: bool = False


def put_reasons(
    reasons: Sequence[QueueReason], names: Mapping[str, str], *, most: int = MOST
) -> list[WhyLine]:
    """The first findings of a call in words, with place and rule, each once; then how many more.
    Facts that the customer told come last, and by themselves.

    >>> one = QueueReason("forbidden.shirk", "forbidden", "agent", "不归我管", 6.2, False)
    >>> fact = QueueReason("fact.praise", "process", "customer", "我要表扬", 9.5, False)
    >>> names = {"forbidden.shirk": "推诿", "fact.praise": "客户表扬"}
    >>> [line.text for line in put_reasons([one, one, fact], names)]
    ['推诿“不归我管” 00:06', '客户表扬 00:09']
    """
    told = [one for one in reasons if is_fact(one)]
    facts = [replace(line, told=True) for line in _lines(told, names, most)]
    return _lines([one for one in reasons if not is_fact(one)], names, most) + facts


def _lines(reasons: Sequence[QueueReason], names: Mapping[str, str], most: int) -> list[WhyLine]:
    found = list(dict.fromkeys(_place(one, names) for one in reasons))
    left = found[most:]
    shown = [WhyLine(f"{_masked(name)}{where}", is_open) for name, where, is_open in found[:most]]
    more = [WhyLine(f"还有 {len(left)} 处", any(is_open for *_, is_open in left))] if left else []
    return shown + more


def _place(one: QueueReason, names: Mapping[str, str]) -> tuple[str, str, bool]:
    where = "" if one.kind == "missing" else f" {clock(one.start_s)}"
    return name_finding(one, names), where, one.open


@lru_cache(maxsize=8192)
def _masked(name: str) -> str:
    """A name without personal data, which takes longest: only of what is shown."""
    return mask_text(name, said=False)
