"""Questions about facts of a knowledge file, as a call answered them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipeline.types.speech import Seconds

Answer: TypeAlias = Literal["right", "wrong", "left_out", "no_answer", "unsure"]
"""``unsure``: something was said that the machine cannot compare with the fact."""


@dataclass(frozen=True, slots=True)
class KnowledgeSum:
    """The checks of one topic over many calls of one agent (``None`` unknown), or of all: numbers of
    questions by answer. ``open`` ones wait for a person and are in no other number but ``asked``."""

    agent_id: str | None
    topic: str
    name: str
    asked: int
    right: int
    wrong: int
    left_out: int
    no_answer: int
    unsure: int
    open: int

    @property
    def right_share(self) -> float | None:
        """Share of the judged answers that are right, 0..1; ``None`` where none was judged.

        >>> KnowledgeSum("A1", "fee", "月租", 6, 3, 1, 0, 0, 1, 1).right_share
        0.75
        """
        judged = self.right + self.wrong + self.left_out + self.no_answer
        return self.right / judged if judged else None


@dataclass(frozen=True, slots=True)
class KnowledgeCheck:
    """One question of the customer and how it was answered. ``topic`` is an id of a knowledge file,
    ``name`` its Chinese name, ``start_s`` and ``end_s`` the place of the question. ``open``: the
    answer waits for a person, so the check counts nowhere yet."""

    topic: str
    name: str
    start_s: Seconds
    end_s: Seconds
    answer: Answer
    open: bool = False
