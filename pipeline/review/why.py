"""Why a call is in a list: its gravest findings in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.people import QueueReason
from pipeline.privacy import mask_text
from pipeline.report import KINDS
from pipeline.review.action_view import clock

MOST = 2
SAID = ("forbidden", "process")


@dataclass(frozen=True, slots=True)
class WhyLine:
    """``text``: such as ``“不归我管” 00:06 推诿``. ``open``: a person must decide."""

    text: str
    open: bool


def put_reasons(
    reasons: Sequence[QueueReason], names: Mapping[str, str], *, most: int = MOST
) -> list[WhyLine]:
    """The first findings of a call in words, with place and rule, each once; then how many more.

    >>> one = QueueReason("forbidden.shirk", "forbidden", "不归我管", 6.2, False)
    >>> [line.text for line in put_reasons([one, one], {"forbidden.shirk": "推诿"})]
    ['“不归我管” 00:06 推诿']
    """
    lines = list(dict.fromkeys(_line(one, names) for one in reasons))
    left = len(lines) - most
    more = [WhyLine(f"还有 {left} 处", any(line.open for line in lines[most:]))] if left > 0 else []
    return lines[:most] + more


def _line(one: QueueReason, names: Mapping[str, str]) -> WhyLine:
    name = names.get(one.rule) or KINDS[one.kind]
    if one.kind == "missing":
        return WhyLine(f"缺少：{name}", one.open)
    said = f"“{_masked(one.phrase)}” " if one.kind in SAID and one.phrase else ""
    return WhyLine(f"{said}{clock(one.start_s)} {name}", one.open)


@lru_cache(maxsize=8192)
def _masked(phrase: str) -> str:
    """A phrase without personal data. Most calls share theirs with others."""
    return mask_text(phrase)
