"""Metadata of a conversation in JSON: at its messages, in its object, around it, in ``call``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipeline.errors import SettingsError
from pipeline.imports.call_sides import customer_in, is_side
from pipeline.imports.day_columns import with_day
from pipeline.imports.exported_times import iso_time
from pipeline.imports.identities import named_in
from pipeline.imports.json_lists import LISTS, PAGING, holds_talk
from pipeline.imports.json_message import by_machine
from pipeline.imports.json_values import kind_of, own_name, own_text, refuse
from pipeline.imports.lines import LINE_HEADINGS, line_values
from pipeline.imports.machine_words import is_way
from pipeline.imports.side_flags import is_flag, is_person
from pipeline.imports.vocabulary import (
    HEADINGS,
    OTHER_NAMES,
    fields_of,
    is_remark,
    spelling,
    whole_of,
)
from pipeline.settings import META_FIELDS
from pipeline.types import CallMeta

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.imports.days import Days
    from pipeline.imports.json_shapes import Talk

_PLACES = frozenset(
    ("call", "通话", "会话", "meta", "metadata", "元数据", "session", "conversation", "info", "基本信息", "通话信息", "会话信息")
)  # fmt: skip
"""Objects in which metadata may stand, besides the object of the conversation itself."""

_OF_MANY = ("agent_id", "customer_id", "queue")
"""What an object around several conversations says of all of them."""

_ALSO = {"call_id": "id"}
_OF_LINE = {spelling(name): field for name, field in LINE_HEADINGS.items()}
_USUAL = {spelling(name): field for name, field in HEADINGS.items()}
_TECHNICAL = frozenset(
    map(
        spelling,
        [
            "id",
            "msgid",
            "msg_id",
            "message_id",
            "uuid",
            "seq",
            "index",
            "idx",
            "no",
            "number",
            "order",
            "code",
            "success",
            "total",
            "count",
            "size",
            "duration",
            "language",
            "lang",
            "task",
            "seek",
            "tokens",
            "temperature",
            "avg_logprob",
            "compression_ratio",
            "no_speech_prob",
            "words",
            "text",
            "confidence",
            "score",
            "probability",
            "medium",
            "url",
            "audio",
            "audio_url",
            "audio_duration",
            "file",
            "filename",
            "version",
            "updated_at",
            "public",
            "attachments",
            "read",
            "is_read",
            "punctuation",
            "emotion",
            "emotion_value",
            "speech_rate",
            "silence_duration",
            "volume",
            "stable",
            "vad",
            "channel_id",
            "channel",
            "speaker",
            "session",
            "conversation",
            "html_body",
            "plain_body",
            "via",
            "subject",
            "raw_subject",
            "title",
            "description",
            "priority",
            "tags",
            "word_segments",
            "segments_count",
            "status_code",
            "msg",
            "error",
            "errmsg",
            "errcode",
            "request_id",
            "trace_id",
            "start",
            "end",
            "序号",
            "编号",
        ],
    )
)
"""Keys of recognisers and platforms that say nothing of who called whom; they are not named."""

_NUMBERS = frozenset(
    ("工号", "id", "no", "number", "code", "agentid", "agentno", "customerid", "编号")
)
"""Keys of a person's number in his object."""

Place = tuple[str, "Mapping[str, Any]", bool]


def read_meta(
    where: str, talk: Talk, entries: Sequence[Any], default_id: str, *, alone: bool, days: Days
) -> tuple[CallMeta, list[str]]:
    """Metadata from the entries, the object of the conversation, the objects inside and around it,
    in Chinese or English, and the reasons for values of telephone systems that were left out.

    ``alone``: the file has no other conversation, so that all around it is about this one. Raises
    ``UnreadableError`` where two places contradict each other.
    """
    if not isinstance(talk.found.get("call"), dict | None):
        refuse(
            where,
            f'"call" is {kind_of(talk.found["call"])}',
            'an object such as {"call_id": "c1", "agent_id": "8012"}',
        )
    own = list(_places(talk.found))
    around = [place for one in talk.above for place in _places(one, around=True)]
    values: dict[str, Any] = {}
    for field in META_FIELDS:
        places = [*own, *(around if alone or field in _OF_MANY else ())]
        said = [
            (name, value)
            for name, one, whole in places
            if (value := _text_of(where, one, _key_in(one, field, whole=whole), field))
        ]
        if len({value for _, value in said}) > 1:
            both = " and ".join(f"{value!r} in {name}" for name, value in said)
            refuse(where, f"{field} is {both}", "one value; delete the wrong one")
        values[field] = said[0][1] if said else _of_entries(where, entries, field)
    if values["customer_id"] is None:
        found = {customer_in(one) for _, one, _ in (*own, *(around if alone else ()))} - {None}
        values["customer_id"] = found.pop() if len(found) == 1 else None
    values["conversation"] = _whole(where, [*(one for _, one, _ in own), *entries])
    started = values["started_at"]
    at = f"{where}, started_at"
    values["started_at"] = iso_time(days.complete(started, at), at) if started else None
    of_line, faults = _line_values(where, [one for _, one, _ in own], values["started_at"])
    return CallMeta(**{**values, "call_id": values["call_id"] or default_id}, **of_line), faults


