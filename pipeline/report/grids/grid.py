"""The table type, the text of its cells, and a way to write a file whole."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from pipeline.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ColumnKind: TypeAlias = Literal["text", "number", "integer", "flag", "time"]

FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML 1.0, 2.2, does not allow."""
_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    ``key``: the name in JSON and Parquet. ``heading``: the name for people. ``width`` in
    characters. ``digits``: decimals displayed in a workbook; its cell has the whole value. A time
    is a ``datetime``, a ``date`` or ISO 8601 text.
    """

    key: str
    heading: str
    kind: ColumnKind = "text"
    width: int = 12
    digits: int = 1


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows by the columns' keys. A value that is missing, ``None`` or not finite is unknown: an
    empty cell.

    ``name``: of the sheet. ``title`` stands above the table in a workbook, ``note`` below it.
    """

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, object]]
    title: str = ""
    note: str = ""


def readable(text: str) -> str:
    """The text without the characters that XML cannot hold.

    >>> readable("您好\\x00\\x0b，请讲")
    '您好，请讲'
    """
    return text if text.isprintable() else FORBIDDEN.sub("", text)


def yes_no(value: object) -> str:
    return "是" if value else "否"


def encodable(value: object) -> str:
    text = value if isinstance(value, str) else str(value)
    return text if text.isprintable() else _SURROGATE.sub("\ufffd", text)


def time_text(value: object) -> str:
    return value.isoformat(sep=" ") if isinstance(value, datetime) else encodable(value)


def _umask() -> int:
    """What this process takes from the modes of its files."""
    umask = os.umask(0o077)
    os.umask(umask)
    return umask


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary file beside ``path``, which replaces ``path`` if the block succeeds. Raises
    ``ReportError`` for the system's errors."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        os.close(handle)
        part = Path(name)
        try:
            yield part
            part.chmod(0o666 & ~_umask())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = error.strerror or error
        raise ReportError(
            f"{path}: cannot be written ({reason}); free space or choose another folder"
        ) from error
