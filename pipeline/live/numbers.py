"""What may be heard of a call that goes on: what was searched for numbers, and no number."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING

from pipeline.privacy import find_personal
from pipeline.types import EVERY_KIND, Covered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.types import Seconds, Utterance

AFTER_S: Seconds = 2.0
"""Sound is heard at the earliest so long after it: the end of a word may lie in the next window."""

TAIL_S: Seconds = 12.0
"""A number may go on in what its speaker says so soon after its first figures: until then they are
not heard (our choice). People pause for some seconds in a card number."""

WIDER_S: Seconds = 0.3
"""Figures begin and end so much outside the times of their words, and a key of which the search has
less may go on after it."""

FIGURE = re.compile(r"[0-9零一二三四五六七八九十百两幺A-Za-z]")
LEAST_FIGURES = 2
"""An utterance with fewer begins no number."""

LOOK_BACK_S: Seconds = 120.0
"""Numbers are searched in the words of so long before now, so that a call of hours costs no more than
a short one (our choice): what asks for a number, and what repeats it, lies nearer."""


@dataclass
class Numbers:
    """Of one call. ``heard_s``: may be heard up to here."""

    heard_s: Seconds = 0.0
    _said: dict[Covered, None] = field(default_factory=dict)
    """All that was ever taken for a number: what was covered once stays so."""

    def up_to(
        self,
        utterances: Sequence[Utterance],
        transcribed_s: Seconds,
        keys: Sequence[Covered] = (),
        searched_s: Seconds = inf,
    ) -> tuple[tuple[Covered, ...], Seconds]:
        """What may not be heard, and up to where the rest may be. ``transcribed_s``: all words before
        it are in ``utterances``, in order of time; ``keys``: pressed, all of those before
        ``searched_s``."""
        recent = lately(utterances, transcribed_s - LOOK_BACK_S)
        for p in find_personal(recent, kinds=EVERY_KIND):
            start_s = round(max(0.0, p.start_s - WIDER_S), 2)
            self._said[Covered(start_s, round(p.end_s + WIDER_S, 2), p.kind)] = None
        safe_s = min(transcribed_s - AFTER_S, searched_s - WIDER_S)
        for one in recent:
            is_late = one.end_s >= transcribed_s - TAIL_S
            if is_late and len(FIGURE.findall(one.text)) >= LEAST_FIGURES:
                safe_s = min(safe_s, one.start_s - WIDER_S)
        self.heard_s = max(self.heard_s, safe_s)
        return (*self._said, *keys), self.heard_s


def lately(utterances: Sequence[Utterance], since_s: Seconds) -> Sequence[Utterance]:
    """Those from the first one on that ends later."""
    first = len(utterances)
    while first and utterances[first - 1].end_s >= since_s:
        first -= 1
    return utterances[first:]
