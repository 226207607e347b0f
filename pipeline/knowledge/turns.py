"""Turns, clauses, and the questions that a customer's turn asks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from pipeline.knowledge.words import ASKS, QUESTION_BLUR, QUESTION_WORDS, TAG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.lexicon import KnowledgeTopic
    from pipeline.types import Role, Utterance

PAIR_CHARS = 40
"""Two sentences of a customer that are together no longer may hold the words of one question (our
choice)."""

_CLAUSE = re.compile(
    r"[^，；;。！!？?、\n…]+?(?:(?<!\d)[,](?!\d)|,(?!\d{3})|[，；;。！!？?、\n…]+|$)"
)
_SENTENCE = re.compile(r"[^。！!？?\n…]+[。！!？?\n…]*")


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of an utterance, at ``start`` of its text. ``asks``: it is a question."""

    utterance: int
    start: int
    text: str
    asks: bool


@dataclass(frozen=True, slots=True)
class Turn:
    """Utterances of one side in a row, by their numbers."""

    role: Role
    utterances: tuple[int, ...]
    text: str


def turns_of(utterances: Sequence[Utterance]) -> tuple[Turn, ...]:
    """The turns of a call, in order."""
    found = []
    for role, group in groupby(range(len(utterances)), key=lambda at: utterances[at].role):
        numbers = tuple(group)
        found.append(Turn(role, numbers, "\n".join(utterances[at].text for at in numbers)))
    return tuple(found)


def clauses_of(turn: Turn, utterances: Sequence[Utterance]) -> tuple[Clause, ...]:
    """The clauses of a turn. A tag such as 是吗 makes the clause before it a question.

    >>> from pipeline.types import Utterance
    >>> said = (Utterance("agent", 0, 0, 1, "月租25元，是吗？1,200元", 1, ()),)
    >>> [(c.text, c.asks) for c in clauses_of(turns_of(said)[0], said)]
    [('月租25元，', True), ('是吗？', True), ('1,200元', False)]
    """
    found = [
        Clause(at, part.start(), part[0], bool(ASKS.search(part[0])))
        for at in turn.utterances
        for part in _CLAUSE.finditer(utterances[at].text)
    ]
    return tuple(
        Clause(c.utterance, c.start, c.text, c.asks or _is_tag(following))
        for c, following in zip(found, (*found[1:], None), strict=True)
    )


def _is_tag(clause: Clause | None) -> bool:
    return clause is not None and bool(TAG.fullmatch(clause.text.strip("，,。？?！! ")))


def asks(turn: Turn, topic: KnowledgeTopic) -> bool:
    """Whether a customer's turn asks about a topic."""
    if any(word in turn.text for word in topic.unless):
        return False
    sentences = [part[0] for part in _SENTENCE.finditer(turn.text)]
    pairs = [one + other for one, other in pairwise(sentences) if len(one + other) <= PAIR_CHARS]
    return any(
        all(word in text for word in words)
        for text in (*sentences, *pairs)
        for words in topic.questions
    )


def is_plain(turn: Turn, topic: KnowledgeTopic) -> bool:
    """Whether a turn is one question and names a fact of the topic: a bare value answers it."""
    if not any(word in turn.text for fact in topic.facts for word in fact.about):
        return False
    asking = [c for c in re.split(r"[，,；;。！!？?、\n…]+", turn.text) if QUESTION_WORDS.search(c)]
    return len(asking) <= 1 and not re.search(r"和|跟|还有|以及|另外|、", turn.text)


def is_special(turn: Turn, topic: KnowledgeTopic) -> bool:
    """Whether a question names a case of its own, for which a fact need not hold; the words of the
    topic itself do not."""
    text = turn.text
    own = {word for fact in topic.facts for word in fact.about}
    own |= {word for words in topic.questions for word in words}
    for word in sorted(own, key=len, reverse=True):
        text = text.replace(word, "|")
    return bool(QUESTION_BLUR.search(text))
