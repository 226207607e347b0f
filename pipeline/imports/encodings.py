"""The text of a file in the encodings of Chinese systems."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, NoReturn

from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_NAMES = {
    "utf-16-le": "UTF-16 (little end first)",
    "utf-16-be": "UTF-16 (big end first)",
    "utf-32-le": "UTF-32 (little end first)",
    "utf-32-be": "UTF-32 (big end first)",
    "utf-16": "UTF-16",
    "utf-32": "UTF-32",
}
_ORDINARY = re.compile(
    "[\t\n\r -~\u00a0-\u00ff\u2000-\u206f\u2600-\u27bf\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef"
    "\ufeff\U0001f000-\U0001faff\U00020000-\U0003134f]"
)
_ORDINARY_SHARE = 0.97
"""A text in UTF-16 without a mark has so many ordinary characters; read with the wrong end first it
has far fewer (our choice)."""

_GB_KNOWN, _BIG5_KNOWN = 0.8, 0.9
"""Shares of two-byte characters that are frequent ones of GB 2312, and of Big5 (our choice: GBK
text is above the first, Big5 text read as GBK far below, and it is above the second)."""

_FOREIGN = (("cp932", "Shift_JIS", "\u3040-\u30ff"), ("cp949", "EUC-KR", "\uac00-\ud7a3"))
"""Encodings that are not read, but told by their letters, so that the message can name them."""


def decode(data: bytes, path: Path) -> str:
    """The text of a file in UTF-8, UTF-16 or UTF-32 (with or without a mark), GB 18030, or Big5.

    Raises ``SettingsError`` with the line, and with the encoding that it seems to be in.
    """
    marked = next((codec for mark, codec in _MARKS if data.startswith(mark)), None)
    if marked is not None:
        return _whole(data, marked, path)
    if b"\0" in data:
        return _without_mark(data, path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decode_chinese(data, path)


def _whole(data: bytes, codec: str, path: Path) -> str:
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        line = data[: error.start].decode(codec, errors="ignore").count("\n") + 1
        raise SettingsError(
            f"{path}, line {line}: {_NAMES[codec]} that is damaged or cut off; copy the file again, or save it "
            "again as 'CSV UTF-8'"
        ) from error
    if "\0" in text:
        _refuse_nul(text.count("\n", 0, text.index("\0")) + 1, path)
    return text


def _without_mark(data: bytes, path: Path) -> str:
    """NUL is in no other encoding of text: this is UTF-16 or UTF-32, or no text at all."""
    for codec in ("utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"):
        text = _decoded(data, codec)
        if text and "\0" not in text and _share(text, _is_ordinary, 0) >= _ORDINARY_SHARE:
            return text
    for codec in ("utf-16-le", "utf-16-be"):
        text = data.decode(codec, errors="replace").rstrip("\ufffd")
        if "\0" not in text and _share(text, _is_ordinary, 0) >= _ORDINARY_SHARE:
            return _whole(data, codec, path)
    return _refuse_nul(data.count(b"\n", 0, data.index(b"\0")) + 1, path)


def _refuse_nul(line: int, path: Path) -> NoReturn:
    raise SettingsError(
        f"{path}, line {line}: holds NUL, which no text does; expected UTF-8, UTF-16, GB 18030 or Big5; "
        "save it again as 'CSV UTF-8', or give a workbook the suffix .xlsx"
    )


def _decode_chinese(data: bytes, path: Path) -> str:
    traditional = _decoded(data, "cp950")
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        if traditional is not None and _share(traditional, _frequent_big5) >= _BIG5_KNOWN:
            return traditional
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError(
            f"{path}, line {line}: neither UTF-8 nor GB 18030 nor Big5{_seems(data)}; save it again as "
            "'CSV UTF-8' or as .xlsx"
        ) from error
    if (
        traditional is not None
        and _share(text, _frequent_gb) < _GB_KNOWN
        and _share(traditional, _frequent_big5) >= _BIG5_KNOWN
    ):
        return traditional
    return text


def _seems(data: bytes) -> str:
    """The encoding that a text of another language seems to be in, for the message."""
    for codec, name, letters in _FOREIGN:
        text = _decoded(data, codec)
        if text and len(re.findall(f"[{letters}]", text)) > 0.3 * len(text):
            return f", but it seems to be {name}"
    return ""


def _decoded(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return None


def _share(text: str, frequent: Callable[[str], bool], above: int = 0x7F) -> float:
    """The share of frequent characters among those above a code point; 1.0 where there are none."""
    foreign = [character for character in text[:20_000] if ord(character) > above]
    return sum(map(frequent, foreign)) / len(foreign) if foreign else 1.0


def _is_ordinary(character: str) -> bool:
    return bool(_ORDINARY.match(character))


def _frequent_gb(character: str) -> bool:
    return bool(character.encode("gb2312", errors="ignore"))


def _frequent_big5(character: str) -> bool:
    """Of the first level of Big5, or one of its signs."""
    code = character.encode("cp950", errors="ignore")
    return len(code) == 2 and 0xA1 <= code[0] <= 0xC6
