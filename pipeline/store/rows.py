"""Turn values into rows and back. A loaded result equals the saved one.

A row is a dict by column. Lists and small trees inside it are JSON text.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import PurePath
from statistics import median, pstdev
from typing import TYPE_CHECKING, Any

from pipeline.store.child_rows import (
    PARTS,
    finding_of,
    item_of,
    settlement_of,
    topic_of,
    utterance_of,
)
from pipeline.store.row_forms import DbRow, flat, json_text, read_fields
from pipeline.types import (
    CallMeta,
    CallResult,
    CustomerOutcome,
    Dynamics,
    FormOfAddress,
    HandOver,
    Kind,
    KnowledgeCheck,
    Pace,
    Part,
    Provenance,
    Reason,
    Recording,
    RolePace,
    Score,
    Settlement,
    SoundEvent,
    Span,
    Tone,
    from_plain,
    to_plain,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PACE_COLUMNS = ("chars_per_min", "fastest_chars_per_min", "fastest_start_s", "speaking_s")
DYNAMICS_COLUMNS = (
    "talk_ratio_agent", "silence_s", "longest_silence_s", "interruptions_by_agent", "interruptions_by_customer",
    "response_latency_median_s",
)  # fmt: skip
"""Figures with columns of their own, for SQL queries. All figures are in ``measures``."""


def plain_path(path: str) -> str:
    r"""``path`` as text that SQLite can hold. Bytes of a file name that are not UTF-8 are spelled
    out.

    >>> plain_path("录音/一号.wav"), plain_path("\udcc4.wav")
    ('录音/一号.wav', '\\udcc4.wav')
    """
    return path.encode("utf-8", "backslashreplace").decode("utf-8")


def recording_row(recording: Recording) -> DbRow:
    """The row of ``recordings``, with the file's name and stem beside its path."""
    path = plain_path(recording.path)
    pure = PurePath(path)
    row = asdict(recording) | {"path": path, "name": pure.name, "stem": pure.stem}
    for name in ("sides", "stretch", "file_sha256"):  # in the results' own JSON
        del row[name]
    return row


def result_row(result: CallResult, *, scored_at: str) -> DbRow:
    """The row of ``results`` without its id; ``scored_at`` is UTC, ISO 8601."""
    return {
        "sha256": result.recording.sha256,
        "recording": json.dumps(asdict(result.recording)),  # ASCII: any path is restored exactly
        **asdict(result.call),
        **asdict(result.engine),
        **_prefixed("agent_", _columns(result.pace.agent, PACE_COLUMNS)),
        **_prefixed("customer_", _columns(result.pace.customer, PACE_COLUMNS)),
        **_columns(result.dynamics, DYNAMICS_COLUMNS),
        "customer_arousal": result.tone.customer.arousal,
        "customer_upset": int(result.tone.customer_upset),
        "doubtful": sum(finding.is_doubt for finding in result.findings),
        "forbidden": _count(result, "forbidden"),
        "missing": _count(result, "missing"),
        "grade": result.score.grade,
        "veto_total": result.score.veto_total,
        "vetoes": json_text([flat(reason) for reason in result.score.vetoes]),
        "outcome": outcome_text(result.outcome),
        "attitude": result.score.attitude,
        "total": result.score.total,
        "fatal": int(result.score.fatal),
        "flags": json_text(result.score.flags),
        "notes": json_text(result.notes),
        "knowledge": json_text(to_plain(result.knowledge)) if result.knowledge else None,
        "address": json_text(asdict(result.address)),
        "scored_at": scored_at,
        "no_talk": result.no_talk,
        "part_of": json_text(to_plain(result.part)) if result.part else None,
    }


def measures_row(result: CallResult) -> DbRow:
    """The row of ``measures`` without the result's id."""
    measured = _Measures(
        result.pace,
        result.dynamics,
        result.sounds,
        result.overlaps,
        result.not_due,
        None,
        result.places,
        result.hand_over,
    )
    return {"measures": json_text(to_plain(measured)), "tone": json_text(to_plain(result.tone))}


