"""Parts of WebSocket senders' messages, read and checked: numbers, names, tracks, codecs."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pipeline.errors import CallqaError
from pipeline.telephony.codecs import CODECS
from pipeline.telephony.events import SIDES, Side

if TYPE_CHECKING:
    from collections.abc import Mapping


class DialectError(CallqaError):
    """A message says nothing that its dialect has. The text has no word of the message."""


_CODECS = {
    "audio/x-mulaw": "pcmu", "audio/x-ulaw": "pcmu", "mulaw": "pcmu", "ulaw": "pcmu", "g711u": "pcmu",
    "audio/x-alaw": "pcma", "alaw": "pcma", "g711a": "pcma",
    "audio/l16": "l16", "slin": "l16", "pcm16": "l16", "linear16": "l16", "audio/x-l16": "l16", "pcm": "l16",
}  # fmt: skip
_SLIN = {f"slin{thousand}": 1000 * thousand for thousand in (12, 16, 24, 32, 48, 96, 192)} | {
    "slin44": 44100
}
_RATES = range(4000, 192_001)
_NAME, _KEY = 200, 40
BY_SAMPLE = {"pcma": 1, "pcmu": 1, "l16": 2, "l16be": 2}
"""Codec → bytes of a sample; other codecs have none, so two tracks cannot be interleaved."""


def object_of(message: str) -> dict[str, Any]:
    """A message's JSON object. Raises ``DialectError``, as all of this module."""
    try:
        said = json.loads(message)
    except (ValueError, RecursionError) as error:
        raise DialectError("a message is not JSON") from error
    if not isinstance(said, dict):
        raise DialectError("a message is not a JSON object")
    return said


def inner_of(said: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An object within it; empty where it is not there."""
    found = said.get(name) or {}
    if not isinstance(found, dict):
        raise DialectError("a part of a message is not a JSON object")
    return found


def snake_case(name: str) -> str:
    """The same name in any sender's manner; one that is too long for a name stays as it is.

    >>> snake_case("sequenceNumber")
    'sequence_number'
    """
    return _snake_case(name) if len(name) <= _KEY else name


@lru_cache(maxsize=256)
def _snake_case(name: str) -> str:
    parts = (f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return "".join(parts).lstrip("_")


def text_of(said: Mapping[str, Any], name: str) -> str | None:
    """A name or number as text; ``None`` where it is not there, or is neither."""
    found = said.get(name)
    is_text = isinstance(found, str | int) and not isinstance(found, bool)
    text = str(found).strip() if is_text else ""
    if len(text) > _NAME or not text.isprintable():
        raise DialectError("a number or a name is longer than 200 characters, or is not text")
    return text or None


def side_of(name: object) -> Side:
    """The side of this name."""
    for side in SIDES:
        if side == name:
            return side
    raise DialectError("a track is none of agent, customer and mix")


def count_of(found: object) -> int | None:
    """A number from 0 on that may come as text, as Twilio sends it; else ``None``."""
    text = str(found) if isinstance(found, int | str) and not isinstance(found, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def number_of(found: object, least: float, most: float) -> float:
    """Seconds within the two bounds."""
    if isinstance(found, bool) or not isinstance(found, int | float) or not least <= found <= most:
        raise DialectError("a number of seconds is none")
    return float(found)


def codec_of(named: object, rate: object) -> tuple[str, int | None]:
    """The codec as ``SoundDecoder`` names it, and samples per second where they are said."""
    name = str(named).strip().lower()
    per_second = _SLIN.get(name) or (None if rate in (None, "") else count_of(rate) or 0)
    codec = "l16" if name in _SLIN else _CODECS.get(name, name)
    if codec not in CODECS:
        raise DialectError(f"its codec is not known; one of {', '.join(CODECS)} is needed")
    if per_second is not None and per_second not in _RATES:
        raise DialectError("its rate is not from 4000 to 192000 samples per second")
    return codec, per_second
