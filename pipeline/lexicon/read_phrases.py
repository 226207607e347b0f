"""Read phrases: lists of wordings, their notation expanded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import LexiconError
from pipeline.lexicon.conditions import Phrase
from pipeline.lexicon.notation import NotationError, expand

if TYPE_CHECKING:
    from pipeline.lexicon.reader import Field


def read_phrases(field: Field) -> tuple[Phrase, ...]:
    """A list of phrases, their notation expanded; each wording once. At least one is needed."""
    found: dict[str, Phrase] = {}
    for item in field.items():
        for phrase in _entry(item):
            if phrase.say in found:
                raise LexiconError(
                    f"{item.file} 第 {item.line} 行：“{phrase.say}”在同一条规则里写了两次"
                )
            found[phrase.say] = phrase
    if not found:
        raise field.wrong("至少一个短语")
    return tuple(found.values())


def _entry(item: Field) -> tuple[Phrase, ...]:
    entries = (
        item.mapping(needed=("say",), known=("say", "word")) if item.is_mapping() else {"say": item}
    )
    word = "word" in entries and entries["word"].flag()
    made = tuple(Phrase(say, word, item.place) for say in read_wordings(entries["say"]))
    if any(len(phrase.say) == 1 for phrase in made) and not word:
        raise item.wrong("两个字以上的短语；单字必须写成 {say: 字, word: true}，否则会误伤别的词")
    return made


def read_wordings(field: Field) -> tuple[str, ...]:
    """The wordings that one entry stands for."""
    try:
        return expand(field.text())
    except NotationError as error:
        raise field.wrong(str(error)) from error


def all_wordings(field: Field) -> tuple[str, ...]:
    """The wordings of a list. A list within it, such as one that rules share, counts as its
    members."""
    return tuple(
        say
        for item in field.items()
        for say in (all_wordings(item) if item.is_list() else read_wordings(item))
    )
