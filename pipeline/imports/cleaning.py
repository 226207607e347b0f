"""Clean written text of machine marks, and spread its characters over time."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING

from pipeline.types import Span, Word

if TYPE_CHECKING:
    from collections.abc import Sequence

_BREAK = re.compile(r"<\s*(?:br|/p|/div|/li|/tr)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8}\d?);", re.IGNORECASE)
_SPEAKER_NEXT = r"(?=\s*(?:[\[【(（]?[^\s:：\\，。！？,!?]{1,20}[\]】)）]?\s*[:：]|[\[【(（]?\d{4}[-/.年]|\d{1,2}:\d\d))"
_WRITTEN = re.compile(rf"(?:\\r)?\\n{_SPEAKER_NEXT}|\\r{_SPEAKER_NEXT}")
_OF_SHEET = re.compile(r"_x000[dD]_\n?")
_UNSEEN = frozenset({"Cc", "Cf", "Cs"})


def clean(text: str) -> str:
    """The text as one line in NFC without HTML tags and control characters. Emoji stay. "" if
    nothing is left.

    >>> clean("<p>您好&nbsp;\\u200b请讲👍</p>"), clean("3<5"), clean(" \\n ")
    ('您好 请讲👍', '3<5', '')
    """
    if "<" in text:
        text = _TAG.sub("", _BREAK.sub(" ", text))
    if "&" in text:
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    if not text.isprintable():
        text = "".join(one for one in text if one.isspace() or not _is_unseen(one))
    return unicodedata.normalize("NFC", " ".join(text.split()))


def with_real_breaks(text: str) -> str:
    """The text with real breaks where an export has written them as letters before a name or a
    time: what the other side says must not be the speaker's.

    >>> with_real_breaks(r"客服：您好\\n客户：退款"), with_real_breaks(r"C:\\new")
    ('客服：您好\\n客户：退款', 'C:\\\\new')
    """
    whole = _OF_SHEET.sub("\n", text)
    return whole if "\n" in whole else _WRITTEN.sub("\n", whole)


def _is_unseen(character: str) -> bool:
    # Emoji are joined by U+200D and flags of regions are written with tag characters.
    joins_emoji = character == "\u200d" or "\U000e0020" <= character <= "\U000e007f"
    return unicodedata.category(character) in _UNSEEN and not joins_emoji


def spread(text: str, span: Span, confidence: float) -> tuple[Word, ...]:
    """One word for each spoken character, evenly over the span. Punctuation joins the character
    before it.

    >>> [(word.text, word.end_s) for word in spread("您好，", Span(0.0, 1.0), 1.0)]
    [('您', 0.5), ('好，', 1.0)]
    """
    pieces: list[str] = []
    for character in text:
        if pieces and not character.isalnum():
            pieces[-1] += character
        else:
            pieces.append(character)
    step = span.duration_s / max(1, len(pieces))
    return tuple(
        Word(piece, span.start_s + at * step, span.start_s + (at + 1) * step, confidence)
        for at, piece in enumerate(pieces)
    )


def spread_given(text: str, words: Sequence[Word]) -> tuple[Word, ...]:
    """Given words cut into characters; () if they differ from the text, since rules are matched on
    words."""
    cleaned = [(clean(word.text), word) for word in words]
    if _spoken("".join(own for own, _ in cleaned)) != _spoken(text):
        return ()
    return tuple(
        piece
        for own, word in cleaned
        if own
        for piece in spread(own, Span(word.start_s, word.end_s), word.confidence)
    )


def _spoken(text: str) -> str:
    return "".join(filter(str.isalnum, text))
