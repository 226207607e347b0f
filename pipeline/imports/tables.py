"""Rows of an exported table: CSV in the encodings of Chinese Windows, or a workbook."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.types import load_extra

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xls", ".ods"})
TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".txt"}) | WORKBOOK_SUFFIXES

_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CLOCK = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T\s]*(\d{1,2})[:：时点](\d{1,2})(?:[:：分](\d{1,2})(?:\.(\d{1,6}))?)?[分秒]?)?"
)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row by heading.

    ``line``: its first line in the file, or its number in the sheet, from 1. An empty cell is "".
    Cells are plain text: a formula's text is never evaluated.
    """

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """``headings`` are in the file's order, as written. If two are equal, a row holds the first."""

    path: Path
    headings: tuple[str, ...]
    rows: tuple[TableRow, ...]


def read_rows(path: Path) -> Table:
    """Read the first sheet, or the whole of a text table. The first line that is not empty has the
    headings.

    Text is UTF-8, UTF-16 with a byte order mark, or GB 18030; comma, semicolon or tab. Dates of a
    workbook become ISO 8601, whole numbers lose their ".0". Empty rows are left out. Raises
    ``SettingsError`` with the line if the file cannot be read as a table.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError(
            f"{path}: cannot be read ({error.strerror}); check path and permissions"
        ) from error
    suffix = path.suffix.lower()
    if suffix not in TABLE_SUFFIXES:
        raise SettingsError(
            f"{path}: {suffix or 'no suffix'} is not a table; expected .csv, .tsv, .txt, .xlsx, .xls, .ods"
        )
    cells = (
        _sheet(data, path) if suffix in WORKBOOK_SUFFIXES else _text_table(decode(data, path), path)
    )
    return _with_headings(path, cells)


def rename(table: Table, names: Mapping[str, str], *, needed: Sequence[str]) -> Table:
    """The table with the field names of ``names`` (heading → field) for headings. Other columns are
    left out.

    Headings are compared without regard to case and outer spaces. Raises ``SettingsError`` if a
    needed field has no column or a field has two.

    >>> from pathlib import Path
    >>> table = Table(Path("a.csv"), ("内容 ", "备注"), (TableRow(2, {"内容 ": "您好", "备注": ""}),))
    >>> rename(table, {"内容": "text", "text": "text"}, needed=["text"]).rows
    (TableRow(line=2, cells={'text': '您好'}),)
    """
    fields = {_key(heading): field for heading, field in names.items()}
    columns: dict[str, str] = {}
    for heading in table.headings:
        field = fields.get(_key(heading))
        if field in columns:
            raise SettingsError(
                f"{table.path}: columns '{columns[field]}' and '{heading}' both mean {field}; "
                "expected one of them; rename or delete the other"
            )
        if field:
            columns[field] = heading
    missing = [field for field in needed if field not in columns]
    if missing:
        found = ", ".join(filter(None, table.headings))
        wanted = "; ".join(f"{field} ({', '.join(_spellings(field, names))})" for field in missing)
        raise SettingsError(
            f"{table.path}: no column for {wanted}; found {found}; rename the column that has it"
        )
    rows = tuple(
        TableRow(row.line, {field: row.cells[heading] for field, heading in columns.items()})
        for row in table.rows
    )
    return Table(table.path, tuple(columns), rows)


def iso_time(text: str, where: str) -> str:
    """A date with or without a time, as exports write it, in ISO 8601. No zone is added.

    Raises ``SettingsError`` beginning with ``where`` for anything else, including 上午, 下午, AM
    and PM.

    >>> iso_time("2026年11月2日 9:30", "a.csv, line 2"), iso_time("20261102093000", "")
    ('2026-11-02T09:30:00', '2026-11-02T09:30:00')
    """
    written = text.strip()
    try:
        return (_listed_time(written) or datetime.fromisoformat(written)).isoformat()
    except ValueError as error:
        raise SettingsError(
            f"{where}: {text!r} is not a time; expected one such as 2026-11-02 09:30:00"
        ) from error


def _listed_time(text: str) -> datetime | None:
    match = _COMPACT.fullmatch(text) or _CLOCK.fullmatch(text)
    if match is None:
        # fromisoformat accepts any character between date and time, also a digit: 13 digits would
        # become a date.
        if text.isdigit():
            raise ValueError(text)
        return None
    year, month, day, hour, minute, second, *rest = match.groups()
    parts = [int(part or 0) for part in (year, month, day, hour, minute, second)]
    fraction = (rest[0] or "") if rest else ""
    return datetime(
        parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], int(fraction.ljust(6, "0"))
    )


def decode(data: bytes, path: Path) -> str:
    """The text of a file in UTF-8 (with or without mark), UTF-16 with a mark, or GB 18030.

    Raises ``SettingsError`` with the line if it is none of them or holds NUL.
    """
    codec = "utf-16" if data.startswith(_UTF_16_MARKS) else "utf-8-sig"
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        text = _decode_gb(data, path)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise SettingsError(
            f"{path}, line {line}: holds NUL, which no text does; expected UTF-8, GB 18030 or UTF-16 with a mark; "
            "save it again as 'CSV UTF-8', or give a workbook the suffix .xlsx"
        )
    return text


def _decode_gb(data: bytes, path: Path) -> str:
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError(
            f"{path}, line {line}: neither UTF-8 nor GB 18030; save it again as 'CSV UTF-8' or as .xlsx"
        ) from error


def _text_table(text: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Cells of each row with the row's first line."""
    # strict: without it an unclosed quote silently swallows the rest of the file.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            yield line, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise SettingsError(
                f"{path}, line {line}: {error}; expected quotes only around a whole cell, doubled inside it; "
                "save the table again from Excel"
            ) from error


