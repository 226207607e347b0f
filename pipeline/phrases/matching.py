"""Match all phrases at once: by characters, and by sound where the recogniser may have misheard
them."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal

import ahocorasick_rs

from pipeline.ear import toneless_all
from pipeline.lexicon import Phrase, Rule, WordList, fold_you
from pipeline.phrases.alike import LEAST_SYLLABLES, SoundIndex
from pipeline.phrases.cancel import (
    is_excepted,
    is_negated,
    is_quoted,
    put_in,
    sounds_excepted,
)
from pipeline.phrases.text import SpokenText, edges_in, fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from pipeline.ear import Syllables

FAR = {3: 0.18, 4: 0.2}
FAR_LONG = 0.25
"""Distance a syllable up to which a stretch is a candidate, by the phrase's length: on 82 tuning
calls 82 of 86 true sound-alikes lie within, and 167 of 1,067 false ones."""

SAME, NEAR = 0.05, 0.165
HOPELESS_SAME, HOPELESS, HOPELESS_FAR = -7.0, -2.0, 0.0
"""A sound-alike is not put to the recogniser if the words heard there leave it no better log
probability than this against them: up to the distance ``SAME`` (the sound is the same, so that the
recogniser's certainty is only about the writing), up to ``NEAR``, and above. On the same calls it
keeps all 82 and 100 of the 167."""

RIVALS = 3
"""How many sound-alikes of one place are looked at, the nearest first."""


@dataclass(frozen=True, slots=True)
class PhraseEntry:
    """A phrase and who asks for it: a rule, or a condition of a rule. ``due``: it meets a duty."""

    rule: Rule
    condition: str
    phrase: Phrase
    by_sound: bool
    due: bool = False

    @property
    def forbids(self) -> bool:
        return self.rule.kind == "forbidden" and not self.condition


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase at characters ``start``..``end`` of a plain text: the same characters, or
    (``pinyin``) others that sound like them, ``distance`` 0..1 a syllable apart."""

    entry: PhraseEntry
    start: int
    end: int
    match: Literal["exact", "pinyin"] = "exact"
    distance: float = 0.0

    @property
    def rule(self) -> Rule:
        return self.entry.rule

    @property
    def phrase(self) -> Phrase:
        return self.entry.phrase


def entries_of(rules: Iterable[Rule]) -> tuple[PhraseEntry, ...]:
    """All phrases of rules and of their conditions."""
    found: list[PhraseEntry] = []
    rules = tuple(rules)
    slots = {slot for rule in rules if rule.duty is not None for slot in rule.duty.any_of}
    for rule in rules:
        found += [
            PhraseEntry(rule, "", phrase, rule.kind == "forbidden", rule.id in slots)
            for phrase in rule.phrases
        ]
        for condition in rule.conditions:
            if isinstance(condition.operator, WordList):
                by_sound = condition.operator.by_sound
                found += [
                    PhraseEntry(rule, condition.name, phrase, by_sound)
                    for phrase in condition.operator.phrases
                ]
    return tuple(found)


class PhraseMatcher:
    """Finds phrases of rules. The time is linear in the text whatever the lexicon's size."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        entries = entries_of(rules)
        self._literal = tuple(entry for entry in entries if not entry.forbids)
        self._folded = tuple(entry for entry in entries if entry.forbids)
        self._literals = _automaton(fold(entry.phrase.say) for entry in self._literal)
        self._folds = _automaton(fold_you(fold(entry.phrase.say)) for entry in self._folded)
        self._audible = tuple(entry for entry in entries if entry.by_sound)
        self.hears_all = any(entry.by_sound and entry.condition for entry in entries)
        """Whether some condition listens by sound to both sides, not only to agents."""
        self._sounds = SoundIndex([fold_you(fold(entry.phrase.say)) for entry in self._audible])
        self._entries = entries

    @cached_property
    def _by_syllables(self) -> Mapping[Syllables, tuple[PhraseEntry, ...]]:
        """The phrases that a second ear may hear, by their sound: those of forbidden rules, of
        duties, of customers' facts and of conditions. Made when it is asked for first, since texts
        need none."""
        wanted = [
            entry
            for entry in self._entries
            if len(entry.phrase.say) >= LEAST_SYLLABLES
            and (entry.forbids or entry.due or entry.rule.kind == "process")
        ]
        found: defaultdict[Syllables, list[PhraseEntry]] = defaultdict(list)
        sounds = toneless_all([fold_you(fold(entry.phrase.say)) for entry in wanted])
        for syllables, entry in zip(sounds, wanted, strict=True):
            found[syllables].append(entry)
        return {syllables: tuple(own) for syllables, own in found.items()}

    @property
    def audible(self) -> tuple[Syllables, ...]:
        """The syllables of all phrases that a second ear may hear."""
        return tuple(self._by_syllables)

    def entries_heard(self, syllables: Syllables) -> tuple[PhraseEntry, ...]:
        """The phrases that sound so; none for a sound that is not in ``audible``."""
        return self._by_syllables.get(syllables, ())

    def find(self, text: SpokenText) -> tuple[Hit, ...]:
        """Exact hits in order of place, without those that are negated, quoted or excepted. Of
        forbidden hits, and of those of one rule, that lie within each other only the longest stays,
        as of hits of one forbidden rule that share words.

        Empty text or a lexicon without phrases gives ``()``.
        """
        hits = [hit for hit in self.spell(text) if why_harmless(hit, text) is None]
        return tuple(sorted(longest(hits), key=lambda hit: (hit.start, hit.end)))

    def spell(self, text: SpokenText) -> Iterator[Hit]:
        """Everything that stands in the text, also what is harmless there; short words only as
        words."""
        edges: frozenset[int] | None = None
        folded = fold_you(text.plain)
        for entries, automaton, plain in (
            (self._literal, self._literals, text.plain),
            (self._folded, self._folds, folded),
        ):
            for index, start, end in automaton.find_matches_as_indexes(plain, overlapping=True):
                entry = entries[index]
                if entry.phrase.word:
                    edges = edges_in(text) if edges is None else edges
                    if start not in edges or end not in edges:
                        continue
                yield Hit(entry, start, end)

    def may_spell(self, plain: str) -> bool:
        """Whether any phrase stands in a text that was folded without regard to turns and clauses:
        quicker than ``spell``, and never false where that finds something."""
        found = self._literals.find_matches_as_indexes(
            plain
        ) or self._folds.find_matches_as_indexes(fold_you(plain))
        return bool(found)

    def sound(
        self,
        text: SpokenText,
        confidences: Sequence[float],
        *,
        heard: Collection[Syllables] = (),
    ) -> tuple[Hit, ...]:
        """Hits by sound that are worth a check against the recording, by place.

        ``confidences[i]``, 0..1, is how sure the recogniser was of character i: where it was sure
        of something else there is nothing to check, unless a second ear ``heard`` the phrase."""
        sure = {id(entry) for sounds in heard for entry in self.entries_heard(sounds)}
        plain = fold_you(text.plain)
        found: list[Hit] = []
        for alike in self._sounds.find(plain):
            entry = self._audible[alike.index]
            said, written = fold_you(fold(entry.phrase.say)), plain[alike.start : alike.end]
            if (
                said == written
                or entry.phrase.word
                or alike.distance > FAR.get(len(said), FAR_LONG)
            ):
                continue
            least = HOPELESS if alike.distance <= NEAR else HOPELESS_FAR
            least = HOPELESS_SAME if alike.distance <= SAME else least
            chance = best_chance(said, written, confidences[alike.start : alike.end])
            if id(entry) in sure or chance >= least:
                found.append(Hit(entry, alike.start, alike.end, "pinyin", alike.distance))
        return _nearest(found)


def best_chance(said: str, heard: str, confidences: Sequence[float]) -> float:
    """The best log probability, against what was heard, that another text can still have: the first
    character that differs gets at most what the recogniser left over, all others at most 1."""
    same = next(
        (i for i, (a, b) in enumerate(zip(said, heard, strict=False)) if a != b),
        min(len(said), len(heard)),
    )
    if same >= len(heard):
        return 0.0
    left_over = math.log(max(1e-6, 1.0 - confidences[same]))
    return left_over - sum(math.log(max(1e-6, confidence)) for confidence in confidences[same:])


def why_harmless(hit: Hit, text: SpokenText) -> str | None:
    """In Chinese why the phrase does not count where it stands, or ``None`` if it does. Of one that
    was only heard the words around it may be misheard as well, so exceptions are compared by their
    sound. So are, always, those that hold the phrase by sound alone: the recogniser writes 先不要脸
    for 先不要连."""
    rule = hit.rule
    plain = fold_you(text.plain) if hit.entry.forbids else text.plain
    exceptions = _folded(rule.exceptions) if hit.entry.forbids else rule.exceptions
    if not hit.entry.condition and (
        is_excepted(plain, hit.start, hit.end, exceptions)
        or _sounds_excepted(hit, plain, exceptions)
    ):
        return "规则的例外覆盖了此处"
    if rule.negated_by and is_negated(text, hit.start):
        return "前面是否定，并没有这样说"
    if hit.entry.forbids and is_quoted(text, hit.start, hit.end):
        return "是转述别人的话或在谈论这句话"
    return None


def _sounds_excepted(hit: Hit, plain: str, exceptions: tuple[str, ...]) -> bool:
    """Whether the sound of an exception covers a hit: of a forbidden phrase that is spelt, of those
    exceptions that are spelt otherwise. A courtesy that is spelt was said."""
    if hit.match != "pinyin" and not hit.entry.forbids:
        return False
    if not sounds_excepted(plain, hit.start, hit.end, exceptions):
        return False
    if hit.match == "pinyin":
        return True
    say = fold_you(fold(hit.phrase.say))
    others = tuple(one for one in exceptions if say not in one)
    return sounds_excepted(plain, hit.start, hit.end, others)


def why_harmless_as_said(hit: Hit, text: SpokenText) -> str | None:
    """The same for a phrase of which the text has something else: as if it were written there."""
    say = fold(hit.phrase.say)
    there = replace(hit, end=hit.start + len(say), match="pinyin")
    return why_harmless(there, put_in(text, hit.start, hit.end, say))


@lru_cache(maxsize=256)
def _folded(wordings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(fold_you(wording) for wording in wordings)


def longest(hits: Sequence[Hit]) -> list[Hit]:
    """Hits that lie in no longer hit of the same group: each required slot and each condition by
    itself, all forbidden rules together, so that one sentence is not punished twice. Of hits of one
    forbidden rule that share words only the longest stays: 你烦不烦啊 has 你烦不烦 and 烦不烦啊."""

    def group(hit: Hit) -> str:
        return "forbidden" if hit.entry.forbids else f"{hit.rule.id} {hit.entry.condition}"

    def covers(one: Hit, other: Hit) -> bool:
        if one.start <= other.start and other.end <= one.end:
            return group(one) == group(other)
        same = one.entry.forbids and other.entry.forbids and one.rule.id == other.rule.id
        return same and one.start < other.end and other.start < one.end

    kept: list[Hit] = []
    for hit in sorted(
        hits, key=lambda hit: (hit.start - hit.end, hit.match != "exact", hit.distance, hit.start)
    ):
        if not any(covers(one, hit) for one in kept):
            kept.append(hit)
    return kept


def _nearest(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """At most ``RIVALS`` hits at any place."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.distance, hit.start - hit.end)):
        if sum(other.start < hit.end and hit.start < other.end for other in kept) < RIVALS:
            kept.append(hit)
    return tuple(sorted(kept, key=lambda hit: (hit.start, hit.end)))


def _automaton(patterns: Iterable[str]) -> ahocorasick_rs.AhoCorasick:
    return ahocorasick_rs.AhoCorasick(list(patterns))
