"""Cells of a text table: its encoding, its delimiter and its quotes."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",;\t|"
_SEP = re.compile(r'\ufeff?"?sep=(.)"?[,;\t|]*\r?\n', re.IGNORECASE)
_AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)
HEAD_LINES = 20
"""So many lines are searched for the headings (our choice)."""

_GB_KNOWN, _BIG5_KNOWN = 0.8, 0.9
"""Shares of two-byte characters that are frequent ones of GB 2312, and of Big5 (our choice: GBK
text is above the first, Big5 text read as GBK far below, and it is above the second)."""


def decode(data: bytes, path: Path) -> str:
    """The text of a file in UTF-8 (with or without mark), UTF-16 with a mark, GB 18030, or Big5.

    Raises ``SettingsError`` with the line if it is none of them or holds NUL.
    """
    codec = "utf-16" if data.startswith(_UTF_16_MARKS) else "utf-8-sig"
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        text = _decode_chinese(data, path)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise SettingsError(
            f"{path}, line {line}: holds NUL, which no text does; expected UTF-8, GB 18030, Big5 or UTF-16 "
            "with a mark; save it again as 'CSV UTF-8', or give a workbook the suffix .xlsx"
        )
    return text


def _decode_chinese(data: bytes, path: Path) -> str:
    traditional = _decoded(data, "cp950")
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        if traditional is not None and _share(traditional, _frequent_big5) >= _BIG5_KNOWN:
            return traditional
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError(
            f"{path}, line {line}: neither UTF-8 nor GB 18030 nor Big5; save it again as 'CSV UTF-8' or as .xlsx"
        ) from error
    if (
        traditional is not None
        and _share(text, _frequent_gb) < _GB_KNOWN
        and _share(traditional, _frequent_big5) >= _BIG5_KNOWN
    ):
        return traditional
    return text


def _decoded(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return None


def _share(text: str, frequent: Callable[[str], bool]) -> float:
    """The share of frequent characters among those that are not ASCII; 1.0 where there are none."""
    foreign = [character for character in text[:20_000] if character > "\x7f"]
    return sum(map(frequent, foreign)) / len(foreign) if foreign else 1.0


def _frequent_gb(character: str) -> bool:
    return bool(character.encode("gb2312", errors="ignore"))


def _frequent_big5(character: str) -> bool:
    """Of the first level of Big5, or one of its signs."""
    code = character.encode("cp950", errors="ignore")
    return len(code) == 2 and 0xA1 <= code[0] <= 0xC6


def text_cells(
    text: str, path: Path, known: Collection[str] = ()
) -> Iterator[tuple[int, list[str]]]:
    """Cells of each row with the row's first line. ``known``: headings in lower case, by which the
    delimiter is chosen. ``="00812"`` is 00812. Raises ``SettingsError`` with the line."""
    declared = _SEP.match(text)
    delimiter = declared.group(1) if declared else _delimiter(text, known)
    text = text[declared.end() :] if declared else text
    offset = 1 if declared else 0
    # strict: without it an unclosed quote silently swallows the rest of the file.
    quoted = re.sub(r'(^|(?<=[,;\t|\n]))="([^"\n]*)"(?=[,;\t|\r\n]|$)', r'\1"\2"', text)
    reader = csv.reader(io.StringIO(quoted, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = reader.line_num + 1 + offset
        try:
            yield line, [_plain(cell) for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            raise SettingsError(
                f"{path}, line {line}: {error}; expected quotes only around a whole cell, doubled inside it; "
                "save the table again from Excel"
            ) from error


def _plain(cell: str) -> str:
    """A cell without the form by which exports keep leading zeros, and without the tab or the
    apostrophe before a number.

    >>> _plain('="00812"'), _plain("'00812"), _plain("=1+1")
    ('00812', '00812', '=1+1')
    """
    match = _AS_TEXT.fullmatch(cell.strip())
    if match:
        return match.group(1)
    stripped = cell.strip()
    return stripped[1:] if stripped[:1] in "'`" and stripped[1:].isdigit() else cell


def _delimiter(text: str, known: Collection[str]) -> str:
    """The delimiter that gives most known headings in one of the first lines; else that of the
    first line. Texts below the headings contain all of them."""
    lines = [line for line in text.splitlines()[: HEAD_LINES * 2] if line.strip()][:HEAD_LINES]
    counts = {
        mark: max((_known_in(line.split(mark), known) for line in lines), default=0)
        for mark in _DELIMITERS
    }
    best = max(counts, key=lambda mark: counts[mark])
    if counts[best] > 1:
        return best
    headings = lines[0] if lines else ""
    try:
        found = csv.Sniffer().sniff(headings, delimiters=",;\t").delimiter
    except csv.Error:
        return ","
    return found if found and found in ",;\t" else ","


def _known_in(cells: Collection[str], known: Collection[str]) -> int:
    return sum(cell.strip().strip('"').strip().casefold() in known for cell in cells)
