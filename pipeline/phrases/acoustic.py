"""Put a phrase to the recogniser as another text for the same sound, and believe what fits better.

The measure is the difference of two log probabilities: that of the utterance with the phrase in it,
less that of the utterance as it was written down. Above 0 the phrase is the better text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from pipeline.ear import toneless
from pipeline.lexicon import fold_you
from pipeline.phrases.alike import LEAST_SYLLABLES
from pipeline.phrases.text import TextPart, Turn, covered_words, fold, span_of
from pipeline.types import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.ear import HeardPhrase
    from pipeline.phrases.matching import Hit
    from pipeline.types import Seconds

BESIDE_S: Seconds = 0.5
"""The middle of a heard phrase lies at most so far outside the words that sound like it."""

LONGEST_S: Seconds = 28.0
"""Longer stretches do not fit the recogniser's window with its padding and stay unchecked."""

ALIKE_WEIGHTS = (6.2, 0.57, -17.0)
"""Logistic regression on difference and distance of sound-alikes: see bench/quality/fit_confidence.py."""

BOTH_WEIGHTS = (9.2, 0.57, -17.0, 0.3, 1.0)
"""The same with a second ear, on its gain and its score a syllable besides. The weights of
difference and distance are those above, which many more calls gave. The first one is the likeliest
on all calls for tuning, the others given (docs/phrases.md)."""

LOOK = 0.5
"""Where the ear refuses a sound-alike, Whisper alone may still give it this confidence, so that a
person sees it: often another wording of the phrase was said (our choice)."""

AGAINST = -10.0
"""Gain of the ear below which a sound-alike is for review, whatever Whisper likes (our choice, as
for what the ear alone heard: neither witness may be against it). On calls/dev and seven tuning calls
nothing that is charged lies below -6. Found on a call kept aside: Whisper had written 都是系统自己的
原因 and liked 都是你自己的原因 better by 7, at a gain of -29."""

OPPOSITE_GAIN = 3.0
"""Gain of the ear from which a sound-alike that denies what the text says, or the other way round,
may be charged (our choice): Whisper likes 我没有义务给你 better than the 我们有义务给您 that was
said."""

SAME_LONG = 5
"""Syllables from which a phrase that the ear heard, in other characters of the same syllables, is seen
by a person however little Whisper likes it: 懒的答理你 for 懒得搭理你. In 30,206 written sentences all
57 places of that kind mean the phrase, or the like."""

LIKED = 1.0
"""A sound-alike may also stand for a character more beside it if the ear likes that better by this
much (natural logarithm; our choice, as for what it heard alone)."""

DENIALS = ("bu", "mei", "bie")
"""The syllables of 不, 没 and 别."""

DOUBTED = 0.85
"""The most confidence of a phrase that one of the witnesses is against, or is not sure of."""

UNHEARD_SCORE = -2.0
"""The score of a phrase that the ear did not hear at all: the least that it tells."""

SPELT_WEIGHTS = (2.2, 0.9)
"""The same for exact hits on words that were unclear, on how much better the phrase is than its
rivals. Our choice, not fitted: the tuning calls have six such hits. At the rivals' level (0) it
gives 0.9."""

SPELT_HEARD, SPELT_LEVEL = 1.5, -1.0
"""With a second ear: what a unit of its score a syllable adds to that, from the level on at which
nearly all that it hears is said (our choice, for the same reason)."""

MOST_GAIN, LEAST_DIFFERENCE, MOST_DIFFERENCE = 10.0, -12.0, 4.0
"""Gains and differences beyond these say no more than these."""


FOREIGN_LEAST = 3.0
"""With it a phrase of another model's text is sure from a least log probability of -3 a character
on. In the true text of 16 calls 17 of 20 forbidden phrases are; of phrases put in where others
were said 2 of 147 that sound alike (both of nearly the same words) and none of 201 at random."""


class Listener(Protocol):
    """Weighs texts against a stretch of the recording; see ``Recogniser.weigh``."""

    def __call__(
        self, channel: int, span: Span, texts: Sequence[str]
    ) -> Sequence[Sequence[float]]: ...


