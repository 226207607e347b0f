"""Questions about facts of a knowledge file, as a call answered them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pipeline.types.speech import Seconds

Answer: TypeAlias = Literal["right", "wrong", "left_out", "no_answer", "unsure"]
"""``unsure``: something was said that the machine cannot compare with the fact."""


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
