"""Utterances as people corrected them: another role, another text, and each word with a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from pipeline.people import SAME_PLACE_S, ReviewAction
from pipeline.types import Seconds, Utterance, Word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HEARD_BY_A_PERSON = 1.0
"""Confidence of words that a person wrote."""


@dataclass(frozen=True, slots=True)
class _Timed:
    """A character and its time."""

    character: str
    start_s: Seconds
    end_s: Seconds


def edit_utterances(
    utterances: Sequence[Utterance], actions: Sequence[ReviewAction]
) -> tuple[tuple[Utterance, ...], tuple[ReviewAction, ...]]:
    """Utterances by the actions on roles and text, in order; and the actions without an
    utterance."""
    edited = list(utterances)
    idle: list[ReviewAction] = []
    for action in actions:
        if action.kind not in ("role", "text"):
            continue
        at = utterance_at(utterances, action.value)
        if at is None:
            idle.append(action)
        elif action.kind == "role":
            edited[at] = replace(edited[at], role=action.value["role"])
        else:
            edited[at] = retimed(edited[at], action.value["text"])
    return tuple(edited), tuple(idle)


def utterance_at(utterances: Sequence[Utterance], value: Mapping[str, Any]) -> int | None:
    """The number of the utterance that an action names by channel and ends; ``None`` where there is
    none."""
    for at, utterance in enumerate(utterances):
        same_start = abs(utterance.start_s - value["start_s"]) < SAME_PLACE_S
        if (
            utterance.channel == value["channel"]
            and same_start
            and abs(utterance.end_s - value["end_s"]) < SAME_PLACE_S
        ):
            return at
    return None


def retimed(utterance: Utterance, text: str) -> Utterance:
    """The utterance with another text. Unchanged characters keep their time; new characters share
    the time of those that they replace, or of the character beside them, so that every word has a
    time.

    >>> words = (Word("你", 0.0, 1.0, 0.5), Word("好", 1.0, 2.0, 0.5))
    >>> utterance = Utterance("agent", 0, 0.0, 2.0, "你好", 0.5, words)
    >>> [(word.text, word.start_s, word.end_s) for word in retimed(utterance, "您好吗").words]
    [('您', 0.0, 1.0), ('好', 1.0, 1.5), ('吗', 1.5, 2.0)]
    """
    if text == utterance.text:
        return utterance
    old = [
        timed for word in utterance.words for timed in _spread(word.text, word.start_s, word.end_s)
    ]
    new = _aligned(old, text) if old else _spread(text, utterance.start_s, utterance.end_s)
    return replace(utterance, text=text, words=_words(new), confidence=HEARD_BY_A_PERSON)


def _aligned(old: Sequence[_Timed], text: str) -> list[_Timed]:
    found: list[_Timed] = []
    before = ""  # new characters before the first old one
    blocks = SequenceMatcher(
        None, "".join(timed.character for timed in old), text, autojunk=False
    ).get_opcodes()
    for tag, i, j, low, high in blocks:
        if tag == "delete":
            continue
        if tag == "insert":
            if not found:
                before += text[low:high]
                continue
            last = found.pop()
            found += _spread(last.character + text[low:high], last.start_s, last.end_s)
            continue
        piece = (
            list(old[i:j])
            if tag == "equal"
            else _spread(text[low:high], old[i].start_s, old[j - 1].end_s)
        )
        if before:
            piece[:1] = _spread(before + piece[0].character, piece[0].start_s, piece[0].end_s)
            before = ""
        found += piece
    return found or _spread(before, old[0].start_s, old[-1].end_s)


def _spread(text: str, start_s: Seconds, end_s: Seconds) -> list[_Timed]:
    """The characters of a text evenly over a stretch."""
    step = (end_s - start_s) / max(1, len(text))
    return [
        _Timed(c, start_s + i * step, end_s if i == len(text) - 1 else start_s + (i + 1) * step)
        for i, c in enumerate(text)
    ]


def _words(timed: Sequence[_Timed]) -> tuple[Word, ...]:
    """One word a character; punctuation joins the one before it."""
    words: list[Word] = []
    for one in timed:
        if words and not one.character.isalnum():
            words[-1] = replace(words[-1], text=words[-1].text + one.character)
        else:
            words.append(Word(one.character, one.start_s, one.end_s, HEARD_BY_A_PERSON))
    return tuple(words)