class Ear(Protocol):
    """What was heard of a call besides its text."""

    def phrases(self, channel: int, span: Span) -> Sequence[HeardPhrase]:
        """Those of a channel whose middle lies in a stretch, and that no other channel has there as
        well."""

    def weigh(self, channel: int, span: Span, texts: Sequence[str]) -> Sequence[float]:
        """How well each text fits a stretch of at most 28 s: natural logarithm, 0 at most."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A hit with what the recording says about it. ``confidence``: probability that the phrase was
    said. ``difference``: natural logarithm, phrase against what was written, or against its best
    rival. ``gain``: the same by the second ear. ``score``: of the phrase alone by the ear, a
    syllable; ``UNHEARD_SCORE`` where it did not hear it. ``None``, both, without an ear; the gain
    also where both texts have the same syllables, which no ear can tell apart. ``opposite``: one
    text denies what the other one says."""

    hit: Hit
    confidence: float
    difference: float
    gain: float | None = None
    score: float | None = None
    opposite: bool = False

    @property
    def same_sound(self) -> bool:
        """Whether the ear heard the phrase, and cannot tell it from what was written."""
        return self.gain is None and self.score is not None and self.score > UNHEARD_SCORE

    @property
    def is_refused(self) -> bool:
        """Whether one of the witnesses is against it, or there is no ear to witness it."""
        least = OPPOSITE_GAIN if self.opposite else AGAINST
        return self.gain is None or self.gain < least


def check_alikes(
    turn: Turn, hits: Sequence[Hit], listener: Listener, ear: Ear | None = None
) -> tuple[Checked, ...]:
    """Sound-alikes of one turn against the recording, and some of them once more with the characters
    beside them; those in too long a stretch are left out. The sound of the same utterances is
    weighed once for all their hits."""
    checked: list[Checked] = []
    by_part: dict[TextPart, list[Hit]] = {}
    for hit in hits:
        by_part.setdefault(turn.part(hit.start, hit.end), []).append(hit)
    for part, nearest in by_part.items():
        if part.span.duration_s > LONGEST_S:
            continue
        heard = turn.text.plain[part.low : part.high]
        channel = turn.utterances[0].channel
        members = [*nearest, *(_wider(nearest, part, heard, ear, channel) if ear else ())]
        texts = [proposed(heard, hit, part.low) for hit in members]
        first, *others = listener(channel, part.span, [heard, *texts])
        fits = ear.weigh(channel, part.span, [heard, *texts]) if ear is not None else ()
        for number, (hit, logs) in enumerate(zip(members, others, strict=True)):
            opposite = denials(texts[number]) != denials(heard)
            found = Checked(hit, 0.0, sum(logs) - sum(first), opposite=opposite)
            if ear is not None:
                found = replace(found, score=heard_score(turn, hit, ear))
                if toneless(texts[number]) != toneless(heard):
                    rivals = _rival_texts(heard, hit, part.low) if opposite else []
                    against = ear.weigh(channel, part.span, rivals) if rivals else ()
                    found = replace(found, gain=fits[number + 1] - max([fits[0], *against]))
            checked.append(replace(found, confidence=alike_confidence(found)))
    return tuple(checked)


def _rival_texts(heard: str, hit: Hit, low: int) -> list[str]:
    """The text of a stretch (from character ``low`` on) with each rival of a phrase in its place:
    words that were misheard are no witness for the phrase against its opposite."""
    before, behind = heard[: hit.start - low], heard[hit.end - low :]
    return [before + rival + behind for rival in rivals_of(fold(hit.phrase.say))]


def _wider(hits: Sequence[Hit], part: TextPart, heard: str, ear: Ear, channel: int) -> list[Hit]:
    """Hits with a character beside them, or two, where the ear likes that better: 咱们私了 for
    咱们撕了, where the distances of syllables would leave a 了 behind it."""
    drafts = [[replace(hit, start=a, end=b) for a, b in _edges(hit, part)] for hit in hits]
    texts = [proposed(heard, draft, part.low) for own in drafts for draft in own]
    fits = iter(ear.weigh(channel, part.span, texts))
    wider: list[Hit] = []
    for own in drafts:
        values = [next(fits) for _ in own]
        best = max(range(len(own)), key=lambda number: values[number])
        if values[best] >= values[0] + LIKED:
            wider.append(own[best])
    return wider


def _edges(hit: Hit, part: TextPart) -> list[tuple[int, int]]:
    """The edges of a hit, and those with a character more on either side or both."""
    near = [(hit.start - a, hit.end + b) for a in (0, 1) for b in (0, 1)]
    return [(low, high) for low, high in near if part.low <= low and high <= part.high]


def find_phrase(turn: Turn, hit: Hit, ear: Ear) -> HeardPhrase | None:
    """The phrase of a hit as the ear heard it there, ``None`` if it did not."""
    span = span_of(covered_words(turn.text, hit.start, hit.end, turn.words))
    wide = Span(span.start_s - BESIDE_S, span.end_s + BESIDE_S)
    syllables = toneless(fold_you(fold(hit.phrase.say)))
    heard = ear.phrases(turn.utterances[0].channel, wide)
    own = [phrase for phrase in heard if phrase.syllables == syllables]
    return max(own, key=lambda phrase: phrase.score, default=None)


