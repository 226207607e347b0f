"""The rows of a result's parts, and back: utterances, findings, items, topics, the settlement."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING

from pipeline.store.row_forms import DbRow, flat, json_text, read_fields
from pipeline.types import (
    CallResult,
    CallTopic,
    Finding,
    Quote,
    Reason,
    ScoreItem,
    Settlement,
    Utterance,
    Word,
    name_speakers,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_SAID = tuple(f.name for f in fields(Utterance) if f.name != "words")


PARTS = ("items", "extras", "beside")
"""The lists of a score's lines. They share a table."""

CHILDREN = ("utterances", "findings", "score_items", "topics", "settlements")
"""The tables with several rows for each result, in the order of ``position``."""


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


def _utterance_row(utterance: Utterance) -> DbRow:
    words = json_text(
        [(word.text, word.start_s, word.end_s, word.confidence) for word in utterance.words]
    )
    return flat(utterance) | {"words": words}


def utterance_of(row: DbRow, *, words: bool) -> Utterance:
    """The utterance of a row; without ``words`` it has its text only."""
    own = tuple(Word(*word) for word in json.loads(row["words"])) if words else ()
    return Utterance(**{name: row[name] for name in _SAID}, words=own)


def _finding_row(finding: Finding) -> DbRow:
    quotes = json_text([flat(quote) for quote in finding.quotes])
    return flat(finding) | {"left_to_review": int(finding.left_to_review), "quotes": quotes}


def finding_of(row: DbRow, utterances: Sequence[Utterance] = ()) -> Finding:
    """Of a row that is older than quotes the one quote, by the speaker there."""
    quotes = tuple(Quote(**quote) for quote in json.loads(row["quotes"] or "[]"))
    left = bool(row["left_to_review"])
    finding = read_fields(Finding, row | {"left_to_review": left, "quotes": quotes})
    return finding if row["quotes"] is not None else name_speakers(finding, utterances)


def _item_row(item: ScoreItem, *, part: str) -> DbRow:
    reasons = json_text([flat(reason) for reason in item.reasons])
    return flat(item) | {"reasons": reasons, "applies": int(item.applies), "part": part}


def item_of(row: DbRow) -> ScoreItem:
    """The item of a row."""
    reasons = tuple(Reason(**reason) for reason in json.loads(row["reasons"]))
    return read_fields(ScoreItem, row | {"reasons": reasons, "applies": bool(row["applies"])})


def _matter_row(noun: CallTopic | Settlement) -> DbRow:
    return flat(noun) | {"quotes": json_text([flat(quote) for quote in noun.quotes])}


def topic_of(row: DbRow) -> CallTopic:
    """The topic of a row."""
    return read_fields(CallTopic, row | {"quotes": _quotes(row)})


def settlement_of(row: DbRow) -> Settlement:
    """The settlement of a row."""
    solved = None if row["solved"] is None else bool(row["solved"])
    flags = {name: bool(row[name]) for name in ("transferred", "promised")}
    return read_fields(Settlement, row | flags | {"solved": solved, "quotes": _quotes(row)})


def _quotes(row: DbRow) -> tuple[Quote, ...]:
    return tuple(Quote(**quote) for quote in json.loads(row["quotes"]))
