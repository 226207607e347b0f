"""All wordings of a rule, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from pipeline.lexicon import Overlay, Rule

PAGE = 300
"""Wordings of one kind on a page (our choice)."""


@dataclass(frozen=True, slots=True)
class Wordings:
    """Phrases and exceptions of a rule, those of one ``page`` of ``pages``. ``of_site``: the
    wordings that the site added; they come first. ``phrases_in_all``, ``exceptions_in_all``: of the rule, those that
    are searched for only where somebody searches."""

    phrases: tuple[str, ...]
    exceptions: tuple[str, ...]
    phrases_in_all: int
    exceptions_in_all: int
    page: int
    pages: int
    of_site: frozenset[str]

    @classmethod
    def of(cls, rule: Rule, overlay: Overlay, *, page: int, say: str) -> Self:
        """``say``: only wordings that contain this."""
        own = overlay.of_rule(rule.id)
        of_site = frozenset(
            word
            for one in own
            for word in (
                *(phrase.say for phrase in one.phrases),
                *one.exceptions,
                *one.positive,
                *one.negative,
            )
        )
        said = sorted((phrase.say for phrase in rule.phrases), key=lambda w: w not in of_site)
        phrases = [wording for wording in said if say in wording]
        others = sorted(rule.exceptions, key=lambda w: w not in of_site)
        exceptions = [wording for wording in others if say in wording]
        pages = max(1, -(-max(len(phrases), len(exceptions)) // PAGE))
        start = (min(page, pages) - 1) * PAGE
        return cls(
            tuple(phrases[start : start + PAGE]),
            tuple(exceptions[start : start + PAGE]),
            len(phrases),
            len(exceptions),
            min(page, pages),
            pages,
            of_site,
        )