def heard_score(turn: Turn, hit: Hit, ear: Ear) -> float:
    """The score a syllable of a phrase where a hit lies, by the ear alone."""
    phrase = find_phrase(turn, hit, ear)
    return UNHEARD_SCORE if phrase is None else phrase.score


def check_spelt(
    turn: Turn, hit: Hit, listener: Listener, ear: Ear | None = None, *, foreign: bool = False
) -> Checked | None:
    """An exact hit on unclear words against its rivals: what turns the phrase into its opposite.

    ``foreign``: another model wrote the words, so each character of the phrase must be in the
    sound."""
    part = turn.part(hit.start, hit.end)
    low = part.low
    if part.span.duration_s > LONGEST_S:
        return None
    heard = turn.text.plain[low : part.high]
    said = turn.text.plain[hit.start : hit.end]
    rivals = [
        heard[: hit.start - low] + rival + heard[hit.end - low :] for rival in rivals_of(said)
    ]
    first, *others = listener(turn.utterances[0].channel, part.span, [heard, *rivals])
    phrase = first[hit.start - low : hit.end - low]
    difference = min(
        [sum(first) - sum(other) for other in others]
        + [4 + 2 * sum(phrase) / len(phrase)]
        + ([FOREIGN_LEAST + min(phrase)] if foreign else [])
    )
    value = SPELT_WEIGHTS[0] + SPELT_WEIGHTS[1] * difference
    if ear is None or len(said) < LEAST_SYLLABLES:
        return Checked(hit, _logistic(value), difference)
    score = heard_score(turn, hit, ear)
    value += SPELT_HEARD * (score - SPELT_LEVEL)
    return Checked(hit, _logistic(value), difference, score=score)


def proposed(heard: str, hit: Hit, low: int) -> str:
    """The text of a stretch (from character ``low`` on) with the phrase where it is suspected.

    您 is kept where it was heard: the phrase stands for both.
    """
    say = fold(hit.phrase.say)
    if hit.entry.forbids and "您" in heard[hit.start - low : hit.end - low]:
        say = say.replace("你", "您")
    return heard[: hit.start - low] + say + heard[hit.end - low :]


def rivals_of(said: str) -> tuple[str, ...]:
    """Texts of nearly the same sound and another meaning; of one or two characters, their absence.

    >>> rivals_of("我不知道"), rivals_of("用不起别用"), rivals_of("请")
    (('我知道',), ('用起别用', '用得起别用', '用不起用'), ('',))
    >>> rivals_of("我没有义务")
    ('我们有义务', '我有义务')
    """
    found: list[str] = [""] if len(said) <= 2 else []
    found += [said.replace("我没", "我们")] if "我没" in said else []
    for at, character in enumerate(said):
        if character in "不没别":
            found.append(said[:at] + said[at + 1 :])
        if character == "不" and 0 < at < len(said) - 1 and said[at + 1] in "起了着上到懂完":
            found.append(said[:at] + "得" + said[at + 1 :])
    return tuple(found)


def evidence_of(found: Checked) -> tuple[float, ...]:
    """What the confidence of a sound-alike is a logistic function of, in the order of the weights:
    difference and distance, and with a second ear its gain and score."""
    if found.gain is None or found.score is None:
        return found.difference, found.hit.distance
    difference, gain = clip(found.difference, found.gain)
    return difference, found.hit.distance, gain, found.score


def clip(difference: float, gain: float) -> tuple[float, float]:
    """Both as far as they say more."""
    return (
        max(LEAST_DIFFERENCE, min(MOST_DIFFERENCE, difference)),
        max(-MOST_GAIN, min(MOST_GAIN, gain)),
    )


def alike_confidence(found: Checked) -> float:
    """Probability 0..1 that a sound-alike is the phrase."""
    alone = logistic(ALIKE_WEIGHTS, (found.difference, found.hit.distance))
    if found.gain is None:
        if found.same_sound and len(found.hit.phrase.say) >= SAME_LONG:
            alone = max(LOOK, alone)
        return min(DOUBTED, alone) if found.opposite else alone
    confidence = max(min(LOOK, alone), logistic(BOTH_WEIGHTS, evidence_of(found)))
    return min(DOUBTED, confidence) if found.is_refused else confidence


def denials(text: str) -> int:
    """How many syllables of a text sound like a denial.

    >>> denials("我没有义务给你"), denials("我们有义务给你")
    (1, 0)
    """
    return sum(syllable in DENIALS for syllable in toneless(text))


def logistic(weights: Sequence[float], values: Sequence[float]) -> float:
    """The logistic function of the first weight and the others' sum with the values.

    >>> logistic((0.0, 1.0), (0.0,))
    0.5
    """
    base, *others = weights
    return _logistic(base + sum(w * v for w, v in zip(others, values, strict=True)))


def _logistic(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, value))))
