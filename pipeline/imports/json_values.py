"""Single values of a JSON transcript: words, shares, and what is wrong with them."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NoReturn

from pipeline.errors import UnreadableError
from pipeline.imports.cleaning import clean
from pipeline.imports.identities import named_in
from pipeline.imports.vocabulary import fields_of
from pipeline.types import Word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.imports.moments import Moment

_NUMBER = re.compile(r"\d+(?:\.\d+)?", re.ASCII)
CLAIMED = 0.9
"""Confidence of a transcript without one: it is somebody's claim (our choice)."""


def conversation_id(where: str, entry: Any) -> str | None:
    """The id of the conversation that an entry names."""
    if not isinstance(entry, dict):
        return None
    return own_name(where, entry, fields_of(entry), "id")


def own_name(
    where: str, entry: Mapping[str, Any], keys: Mapping[str, str], field: str
) -> str | None:
    """Whom the value of a field names, ``None`` for nobody. Raises ``UnreadableError``."""
    return named_in(field, own_text(where, entry, keys.get(field)) or "") or None


def own_text(where: str, entry: Mapping[str, Any], key: str | None) -> str | None:
    """The text under a key, ``None`` where it is empty. Raises ``UnreadableError``."""
    value = entry.get(key) if key else None
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        refuse(where, f'"{key}" is {kind_of(value)}', "a text")
    return clean(str(value)) or None if value is not None else None


def words_of(
    where: str, words: Any, within: tuple[Moment | None, Moment | None]
) -> tuple[Word, ...]:
    """The words of an entry. A word without a time lies between its neighbours; () where no word
    and no entry has any. Raises ``UnreadableError``."""
    if not isinstance(words, list | None):
        refuse(where, f'"words" is {kind_of(words)}', "a list")
    read = [_word(f"{where}, word {at}", word) for at, word in enumerate(words or (), 1)]
    times = [time for _, start, end, _ in read for time in (start, end)]
    known = [time for time in times if time is not None]
    first, last = (t if isinstance(t, float) else None for t in within)
    if not read or not (known or (first is not None and last is not None)):
        return ()
    begin = first if first is not None else known[0]
    finish = last if last is not None else known[-1]
    filled = _filled(
        [min(begin, *known), *times, max(finish, *known)] if known else [begin, *times, finish]
    )
    return tuple(
        Word(text, filled[2 * at + 1], filled[2 * at + 2], share_)
        for at, (text, _, _, share_) in enumerate(read)
    )


def _filled(times: Sequence[float | None]) -> list[float]:
    """Times with the unknown ones spread evenly between their neighbours; the first and the last
    are known."""
    filled: list[float] = []
    known = [at for at, time in enumerate(times) if time is not None]
    for at, after in pairwise(known):
        begin, end = times[at], times[after]
        assert begin is not None
        assert end is not None
        step = max(0.0, end - begin) / (after - at)
        filled += [begin + step * i for i in range(after - at)]
    return [*filled, times[-1] or 0.0]


def _word(where: str, word: Any) -> tuple[str, float | None, float | None, float]:
    if not isinstance(word, dict):
        refuse(
            where, kind_of(word), 'an object such as {"text": "您", "start_s": 0.0, "end_s": 0.2}'
        )
    text = word.get("text", word.get("word"))
    start, end = (_time(word, keys) for keys in (("start_s", "start"), ("end_s", "end")))
    backwards = start is not None and end is not None and end < start
    if (
        not isinstance(text, str)
        or backwards
        or any(t is not None and math.isnan(t) for t in (start, end))
    ):
        refuse(
            where,
            "text or times are missing or wrong",
            "text, start_s and an end_s that is not before it",
        )
    given = word.get("confidence", word.get("probability", word.get("score")))
    confidence = share(where, given)
    return text, start, end, CLAIMED if confidence is None else confidence


def _time(word: Mapping[str, Any], keys: Sequence[str]) -> float | None:
    value = next((word[key] for key in keys if word.get(key) is not None), None)
    if value is None:
        return None
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    wrong = (
        isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value)
    )
    return math.nan if wrong else float(value)


def share(where: str, value: Any) -> float | None:
    if value is None:
        return None
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 0 <= value <= 1
        or math.isnan(value)
    ):
        refuse(where, f"confidence is {str(value)[:40]}", "a number from 0 to 1")
    return float(value)


def kind_of(value: Any) -> str:
    """JSON's name for the type of a value.

    >>> kind_of({}), kind_of(None), kind_of(1)
    ('an object', 'null', 'a number')
    """
    names = {
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "true or false",
        type(None): "null",
    }
    return names.get(type(value), "a number")


def refuse(where: str, wrong: str, expected: str) -> NoReturn:
    raise UnreadableError(f"{where}: {wrong}; expected {expected}")
