"""Turn values into rows and back. A loaded result equals the saved one.

A row is a dict by column. Lists and small trees inside it are JSON text.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from functools import lru_cache
from pathlib import PurePath
from statistics import median, pstdev
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from pipeline.store.ledger import COLUMNS, digest_rows
from pipeline.types import (
    CallMeta,
    CallResult,
    CallTopic,
    CustomerOutcome,
    Dynamics,
    Finding,
    FormOfAddress,
    HandOver,
    KnowledgeCheck,
    Pace,
    Part,
    Provenance,
    Quote,
    Reason,
    Recording,
    RolePace,
    Score,
    ScoreItem,
    Settlement,
    SoundEvent,
    Span,
    Tone,
    Utterance,
    Word,
    from_plain,
    name_speakers,
    to_plain,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

DbRow: TypeAlias = dict[str, Any]
Noun = TypeVar("Noun")

PACE_COLUMNS = ("chars_per_min", "fastest_chars_per_min", "fastest_start_s", "speaking_s")
DYNAMICS_COLUMNS = (
    "talk_ratio_agent", "silence_s", "longest_silence_s", "interruptions_by_agent", "interruptions_by_customer",
    "response_latency_median_s",
)  # fmt: skip
"""Figures with columns of their own, for SQL queries. All figures are in ``measures``."""

PARTS = ("items", "extras", "beside")
"""The lists of a score's lines. They share a table."""

CHILDREN = ("utterances", "findings", "score_items", "topics", "settlements")
"""The tables with several rows for each result, in the order of ``position``."""


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
        "doubtful": _count(result, verdict="review"),
        "forbidden": _count(result, verdict="confirmed", kind="forbidden"),
        "missing": _count(result, verdict="confirmed", kind="missing"),
        "grade": result.score.grade,
        "veto_total": result.score.veto_total,
        "vetoes": _json([_flat(reason) for reason in result.score.vetoes]),
        "outcome": outcome_text(result.outcome),
        "attitude": result.score.attitude,
        "total": result.score.total,
        "fatal": int(result.score.fatal),
        "flags": _json(result.score.flags),
        "notes": _json(result.notes),
        "knowledge": _json(to_plain(result.knowledge)) if result.knowledge else None,
        "address": _json(asdict(result.address)),
        "scored_at": scored_at,
        "no_talk": result.no_talk,
        "part_of": _json(to_plain(result.part)) if result.part else None,
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
    return {"measures": _json(to_plain(measured)), "tone": _json(to_plain(result.tone))}


def child_rows(result: CallResult) -> dict[str, list[DbRow]]:
    """The rows of each table in ``CHILDREN``, without the result's id."""
    lines = {
        "utterances": [_utterance_row(utterance) for utterance in result.utterances],
        "findings": [_finding_row(finding) for finding in result.findings],
        "score_items": [
            _item_row(item, part=part) for part in PARTS for item in getattr(result.score, part)
        ],
        "topics": [_matter_row(topic) for topic in result.topics],
        "settlements": [_matter_row(result.settlement)] if result.settlement.reason else [],
    }
    return {
        table: [{"position": at} | row for at, row in enumerate(own)]
        for table, own in lines.items()
    }


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
        _utterance(child, words=words if isinstance(words, bool) else at in words)
        for at, child in enumerate(children.get("utterances", ()))
    )
    return CallResult(
        recording=from_plain(Recording, json.loads(row["recording"]), "recording"),
        call=_read_fields(CallMeta, row),
        engine=_read_fields(Provenance, row),
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
                p: tuple(_item(c) for c in children["score_items"] if c["part"] == p) for p in PARTS
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
        topics=tuple(map(_topic, children.get("topics", ()))),
        settlement=next(map(_settlement, children.get("settlements", ())), Settlement()),
        notes=tuple(json.loads(row["notes"])),
        no_talk=row["no_talk"],
        part=part,
        places=measures.places,
        hand_over=measures.hand_over,
        knowledge=tuple(KnowledgeCheck(**check) for check in json.loads(row["knowledge"] or "[]")),
    )


