"""Sentences and words in the JSON of other programs as entries: text, speaker, times in seconds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_JSON_INSIDE = ("data", "orderResult", "result", "Result")
"""Keys whose value some services write as a text with JSON in it."""

Entries = list[dict[str, Any]]


def sentences_of(
    found: Any, texts: tuple[str, ...], times: tuple[str, str], speakers: tuple[str, ...]
) -> Entries | None:
    """The entries of a list of sentences, with their words, times in milliseconds. The other
    arguments name the keys; the first that is there counts. ``None`` without a sentence."""
    entries: Entries = []
    for one in objects_in(found):
        entry = entry_of(one, texts, times, speakers)
        words = [
            word_of(word, ("text", "Text", "Word"), times) for word in objects_in(one.get("words"))
        ]
        entries.append({**entry, **({"words": words} if words else {})})
    return entries or None


def entry_of(
    one: Mapping[str, Any],
    texts: tuple[str, ...],
    times: tuple[str, str],
    speakers: tuple[str, ...],
) -> dict[str, Any]:
    """One sentence, times in milliseconds."""
    text = next((one[key] for key in texts if key in one), None)
    entry = {"text": text, **_speaker(one, speakers)}
    for name, key in zip(("start_s", "end_s"), times, strict=True):
        if key in one:
            entry[name] = _thousandth(one[key])
    return entry


def word_of(
    word: Mapping[str, Any], texts: tuple[str, ...], times: tuple[str, str], since: Any = 0
) -> dict[str, Any]:
    """One word with its punctuation, times in milliseconds after ``since``."""
    text = next((word[key] for key in texts if key in word), "")
    mark = word.get("punctuation")
    entry: dict[str, Any] = {"text": f"{text}{mark if isinstance(mark, str) else ''}"}
    for name, key in zip(("start_s", "end_s"), times, strict=True):
        at, begin = word.get(key), number_of(since)
        if isinstance(number_of(at), float):
            entry[name] = (number_of(at) + (begin if isinstance(begin, float) else 0.0)) / 1000
    if "confidence" in word:
        entry["confidence"] = word["confidence"]
    return entry


def _speaker(one: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, str]:
    found = next((one[key] for key in keys if one.get(key) not in (None, "")), None)
    return {} if found is None else {"speaker": str(found)}


def with_speaker(
    entry: dict[str, Any], one: Mapping[str, Any], keys: tuple[str, ...]
) -> dict[str, Any]:
    """The entry with the first of these names that says anything."""
    return {**entry, **_speaker(one, keys)}


def objects_in(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; none of anything else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def number_of(value: Any) -> Any:
    """A number as float, text of a number too; anything else as it is, for the reader to refuse."""
    try:
        return value if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return value


def _thousandth(value: Any) -> Any:
    number = number_of(value)
    return number / 1000 if isinstance(number, float) else value


def seconds_of(value: Any) -> float | None:
    """A number of seconds, also one written as 1.5s; ``None`` for anything else."""
    try:
        return float(str(value).rstrip("s"))
    except ValueError:
        return None


def timed_entry(text: Any, start: Any, end: Any, per_s: int, name: Any) -> dict[str, Any]:
    """One sentence whose times count ``per_s`` a second."""
    entry: dict[str, Any] = {"text": str(text or "")}
    for key, value in (("start_s", start), ("end_s", end)):
        number = seconds_of(value)
        if number is not None:
            entry[key] = number / per_s
    return entry if name in (None, "") else {**entry, "speaker": str(name)}


def unpacked(value: Mapping[str, Any]) -> dict[str, Any]:
    """An object with the values that are JSON in a text read.

    >>> unpacked({"ok": 0, "data": '[{"onebest": "您好"}]'})
    {'ok': 0, 'data': [{'onebest': '您好'}]}
    """
    return {key: read_inside(one) if key in _JSON_INSIDE else one for key, one in value.items()}


def read_inside(value: Any) -> Any:
    """The JSON in a text; the value itself where it is none."""
    if not isinstance(value, str) or value[:1] not in ("[", "{"):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value
