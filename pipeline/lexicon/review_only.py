"""Rules that the settings leave to people: each must be one that there is."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from pipeline.errors import LexiconError
from pipeline.lexicon.scorecard import SIGNAL_NAMES, SIGNAL_RULES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


def check_review_only(review_only: Iterable[str], rule_ids: Collection[str]) -> None:
    """Raises ``LexiconError`` for a rule of ``[scoring] review_only`` that is neither among
    ``rule_ids`` nor measured: its findings would go on to take points."""
    known = {*rule_ids, *SIGNAL_NAMES, *SIGNAL_RULES}
    for rule in review_only:
        if rule not in known:
            alike = "、".join(get_close_matches(rule, sorted(known), 3))
            hint = f"，相近的有：{alike}" if alike else "，编号见规则文件"
            raise LexiconError(
                f"[scoring] review_only：没有编号为“{rule}”的规则{hint}；请改正，或删去"
            )