def _delimiter(text: str) -> str:
    """Comma, semicolon or tab by the line of headings: chat texts below it contain all three."""
    headings = next((line for line in text.splitlines() if line.strip()), "")
    try:
        found = csv.Sniffer().sniff(headings, delimiters=",;\t").delimiter
    except csv.Error:
        return ","
    return found if found and found in ",;\t" else ","


def _sheet(data: bytes, path: Path) -> Iterator[tuple[int, list[str]]]:
    """Cells of each row of the first sheet with its number."""
    calamine = load_extra("python_calamine", extra="tables", use=str(path))
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except calamine.PasswordError as error:
        raise SettingsError(f"{path}: has a password; save it without one and try again") from error
    except (calamine.CalamineError, OSError, ValueError, IndexError) as error:
        raise SettingsError(
            f"{path}: not a workbook, or a damaged one ({error}); open it in Excel and save it as .xlsx"
        ) from error
    for line, row in enumerate(rows, 1):
        yield line, [_cell(value) for value in row]


def _cell(value: object) -> str:
    """A value of a sheet as text.

    >>> _cell(8012.0), _cell(0.5), _cell(datetime(2026, 11, 2, 9, 30)), _cell(True)
    ('8012', '0.5', '2026-11-02T09:30:00', 'TRUE')
    """
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _with_headings(path: Path, numbered: Iterable[tuple[int, list[str]]]) -> Table:
    filled = ((line, _without_tail(cells)) for line, cells in numbered)
    rows = ((line, cells) for line, cells in filled if cells)
    first, headings = next(rows, (0, []))
    if not headings:
        raise SettingsError(
            f"{path}, line 1: the table is empty; expected a line of headings and rows below it"
        )
    return Table(
        path,
        tuple(headings),
        tuple(_row(path, line, cells, (first, headings)) for line, cells in rows),
    )


def _row(
    path: Path, line: int, cells: Sequence[str], header: tuple[int, Sequence[str]]
) -> TableRow:
    first, headings = header
    if len(cells) > len(headings):
        raise SettingsError(
            f"{path}, line {line}: {len(cells)} cells under {len(headings)} headings (line {first}); "
            "put quotes around a text with the delimiter in it, and delete titles above the headings"
        )
    padded = (*cells, *[""] * (len(headings) - len(cells)))
    by_heading: dict[str, str] = {}
    for heading, cell in zip(headings, padded, strict=True):
        if heading:
            by_heading.setdefault(heading, cell)
    return TableRow(line, by_heading)


def _without_tail(cells: Sequence[str]) -> list[str]:
    """Stripped cells without the empty ones at the end. Excel writes these for cells that once had
    content."""
    stripped = [cell.strip() for cell in cells]
    while stripped and not stripped[-1]:
        stripped.pop()
    return stripped


def _key(heading: str) -> str:
    return heading.strip().casefold()


def _spellings(field: str, names: Mapping[str, str]) -> list[str]:
    return [heading for heading, means in names.items() if means == field]
