"""Full text of the spoken words. Every character is a token, so a phrase of any length is found
exactly.

Trigrams find nothing under three characters. Words cut by jieba matched 31 of 150 substrings,
characters all 150.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.privacy import MASK, mask_utterances
from pipeline.types import CUSTOMERS, Utterance

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlite_utils import Database

    from pipeline.types import Kinds, Role, Seconds

BREAK = "xbreakx"
"""Text between utterances, so that no phrase spans two of them. It is longer than any token that
can be searched."""

SIDES: tuple[Role, ...] = ("agent", "customer", "unknown")


@dataclass(frozen=True, slots=True)
class SearchHit:
    """An utterance that says the searched text. ``result_id`` is the effective result."""

    result_id: int
    sha256: str
    call_id: str | None
    agent_id: str | None
    started_at: str | None
    role: Role
    start_s: Seconds
    end_s: Seconds
    text: str


def characters(text: str) -> tuple[str, ...]:
    """The searchable characters: letters, digits and ideographs in their plain form.

    >>> characters("您好，ＡＢ１２！")
    ('您', '好', 'a', 'b', '1', '2')
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    return tuple(c for c in plain if unicodedata.category(c)[0] in "LN")


def spoken_row(said: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The row of ``spoken`` for ``(role, text)`` of each utterance."""
    columns: dict[str, list[str]] = {side: [] for side in SIDES}
    for role, text in said:
        columns[role] += [*characters(text), BREAK]
    return {side: " ".join(tokens) for side, tokens in columns.items()}


def index_result(db: Database, result_id: int, said: Iterable[tuple[str, str]]) -> None:
    """Make a result's utterances searchable."""
    row = spoken_row(said)
    db.execute(
        "INSERT INTO spoken (rowid, agent, customer, unknown) VALUES (?, ?, ?, ?)",
        [result_id, *row.values()],
    )


def index_all(db: Database) -> None:
    """Make all utterances searchable that are older than the search."""
    for (result_id,) in db.execute("SELECT id FROM results").fetchall():
        utterances = db.execute(
            "SELECT role, text FROM utterances WHERE result_id = ? ORDER BY position", [result_id]
        )
        index_result(db, result_id, utterances.fetchall())


NEWEST = """
    SELECT calls.result_id, spoken.rowid, calls.sha256, calls.call_id, calls.agent_id, calls.started_at
    FROM spoken JOIN results heard ON heard.id = spoken.rowid
    JOIN calls ON calls.sha256 = heard.sha256
    JOIN results ON results.id = calls.result_id
    WHERE spoken MATCH ? AND coalesce(results.heard_id, results.id) = spoken.rowid
    ORDER BY spoken.rowid DESC LIMIT ?
"""


def find_said(
    db: Database, text: str, *, roles: Sequence[Role], limit: int, hidden: Kinds = CUSTOMERS
) -> list[SearchHit]:
    """Utterances that say ``text``, of the last ``limit`` such calls, the newest call first.

    ``hidden``: kinds of personal data that are masked in the utterances, and not found in them.
    Raises ``sqlite3.Error``."""
    tokens = characters(text)
    if not tokens:
        return []
    wanted = f'{{{" ".join(roles)}}} : "{" ".join(tokens)}"'
    found: list[SearchHit] = []
    for result_id, heard_id, *who in db.execute(NEWEST, [wanted, limit]).fetchall():
        utterances = read_utterances(db, heard_id)
        texts = mask_utterances(utterances, kinds=hidden)
        sha256, call_id, agent_id, started_at = who
        call = (result_id, sha256, call_id, agent_id, started_at)
        found += [
            SearchHit(*call, u.role, u.start_s, u.end_s, shown)
            for u, shown in zip(utterances, texts, strict=True)
            if u.role in roles and _says(shown, tokens)
        ]
    return found


def says_openly(db: Database, heard_id: int, tokens: Sequence[str]) -> bool:
    """Whether a result says ``tokens`` outside of what is hidden in it. Raises
    ``sqlite3.Error``."""
    return any(_says(text, tokens) for text in mask_utterances(read_utterances(db, heard_id)))


def _says(text: str, tokens: Sequence[str]) -> bool:
    wanted = "".join(tokens)
    return any(wanted in "".join(characters(part)) for part in text.split(MASK))


def read_utterances(db: Database, heard_id: int) -> list[Utterance]:
    """The utterances of a result without their words."""
    rows = db.execute(
        "SELECT role, channel, start_s, end_s, text FROM utterances WHERE result_id = ?"
        " ORDER BY position",
        [heard_id],
    )
    return [
        Utterance(role, channel, start_s, end_s, text, 1.0, ())
        for role, channel, start_s, end_s, text in rows.fetchall()
    ]
