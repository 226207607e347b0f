"""Cells of a workbook: dates and numbers as the sheet shows them."""

from __future__ import annotations

import io
import re
import zipfile
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from pipeline.errors import SettingsError
from pipeline.imports.merged_cells import fill_down
from pipeline.imports.text_tables import HEAD_LINES
from pipeline.imports.workbook_size import refuse_oversized
from pipeline.types import load_extra

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

_PADDED = re.compile(r"""(?:"[^"]*"|\\.|[-\s()/.]|[0#])*""")
_TOKENS = re.compile(r'"([^"]*)"|\\(.)|(.)')
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is)[\s>]")
_NO_RESULT = re.compile(rb"<f(?:\s[^<>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>")
_CELL = re.compile(r"([A-Z]+)(\d+)")
_OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def choose_sheet(data: bytes, path: Path, known: Collection[str] = ()) -> str:
    """The name of the sheet to read: the first that is shown; where it has no headings of ``known``
    (in lower case), such as a cover, and only one other that is shown has some, that one. Raises
    ``SettingsError`` for a file that is no workbook."""
    with _opened(data, path) as book:
        shown = [one.name for one in book.sheets_metadata if str(one.visible).endswith(".Visible")]
        names = shown or book.sheet_names
    first, *others = names or ("",)
    if not (others and known) or _has_headings(data, path, first, known):
        return str(first)
    found = [name for name in others if _has_headings(data, path, name, known)]
    return str(found[0] if len(found) == 1 else first)


def sheet_cells(
    data: bytes,
    path: Path,
    sheet: str,
    *,
    known: Collection[str] = (),
    shared: Collection[str] = (),
) -> Iterator[tuple[int, list[str]]]:
    """Cells of each row of a sheet with its number. ``known`` and ``shared``: headings in lower
    case, as ``fill_down`` takes them. Raises ``SettingsError`` for a file that is no workbook."""
    rows, merged = _values(data, path, sheet)
    padded = _padded_cells(data, sheet)
    shown = [
        [_shown(value, padded.get((line, column))) for column, value in enumerate(row, 1)]
        for line, row in enumerate(rows, 1)
    ]
    fill_down(shown, merged, known=known, shared=shared)
    yield from enumerate(shown, 1)


@contextmanager
def _opened(data: bytes, path: Path) -> Iterator[Any]:
    """The workbook, with the errors of its reader told as ours."""
    calamine = load_extra("python_calamine", extra="tables", use=str(path))
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            yield book
    except calamine.PasswordError as error:
        raise SettingsError(f"{path}: has a password; save it without one and try again") from error
    except (calamine.CalamineError, OSError, ValueError, IndexError) as error:
        raise SettingsError(
            f"{path}: not a workbook, or a damaged one ({error}); open it in Excel and save it as .xlsx"
        ) from error


def _values(data: bytes, path: Path, sheet: str) -> tuple[list[list[Any]], Sequence[Any]]:
    """The values of a sheet from its first cell on, and its merged ranges."""
    part = _part_of(data, sheet)
    if part is not None:
        refuse_oversized(data, path, sheet=part)
    with _opened(data, path) as book:
        one = book.get_sheet_by_name(sheet) if sheet else book.get_sheet_by_index(0)
        return one.to_python(skip_empty_area=False), one.merged_cell_ranges or ()


def _has_headings(data: bytes, path: Path, sheet: str, known: Collection[str]) -> bool:
    """Whether one of the first rows has two headings that are known."""
    rows, _ = _values(data, path, sheet)
    return any(
        sum(str(cell).strip().casefold() in known for cell in row) > 1 for row in rows[:HEAD_LINES]
    )


def sheets_note(path: Path, data: bytes, sheet: str) -> str:
    """In Chinese: which sheets were not read, and formulas without a result; empty without any."""
    others, empty = _other_sheets(data, sheet), _uncomputed(data, sheet)
    said = (
        f"只读取工作表“{sheet}”，没有读取：{'、'.join(others)}；里面有数据的话，请另存成单独的文件"
        if others
        else "",
        f"有 {empty} 格是没有结果的公式，当作空格；请用 Excel 打开并保存一次，再导入"
        if empty
        else "",
    )
    return f"{path}：{'。'.join(filter(None, said))}" if any(said) else ""


def _uncomputed(data: bytes, sheet: str) -> int:
    """How many cells of a sheet of an .xlsx are formulas without a result, as programs write them;
    such cells are empty."""
    part = _part_of(data, sheet)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            return len(_NO_RESULT.findall(book.read(part))) if part else 0
    except (zipfile.BadZipFile, KeyError):
        return 0


def _other_sheets(data: bytes, sheet: str) -> tuple[str, ...]:
    """The names of the sheets but one that have cells; none for what is no workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            return tuple(
                name for name, part in _parts(book) if name != sheet and _has_values(book, part)
            )
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, ValueError, StopIteration):
        pass
    calamine = load_extra("python_calamine", extra="tables", use="tables")
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as other:
            names = [name for name in other.sheet_names if name != sheet]
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


def _part_of(data: bytes, sheet: str) -> str | None:
    """The part of an .xlsx with a sheet; ``None`` for other and damaged files."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            return next(part for name, part in _parts(book) if name == sheet)
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, ValueError, StopIteration):
        return None


def _padded_cells(data: bytes, sheet: str) -> dict[tuple[int, int], str]:
    """(row, column), from 1 → the format of a number that is shown with leading zeros. Only .xlsx
    tells; empty for the others."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            styles = _padded_styles(book)
            part = _part_of(data, sheet)
            if not styles or part is None:
                return {}
            return _cells_with(ElementTree.fromstring(book.read(part)), styles)
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
