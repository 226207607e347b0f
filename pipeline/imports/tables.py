"""Rows of an exported table: CSV in the encodings of Chinese Windows, or a workbook."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.imports.day_columns import join_days
from pipeline.imports.encodings import decode
from pipeline.imports.exported_times import iso_time
from pipeline.imports.identities import named_in, names_several, trimmed
from pipeline.imports.master_csv import headless_columns
from pipeline.imports.sheets import choose_sheet, sheet_cells, sheets_note
from pipeline.imports.text_tables import HEAD_LINES, text_cells
from pipeline.imports.totals import is_rule, without_totals
from pipeline.imports.vocabulary import spelling

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

__all__ = [
    "TABLE_SUFFIXES",
    "WORKBOOK_SUFFIXES",
    "Table",
    "TableRow",
    "decode",
    "is_rounded",
    "iso_time",
    "read_rows",
    "rename",
    "rounded_cells",
]

WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xls", ".ods"})
TABLE_SUFFIXES = frozenset({".csv", ".tsv", ".txt"}) | WORKBOOK_SUFFIXES

_EXPONENT = re.compile(r"[+-]?\d+(?:\.\d+E\+?|E\+)\d+", re.I)
_LONG = re.compile(r"\d{16,}")


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
    unknown: tuple[str, ...] = ()
    """Headings that :func:`rename` left out."""
    faults: tuple[str, ...] = ()
    """Lines that were left out, each with its place and its reason."""
    fault_lines: tuple[int, ...] = ()
    """The numbers of these lines."""
    titles: tuple[str, ...] = ()
    """Titles above the headings and notes below the rows."""
    several: str = ""
    """In Chinese: lines whose 工号 names several agents, none of whom is taken."""
    sheets_note: str = ""
    """In Chinese: which other sheets of the workbook were not read."""


def read_rows(
    path: Path,
    known: Collection[str] = (),
    *,
    tolerant: bool = False,
    shared: Collection[str] = (),
) -> Table:
    """Read the first sheet, or the whole of a text table.

    ``known``: headings; the line of the first 20 with most of them has the headings, and titles
    above it are left out; without any it is the first line that is not empty. Totals at the end and
    empty rows are left out. Text is UTF-8, UTF-16 with a byte order mark, GB 18030 or Big5; comma,
    semicolon, tab, bar, or as ``sep=`` says. Dates of a workbook become ISO 8601, whole numbers
    lose their ".0" and keep the leading zeros of their format. A day and a time of day in two
    columns are one time (``join_days``). ``shared``: headings under which merged cells of a workbook
    count for each of their rows. ``tolerant``: a row with too many
    cells is a fault of the table instead of an error. Raises ``SettingsError`` with the line if the
    file cannot be read as a table.
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
    names = frozenset(map(_key, known))
    sheet = choose_sheet(data, path, names) if suffix in WORKBOOK_SUFFIXES else None
    cells = (
        text_cells(decode(data, path), path, names)
        if sheet is None
        else sheet_cells(data, path, sheet, known=names, shared=frozenset(map(_key, shared)))
    )
    table = _with_whole_times(_with_headings(path, cells, names, tolerant=tolerant), names)
    return table if sheet is None else replace(table, sheets_note=sheets_note(path, data, sheet))


def _with_whole_times(table: Table, known: Collection[str]) -> Table:
    """The table with 日期 and 时间 in two columns as one."""
    joined = join_days(table.headings, [row.cells for row in table.rows], known)
    if joined is None:
        return table
    headings, cells = joined
    rows = [TableRow(row.line, own) for row, own in zip(table.rows, cells, strict=True)]
    return replace(table, headings=headings, rows=tuple(rows))


def rename(table: Table, names: Mapping[str, str], *, needed: Sequence[str]) -> Table:
    """The table with the field names of ``names`` (heading → field) for headings. Other columns are
    left out.

    Headings are compared without regard to case, width, spaces, hyphens and underscores. Raises ``SettingsError`` if a
    needed field has no column or a field has two.

    >>> from pathlib import Path
    >>> table = Table(Path("a.csv"), ("内容 ", "备注"), (TableRow(2, {"内容 ": "您好", "备注": ""}),))
    >>> rename(table, {"内容": "text", "text": "text"}, needed=["text"]).rows
    (TableRow(line=2, cells={'text': '您好'}),)
    """
    fields = {spelling(heading): field for heading, field in names.items()}
    columns: dict[str, str] = {}
    for heading in table.headings:
        field = fields.get(spelling(heading))
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
        TableRow(row.line, {f: named_in(f, row.cells[heading]) for f, heading in columns.items()})
        for row in table.rows
    )
    taken = set(columns.values())
    left = tuple(heading for heading in table.headings if heading and heading not in taken)
    return replace(
        table,
        headings=tuple(columns),
        rows=rows,
        unknown=left,
        several=_several_note(table, columns.get("agent_id")),
    )


