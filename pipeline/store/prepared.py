"""A result as rows that any process can make, for the process that writes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from pipeline.store.child_rows import child_rows
from pipeline.store.ledger import COLUMNS, digest_rows
from pipeline.store.rows import measures_row, recording_row, result_row, voice_row

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pipeline.store.row_forms import DbRow
    from pipeline.types import CallResult


@dataclass(frozen=True, slots=True)
class Ready:
    """A result as rows without ids. Any process can make it; the writing process writes it.

    ``row``: of ``results``. ``lines``: by table, the columns and a tuple for each row. ``said``:
    the text for search. If a result was only scored again, ``recording`` is ``None`` and it has no
    text or measures.
    """

    row: DbRow
    measures: DbRow | None
    lines: Mapping[str, tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]]
    recording: DbRow | None
    voice: DbRow | None
    said: tuple[tuple[str, str], ...]
    call: DbRow
    outcome: DbRow
    digest: str
    sound_print: bytes = b""
    """The fingerprint of the call's sound (``pipeline.sound.fingerprint``); empty for a text."""

    def findings(self) -> Iterator[tuple[str, str, str]]:
        """Rule, kind and phrase of each finding."""
        names, lines = self.lines.get("findings", ((), ()))
        places = [names.index(name) for name in ("rule", "kind", "phrase")] if lines else []
        for line in lines:
            rule, kind, phrase = (line[at] for at in places)
            yield rule, kind, phrase


def ready(result: CallResult, *, scored_at: str, heard: bool = True) -> Ready:
    """``result`` as rows. ``heard`` false: its utterances and measures are stored with another
    result."""
    row = result_row(result, scored_at=scored_at)
    measures = measures_row(result) if heard else None
    lines: dict[str, tuple[tuple[str, ...], tuple[tuple[Any, ...], ...]]] = {}
    for table, children in child_rows(result if heard else replace(result, utterances=())).items():
        if children:
            lines[table] = (tuple(children[0]), tuple(tuple(line.values()) for line in children))
    return Ready(
        row=row,
        measures=measures,
        lines=lines,
        recording=recording_row(result.recording) if heard else None,
        voice=voice_row(result) if heard else None,
        said=tuple((utterance.role, utterance.text) for utterance in result.utterances)
        if heard
        else (),
        call=asdict(result.call),
        outcome=asdict(result.outcome),
        digest=digest_rows(
            {"results": [[row[name] for name in COLUMNS["results"]]]}
            | ({"measures": [[measures[name] for name in COLUMNS["measures"]]]} if measures else {})
            | {
                table: _ordered(table, names, own)
                for table, (names, own) in lines.items()
                if table in COLUMNS
            }
        ),
    )


def _ordered(
    table: str, names: tuple[str, ...], lines: Sequence[tuple[Any, ...]]
) -> list[list[Any]]:
    """Rows with the columns in the order of ``COLUMNS``."""
    at = [names.index(name) for name in COLUMNS[table]]
    return [[line[i] for i in at] for line in lines]
