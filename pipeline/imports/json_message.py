"""One message or utterance of a JSON transcript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.imports.cleaning import with_real_breaks
from pipeline.imports.day_columns import with_day
from pipeline.imports.draft import DraftLine
from pipeline.imports.json_texts import text_in, text_without_key
from pipeline.imports.json_values import kind_of, own_name, refuse, share, words_of
from pipeline.imports.machine_words import is_machine, says_machine
from pipeline.imports.moments import Moment, moment_of
from pipeline.imports.side_flags import flag_side, sent_way, with_flag
from pipeline.imports.speaker_names import role_of
from pipeline.imports.vocabulary import (
    fields_of,
    is_system_kind,
    remarks_not_own,
    says_yes,
    spelling,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pipeline.imports.days import Days

_TEXT = "text in text, content, message, 内容 or 文本"


def read_message(where: str, place: str, entry: Any, days: Days) -> DraftLine:
    """One message or utterance. ``place``: where it is in its file, for the result. Raises
    ``UnreadableError`` or ``SettingsError`` beginning with ``where``."""
    if not isinstance(entry, dict):
        refuse(where, f"{kind_of(entry)}", 'an object such as {"role": "agent", "text": "您好"}')
    keys = fields_of(entry)
    text = _text_of(where, entry, keys)
    names = with_flag(_names_of(entry, keys), flag_side(entry, where), where)
    known = [name for name in names if role_of(name) != "unknown"]
    start, end = (_moment(where, entry, keys.get(field), days) for field in ("start", "end"))
    agent, queue = (own_name(where, entry, keys, field) for field in ("agent_id", "queue"))
    kind, recalled = (str(entry.get(keys.get(field, ""), "")) for field in ("kind", "recalled"))
    if (
        is_system_kind(kind)
        or says_yes(recalled)
        or remarks_not_own(entry)
        or (_sides(known)[:1] != ["customer"] and by_machine(entry))
    ):
        names, known = (), ["system"]
    return DraftLine(
        where,
        next(iter((*known, *names)), ""),
        text,
        start,
        end,
        share(where, entry.get("confidence")),
        words_of(where, _words_in(entry), (start, end)),
        names=names,
        in_seconds=bool({"starts", "startms", "beginms"} & set(map(spelling, entry))),
        agent_id=agent,
        queue=queue,
        place=place,
        sent=sent_way(entry),
    )


def by_machine(entry: Mapping[str, Any]) -> bool:
    """Whether a machine wrote a message, by its names or by a key that says so."""
    return any(map(is_machine, _names_of(entry, fields_of(entry)))) or says_machine(entry)


def _sides(names: Iterable[str]) -> list[str]:
    return [role_of(name) for name in names]


def _text_of(where: str, entry: Mapping[str, Any], keys: Mapping[str, str]) -> str:
    text = text_in(entry[keys["text"]]) if "text" in keys else text_without_key(entry)
    if text is None and "text" not in keys:
        refuse(where, '"text" is missing', _TEXT)
    if not isinstance(text, str | None):
        refuse(where, f'"text" is {kind_of(text)}', _TEXT)
    return with_real_breaks(text or "")


def _words_in(entry: Mapping[str, Any]) -> Any:
    words = entry.get("words")
    return None if isinstance(words, str) else words


def _names_of(entry: Mapping[str, Any], keys: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the speaker, the side first."""
    found: list[str] = []
    for field in ("role", "speaker"):
        value = entry.get(keys.get(field, ""))
        members = value.values() if isinstance(value, dict) else (value,)
        found += [str(one) for one in members if isinstance(one, str | int) and one != ""]
    return tuple(dict.fromkeys(found))


def _moment(where: str, entry: Mapping[str, Any], key: str | None, days: Days) -> Moment | None:
    value = entry.get(key) if key else None
    while isinstance(value, dict) and len(value) == 1:  # MongoDB: {"$date": {"$numberLong": "…"}}
        (value,) = value.values()
    if value in (None, ""):
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        refuse(where, f'"{key}" is {kind_of(value)}', "seconds or a time")
    if isinstance(value, str) and key is not None:
        value = with_day({**entry, key: value}, key)
    moment = moment_of(value, where, days)
    in_ms = spelling(key or "").endswith("ms") and isinstance(moment, float)
    return moment / 1000 if in_ms and isinstance(moment, float) else moment