def _several_note(table: Table, heading: str | None) -> str:
    """In Chinese: lines whose 工号 names several agents; empty where none does."""
    found = [row for row in table.rows if heading and names_several(row.cells[heading])]
    if not found or not heading:
        return ""
    return (
        f"{table.path}：有 {len(found)} 行的“{heading}”写了几个人（第 {found[0].line} 行：{found[0].cells[heading]}），"
        "没有当作哪一位客服的；请每行只写一个工号"
    )


def is_rounded(text: str) -> bool:
    """Whether a spreadsheet has rounded this number: an exponent, or only zeros behind the 15th
    digit of more than 15.

    >>> is_rounded("2.02611E+19"), is_rounded("20261102093000100000"), is_rounded("20261102093000100007")
    (True, True, False)
    """
    return bool(_EXPONENT.fullmatch(text) or (_LONG.fullmatch(text) and not text[15:].strip("0")))


def rounded_cells(table: Table, fields: Collection[str]) -> dict[int, str]:
    """Line → the reason, for rows with a rounded number in one of the columns.

    One number in ten of 16 digits ends in a zero by itself: it counts as rounded only if all of
    its column do.
    """
    found: dict[int, str] = {}
    for field in fields:
        column = [(row.line, row.cells.get(field, "")) for row in table.rows]
        short = [text for _, text in column if _LONG.fullmatch(text) and len(text) == 16]
        trusted = any(not is_rounded(text) for text in short)
        for line, text in column:
            if is_rounded(text) and not (trusted and text in short):
                found.setdefault(
                    line,
                    f"{table.path}, line {line}: {text} is a number that a spreadsheet has rounded; its last "
                    "digits are lost; export it again with the column as text",
                )
    return found


def _with_headings(
    path: Path,
    numbered: Iterable[tuple[int, list[str]]],
    known: Collection[str],
    *,
    tolerant: bool,
) -> Table:
    filled = ((line, _without_tail(cells)) for line, cells in numbered)
    rows = ((line, cells) for line, cells in filled if cells and not is_rule(cells))
    head = list(islice(rows, HEAD_LINES))
    if not head:
        raise SettingsError(
            f"{path}, line 1: the table is empty; expected a line of headings and rows below it"
        )
    columns = headless_columns(head[0][1])
    if columns and not any(_known_count(cells, known) > 1 for _, cells in head):
        head.insert(0, (0, list(columns)))
        known = columns
    at = max(range(len(head)), key=lambda one: (_known_count(head[one][1], known), -one))
    if _known_count(head[at][1], known) == 1 and len(head[0][1]) > 1:
        at = 0  # one word of a row may be a heading's by chance, such as Queue
    header = head[at]
    below, notes = without_totals([*chain(head[at + 1 :], rows)])
    found: list[TableRow] = []
    faults: dict[int, str] = {}
    for line, cells in below:
        if cells == header[1] and len(cells) > 1:
            continue  # pages that were put together
        try:
            found.append(_row(path, line, cells, header))
        except SettingsError as error:
            if not tolerant:
                raise
            faults[line] = str(error)
    titles = tuple(" ".join(filter(None, cells)) for _, cells in (*head[:at], *notes))
    return Table(
        path,
        tuple(header[1]),
        tuple(found),
        faults=tuple(faults.values()),
        fault_lines=tuple(faults),
        titles=titles,
    )


def _known_count(cells: Iterable[str], known: Collection[str]) -> int:
    return sum(_key(cell) in known or spelling(cell) in known for cell in cells)


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
    stripped = [trimmed(cell) for cell in cells]
    while stripped and not stripped[-1]:
        stripped.pop()
    return stripped


def _key(heading: str) -> str:
    return heading.strip().casefold()


def _spellings(field: str, names: Mapping[str, str]) -> list[str]:
    return [heading for heading, means in names.items() if means == field]
