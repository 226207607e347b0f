"""JSON that recognisers write on one's own machine: FunASR, whisper.cpp."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from pipeline.imports.json_entries import Entries, entry_of, objects_in

if TYPE_CHECKING:
    from collections.abc import Mapping

_RANDOM = re.compile(r"rand_key_")
"""FunASR's key of sound that was given without a name."""


def is_funasr(value: Any) -> bool:
    """Whether a value is a result of FunASR."""
    return isinstance(value, dict) and (
        "sentence_info" in value or ("key" in value and "timestamp" in value)
    )


def funasr(value: Mapping[str, Any]) -> Entries | None:
    """FunASR: sentence_info in milliseconds, the times of its characters in pairs."""
    if not is_funasr(value):
        return None
    sentences = objects_in(value.get("sentence_info"))
    if not sentences:
        pairs: Any = value.get("timestamp")
        if not _are_pairs(pairs) or not isinstance(value.get("text"), str):
            return None
        sentences = [{"text": value["text"], "start": pairs[0][0], "end": pairs[-1][1]}]
    return [
        entry_of(one, ("text", "sentence"), ("start", "end"), ("spk", "spk_id"))
        for one in sentences
    ]


def funasr_list(members: Entries) -> Any:
    """FunASR's list of results, one for each recording that was given, with the recording's name
    as key. Results of one key, or without keys, are pieces of one recording if each begins where
    the one before has ended. ``None`` if nothing was said."""
    keys = [str(one.get("key") or "") for one in members]
    parts = [funasr(one) or [] for one in members]
    joined = [entry for part in parts for entry in part]
    if len(members) == 1 or not joined or (len(set(keys)) == 1 and _go_on(parts)):
        return {"utterances": joined} if joined else None
    return [
        {"utterances": part, **({"call_id": key} if key and not _RANDOM.match(key) else {})}
        for key, part in zip(keys, parts, strict=True)
    ]


def _go_on(parts: list[Entries]) -> bool:
    said = [part for part in parts if part]
    return all(
        isinstance(end := before[-1].get("end_s"), float)
        and isinstance(start := after[0].get("start_s"), float)
        and end <= start
        for before, after in pairwise(said)
    )


def _are_pairs(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(one, list) and len(one) == 2 for one in (value[0], value[-1]))
    )


def whisper_cpp(value: Mapping[str, Any]) -> Entries | None:
    """whisper.cpp: transcription with offsets in milliseconds."""
    found = [
        one
        for one in objects_in(value.get("transcription"))
        if isinstance(one.get("offsets"), dict)
    ]
    return [
        {**entry_of({**one["offsets"], **one}, ("text",), ("from", "to"), ("speaker",))}
        for one in found
    ] or None
