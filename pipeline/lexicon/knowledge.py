"""Facts of a site that customers ask for, as a knowledge file has them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from datetime import date

    from pipeline.types import Answer

KNOWLEDGE_RULES = ("process.wrong_fact", "process.left_out", "process.no_answer")
"""Rules of findings about facts; sheets may name them."""

Bound: TypeAlias = Literal["", "most", "least"]


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in a base unit of ``UNITS``, from ``low`` to ``high``, the same for a point. ``per``:
    one of ``PERIODS``, or empty. ``bound``: the fact is a limit (最多, 至少)."""

    low: float
    high: float
    unit: str
    per: str = ""
    bound: Bound = ""


@dataclass(frozen=True, slots=True)
class Hours:
    """Times of a day, as minutes after midnight, from and to."""

    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """Words that a right answer has: one of each group. ``never``: words that make it wrong."""

    says: tuple[tuple[str, ...], ...]
    never: tuple[str, ...] = ()


FactValue: TypeAlias = Amount | Hours | Wording


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. ``about``: words that name it beside its value; ``shown``: the value as the file
    has it. In force from ``starts`` to ``ends``, both included."""

    id: str
    name: str
    value: FactValue
    shown: str
    about: tuple[str, ...]
    required: bool = True
    starts: date | None = None
    ends: date | None = None
    at: str = field(default="", compare=False)

    def is_in_force(self, day: date | None) -> bool:
        """Whether the fact counts on a day; an unknown day is like today's facts."""
        if day is None:
            return self.ends is None
        return (self.starts is None or self.starts <= day) and (
            self.ends is None or day <= self.ends
        )


@dataclass(frozen=True, slots=True)
class KnowledgeExample:
    """A question, an answer, and how the answer is to be judged on ``day``."""

    ask: str
    say: str
    answer: Answer
    day: date | None = None
    at: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class KnowledgeTopic:
    """A matter that customers ask about. ``questions``: wordings, each the words that a question has
    together. ``unless``: words of a question that make it another one."""

    id: str
    name: str
    questions: tuple[tuple[str, ...], ...]
    facts: tuple[Fact, ...]
    unless: tuple[str, ...] = ()
    examples: tuple[KnowledgeExample, ...] = field(default=(), compare=False)
    at: str = field(default="", compare=False)
