"""What is known of an ended call, in the table beside its sound: whoever scores it reads it there."""

from __future__ import annotations

import codecs
import csv
import io
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PureWindowsPath
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.ingest import HEADINGS, read_table
from pipeline.live.call_file import growing
from pipeline.live.open_call import began_iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from pipeline.types import LiveTalk, Seconds


@dataclass(frozen=True, slots=True)
class AtEnd:
    """What the listener knows of a call when it ends. ``agents``: those who are known, in the order in
    which they took it; ``handed_over_s``: when the second one did; ``is_cut``: its end was not
    heard."""

    agents: tuple[str, ...] = ()
    handed_over_s: Seconds | None = None
    is_cut: bool = False


def known_of(path: Path, talk: LiveTalk | None, at_end: AtEnd, *, resumed: bool) -> dict[str, str]:
    """What is known of a call, as a row of the table beside its sound: its first agent, to whom it
    was handed at last, and which ends of it were not heard. Nobody hung up where its end was not."""
    agents, cut = at_end.agents, at_end.is_cut
    handed_s = at_end.handed_over_s
    known = {
        "file": path.name, "call_id": talk and talk.name,
        "agent_id": agents[0] if agents else talk and talk.agent_id,
        "customer_id": talk and talk.customer_id,
        "started_at": talk and began_iso(talk.begun_at), "queue": talk and talk.queue,
        "transferred_to": agents[-1] if len(agents) > 1 else None,
        "handed_over_s": None if handed_s is None else f"{handed_s:.1f}",
        "hung_up_by": "system" if cut else None, "agent_channel": "left",
        "not_heard": "both" if cut and resumed else "end" if cut else "begin" if resumed else None,
    }  # fmt: skip
    return {name: " ".join((value or "").split()) for name, value in known.items()}


@dataclass(frozen=True, slots=True)
class _Written:
    """A table as it is written. ``torn``: whether its last row was cut off; ``mark``: before its
    text."""

    text: str = ""
    torn: bool = False
    mark: bytes = b""
    codec: str = "utf-8"
    delimiter: str = ","

    @property
    def newline(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def rows(self) -> list[list[str]]:
        """Raises ``ValueError``."""
        text = io.StringIO(self.text, newline="")
        try:
            return list(csv.reader(text, delimiter=self.delimiter, strict=True))
        except csv.Error as error:
            raise ValueError(f"读不懂表格（{error}）") from error

    def as_bytes(self, rows: Iterable[Sequence[str]]) -> bytes:
        made = io.StringIO()
        csv.writer(made, delimiter=self.delimiter, lineterminator=self.newline).writerows(rows)
        return made.getvalue().encode(self.codec)


def note_beside(file: Path, known: Mapping[str, str]) -> None:
    """Write a row into a table, once for each file, with the table's own headings, delimiter and
    encoding. What was cut off in the middle of a row is written again, and a column that the table
    lacks is added. Raises ``OSError``, and ``ValueError`` with the reason in Chinese for a table that
    cannot take the row; then it is as it was."""
    _fresh(file).unlink(missing_ok=True)  # of a listener that was killed
    table = _read(file, known)
    rows = [row for row in table.rows() if row]
    head, *others = rows or [list(known)]
    fields = _fields_of(head)
    if "file" not in fields:
        raise ValueError("表格第一行没有“文件名”一列")
    at = fields.index("file")
    if any(PureWindowsPath(cell).name == known["file"] for row in others for cell in row[at:][:1]):
        return
    lacking = [name for name, value in known.items() if value and name not in fields]
    if rows and not (lacking or table.torn):
        _append(file, table.as_bytes([[known.get(name, "") for name in fields]]))
        return
    width = max(map(len, (head, *others)))
    names = [*fields, *[""] * (width - len(head)), *lacking]
    wide = [[*row, *[""] * (len(names) - len(row))] for row in others]
    own = [known.get(name, "") for name in names]
    _replace(file, table.mark + table.as_bytes([[*head, *names[len(head) :]], *wide, own]))


_FIELDS = {heading.casefold(): field for heading, field in HEADINGS.items()}


def _read(file: Path, known: Mapping[str, str]) -> _Written:
    """Raises ``OSError``, ``ValueError``."""
    data = file.read_bytes() if file.exists() else b""
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    data = data.removeprefix(mark)
    end = data.rfind(b"\n") + 1
    whole, tail = data[:end], data[end:]
    if tail and (_is_ours(file, tail) or (not whole and ",".join(known).encode().startswith(tail))):
        data = whole
    text, codec = _decoded(data)
    first = next(filter(str.strip, text.splitlines()), "")
    for delimiter in ",;\t|":
        if "file" in _fields_of(next(csv.reader([first], delimiter=delimiter), [])):
            return _Written(text, bool(tail), mark, codec, delimiter)
    return _Written(text, bool(tail), mark, codec)


def _decoded(data: bytes) -> tuple[str, str]:
    """A text and its encoding. Raises ``ValueError``."""
    for codec in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return data.decode(codec), codec
    raise ValueError("看不懂表格的编码，请另存为 CSV UTF-8")


def _fields_of(head: Sequence[str]) -> list[str]:
    """What headings mean, empty for one that is not read."""
    return [_FIELDS.get(heading.strip().casefold(), "") for heading in head]


def _is_ours(file: Path, torn: bytes) -> bool:
    """Whether a row without its end is of a call whose sound has no name yet: it is written again."""
    name = torn.split(b",", maxsplit=1)[0].decode("ascii", "replace")
    return bool(name) and "/" not in name and growing(file.with_name(name)).exists()


def _append(file: Path, row: bytes) -> None:
    with file.open("ab") as opened:
        opened.write(row)
        opened.flush()
        os.fsync(opened.fileno())


def _fresh(file: Path) -> Path:
    """A table before it has its name; it is read as one."""
    return file.with_name(f".new-{file.name}")


def _replace(file: Path, data: bytes) -> None:
    """Write a file whole: it is never half there, and it is read as before."""
    is_there = file.exists()
    if is_there:
        file.open("ab").close()  # a table that may not be written is not replaced either
    fresh = _fresh(file)
    with fresh.open("wb") as opened:
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())
    try:
        read_table(fresh)
    except SettingsError as error:
        fresh.unlink()
        raise ValueError(f"加上几列之后读不出表格：{error}") from error
    if is_there:
        shutil.copymode(file, fresh)
    fresh.replace(file)
