"""Phrases that the second ear heard, put in the place of what the recogniser wrote.

The ear gives a phrase and its time. The recogniser's times of characters are less exact, so the ear
itself says which characters the phrase replaces: of all likely stretches of the text the one with
which the text fits the sound best. What the phrase gains over the written text there, and over what
it is easily taken for, tells a phrase that the text has lost from one that only sounds like it.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.lexicon import Phrase, fold_you
from pipeline.phrases.acoustic import DOUBTED, LONGEST_S, clip, logistic, rivals_of
from pipeline.phrases.cancel import put_in
from pipeline.phrases.matching import Hit, PhraseEntry, why_harmless, why_harmless_as_said
from pipeline.phrases.text import covered_words, fold, span_of, turns_of
from pipeline.types import Seconds, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.ear import HeardPhrase, Syllables
    from pipeline.lexicon import Rule
    from pipeline.phrases.acoustic import Ear, Listener
    from pipeline.phrases.matching import PhraseMatcher
    from pipeline.phrases.text import TextPart, Turn
    from pipeline.types import Finding, Utterance

LEAST_SCORE = -1.5
"""A phrase that only the ear heard is not looked at below this score a syllable."""

LEAST_GAIN = 1.0
"""Nor if the text with the phrase is not likelier than the written one by this much (natural
logarithm; our choice): the text has it rightly, or has words of the same sound."""

HEARD_WEIGHTS = (-2.4, 1.37, 0.06, 0.14, 1.17)
"""Logistic regression on score, gain, difference and syllables, of 316 phrases and pieces of lines
that the text had lost; 231 were said (docs/phrases.md)."""

MOST_SYLLABLES = 7
"""More syllables of a phrase say no more than these."""

HEARD_LEAST_DIFFERENCE = -8.0
"""So much less may Whisper like the text with a phrase that is charged (natural logarithm): the
least at which no more of the same 316 are charged that were not said than at -5."""

BEFORE_S: Seconds = 0.15
AFTER_S: Seconds = 0.25
"""A character belongs to a phrase if it ends so long after the phrase's begin, and so long after
its end at most (our choice)."""

SHIFTS = 2
"""Characters by which either edge of the replaced text may lie elsewhere than the times say."""

EQUAL = 1.0
PLACES = 3
"""Stretches of the text that the ear likes within ``EQUAL`` (natural logarithm) of the best: Whisper
chooses among so many (our choice)."""

RIVALS = 5
"""Heard phrases of one place that are put into the text, the surest first (our choice)."""

OUTSIDE_S: Seconds = 0.3
"""So much of a phrase may lie outside the turn that it belongs to."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """A heard phrase in the place of characters ``start``..``end`` of a turn's text; none where the
    text lacks it altogether.

    ``score``: of the phrase alone, a syllable. ``gain``: natural logarithm of how much better the
    stretch ``part`` fits with the phrase than without, and than with the phrase's rivals.
    ``equals``: other stretches where the ear likes it nearly as well.
    """

    entry: PhraseEntry
    turn: Turn
    part: TextPart
    start: int
    end: int
    span: Span
    score: float
    gain: float
    equals: tuple[tuple[int, int], ...] = ()

    @property
    def places(self) -> tuple[Replaced, ...]:
        """The phrase in each of its places, the best first."""
        return (self, *(replace(self, start=low, end=high) for low, high in self.equals))

    @property
    def hit(self) -> Hit:
        return Hit(self.entry, self.start, self.end, "pinyin")

    @property
    def syllables(self) -> int:
        """Of the phrase, ``MOST_SYLLABLES`` at most."""
        return min(MOST_SYLLABLES, len(self.entry.phrase.say))

    @property
    def chance(self) -> float:
        """How likely it was said, as far as the ear tells: log odds but for a constant."""
        _, score, gain, _, syllables = HEARD_WEIGHTS
        return score * self.score + gain * clip(0.0, self.gain)[1] + syllables * self.syllables

    @property
    def say(self) -> str:
        """The phrase as it is put into the text; 您 stays where it was written."""
        say = fold(self.entry.phrase.say)
        return say.replace("你", "您") if self.entry.forbids and "您" in self.written else say

    @property
    def written(self) -> str:
        """What the recogniser wrote there, without signs."""
        return self.turn.text.plain[self.start : self.end]

    def text_with(self, say: str) -> str:
        """The text of the stretch with a wording in the place of what was written."""
        plain, part = self.turn.text.plain, self.part
        return plain[part.low : self.start] + say + plain[self.end : part.high]


def find_heard(
    turn: Turn, matcher: PhraseMatcher, ear: Ear, spelt: Sequence[Hit]
) -> Iterator[Replaced]:
    """Phrases heard in a turn whose text does not have them, the best entry of each place.

    ``spelt``: all hits by characters, also those that are harmless where they stand: there the text
    decides."""
    for cluster in clusters_of(_in_turn(turn, ear)):
        placed = [
            _placed(turn, entry, phrase, ear)
            for phrase in cluster
            for entry in matcher.entries_heard(phrase.syllables)
            if may_say(entry, turn) and not _is_spelt(entry, *_characters(turn, phrase.span), spelt)
        ]
        found = [one for one in placed if one is not None and one.gain >= LEAST_GAIN]
        if found:
            best = max(found, key=lambda one: one.chance)
            if all(reason_against(one) is None for one in best.places):
                yield best


def sounds_heard(turn: Turn, ear: Ear) -> frozenset[Syllables]:
    """The sounds of all phrases that the ear heard in a turn."""
    return frozenset(one.syllables for one in _in_turn(turn, ear))


def _in_turn(turn: Turn, ear: Ear) -> list[HeardPhrase]:
    whole = Span(turn.utterances[0].start_s - OUTSIDE_S, turn.utterances[-1].end_s + OUTSIDE_S)
    heard = ear.phrases(turn.utterances[0].channel, whole) if turn.text.plain else ()
    return [one for one in heard if one.score >= LEAST_SCORE]


def may_say(entry: PhraseEntry, turn: Turn) -> bool:
    """Whether a rule looks at this side; conditions choose their side by themselves."""
    return bool(entry.condition) or turn.role in (entry.rule.role, "unknown")


def clusters_of(heard: Sequence[HeardPhrase]) -> list[list[HeardPhrase]]:
    """Phrases that overlap the surest of their place, at most ``RIVALS`` of one place."""
    clusters: list[list[HeardPhrase]] = []
    for phrase in sorted(heard, key=lambda h: (-h.score, -len(h.syllables), h.span)):
        own = next((c for c in clusters if c[0].span.overlap_s(phrase.span) > 0), None)
        if own is None:
            clusters.append([phrase])
        elif len(own) < RIVALS:
            own.append(phrase)
    return clusters


def _placed(turn: Turn, entry: PhraseEntry, phrase: HeardPhrase, ear: Ear) -> Replaced | None:
    """The phrase in that place of the text where it fits the sound best, ``None`` where it cannot be
    compared."""
    start, end = _characters(turn, phrase.span)
    beside = min(start, len(turn.text.plain) - 1)  # behind the last character there is none
    part = turn.part(beside, max(beside + 1, end))
    if part.span.duration_s > LONGEST_S:
        return None
    drafts = [
        Replaced(entry, turn, part, low, high, phrase.span, phrase.score, 0.0)
        for low in range(max(part.low, start - SHIFTS), min(start + SHIFTS, part.high) + 1)
        for high in range(max(low, end - SHIFTS), min(end + SHIFTS, part.high) + 1)
    ]
    if not drafts:
        return None
    channel = turn.utterances[0].channel
    texts = [draft.text_with(draft.say) for draft in drafts]
    written, *others = ear.weigh(
        channel, part.span, [turn.text.plain[part.low : part.high], *texts]
    )
    ranked = sorted(zip(others, drafts, strict=True), key=lambda pair: -pair[0])
    value, best = ranked[0]
    against = written
    if value - written >= LEAST_GAIN:
        rivals = [*map(best.text_with, rivals_of(fold(entry.phrase.say))), *_longer_texts(best)]
        against = max([written, *(ear.weigh(channel, part.span, rivals) if rivals else ())])
    equals = [(one.start, one.end) for other, one in ranked[1:PLACES] if other >= value - EQUAL]
    return replace(best, gain=value - against, equals=tuple(equals))


def _longer_texts(placed: Replaced) -> list[str]:
    """The stretch with each harmless wording that holds the phrase, in the place of the phrase and
    of any words beside it that may be misheard parts of the wording."""
    plain, part, say = placed.turn.text.plain, placed.part, fold_you(fold(placed.entry.phrase.say))
    texts: list[str] = []
    for wording in map(fold, placed.entry.rule.exceptions):
        before, found, after = fold_you(wording).partition(say)
        if not found:
            continue
        lows = range(max(part.low, placed.start - len(before)), placed.start + 1)
        highs = range(placed.end, min(part.high, placed.end + len(after)) + 1)
        texts += [
            plain[part.low : low] + wording + plain[high : part.high]
            for low in lows
            for high in highs
        ]
    return texts


def _characters(turn: Turn, span: Span) -> tuple[int, int]:
    """The characters that are said in a stretch, by the ends of their words."""
    ends = [turn.words[owner].end_s for owner in turn.text.owners]
    start = bisect.bisect_right(ends, span.start_s + BEFORE_S)
    end = bisect.bisect_right(ends, span.end_s + AFTER_S)
    return start, max(start, end)


def _is_spelt(entry: PhraseEntry, start: int, end: int, spelt: Sequence[Hit]) -> bool:
    """Whether the text has a phrase of the same kind there, for good or for ill."""
    return any(
        hit.start < max(end, start + 1) and start < hit.end and hit.entry.forbids == entry.forbids
        for hit in spelt
    )


def reason_against(placed: Replaced) -> str | None:
    """In Chinese why the phrase does not count in the sentence that it stands in, as for one that
    is spelt there."""
    text = put_in(placed.turn.text, placed.start, placed.end, placed.say)
    hit = Hit(placed.entry, placed.start, placed.start + len(placed.say), "pinyin")
    return why_harmless(hit, text)


def is_harmless_now(rule: Rule, finding: Finding, utterances: Sequence[Utterance]) -> bool:
    """Whether a forbidden phrase that was heard does not count by its rule as it is now, in the
    sentence where it was heard. ``utterances``: of the call, by time."""
    quote = "".join(character for character in fold(finding.quote) if character.isalnum())
    span = Span(finding.start_s, finding.end_s)
    entry = PhraseEntry(rule, "", Phrase(finding.phrase), by_sound=True)
    for turn in turns_of(utterances):
        if turn.role != finding.role or not quote:
            continue
        at = turn.text.plain.find(quote)
        while at >= 0:
            end = at + len(quote)
            said = span_of(covered_words(turn.text, at, end, turn.words))
            hit = Hit(entry, at, end, "pinyin")
            if said.overlap_s(span) > 0 and why_harmless_as_said(hit, turn.text) is not None:
                return True
            at = turn.text.plain.find(quote, at + 1)
    return False


@dataclass(frozen=True, slots=True)
class Compared:
    """A heard phrase in the place that Whisper likes best. ``difference``: how much better it likes
    the stretch so than as it was written, natural logarithm; with 您 for the phrase's 你 if it likes
    that better. ``politer``: how much better it likes 您 than 你, ``None`` for a phrase that has
    none."""

    lost: Replaced
    difference: float
    politer: float | None


def compare(lost: Replaced, listener: Listener) -> Compared:
    """Put a heard phrase to Whisper in all its places at once."""
    wordings = [[one.text_with(say) for say in _wordings(one)] for one in lost.places]
    texts = [lost.text_with(lost.written), *(text for own in wordings for text in own)]
    channel = lost.turn.utterances[0].channel
    written, *others = map(sum, listener(channel, lost.part.span, texts))
    values = [[others.pop(0) for _ in own] for own in wordings]
    best = max(range(len(values)), key=lambda number: max(values[number]))
    said, *polite = values[best]
    politer = polite[0] - said if polite else None
    return Compared(lost.places[best], max(values[best]) - written, politer)


def _wordings(lost: Replaced) -> tuple[str, ...]:
    """The phrase, and with 您 where it has 你."""
    if lost.entry.forbids and "你" in lost.say:
        return lost.say, lost.say.replace("你", "您")
    return (lost.say,)


def evidence_of_lost(compared: Compared) -> tuple[float, float, float, float]:
    """What the confidence is a logistic function of, in the order of ``HEARD_WEIGHTS``."""
    difference, gain = clip(compared.difference, compared.lost.gain)
    return compared.lost.score, gain, difference, compared.lost.syllables


def heard_confidence(score: float, gain: float, difference: float, syllables: float) -> float:
    """Probability 0..1 that a phrase was said that only the second ear heard."""
    confidence = logistic(HEARD_WEIGHTS, (score, gain, difference, syllables))
    return confidence if difference >= HEARD_LEAST_DIFFERENCE else min(DOUBTED, confidence)
