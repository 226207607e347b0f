"""A forbidden phrase in the light of its sentence: what a person should hear first."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.phrases.cancel import REACH, denial_before, find_doubt, is_told, word_across
from pipeline.phrases.layers import POLITE
from pipeline.phrases.meaning import BY_WORDS
from pipeline.phrases.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from pipeline.phrases.meaning import MeaningClassifier
    from pipeline.phrases.readings import Readings, Sentence
    from pipeline.phrases.sighting import Sighting
    from pipeline.phrases.text import Turn

CONFIRMED_FROM = 0.9
"""Confidence from which a forbidden phrase is charged; below it a person listens first. Of what
lies above 0.99 is right (docs/phrases.md)."""

UNLIKELY = 0.02
"""Probability of any rudeness or refusal below which a sentence that spells a forbidden phrase
beside other words is left to a person. Of 326 rude sentences in tests/data 3 lie below."""

SHORT = 3
"""Syllables up to which a phrase that was misheard is weighed by its sentence as one that is spelt.
On the calls for tuning 24 sound-alikes of three syllables were charged. The sentences of five were
not rude at all as they were written, and four of these were harmless; of 165 longer phrases 16 such
sentences were, and two of these harmless."""

SAME_SHORT = 4
"""Syllables up to which a phrase of the very syllables that were written is weighed by its sentence
with the phrase in place, however well Whisper likes it: 请问您寄什么，寄到哪里 has those of 急什么急,
and written 计什么祭 it is as bad as either. In 30,206 written sentences 16 of 42 such places mean
something else, of longer ones none of 57 (docs/phrases.md)."""

HARMLESS_WITH = 0.1
"""Probability of any rudeness or refusal of a sentence with the phrase in place, below which it is
left to a person then. Of the agents' sentences of the meaning model 13 harmless ones hold such a
phrase's syllables in other characters: all lie below, and none of 62 rude ones does."""

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
    sentence is not rude at all. Of what was misheard the words beside it are misheard as well, so
    only the shortest phrases are left to a person there, for the second reason, and short ones of the
    very syllables that were written; and a sound-alike in doubt counts if the sentence is rude with
    it."""
    hit = sighting.hit
    index = readings.covering(sighting.turn, hit.start, hit.end)
    if not hit.entry.forbids or index is None:
        return sighting
    meaning = readings.classifier.rudest(readings.rows[index], BY_WORDS)
    sentence = readings.sentences[index]
    alone = hit.end - hit.start >= NOTHING_ELSE * (sentence.high - sentence.low)
    if sighting.match != "exact":
        return _misheard(sighting, readings, index, alone=alone)
    rude = meaning.label is not None
    enough = UNLIKELY if alone else RUDER_THAN_NOT
    told = is_told(sighting.turn.text, sentence.low, sentence.high)
    if sighting.confidence == POLITE and (rude or meaning.probability >= enough) and not told:
        return replace(sighting, confidence=AS_RUDE, evidence="用“您”说，整句意思仍然不妥")
    if sighting.confidence < CONFIRMED_FROM:
        return sighting
    if not alone:
        row = readings.rows[index]
        sighting = _unless_unlikely(sighting, row, readings.classifier, UNLIKELY)
    if sighting.confidence == POLITE:
        return sighting
    if hit.end - hit.start >= LONG:
        return sighting
    cut = word_across(sighting.turn.text, hit.start, hit.end)
    if cut is None or rude or meaning.probability >= RUDER_THAN_NOT:
        return sighting
    evidence = f"这几个字可能是“{cut}”的一部分，请听前后文"
    return replace(sighting, confidence=POLITE, evidence=evidence)


def _misheard(sighting: Sighting, readings: Readings, index: int, *, alone: bool) -> Sighting:
    """A phrase that is not spelt, in the light of its sentence."""
    if sighting.confidence < CONFIRMED_FROM:
        sentence = readings.sentences[index]
        return _if_rude_with_it(sighting, readings, sentence) if sighting.alike else sighting
    syllables = len(sighting.hit.phrase.say)
    if alone or syllables > SAME_SHORT:
        return sighting
    if syllables <= SHORT:
        sighting = _unless_unlikely(sighting, readings.rows[index], readings.classifier, UNLIKELY)
    if sighting.alike == "same":
        said = _with_phrase(sighting, readings.sentences[index])
        (row,) = readings.classifier.read([said], [sighting.turn.role])
        sighting = _unless_unlikely(sighting, row, readings.classifier, HARMLESS_WITH)
    return sighting


def _if_rude_with_it(sighting: Sighting, readings: Readings, sentence: Sentence) -> Sighting:
    """A sound-alike that the recording leaves in doubt, charged where the sentence is rude with the
    phrase in the place of what was written. Whisper knows rare words badly: it wrote 你真磨集 for
    你真磨叽, and likes that better. Of the same sound the sentence must be more rude than not; of
    nearly the same, so surely rude that its meaning alone would count."""
    classifier = readings.classifier
    (meaning,) = classifier.classify([_with_phrase(sighting, sentence)])
    if meaning.label is None or is_told(sighting.turn.text, sentence.low, sentence.high):
        return sighting
    same = sighting.alike == "same"
    enough = RUDER_THAN_NOT if same else classifier.charge[f"agent.{meaning.label}"]
    if meaning.probability < enough or (sighting.confidence <= POLITE and not same):
        return sighting
    evidence = f"{sighting.evidence}，换成这条禁语，整句意思不妥（{meaning.probability:.2f}）"
    return replace(sighting, confidence=AS_RUDE, evidence=evidence)


def _with_phrase(sighting: Sighting, sentence: Sentence) -> str:
    """The sentence with the phrase in the place of what was written."""
    hit, plain, say = sighting.hit, sighting.turn.text.plain, fold(sighting.hit.phrase.say)
    written = plain[hit.start : hit.end]
    if sentence.text.count(written) == 1:
        return sentence.text.replace(written, say)
    low, high = min(sentence.low, hit.start), max(sentence.high, hit.end)
    return plain[low : hit.start] + say + plain[hit.end : high]


def _unless_unlikely(
    sighting: Sighting,
    row: npt.NDArray[np.float32],
    classifier: MeaningClassifier,
    least: float,
) -> Sighting:
    """A phrase that would be charged, left to a person where its sentence, which the classifier
    read as ``row``, is less rude than ``least``."""
    refuses = classifier.probability(row, "agent.refuse_no_way")
    likely = max(classifier.rudest(row).probability, refuses) >= least
    if likely or sighting.confidence < CONFIRMED_FROM:
        return sighting
    return replace(sighting, confidence=POLITE, evidence="整句意思不像这条禁语，请听前后文")


_AT_YOU = re.compile(
    "[你您](?:们)?(?:才|就|是|这|那|个|种|真|的|不|可|简直|怎么|么|太|也|都|还|全家|人|脑子|纯粹|有点|像){0,5}$"
)
"""What makes a word of abuse the customer's: 您就是个|傻子."""

