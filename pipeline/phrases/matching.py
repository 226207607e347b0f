"""Exact match of all rules' phrases at once, with word boundaries, exceptions and negation."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import ahocorasick_rs

from pipeline.lexicon import Phrase, Rule
from pipeline.phrases.text import SpokenText, word_edges

NEGATIONS = ("绝不", "决不", "不会", "不能", "不要", "不得", "不可", "不许", "从不", "从来不", "没有", "没说", "禁止", "别", "未曾")
"""What turns a phrase into its denial when it stands shortly before it: 我们绝不会让您找领导去."""

NEGATION_REACH = 8
"""Characters before a phrase in which a negation counts, within the same clause (our choice)."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of a rule at characters ``start``..``end`` of a plain text."""

    rule: Rule
    phrase: Phrase
    start: int
    end: int


class PhraseMatcher:
    """Finds the phrases of rules with one automaton (Aho-Corasick), in time linear in the text."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._entries = [(rule, phrase) for rule in rules for phrase in rule.phrases]
        self._automaton = ahocorasick_rs.AhoCorasick([_fold(phrase.say) for _, phrase in self._entries])

    def find(self, text: SpokenText) -> tuple[Hit, ...]:
        """Hits in order of place. Of hits of one kind that lie within each other only the longest stays.

        Empty text or a lexicon without phrases gives ``()``.
        """
        edges: frozenset[int] | None = None
        hits: list[Hit] = []
        for index, start, end in self._automaton.find_matches_as_indexes(text.plain, overlapping=True):
            rule, phrase = self._entries[index]
            if phrase.word:
                edges = word_edges(text.plain) if edges is None else edges
                if start not in edges or end not in edges:
                    continue
            if _is_excepted(text.plain, start, end, rule.exceptions):
                continue
            if rule.negated_by and _is_negated(text, start):
                continue
            hits.append(Hit(rule, phrase, start, end))
        return tuple(sorted(_longest(hits), key=lambda hit: (hit.start, hit.end)))


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _longest(hits: Sequence[Hit]) -> list[Hit]:
    """Hits that lie in no longer hit of the same group: required slots each by themselves, all
    forbidden rules together, so that one sentence is not punished twice."""

    def group(hit: Hit) -> str:
        return hit.rule.id if hit.rule.kind == "required" else "forbidden"

    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start - hit.end, hit.start)):
        if not any(group(k) == group(hit) and k.start <= hit.start and hit.end <= k.end for k in kept):
            kept.append(hit)
    return kept


def _is_excepted(plain: str, start: int, end: int, exceptions: Iterable[str]) -> bool:
    """Whether one of the exceptions stands in the text so that it covers the hit."""
    for exception in exceptions:
        at = plain.find(exception, max(0, end - len(exception)))
        while 0 <= at <= start:
            if at + len(exception) >= end:
                return True
            at = plain.find(exception, at + 1)
    return False


def _is_negated(text: SpokenText, start: int) -> bool:
    clause = max(begin for begin in text.clause_starts if begin <= start)
    before = text.plain[max(clause, start - NEGATION_REACH) : start]
    return any(negation in before for negation in NEGATIONS)
