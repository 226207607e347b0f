"""您 or 你: how the agent addresses the customer, by the recording where the text is unsure.

The recogniser writes 你 for many a 您 (nin2, ni3: only the nasal tells) but, on 54 calls, never 您
for a 你: of 190 heard 您 all were right, of 62 heard 你 eleven were 您.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.phrases.acoustic import LONGEST_S, Listener
from pipeline.phrases.cancel import is_retold
from pipeline.types import FormOfAddress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.phrases.text import Turn

SURE_NI, SURE_GREETING = 0.88, 0.95
"""Word confidence from which a heard 你, and the 你 of a 你好, is believed. Of 62 heard 你 on 54
calls one of the eleven that were 您 lies above the first."""

NIN_FROM, NI_BELOW = -2.5, -3.5
"""Difference of log probabilities, 您 against the heard 你, from which it was 您, and below which
it was 你. On the same calls, of those between neither can be told."""

GREETING_FROM = -4.5
"""For the greeting 您好 of an agent who says 您 elsewhere in the call: on 82 calls such an agent's
你好 was a 您好 each time (differences -3.5 to -2.0), and no agent with that habit greeted with
你好."""

HABIT = 0.7
"""Share of 您 among the agent's other pronouns that makes it a habit (our choice)."""


@dataclass(frozen=True, slots=True)
class Pronoun:
    """A 您 or 你 at character ``at`` of a turn. ``difference``: of log probabilities, 您 against
    你; ``None`` where it was not compared."""

    turn: Turn
    at: int
    written: str
    difference: float | None = None

    @property
    def said(self) -> str | None:
        """您 or 你, ``None`` where it cannot be told."""
        if self.written == "您" or self.difference is None:
            return self.written
        if self.difference >= NIN_FROM:
            return "您"
        return "你" if self.difference < NI_BELOW else None

    @property
    def greets(self) -> bool:
        """Whether 好 follows; whether that is a greeting is for the matcher to say."""
        return self.turn.text.plain[self.at + 1 : self.at + 2] == "好"


def find_pronouns(turn: Turn, listener: Listener | None) -> tuple[Pronoun, ...]:
    """All 您 and 你 of a turn of the agent, in order; of another side's none, and none of somebody
    else's words that he tells."""
    if turn.role != "agent":
        return ()
    return tuple(
        _pronoun(turn, at, listener)
        for at, character in enumerate(turn.text.plain)
        if character in "您你" and not is_retold(turn.text, at, at + 1)
    )


def _pronoun(turn: Turn, at: int, listener: Listener | None) -> Pronoun:
    written = turn.text.plain[at]
    part = turn.part(at, at + 1)
    least = SURE_GREETING if turn.text.plain[at + 1 : at + 2] == "好" else SURE_NI
    sure = written == "您" or turn.words[turn.text.owners[at]].confidence >= least
    if sure or listener is None or part.span.duration_s > LONGEST_S:
        return Pronoun(turn, at, written)
    heard = turn.text.plain[part.low : part.high]
    other = heard[: at - part.low] + "您" + heard[at - part.low + 1 :]
    ni, nin = listener(turn.utterances[0].channel, part.span, [heard, other])
    return Pronoun(turn, at, written, sum(nin) - sum(ni))


def count_address(pronouns: Sequence[Pronoun]) -> FormOfAddress:
    """How often each was said."""
    said = [pronoun.said for pronoun in pronouns]
    return FormOfAddress(nin=said.count("您"), ni=said.count("你"), unsure=said.count(None))


def is_polite_greeting(pronoun: Pronoun, pronouns: Sequence[Pronoun]) -> bool:
    """Whether a 你好 that was written is a 您好 that was said: only of an agent whose habit is
    您."""
    rest = count_address([other for other in pronouns if other is not pronoun and not other.greets])
    habit = rest.nin_rate is not None and rest.nin_rate >= HABIT
    return pronoun.difference is not None and habit and pronoun.difference >= GREETING_FROM
