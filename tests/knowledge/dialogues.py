"""Dialogues of tests: lines of the customer (客) and the agent (坐)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from pipeline.knowledge import Knowledge, find_knowledge
from pipeline.lexicon import KnowledgeTopic
from pipeline.types import Role, Utterance
from tests.builders import an_utterance

SIDES: dict[str, Role] = {"客": "customer", "坐": "agent"}


def read_dialogue(text: str, *, confidence: float = 0.97) -> tuple[Utterance, ...]:
    """The utterances of ``客 … 坐 …``, one after the other."""
    found: list[Utterance] = []
    for side, said in re.findall(r"(?:^| )(客|坐) (.*?)(?=$| 客 | 坐 )", text):
        start = found[-1].end_s if found else 0.0
        found.append(an_utterance(said, SIDES[side], start, confidence=confidence))
    return tuple(found)


def judge(
    text: str,
    topics: Sequence[KnowledgeTopic],
    *,
    day: date | None = date(2026, 3, 1),
    typed: bool = True,
    confidence: float = 0.97,
) -> Knowledge:
    said = read_dialogue(text, confidence=confidence)
    return find_knowledge(said, topics, day=day, typed=typed)
