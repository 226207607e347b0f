"""Which calls a list of the queue has, as conditions on the table of calls."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pipeline.privacy import may_be_hidden
from pipeline.store.finding import find_anything
from pipeline.store.finding_labels import LABELLED, WITH_FACTS, labels_of
from pipeline.store.search import SIDES, characters, says_openly

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlite_utils import Database

    from pipeline.people import QueueFilter

FREQUENT = 20_000
"""With more calls of one topic, the query asks each call whether it has the topic, and not the topic
for its calls (our choice: listing so many takes 5 ms)."""

FREQUENT_TEXT = 5_000
"""If more calls say a text, they are not counted. With 100 000 calls that say 您好, one reading of
the index of texts takes 60 ms, and counting needs another."""

NUMBERS_LOOKED_THROUGH = 400
"""Calls whose transcript is read to see whether a searched number is hidden in it; older ones are
not found. At 0.6 ms a call it takes a quarter of a second (our choice)."""

VIEWS = {
    "waiting": "waiting",
    "told": "NOT settled",
    "flagged": "flagged",
    "sampled": "sampled",
    "appealed": "waiting AND appealed",  # every appealed call waits
    "all": "1",
    "mine": "waiting AND assigned IS NOT NULL",
}

VERDICTS = {
    "fatal": "is_fatal",
    "forbidden": "faults > 0 AND EXISTS (SELECT 1 FROM results"
    " WHERE results.id = calls.result_id AND results.forbidden > 0)",
    "confirmed": "faults > 0",
    "review": "doubts > 0",
    "told": "1",
}

WITH_RULE = f"result_id IN {LABELLED}"
WITH_FACT = f"result_id IN {WITH_FACTS}"
RARELY_SAID = "spoken_id IN (SELECT value FROM json_each(?))"
RARE_TOPIC = "result_id IN (SELECT result_id FROM topics WHERE id = ?)"
FREQUENT_TOPIC = (
    "EXISTS (SELECT 1 FROM topics WHERE topics.id = ? AND topics.result_id = calls.result_id)"
)
FREQUENTLY_SAID = "spoken_id IN (SELECT rowid FROM spoken WHERE spoken MATCH ?)"


def conditions_of(db: Database, wanted: QueueFilter) -> tuple[list[str], list[Any], bool]:
    """Conditions on ``calls`` with their values, and whether the matching calls can be counted
    quickly. Raises ``sqlite3.Error``."""
    conditions, values = [VIEWS[wanted.view]], []
    for condition, value in _plain(wanted):
        conditions.append(condition)
        values.append(value)
    if wanted.verdict:
        conditions.append(VERDICTS[wanted.verdict])
    if "told" in (wanted.view, wanted.verdict):
        conditions.append(WITH_FACT)
    rare = True
    if wanted.rule is not None:
        conditions.append(WITH_RULE)
        values.append(labels_of(db, "rule", [wanted.rule]))
    if wanted.topic is not None:
        rare = _is_rare(db, wanted.topic)
        conditions.append(RARE_TOPIC if rare else FREQUENT_TOPIC)
        values.append(wanted.topic)
    if wanted.text.strip():
        condition, value = _said(db, wanted.text)
        rare = rare and condition != FREQUENTLY_SAID
        conditions.append(condition)
        values.append(value)
    if wanted.find.strip():
        said = _said(db, wanted.find)
        rare = rare and said[0] != FREQUENTLY_SAID
        condition, found = find_anything(db, wanted, said)
        conditions.append(condition)
        values += found
    return conditions, values, rare


def _plain(wanted: QueueFilter) -> Iterator[tuple[str, Any]]:
    """The conditions on one column each."""
    until = wanted.until and (wanted.until + timedelta(days=1)).isoformat()
    for condition, value in (
        ("agent_id = ?", wanted.agent),
        ("agent_id IN (SELECT agent_id FROM agents WHERE team = ?)", wanted.team),
        ("queue = ?", wanted.queue),
        ("moment >= ?", wanted.since and wanted.since.isoformat()),
        ("moment < ?", until),
        ("call_points >= ?", wanted.least),
        ("call_points <= ?", wanted.most),
        ("mark = ?", wanted.mark),
        ("assigned = ?", wanted.assigned),
        ("reviewed = ?", wanted.reviewed),
    ):
        if value is not None:
            yield condition, value


def _said(db: Database, text: str) -> tuple[str, str]:
    """The condition that a text was said, and its value."""
    tokens = characters(text)
    if not tokens:
        return RARELY_SAID, "[]"
    phrase = f'{{{" ".join(SIDES)}}} : "{" ".join(tokens)}"'
    if may_be_hidden(text):
        return RARELY_SAID, json.dumps(_said_openly(db, phrase, tokens))
    listed = db.execute(
        "SELECT rowid FROM spoken WHERE spoken MATCH ? LIMIT ?", [phrase, FREQUENT_TEXT]
    )
    ids = [row[0] for row in listed.fetchall()]
    return (
        (FREQUENTLY_SAID, phrase) if len(ids) == FREQUENT_TEXT else (RARELY_SAID, json.dumps(ids))
    )


def _said_openly(db: Database, phrase: str, tokens: Sequence[str]) -> list[int]:
    """Of the newest calls that say a number those that do not hide it."""
    listed = db.execute(
        "SELECT rowid FROM spoken WHERE spoken MATCH ? ORDER BY rowid DESC LIMIT ?",
        [phrase, NUMBERS_LOOKED_THROUGH],
    )
    return [row[0] for row in listed.fetchall() if says_openly(db, row[0], tokens)]


def _is_rare(db: Database, topic: str) -> bool:
    counted = "SELECT count(*) FROM (SELECT 1 FROM topics WHERE id = ? LIMIT ?)"
    return bool(db.execute(counted, [topic, FREQUENT]).fetchone()[0] < FREQUENT)