def outcome_text(outcome: CustomerOutcome) -> str:
    """The known values of an outcome, as JSON."""
    return _json({name: value for name, value in asdict(outcome).items() if value is not None})


def _count(result: CallResult, *, verdict: str, kind: str | None = None) -> int:
    return sum(f.verdict == verdict and kind in (None, f.kind) for f in result.findings)


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
        "measured": _json(measured),
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


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _prefixed(prefix: str, row: DbRow) -> DbRow:
    return {prefix + column: value for column, value in row.items()}


def _read_fields(noun: Callable[..., Noun], row: Mapping[str, Any], *, prefix: str = "") -> Noun:
    """A flat dataclass from the columns with its fields' names."""
    return noun(**{name: row[prefix + name] for name in _names(noun)})


def _utterance_row(utterance: Utterance) -> DbRow:
    words = _json(
        [(word.text, word.start_s, word.end_s, word.confidence) for word in utterance.words]
    )
    return _flat(utterance) | {"words": words}


_SAID = tuple(f.name for f in fields(Utterance) if f.name != "words")


def _utterance(row: DbRow, *, words: bool) -> Utterance:
    own = tuple(Word(*word) for word in json.loads(row["words"])) if words else ()
    return Utterance(**{name: row[name] for name in _SAID}, words=own)


def _finding_row(finding: Finding) -> DbRow:
    quotes = _json([_flat(quote) for quote in finding.quotes])
    return _flat(finding) | {"left_to_review": int(finding.left_to_review), "quotes": quotes}


def finding_of(row: DbRow, utterances: Sequence[Utterance] = ()) -> Finding:
    """Of a row that is older than quotes the one quote, by the speaker there."""
    quotes = tuple(Quote(**quote) for quote in json.loads(row["quotes"] or "[]"))
    left = bool(row["left_to_review"])
    finding = _read_fields(Finding, row | {"left_to_review": left, "quotes": quotes})
    return finding if row["quotes"] is not None else name_speakers(finding, utterances)


def _item_row(item: ScoreItem, *, part: str) -> DbRow:
    reasons = _json([_flat(reason) for reason in item.reasons])
    return _flat(item) | {"reasons": reasons, "applies": int(item.applies), "part": part}


def _item(row: DbRow) -> ScoreItem:
    reasons = tuple(Reason(**reason) for reason in json.loads(row["reasons"]))
    return _read_fields(ScoreItem, row | {"reasons": reasons, "applies": bool(row["applies"])})


def _matter_row(noun: CallTopic | Settlement) -> DbRow:
    return _flat(noun) | {"quotes": _json([_flat(quote) for quote in noun.quotes])}


def _topic(row: DbRow) -> CallTopic:
    return _read_fields(CallTopic, row | {"quotes": _quotes(row)})


def _settlement(row: DbRow) -> Settlement:
    solved = None if row["solved"] is None else bool(row["solved"])
    flags = {name: bool(row[name]) for name in ("transferred", "promised")}
    return _read_fields(Settlement, row | flags | {"solved": solved, "quotes": _quotes(row)})


def _quotes(row: DbRow) -> tuple[Quote, ...]:
    return tuple(Quote(**quote) for quote in json.loads(row["quotes"]))


def _flat(
    noun: Utterance | Finding | Quote | ScoreItem | Reason | CallTopic | Settlement,
) -> DbRow:
    """The fields of a noun as they are. ``asdict`` copies each value deeply and takes thirty times
    as long."""
    return {name: getattr(noun, name) for name in _names(type(noun))}  # type: ignore[arg-type]  # mypy: a type is hashable


@lru_cache
def _names(noun: type) -> tuple[str, ...]:
    return tuple(f.name for f in fields(noun))
