"""The examples of knowledge files, judged as a call is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.knowledge.judge import find_knowledge
from pipeline.lexicon import KnowledgeExample, KnowledgeTopic, Remark
from pipeline.types import Utterance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NAMES = {
    "right": "答对",
    "wrong": "答错",
    "left_out": "漏说",
    "no_answer": "没有答复",
    "unsure": "无法核对",
}


def check_examples(topics: Sequence[KnowledgeTopic]) -> tuple[Remark, ...]:
    """An error for each example that is judged otherwise than its file says, with file and line."""
    return tuple(
        Remark(
            f"{example.at}：例句应判为{NAMES[example.answer]}（{example.answer}），实际判为{found}："
            f"问“{example.ask}”，答“{example.say}”。请改例句、问法或事实",
            is_error=True,
        )
        for topic in topics
        for example, found in _judged(topic)
        if found != NAMES[example.answer]
    )


def _judged(topic: KnowledgeTopic) -> Iterator[tuple[KnowledgeExample, str]]:
    for example in topic.examples:
        said = (
            Utterance("customer", 0, 0.0, 1.0, example.ask, 1.0, ()),
            Utterance("agent", 1, 1.0, 2.0, example.say, 1.0, ()),
        )
        day = example.day or next((fact.starts for fact in reversed(topic.facts)), None)
        checks = find_knowledge(said, (topic,), day=day, typed=True).checks
        yield example, NAMES[checks[0].answer] if checks else "没有认出这个问题"
