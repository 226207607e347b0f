"""Cells of a workbook: dates and numbers as the sheet shows them."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from pipeline.errors import SettingsError
from pipeline.imports.merged_cells import fill_down
from pipeline.imports.workbook_size import refuse_oversized
from pipeline.types import load_extra

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

_PADDED = re.compile(r"""(?:"[^"]*"|\\.|[-\s()/.]|[0#])*""")
_TOKENS = re.compile(r'"([^"]*)"|\\(.)|(.)')
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is)[\s>]")
_CELL = re.compile(r"([A-Z]+)(\d+)")
_OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def sheet_cells(
    data: bytes, path: Path, *, known: Collection[str] = (), shared: Collection[str] = ()
) -> Iterator[tuple[int, list[str]]]:
    """Cells of each row of the first sheet with its number. ``known`` and ``shared``: headings in
    lower case, as ``fill_down`` takes them. Raises ``SettingsError`` for a file that is no
    workbook."""
    calamine = load_extra("python_calamine", extra="tables", use=str(path))
    sheet = _name_of_first_sheet(data)
    if sheet is not None:
        refuse_oversized(data, path, sheet=sheet)
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            first = book.get_sheet_by_index(0)
            rows, merged = first.to_python(skip_empty_area=False), first.merged_cell_ranges or ()
    except calamine.PasswordError as error:
        raise SettingsError(f"{path}: has a password; save it without one and try again") from error
    except (calamine.CalamineError, OSError, ValueError, IndexError) as error:
        raise SettingsError(
            f"{path}: not a workbook, or a damaged one ({error}); open it in Excel and save it as .xlsx"
        ) from error
    padded = _padded_cells(data)
    shown = [
        [_shown(value, padded.get((line, column))) for column, value in enumerate(row, 1)]
        for line, row in enumerate(rows, 1)
    ]
    fill_down(shown, merged, known=known, shared=shared)
    yield from enumerate(shown, 1)


def other_sheets(data: bytes) -> tuple[str, ...]:
    """The names of the sheets behind the first one that have cells; none for what is no
    workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            return tuple(name for name, part in _parts(book)[1:] if _has_values(book, part))
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, ValueError, StopIteration):
        pass
    calamine = load_extra("python_calamine", extra="tables", use="tables")
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as other:
            names = other.sheet_names[1:]
            return tuple(name for name in names if other.get_sheet_by_name(name).height > 0)
    except (calamine.CalamineError, OSError, ValueError, IndexError):
        return ()


def _has_values(book: zipfile.ZipFile, part: str) -> bool:
    """Whether a sheet has a cell with a value; without building its cells, which may lie far
    apart."""
    before = b""
    with book.open(part) as sheet:
        while piece := sheet.read(1 << 16):
            if _VALUE.search(before + piece):
                return True
            before = piece[-16:]
    return False


def _shown(value: object, pattern: str | None) -> str:
    if pattern and isinstance(value, float) and value.is_integer() and value >= 0:
        return show_number(int(value), pattern)
    return cell_text(value)


def cell_text(value: object) -> str:
    """A value of a sheet as text.

    >>> cell_text(8012.0), cell_text(0.5), cell_text(True), cell_text(2.02611020930001e19)
    ('8012', '0.5', 'TRUE', '20261102093000100000')
    """
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        # Not int(): its digits behind the 15th look exact, and a sheet has no such digits.
        return str(int(value)) if abs(value) < 1e15 else f"{Decimal(repr(value)):f}".split(".")[0]
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return value.isoformat() if isinstance(value, date) else str(value)


def show_number(number: int, pattern: str) -> str:
    """A whole number in a format of zeros, signs and texts, as the sheet shows it.

    >>> show_number(812, "00000"), show_number(812, '"A"0000'), show_number(8120017, "000-0000")
    ('00812', 'A0812', '812-0017')
    """
    tokens = [(a or b, False) if a or b else (c, c in "0#") for a, b, c in _TOKENS.findall(pattern)]
    left = list(str(number))
    found: list[str] = []
    places = sum(is_digit for _, is_digit in tokens)
    for text, is_digit in reversed(tokens):
        if not is_digit:
            found.append(text)
            continue
        places -= 1
        if left:
            found.append("".join(left) if places == 0 else left[-1])
            left = [] if places == 0 else left[:-1]
        elif text == "0":
            found.append("0")
    return "".join(reversed(found))


def _name_of_first_sheet(data: bytes) -> str | None:
    """The part of an .xlsx with its first sheet; ``None`` for other and damaged files."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            return _first_sheet(book)
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, ValueError, StopIteration):
        return None


def _padded_cells(data: bytes) -> dict[tuple[int, int], str]:
    """(row, column), from 1 → the format of a number that is shown with leading zeros. Only .xlsx
    tells; empty for the others."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            styles = _padded_styles(book)
            if not styles:
                return {}
            return _cells_with(ElementTree.fromstring(book.read(_first_sheet(book))), styles)
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, ValueError, StopIteration):
        return {}


def _padded_styles(book: zipfile.ZipFile) -> dict[str, str]:
    root = ElementTree.fromstring(book.read("xl/styles.xml"))
    space = root.tag.removesuffix("styleSheet")
    codes = {
        one.get("numFmtId", ""): one.get("formatCode", "").split(";")[0]
        for one in root.iter(f"{space}numFmt")
    }
    styles = root.find(f"{space}cellXfs")
    used = enumerate(styles if styles is not None else ())
    found = {str(at): codes.get(style.get("numFmtId", ""), "") for at, style in used}
    return {at: code for at, code in found.items() if _pads(code)}


def _pads(code: str) -> bool:
    digits = re.sub(r'"[^"]*"|\\.', "", code)
    return bool(_PADDED.fullmatch(code)) and "." not in digits and "0" in digits and code != "0"


def _first_sheet(book: zipfile.ZipFile) -> str:
    return _parts(book)[0][1]


def _parts(book: zipfile.ZipFile) -> list[tuple[str, str]]:
    """The name of each sheet with the part of the file that has it, in order."""
    root = ElementTree.fromstring(book.read("xl/workbook.xml"))
    sheets = next(one for one in root if one.tag.endswith("}sheets"))
    links = {
        link.get("Id"): link.get("Target", "")
        for link in ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    }
    targets = [(sheet.get("name", ""), links[sheet.get(f"{_OFFICE}id")]) for sheet in sheets]
    return [
        (name, target.lstrip("/") if target.startswith("/") else f"xl/{target}")
        for name, target in targets
    ]


def _cells_with(root: ElementTree.Element, styles: Mapping[str, str]) -> dict[tuple[int, int], str]:
    space = root.tag.removesuffix("worksheet")
    found: dict[tuple[int, int], str] = {}
    for cell in root.iter(f"{space}c"):
        place = _CELL.fullmatch(cell.get("r", ""))
        if place and cell.get("s") in styles and cell.get("t", "n") == "n":
            column = 0
            for letter in place.group(1):
                column = column * 26 + ord(letter) - 64
            found[int(place.group(2)), column] = styles[cell.get("s", "")]
    return found