def unread_keys(talk: Talk) -> Iterator[str]:
    """Keys with plain values that callqa does not know: in ``call`` and the like, in the object of
    the conversation, and at its messages."""
    inner = [one for _, one, _ in _places(talk.found)]
    messages = [entry for _, entry in talk.entries if isinstance(entry, dict)]
    for one in (*inner, *messages):
        for key, value in one.items():
            plain = isinstance(value, str | int | float) and value != ""
            if (plain and not _is_known(key)) or (one not in inner and holds_talk({key: value})):
                yield key


def _is_known(key: str) -> bool:
    spelt = spelling(key)
    return (
        spelt in _USUAL
        or any(spelt in names for names in OTHER_NAMES.values())
        or spelt in _OF_LINE
        or spelt in _TECHNICAL
        or spelt in _PLACES
        or spelt in map(spelling, LISTS)
        or spelt in ("开始时间", "结束时间")
        or spelt in PAGING
        or spelt.endswith(("url", "uri", "path"))
        or is_flag(key)
        or is_way(key)
        or is_person(key)
        or is_remark(key)
        or is_side(key)
    )


def _places(found: Mapping[str, Any], *, around: bool = False) -> Iterator[Place]:
    """The objects in which metadata stands, each with its name, and whether all names count in it:
    not in an object around the conversation, where id and time may be those of a request."""
    for key, one in found.items():
        if spelling(key) in _PLACES and isinstance(one, dict) and not holds_talk(one):
            yield f'"{key}"', _plain(one), True
    yield "the object around it" if around else "the object", _plain(found), not around


def _plain(found: Mapping[str, Any]) -> dict[str, Any]:
    """The plain values of an object; of a person's object, such as {"agent": {"id": 8012}}, the
    number."""
    people = {known for known in map(fields_of(found).get, ("agent_id", "customer_id")) if known}
    numbered = {
        key: next((value[k] for k in value if spelling(k) in _NUMBERS), None)
        if key in people and isinstance(value, dict)
        else value
        for key, value in found.items()
    }
    return {
        key: value
        for key, value in numbered.items()
        if isinstance(value, str | int) and not isinstance(value, bool)
    }


def _key_in(one: Mapping[str, Any], field: str, *, whole: bool) -> str | None:
    """The key of a field in an object of metadata, where 开始时间 and id are the call's."""
    if not whole:
        wanted = _ALSO.get(field, field)
        return next((key for key in one if _USUAL.get(spelling(key)) == wanted), None)
    known = fields_of(one)
    if field == "started_at":
        return known.get("started_at") or known.get("start") or _spelt(one, "开始时间")
    return known.get(_ALSO.get(field, field)) or (_spelt(one, "id") if field == "call_id" else None)


def _text_of(where: str, one: Mapping[str, Any], key: str | None, field: str) -> str | None:
    text = named_in(field, own_text(where, one, key) or "") or None
    return with_day(one, key) if text and key and field == "started_at" else text


def _spelt(one: Mapping[str, Any], name: str) -> str | None:
    return next((key for key in one if spelling(key) == name), None)


def _whole(where: str, places: Sequence[Any]) -> str | None:
    """The conversation of several calls that objects name beside the call, ``None`` where they name
    none, or several."""
    found = {
        value
        for one in places
        if isinstance(one, dict) and (value := own_text(where, one, whole_of(one)))
    }
    return found.pop() if len(found) == 1 else None


def _of_entries(where: str, entries: Sequence[Any], field: str) -> str | None:
    people = [one for one in entries if isinstance(one, dict) and not by_machine(one)]
    for entry in people if field == "agent_id" and people else entries:
        if isinstance(entry, dict):
            value = own_name(where, entry, fields_of(entry), _ALSO.get(field, field))
            if value:
                return value
    return None


def _line_values(
    where: str, places: Sequence[Mapping[str, Any]], started_at: str | None
) -> tuple[dict[str, Any], list[str]]:
    """What the object says of direction, answer, ringing, hang-up and transfer."""
    cells = {
        _OF_LINE[spelling(key)]: str(value)
        for one in places
        for key, value in one.items()
        if spelling(key) in _OF_LINE
    }
    try:
        return line_values(cells, where, started_at=started_at)
    except SettingsError as error:
        return {}, [str(error)]
