"""Match all rules' phrases at once, with word boundaries, exceptions and negation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import ahocorasick_rs

from pipeline.lexicon import Phrase, Rule
from pipeline.phrases.sound import LEAST_SYLLABLES, sound_of
from pipeline.phrases.text import SpokenText, word_edges

_NEGATIONS = (
    "绝不", "决不", "不会", "不能", "不要", "不得", "不可", "不可以", "不许", "不允许", "不必", "不用", "不需要", "无需", "不敢",
    "从不", "从来不", "没有", "没", "无法", "无权", "禁止", "严禁", "请勿", "避免", "未曾", "(?<![特分个级性类区差告])别",
)  # fmt: skip
_LINKS = (
    "再", "会", "去", "让", "叫", "给", "把", "对", "跟", "和", "向", "说", "讲", "过", "您", "你", "客户", "客人", "任何", "人", "有",
    "是", "出现", "使用", "这种", "那种", "这样", "什么", "要求", "请", "想", "他", "我们", "钱", "承诺", "保证", "告诉",
)  # fmt: skip
_NEGATED = re.compile(f"(?:{'|'.join(_NEGATIONS)})(?:{'|'.join(_LINKS)}){{0,4}}$")
"""A negation that reaches up to a phrase over words which only link it: 我们绝不会让您|找领导去. Not any
negation nearby: in 没办法你找领导去, which the recogniser writes without a comma, nothing is denied."""

NEGATION_REACH = 12
"""Characters before a phrase that are looked at, within its clause."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of a rule at characters ``start``..``end`` of a plain text. ``match``: the same characters,
    or other characters of the same sound."""

    rule: Rule
    phrase: Phrase
    start: int
    end: int
    match: Literal["exact", "pinyin"] = "exact"


class PhraseMatcher:
    """Finds the phrases of rules by characters and, for longer forbidden ones, by sound.

    Two automata (Aho-Corasick), so that the time is linear in the text whatever the lexicon's size.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._entries = [(rule, phrase) for rule in rules for phrase in rule.phrases]
        self._automaton = ahocorasick_rs.AhoCorasick([_fold(phrase.say) for _, phrase in self._entries])
        self._by_sound = [
            (rule, phrase)
            for rule, phrase in self._entries
            if rule.kind == "forbidden" and len(phrase.say) >= LEAST_SYLLABLES
        ]
        self._sounds = ahocorasick_rs.AhoCorasick([sound_of(_fold(phrase.say)) for _, phrase in self._by_sound])

    def find(self, text: SpokenText) -> tuple[Hit, ...]:
        """Hits in order of place. Of hits of one kind that lie within each other only the longest stays.

        Empty text or a lexicon without phrases gives ``()``.
        """
        hits = [*self._exact(text), *self._alike(text)]
        return tuple(sorted(_longest(hits), key=lambda hit: (hit.start, hit.end)))

    def _alike(self, text: SpokenText) -> Iterator[Hit]:
        """Phrases that were written with other characters of the same sound: 不规我管 for 不归我管."""
        for index, start, end in self._sounds.find_matches_as_indexes(sound_of(text.plain), overlapping=True):
            rule, phrase = self._by_sound[index]
            if text.plain[start:end] != _fold(phrase.say) and not self._is_cancelled(rule, text, start, end):
                yield Hit(rule, phrase, start, end, "pinyin")

    def _exact(self, text: SpokenText) -> Iterator[Hit]:
        edges: frozenset[int] | None = None
        for index, start, end in self._automaton.find_matches_as_indexes(text.plain, overlapping=True):
            rule, phrase = self._entries[index]
            if phrase.word:
                edges = word_edges(text.plain) if edges is None else edges
                if start not in edges or end not in edges:
                    continue
            if not self._is_cancelled(rule, text, start, end):
                yield Hit(rule, phrase, start, end)

    @staticmethod
    def _is_cancelled(rule: Rule, text: SpokenText, start: int, end: int) -> bool:
        return _is_excepted(text.plain, start, end, rule.exceptions) or (rule.negated_by and _is_negated(text, start))


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _longest(hits: Sequence[Hit]) -> list[Hit]:
    """Hits that lie in no longer hit of the same group: required slots each by themselves, all
    forbidden rules together, so that one sentence is not punished twice."""

    def group(hit: Hit) -> str:
        return hit.rule.id if hit.rule.kind == "required" else "forbidden"

    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start - hit.end, hit.match != "exact", hit.start)):
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
    return bool(_NEGATED.search(text.plain[max(clause, start - NEGATION_REACH) : start]))
