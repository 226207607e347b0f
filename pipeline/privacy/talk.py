"""The talk in which words reveal personal data: who says what, and where an answer or the rest of a value
may be."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipeline.privacy.digits import MASK, only_listens, read_atoms
from pipeline.privacy.spelling import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.types import PersonalKind, Utterance

ANSWER_WITHIN = 4
"""Utterances after a question in which its answer is looked for (our choice)."""

LONG_TALK = 8
"""An utterance of more characters without the value ends a question (our choice)."""

LEAST_SAID_AGAIN = 2
"""Characters of a read-back (our choice)."""

_FIGURE, _FIGURES = re.compile("[0-9]"), re.compile("[0-9]*")

_AGENTS_WORDS = re.compile(r"为[您你]服务|工号|客服|[您你]的?专属")


@dataclass(frozen=True, slots=True, order=True)
class Piece:
    """Characters ``start`` to ``end`` of an utterance's text that are personal and hidden
    wholly."""

    utterance: int
    start: int
    end: int
    kind: PersonalKind


class Talk:
    """The utterances of a call with their plain texts, read once and only where they are asked
    for."""

    def __init__(self, utterances: Sequence[Utterance], cues: dict[int, set[str]]) -> None:
        self.utterances = utterances
        self.cues = cues
        self._folded: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self.utterances)

    def text(self, at: int) -> str:
        if at not in self._folded:
            self._folded[at] = fold(self.utterances[at].text)
        return self._folded[at]

    def same_speaker(self, a: int, b: int) -> bool:
        first, second = self.utterances[a], self.utterances[b]
        return (first.role, first.channel) == (second.role, second.channel)

    def is_agent(self, at: int) -> bool:
        said = self.utterances[at]
        return said.role == "agent" or (
            said.role == "unknown" and _AGENTS_WORDS.search(self.text(at)) is not None
        )

    def beside_mask(self, piece: Piece) -> bool:
        """Whether a piece is what an earlier mask left over; masking again must not hide it."""
        text = self.text(piece.utterance)
        return MASK in text[max(0, piece.start - 1) : piece.end + 1]

    def with_run(self, piece: Piece) -> Piece:
        """The piece with all of a row of figures that it would cut: what stayed of it may be another
        number, which was not looked at as one."""
        text, start, end = self.text(piece.utterance), piece.start, piece.end
        if _FIGURE.fullmatch(text[end - 1 : end]):
            end = _FIGURES.match(text, end).end()  # type: ignore[union-attr]
        while _FIGURE.fullmatch(text[start : start + 1]) and _FIGURE.fullmatch(
            text[max(0, start - 1) : start]
        ):
            start -= 1
        return replace(piece, start=start, end=end)

    def goes_on(self, at: int, asks_on: re.Pattern[str] | None = None) -> Iterator[int]:
        """The next utterances of the same speaker while the others only listen, say again what he
        said, or ask for more (``asks_on``)."""
        said = self.text(at)
        for further in range(at + 1, min(len(self), at + 1 + 2 * ANSWER_WITHIN)):
            if self.same_speaker(at, further):
                if not only_listens(self.text(further)) or read_atoms(self.text(further)):
                    said = self.text(further)
                    yield further
            elif not (
                only_listens(self.text(further))
                or _says_again(self.text(further), said)
                or (asks_on and asks_on.search(self.text(further)))
            ):
                return

    def answers(self, at: int) -> Iterator[int]:
        """Where the answer to a question may be: what others say next, and what the speaker goes on
        with himself, until somebody says much. What was masked before is answered."""
        unknown = self.utterances[at].role == "unknown"
        if MASK in self.text(at):
            return
        for further in range(at + 1, min(len(self), at + 1 + ANSWER_WITHIN)):
            if MASK in self.text(further):
                return
            mine = self.same_speaker(at, further)
            if not mine or unknown or further == at + 1:
                yield further
            if not mine and len(self.text(further)) > LONG_TALK:
                return


def end_of(lead: re.Pattern[str], text: str) -> int:
    """Where the words that may lead to a value end."""
    found = lead.match(text)
    return found.end() if found else 0


def _says_again(text: str, said: str) -> bool:
    """Whether a text is only the end of what another one says."""
    words = text.strip("，。！？,.!? ")
    return len(words) >= LEAST_SAID_AGAIN and said.strip("，。！？,.!? ").endswith(words)
