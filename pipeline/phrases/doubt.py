"""A forbidden phrase in the light of its sentence: what a person should hear first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.phrases.cancel import denial_before, find_doubt, is_told, word_across
from pipeline.phrases.layers import POLITE

if TYPE_CHECKING:
    from pipeline.phrases.readings import Readings
    from pipeline.phrases.sighting import Sighting

CONFIRMED_FROM = 0.9
"""Confidence from which a forbidden phrase is charged; below it a person listens first. Of what
lies above 0.99 is right (docs/phrases.md)."""

UNLIKELY = 0.02
"""Probability of any rudeness or refusal below which a sentence that spells a forbidden phrase
beside other words is left to a person. Of 326 rude sentences in tests/data 3 lie below."""

LONG = 6
"""Characters from which a phrase that seems to cut a word is no accident of other words (our
choice)."""

RUDER_THAN_NOT = 0.7
"""Probability of a rude label from which a sentence that also spells a forbidden phrase, with 您 for
its 你, is rude as a whole (our choice)."""

NOTHING_ELSE = 0.7
"""Share of a sentence that a phrase makes up from which it is the sentence, so that ``UNLIKELY`` is
enough: 您会告状您去告吧 (our choice)."""

AS_RUDE = 0.95
"""Confidence of a forbidden phrase said with 您 for its 你 in a sentence that is rude as a whole."""


def doubted(sighting: Sighting, readings: Readings) -> Sighting:
    """A forbidden phrase that something before it or in its sentence may deny, left to a person:
    您这不是无理取闹, 我们不保证一次修好."""
    hit = sighting.hit
    if not hit.entry.forbids or sighting.confidence <= POLITE:
        return sighting
    denied = hit.rule.negated_by and denial_before(sighting.turn.text, hit.start, hit.end)
    index = readings.covering(sighting.turn, hit.start, hit.end)
    plain = sighting.turn.text.plain
    if index is not None:
        plain = plain[readings.sentences[index].low : readings.sentences[index].high]
    doubt = denied or find_doubt(plain, hit.rule.doubted_by)
    if not doubt:
        return sighting
    return replace(sighting, confidence=POLITE, evidence=in_doubt(doubt))


def in_doubt(words: str) -> str:
    """In Chinese that these words may deny the phrase."""
    return f"同一句里有“{words}”，可能是在否认或提醒，请听前后文"


def weighed(sighting: Sighting, readings: Readings) -> Sighting:
    """A forbidden phrase in the light of its sentence: said with 您 it is as bad where the sentence
    is rude, and spelt in a sentence that is not, it is left to a person if it cuts a word, or if the
    sentence is not rude at all. Of what was misheard the words beside it are misheard as well."""
    hit = sighting.hit
    if not hit.entry.forbids or sighting.match != "exact":
        return sighting
    index = readings.covering(sighting.turn, hit.start, hit.end)
    if index is None:
        return sighting
    meaning = readings.classifier.rudest(readings.rows[index])
    sentence = readings.sentences[index]
    alone = hit.end - hit.start >= NOTHING_ELSE * (sentence.high - sentence.low)
    rude = meaning.label is not None
    enough = UNLIKELY if alone else RUDER_THAN_NOT
    told = is_told(sighting.turn.text, sentence.low, sentence.high)
    if sighting.confidence == POLITE and (rude or meaning.probability >= enough) and not told:
        return replace(sighting, confidence=AS_RUDE, evidence="用“您”说，整句意思仍然不妥")
    if sighting.confidence < CONFIRMED_FROM:
        return sighting
    refuses = readings.classifier.probability(readings.rows[index], "agent.refuse_no_way")
    if max(meaning.probability, refuses) < UNLIKELY and not alone:
        return replace(sighting, confidence=POLITE, evidence="整句意思不像这条禁语，请听前后文")
    if hit.end - hit.start >= LONG:
        return sighting
    cut = word_across(sighting.turn.text, hit.start, hit.end)
    if cut is None or rude or meaning.probability >= RUDER_THAN_NOT:
        return sighting
    evidence = f"这几个字可能是“{cut}”的一部分，请听前后文"
    return replace(sighting, confidence=POLITE, evidence=evidence)