_MET = re.compile(
    "(?:遇到|遇上|遇见|碰到|碰上|碰见|摊上|撞上|看见|看到)(?:了)?"
    "(?:(?:这|那)(?:个|种|样的|类|些)|(?:一)?(?:个|只|条|些))?$"
)
_THING = re.compile(
    "(?:这|那)?(?:一)?[首张本部款道期集]?"
    "(?:咖啡|奶茶|茶饮|辣酱|酱|汤|火锅|鸡煲|套餐|酒馆|餐厅|乐队|乐园|专辑|歌|电影|小说|综艺|系列|口味|皮肤|玩偶|表情包)"
)
"""Words of abuse for people and animals that one meets, and for things that are called so."""


def said_before(turn: Turn, turns: Sequence[Turn]) -> str:
    """What customers have said in the call before a turn, without signs."""
    return "|".join(
        one.text.plain for one in turns if one.role == "customer" and one.first < turn.first
    )


ECHO = 4
"""Characters more than a phrase that an agent repeats word for word from the customer, from which
they are the customer's words (our choice)."""


def echoed(sighting: Sighting, turns: Sequence[Turn]) -> Sighting:
    """A forbidden phrase in the middle of the customer's own words, left to a person: 司机是说了老子
    不拉了|你爱找谁找谁, after the customer's 他说老子不拉了你爱找谁找谁."""
    hit, plain = sighting.hit, sighting.turn.text.plain
    if not hit.entry.forbids or sighting.confidence <= POLITE or sighting.match != "exact":
        return sighting
    before, low, high = said_before(sighting.turn, turns), hit.start, hit.end
    if plain[low:high] not in before:
        return sighting
    while low > 0 and plain[low - 1 : high] in before:
        low -= 1
    while high < len(plain) and plain[low : high + 1] in before:
        high += 1
    if high - low < hit.end - hit.start + ECHO:
        return sighting
    evidence = f"客户先说了“{plain[low:high]}”，可能是复述客户的话，请听前后文"
    return replace(sighting, confidence=POLITE, evidence=evidence)


def is_known_name(sighting: Sighting, turns: Sequence[Turn]) -> bool:
    """Whether a word of abuse is a part of the name of a thing that the customer named before:
    泼妇|辣酱 after the customer's 那个泼妇辣酱."""
    hit, plain = sighting.hit, sighting.turn.text.plain
    thing = _THING.match(plain[hit.end : hit.end + REACH]) if hit.rule.about_others else None
    if thing is None or "你" in hit.phrase.say:
        return False
    return plain[hit.start : hit.end + thing.end()] in said_before(sighting.turn, turns)


def for_others(sighting: Sighting, readings: Readings, turns: Sequence[Turn]) -> Sighting:
    """A word of abuse that the customer said first, or that is for somebody or something else, left
    to a person: 看见|疯狗|请您不要靠近. One for the customer counts, and so does one in a sentence
    that is surely rude."""
    hit, text = sighting.hit, sighting.turn.text
    said = text.plain[hit.start : hit.end]
    if not hit.rule.about_others or sighting.confidence <= POLITE or "你" in hit.phrase.say:
        return sighting
    before = text.plain[max(0, hit.start - REACH) : hit.start]
    index = readings.covering(sighting.turn, hit.start, hit.end)
    if index is None or _AT_YOU.search(before):
        return sighting
    sentence = readings.sentences[index]
    if hit.end - hit.start >= NOTHING_ELSE * (sentence.high - sentence.low):
        return sighting
    if said in said_before(sighting.turn, turns):
        evidence = f"客户先说了“{said}”，可能是接着客户的话说，请听前后文"
    elif _MET.search(before) or _THING.match(text.plain[hit.end : hit.end + REACH]):
        evidence = f"“{said}”说的可能不是客户，请听前后文"
    else:
        return sighting
    meaning = readings.classifier.rudest(readings.rows[index])
    if (
        meaning.label
        and meaning.probability >= readings.classifier.charge[f"agent.{meaning.label}"]
    ):
        return sighting
    return replace(sighting, confidence=POLITE, evidence=evidence)