def result_of(
    row: Mapping[str, Any], children: Mapping[str, list[DbRow]], *, words: bool | range = True
) -> CallResult:
    """The result of a row of ``results`` and its rows in each table of ``CHILDREN``, in order.

    ``words``: the utterances that have theirs; the others have their text only. Raises ``KeyError``, ``TypeError`` or
    ``ValueError`` if a row does not hold a result.
    """
    measures = _measures(row)
    part = _part(row, measures)
    utterances = tuple(
        utterance_of(child, words=words if isinstance(words, bool) else at in words)
        for at, child in enumerate(children.get("utterances", ()))
    )
    return CallResult(
        recording=from_plain(Recording, json.loads(row["recording"]), "recording"),
        call=read_fields(CallMeta, row),
        engine=read_fields(Provenance, row),
        utterances=utterances,
        findings=tuple(finding_of(child, utterances) for child in children["findings"]),
        pace=measures.pace,
        dynamics=measures.dynamics,
        tone=from_plain(Tone, json.loads(row["tone"]), "tone"),
        score=Score(
            attitude=row["attitude"],
            total=row["total"],
            fatal=bool(row["fatal"]),
            flags=tuple(json.loads(row["flags"])),
            **{
                p: tuple(item_of(c) for c in children["score_items"] if c["part"] == p)
                for p in PARTS
            },
            vetoes=tuple(Reason(**reason) for reason in json.loads(row["vetoes"])),
            veto_total=row["veto_total"],
            grade=row["grade"],
        ),
        address=FormOfAddress(**json.loads(row["address"])),
        sounds=measures.sounds,
        overlaps=measures.overlaps,
        not_due=_not_due(measures.not_due, part),
        outcome=CustomerOutcome(**json.loads(row["outcome"])),
        topics=tuple(map(topic_of, children.get("topics", ()))),
        settlement=next(map(settlement_of, children.get("settlements", ())), Settlement()),
        notes=tuple(json.loads(row["notes"])),
        no_talk=row["no_talk"],
        part=part,
        places=measures.places,
        hand_over=measures.hand_over,
        knowledge=tuple(KnowledgeCheck(**check) for check in json.loads(row["knowledge"] or "[]")),
    )


def outcome_text(outcome: CustomerOutcome) -> str:
    """The known values of an outcome, as JSON."""
    return json_text({name: value for name, value in asdict(outcome).items() if value is not None})


def _count(result: CallResult, kind: Kind) -> int:
    return sum(f.verdict == "confirmed" and f.kind == kind for f in result.findings)


def voice_row(result: CallResult) -> DbRow | None:
    """The row of ``voices`` without the result's id; ``None`` if the agent is unknown or the voice
    was not measured."""
    values: dict[str, list[float]] = {}
    for window in result.tone.agent.windows:
        for part in window.parts:
            values.setdefault(part.name, []).append(part.value)
    if not values or result.call.agent_id is None:
        return None
    measured = {name: [median(own), pstdev(own)] for name, own in values.items()}
    return {
        "agent_id": result.call.agent_id,
        "kind": result.recording.kind,
        "measured": json_text(measured),
    }


@dataclass(frozen=True, slots=True)
class _Measures:
    """The content of the column ``measures``."""

    pace: Pace
    dynamics: Dynamics
    sounds: tuple[SoundEvent, ...]
    overlaps: tuple[Span, ...]
    not_due: tuple[str, ...] = ()
    part: Part | None = None
    places: tuple[str, ...] = ()
    hand_over: HandOver | None = None


def _part(row: Mapping[str, Any], measures: _Measures) -> Part | None:
    """The part that a result is; earlier it was kept with the measures."""
    if not row["part_of"]:
        return measures.part
    part: Part = from_plain(Part, json.loads(row["part_of"]), "part_of")
    return part


def _not_due(measured: tuple[str, ...], part: Part | None) -> tuple[str, ...]:
    """The duties that a call gave no occasion for, and those that belong to another part."""
    return tuple(sorted({*measured, *part.elsewhere})) if part else measured


def _measures(row: Mapping[str, Any]) -> _Measures:
    if row["measures"]:
        measures: _Measures = from_plain(_Measures, json.loads(row["measures"]), "measures")
        return measures
    pace = Pace(
        *(
            RolePace(**{name: row[side + name] for name in PACE_COLUMNS})
            for side in ("agent_", "customer_")
        )
    )
    return _Measures(pace, Dynamics(**{name: row[name] for name in DYNAMICS_COLUMNS}), (), ())


def _columns(noun: RolePace | Dynamics, names: Sequence[str]) -> DbRow:
    return {name: getattr(noun, name) for name in names}


def _prefixed(prefix: str, row: DbRow) -> DbRow:
    return {prefix + column: value for column, value in row.items()}
