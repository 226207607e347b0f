"""What is known of an ended call, in the table beside its sound: whoever scores it reads it there."""

from __future__ import annotations

import csv
import io
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

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


def note_beside(file: Path, known: Mapping[str, str]) -> None:
    """Write a row into a table, once for each file. What was cut off in the middle of a row is written
    again, and a column that the table lacks is added. Raises ``OSError``, ``ValueError``."""
    written = file.read_text(encoding="utf-8-sig") if file.exists() else ""
    whole, torn = written[: written.rfind("\n") + 1], written[written.rfind("\n") + 1 :]
    kept = whole if not torn or _is_ours(file, torn) else f"{written}\n"
    rows = list(csv.reader(io.StringIO(kept)))
    if any(row[:1] == [known["file"]] for row in rows):
        return
    columns = rows[0] if rows else list(known)
    lacking = [name for name, value in known.items() if value and name not in columns]
    new = [known.get(name, "") for name in (*columns, *lacking)]
    if rows and not lacking and kept == written:
        _append(file, _lines([new]))
        return
    head, *others = rows or [columns]
    width = len(columns)
    others = [[*row, *[""] * (width - len(row)), *[""] * len(lacking)] for row in others]
    _replace(file, _lines([[*head, *lacking], *others, new]))


def _is_ours(file: Path, torn: str) -> bool:
    """Whether a row without its end is of a call whose sound has no name yet: it is written again."""
    name = torn.split(",", maxsplit=1)[0]
    return bool(name) and "/" not in name and growing(file.with_name(name)).exists()


def _lines(rows: Iterable[Sequence[str]]) -> str:
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows(rows)
    return made.getvalue()


def _append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())


def _replace(file: Path, text: str) -> None:
    """Write a file whole: it is never half there."""
    fresh = file.with_name(f".{file.name}.new")
    with fresh.open("w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    fresh.replace(file)
