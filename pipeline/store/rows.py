"""Values to rows and back. Loaded again, a result equals the one that was saved.

A row is a dict by column; lists and small trees inside it are JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, astuple, fields
from pathlib import PurePath
from typing import Any, TypeAlias, TypeVar

from pipeline.types import (
    Address,
    CallMeta,
    CallResult,
    Dynamics,
    Engine,
    Finding,
    Pace,
    Reason,
    Recording,
    RolePace,
    RoleTone,
    Score,
    ScoreItem,
    Tone,
    ToneStretch,
    Utterance,
    Word,
)

Row: TypeAlias = dict[str, Any]
Noun = TypeVar("Noun")

CHILDREN = ("utterances", "findings", "score_items")
"""The tables with several rows a result, in the order of ``position``."""


def plain_path(path: str) -> str:
    r"""``path`` as text that SQLite can hold: bytes of a file name that are no UTF-8 are spelled out.

    >>> plain_path("录音/一号.wav"), plain_path("\udcc4.wav")
    ('录音/一号.wav', '\\udcc4.wav')
    """
    return path.encode("utf-8", "backslashreplace").decode("utf-8")


def recording_row(recording: Recording) -> Row:
    """The row of ``recordings``, with the file's name and stem beside its path."""
    path = plain_path(recording.path)
    pure = PurePath(path)
    return asdict(recording) | {"path": path, "name": pure.name, "stem": pure.stem}


def result_row(result: CallResult, *, scored_at: str) -> Row:
    """The row of ``results`` without its id; ``scored_at`` is UTC, ISO 8601."""
    return {
        "sha256": result.recording.sha256,
        "recording": json.dumps(asdict(result.recording)),  # ASCII: any path comes back as it was
        **asdict(result.call),
        **asdict(result.engine),
        **_prefixed("agent_", asdict(result.pace.agent)),
        **_prefixed("customer_", asdict(result.pace.customer)),
        **asdict(result.dynamics),
        "attitude": result.score.attitude,
        "total": result.score.total,
        "fatal": int(result.score.fatal),
        "tone": _json(asdict(result.tone)),
        "flags": _json(result.score.flags),
        "address": _json(asdict(result.address)),
        "scored_at": scored_at,
    }


def child_rows(result: CallResult, *, result_id: int) -> dict[str, list[Row]]:
    """The rows of each table in ``CHILDREN``."""
    lines = {
        "utterances": [_utterance_row(utterance) for utterance in result.utterances],
        "findings": [asdict(finding) for finding in result.findings],
        "score_items": [_item_row(item) for item in result.score.items],
    }
    return {
        table: [{"result_id": result_id, "position": at} | row for at, row in enumerate(made)]
        for table, made in lines.items()
    }


def result_of(row: Mapping[str, Any], children: Mapping[str, list[Row]]) -> CallResult:
    """The result of a row of ``results`` and its rows in each table of ``CHILDREN``, in order.

    Raises ``KeyError``, ``TypeError`` or ``ValueError`` when a row does not hold a result.
    """
    return CallResult(
        recording=Recording(**json.loads(row["recording"])),
        call=_picked(CallMeta, row),
        engine=_picked(Engine, row),
        utterances=tuple(_utterance(child) for child in children["utterances"]),
        findings=tuple(_picked(Finding, child) for child in children["findings"]),
        pace=Pace(_picked(RolePace, row, prefix="agent_"), _picked(RolePace, row, prefix="customer_")),
        dynamics=_picked(Dynamics, row),
        tone=_tone(json.loads(row["tone"])),
        score=Score(
            attitude=row["attitude"],
            total=row["total"],
            fatal=bool(row["fatal"]),
            items=tuple(_item(child) for child in children["score_items"]),
            flags=tuple(json.loads(row["flags"])),
        ),
        address=Address(**json.loads(row["address"])),
    )


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _prefixed(prefix: str, row: Row) -> Row:
    return {prefix + column: value for column, value in row.items()}


def _picked(made: Callable[..., Noun], row: Mapping[str, Any], *, prefix: str = "") -> Noun:
    """A flat dataclass from the columns of its fields' names."""
    names = (f.name for f in fields(made))  # type: ignore[arg-type]  # always a dataclass here
    return made(**{name: row[prefix + name] for name in names})


def _utterance_row(utterance: Utterance) -> Row:
    words = _json([astuple(word) for word in utterance.words])
    return _flat(utterance) | {"words": words}


def _utterance(row: Row) -> Utterance:
    words = tuple(Word(*word) for word in json.loads(row["words"]))
    return _picked(Utterance, row | {"words": words})


def _item_row(item: ScoreItem) -> Row:
    return _flat(item) | {"reasons": _json([asdict(reason) for reason in item.reasons])}


def _item(row: Row) -> ScoreItem:
    reasons = tuple(Reason(**reason) for reason in json.loads(row["reasons"]))
    return _picked(ScoreItem, row | {"reasons": reasons})


def _flat(noun: Utterance | ScoreItem) -> Row:
    return {f.name: getattr(noun, f.name) for f in fields(noun)}


def _tone(raw: dict[str, Any]) -> Tone:
    return Tone(agent=_role_tone(raw["agent"]), customer=_role_tone(raw["customer"]))


def _role_tone(raw: dict[str, Any]) -> RoleTone:
    stretches = tuple(ToneStretch(**stretch) for stretch in raw["stretches"])
    return RoleTone(**raw | {"stretches": stretches})
