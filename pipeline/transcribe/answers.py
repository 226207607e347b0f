"""Read the answer of a speech server: its text made plain, and the times of its characters.

The form is OpenAI's ``json`` or ``verbose_json`` for ``/v1/audio/transcriptions``. Servers differ:
FunASR's may leave the marks of SenseVoice in the text (``<|zh|><|NEUTRAL|>``, emoji), Qwen3-ASR
writes ``language Chinese<asr_text>`` before it, many give no times of words.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pipeline.transcribe.guard import plain
from pipeline.transcribe.script import simplify
from pipeline.types import Seconds

Times: TypeAlias = tuple[tuple[Seconds, Seconds], ...]
"""Start and end of each letter, digit and ideograph of a text, in order."""

LATE_S: Seconds = 1.0
"""A word may end so long after its window: a server counts in frames of its own (our choice)."""

BACK_S: Seconds = 0.05
"""A word may begin so long before the word that precedes it (our choice): rounding."""

_MARK = re.compile(r"(?:language\s+\w+\s*)?<asr_text>|<\|[^|<>]*\|>")
_LOOSE = re.compile(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])")
_DROPPED = ("So", "Sk", "Cc", "Cf", "Cn", "Co", "Cs")
"""Categories of characters that nobody says: pictures, control characters, none."""


@dataclass(frozen=True, slots=True)
class ServerText:
    """The text of one window, simplified, empty where the server heard nothing. ``times``: places
    in the window; ``None`` where the server gave none, or none that can be."""

    text: str
    times: Times | None = None


def read_answer(answer: object, length_s: Seconds) -> ServerText:
    """The text and the times in an answer for a window of ``length_s``.

    >>> read_answer({"text": "<|zh|><|HAPPY|>您好。😊"}, 2.0)
    ServerText(text='您好。', times=None)
    >>> read_answer({"text": "請講", "words": [{"word": "請講", "start": 0.2, "end": 0.6}]}, 2.0).times
    ((0.2, 0.4), (0.4, 0.6))

    Raises ``ValueError``, in English, for what is no such answer.
    """
    if not isinstance(answer, Mapping):
        raise ValueError("it is no JSON object")
    segments = answer.get("segments")
    parts = [s for s in segments if isinstance(s, Mapping)] if isinstance(segments, list) else []
    text = answer.get("text")
    if not isinstance(text, str):
        said = [part.get("text") for part in parts]
        if not said or not all(isinstance(one, str) for one in said):
            raise ValueError("it has no text")
        text = "".join(str(one) for one in said)
    cleaned = clean_text(text)
    words = answer.get("words")
    if not isinstance(words, list) or not words:
        words = [word for part in parts for word in _listed(part.get("words"))]
    return ServerText(cleaned, _times_of(words, cleaned, length_s))


def clean_text(text: str) -> str:
    """Simplified characters without marks of models, pictures, control characters, and spaces
    beside ideographs.

    >>> clean_text("language Chinese<asr_text>您 好，\\n請用 wifi one🎼")
    '您好，请用wifi one'
    """
    spaced = re.sub(r"\s+", " ", _MARK.sub("", text)).strip()
    said = "".join(
        c
        for c in spaced
        if unicodedata.category(c) not in _DROPPED and c != "\N{VARIATION SELECTOR-16}"
    )
    return simplify(_LOOSE.sub("", said.strip()))


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _times_of(words: Sequence[object], text: str, length_s: Seconds) -> Times | None:
    """The times of the text's characters; ``None`` where words are missing, spell another text, or
    lie where they cannot."""
    spelt, times = "", []
    for word in words:
        read = _word(word)
        if read is None:
            return None
        said, start_s, end_s = read
        step_s = (end_s - start_s) / max(1, len(said))
        spelt += said
        times += [(start_s + step_s * i, start_s + step_s * (i + 1)) for i in range(len(said))]
    if not times or spelt != plain(text) or not _is_possible(times, length_s):
        return None
    return tuple((min(start_s, length_s), min(end_s, length_s)) for start_s, end_s in times)


def _word(word: object) -> tuple[str, Seconds, Seconds] | None:
    if not isinstance(word, Mapping):
        return None
    said = word.get("word", word.get("text"))
    start_s, end_s = (_number(word.get(key)) for key in ("start", "end"))
    if not isinstance(said, str) or start_s is None or end_s is None:
        return None
    return plain(clean_text(said)), start_s, end_s


def _number(value: object) -> float | None:
    """A finite number, also one in quotes."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _is_possible(times: Sequence[tuple[Seconds, Seconds]], length_s: Seconds) -> bool:
    """Whether words follow each other within the window, and do not all lie at one place."""
    before_s = 0.0
    for start_s, end_s in times:
        if not before_s - BACK_S <= start_s <= end_s <= length_s + LATE_S:
            return False
        before_s = max(before_s, start_s)
    return len(times) < 2 or times[0][0] < times[-1][1]
