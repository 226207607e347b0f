"""What may be heard of a call that goes on: what was searched for numbers, and no number."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.privacy import find_keyed, find_personal
from pipeline.sound import find_sound_events, measure_spectrum
from pipeline.types import EVERY_KIND, SAMPLE_RATE, Covered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.live.calls import Call
    from pipeline.types import Seconds, Utterance

AFTER_S: Seconds = 2.0
"""Sound is heard at the earliest so long after it: the end of a word may lie in the next window."""

TAIL_S: Seconds = 12.0
"""A number may go on in what its speaker says so soon after its first figures: until then they are
not heard (our choice). People pause for some seconds in a card number."""

WIDER_S: Seconds = 0.3
"""Figures begin and end so much outside the times of their words."""

FIGURE = re.compile(r"[0-9零一二三四五六七八九十百两幺A-Za-z]")
LEAST_FIGURES = 2
"""An utterance with fewer begins no number."""

KEYS_S: Seconds = 6.0
EACH_S: Seconds = 3.0
"""New sound is searched for keys each so often, with so much of the sound before it: a search costs by
its length (our choice)."""


@dataclass
class Numbers:
    """Of one call. ``heard_s``: may be heard up to here."""

    heard_s: Seconds = 0.0
    _keys: list[Covered] = field(default_factory=list)
    _searched_s: Seconds = 0.0

    def up_to(
        self, utterances: Sequence[Utterance], transcribed_s: Seconds, call: Call
    ) -> tuple[tuple[Covered, ...], Seconds]:
        """What may not be heard, and up to where the rest may be. ``transcribed_s``: all words before
        it are in ``utterances``."""
        said = [
            Covered(round(max(0.0, p.start_s - WIDER_S), 2), round(p.end_s + WIDER_S, 2), p.kind)
            for p in find_personal(utterances, kinds=EVERY_KIND)
        ]
        safe_s = transcribed_s - AFTER_S
        for one in reversed(utterances):
            if one.end_s < transcribed_s - TAIL_S:
                break
            if len(FIGURE.findall(one.text)) >= LEAST_FIGURES:
                safe_s = min(safe_s, one.start_s - WIDER_S)
        safe_s = min(safe_s, self._search_keys(transcribed_s, call))
        self.heard_s = max(self.heard_s, safe_s)
        return (*said, *self._keys), self.heard_s

    def _search_keys(self, transcribed_s: Seconds, call: Call) -> Seconds:
        """Look for pressed keys in what is new; up to where it was done."""
        if transcribed_s - self._searched_s < EACH_S:
            return self._searched_s
        start_s = max(0.0, self._searched_s - KEYS_S)
        for side in call.sides.values():
            part = side.sound[int(start_s * SAMPLE_RATE) : int(transcribed_s * SAMPLE_RATE)]
            events = find_sound_events(side.number, part, measure_spectrum(part))
            self._keys += [
                Covered(round(start_s + k.start_s, 2), round(start_s + k.end_s, 2), "keys")
                for k in find_keyed(events)
            ]
        self._keys = list(dict.fromkeys(self._keys))
        self._searched_s = transcribed_s
        return transcribed_s
