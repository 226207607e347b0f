"""Put a phrase to the recogniser as another text for the same sound, and believe what fits better.

The measure is the difference of two log probabilities: that of the utterance with the phrase in it,
less that of the utterance as it was written down. Above 0 the phrase is the better text.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pipeline.phrases.text import TextPart, Turn, fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.phrases.matching import Hit
    from pipeline.types import Seconds, Span

LONGEST_S: Seconds = 28.0
"""Longer stretches do not fit the recogniser's window with its padding and stay unchecked."""

ALIKE_WEIGHTS = (6.2, 0.57, -17.0)
"""Logistic regression on difference and distance of sound-alikes: see bench/quality/fit_confidence.py."""

SPELT_WEIGHTS = (2.2, 0.9)
"""The same for exact hits on words that were unclear, on how much better the phrase is than its
rivals. Our choice, not fitted: the tuning calls have six such hits. At the rivals' level (0) it
gives 0.9."""


HEARD_WEIGHTS = (2.0, 3.0, 0.3, 0.4)
"""The same for phrases that only the second ear heard, on its score a syllable, its gain and the
difference."""

MOST_GAIN, LEAST_DIFFERENCE, MOST_DIFFERENCE = 10.0, -12.0, 4.0
"""Gains and differences beyond these say no more than these."""


class Listener(Protocol):
    """Weighs texts against a stretch of the recording; see ``Recogniser.weigh``."""

    def __call__(
        self, channel: int, span: Span, texts: Sequence[str]
    ) -> Sequence[Sequence[float]]: ...


@dataclass(frozen=True, slots=True)
class Checked:
    """A hit with what the recording says about it. ``confidence``: probability that the phrase was
    said. ``difference``: natural logarithm, phrase against what was written, or against its best
    rival."""

    hit: Hit
    confidence: float
    difference: float


def check_alikes(turn: Turn, hits: Sequence[Hit], listener: Listener) -> tuple[Checked, ...]:
    """Sound-alikes of one turn against the recording, in the same order; those in too long a
    stretch are left out. The sound of the same utterances is weighed once for all their hits."""
    checked: list[Checked] = []
    by_part: dict[TextPart, list[Hit]] = {}
    for hit in hits:
        by_part.setdefault(turn.part(hit.start, hit.end), []).append(hit)
    for part, members in by_part.items():
        if part.span.duration_s > LONGEST_S:
            continue
        heard = turn.text.plain[part.low : part.high]
        texts = [proposed(heard, hit, part.low) for hit in members]
        first, *others = listener(turn.utterances[0].channel, part.span, [heard, *texts])
        for hit, logs in zip(members, others, strict=True):
            difference = sum(logs) - sum(first)
            checked.append(Checked(hit, alike_confidence(difference, hit.distance), difference))
    return tuple(checked)


def check_spelt(turn: Turn, hit: Hit, listener: Listener) -> Checked | None:
    """An exact hit on unclear words against its rivals: what turns the phrase into its opposite."""
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
        [sum(first) - sum(other) for other in others] + [4 + 2 * sum(phrase) / len(phrase)]
    )
    return Checked(hit, _logistic(SPELT_WEIGHTS[0] + SPELT_WEIGHTS[1] * difference), difference)


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
    """
    found: list[str] = [""] if len(said) <= 2 else []
    for at, character in enumerate(said):
        if character in "不没别":
            found.append(said[:at] + said[at + 1 :])
        if character == "不" and 0 < at < len(said) - 1 and said[at + 1] in "起了着上到懂完":
            found.append(said[:at] + "得" + said[at + 1 :])
    return tuple(found)


def alike_confidence(difference: float, distance: float) -> float:
    """Probability 0..1 that a sound-alike is the phrase.

    >>> alike_confidence(-1.0, 0.0) > 0.9 > 0.1 > alike_confidence(-10.0, 0.2)
    True
    """
    base, for_difference, for_distance = ALIKE_WEIGHTS
    return _logistic(base + for_difference * difference + for_distance * distance)


def heard_confidence(score: float, gain: float, difference: float) -> float:
    """Probability 0..1 that a phrase was said that only the second ear heard.

    >>> heard_confidence(-0.1, 9.0, 2.0) > 0.9 > 0.1 > heard_confidence(-1.5, 1.0, -10.0)
    True
    """
    base, for_score, for_gain, for_difference = HEARD_WEIGHTS
    return _logistic(
        base
        + for_score * score
        + for_gain * min(gain, MOST_GAIN)
        + for_difference * min(MOST_DIFFERENCE, max(LEAST_DIFFERENCE, difference))
    )


def _logistic(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, value))))
