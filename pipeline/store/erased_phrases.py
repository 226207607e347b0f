"""Phrases and notes that people wrote, which hold what an erased person said, or name him: proposals
of rules with their trials, kept texts of the overlay, comments, labels of findings."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pipeline.privacy import find_personal, plain_digits
from pipeline.store.finding_labels import rename_label
from pipeline.store.scrub import GONE
from pipeline.store.search import read_utterances
from pipeline.types import BY_FORM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlite_utils import Database

    from pipeline.types import PersonalKind

WRITTEN: dict[str, tuple[str, ...]] = {
    "acts": ("value",),
    "appeals": ("reason", "answer", "finding"),
    "coaching_records": ("note", "answer", "withdrawn_why", "finding"),
    "faults": ("phrase",),
    "finding_labels": ("label",),
    "findings": ("phrase",),
    "overlay_versions": ("text",),
    "promises": ("outcome_note",),
    "proposal_effects": ("detail",),
    "review_only": ("reason",),
    "rule_proposals": ("changes", "note", "sentence", "word", "undone_why"),
    "service_events": ("note",),
}
"""The columns that people write, or that repeat what they wrote."""

LEAST_OF_A_NAME = 3
"""A name of two characters is a part of others, and many people's (our choice)."""

TELLING: frozenset[PersonalKind] = BY_FORM | {
    "name", "address", "plate", "email", "wechat", "qq", "passport",
}  # fmt: skip
"""Kinds of personal data that tell one person from others wherever they stand."""


def personal_words(db: Database, calls: Sequence[str], *, least: int) -> Iterator[str]:
    """What was said in a customer's calls of himself, not by the agent: names of 3 characters and more, numbers and the
    like of ``least``, spoken digits as figures too. Names of the site's own people are left out.
    Raises ``sqlite3.Error``."""
    own = {row[0] for row in db.execute("SELECT name FROM agents UNION SELECT name FROM users")}
    for sha256 in calls:
        heard = "SELECT id FROM results WHERE sha256 = ? AND heard_id IS NULL"
        for (result_id,) in db.execute(heard, [sha256]).fetchall():
            for kind, text in _said_of_himself(db, result_id):
                if text not in own and len(text) >= (LEAST_OF_A_NAME if kind == "name" else least):
                    yield text


def _said_of_himself(db: Database, result_id: int) -> Iterator[tuple[PersonalKind, str]]:
    """Each value, and the figures of numbers, also of one that was told in parts."""
    said = read_utterances(db, result_id)
    parts: dict[PersonalKind, str] = {}
    for one in find_personal(said, kinds=TELLING):
        if said[one.utterance].role == "agent":
            continue  # numbers of the company and its people; what is read back he said himself
        text = said[one.utterance].text[one.start : one.end]
        yield one.kind, text
        if one.kind in BY_FORM:
            figures = plain_digits(text)
            whole = parts.get(one.kind, "") + figures
            parts[one.kind] = figures if len(whole) > 19 else whole
            yield one.kind, figures
            yield one.kind, parts[one.kind]


class PhraseEraser:
    """Erases in the caller's transaction. ``whole``: all that is a customer's goes, also what became
    a part of the site's rules; otherwise only what is kept beside his calls."""

    def __init__(self, db: Database, results: Sequence[int], *, whole: bool) -> None:
        self._db = db
        self._results = frozenset(results)
        self._whole = whole

    def proposals(self) -> list[int]:
        """The proposals that come from these results."""
        found = self._db.execute(
            "SELECT id FROM rule_proposals WHERE result_id IN (SELECT value FROM json_each(?))",
            [json.dumps(sorted(self._results))],
        )
        return [row[0] for row in found.fetchall()]

    def erase(self) -> None:
        """Erase sentence, reasons and examples of the proposals that come from the results, and what
        trials show of them. Phrases and exceptions stay: they are the site's words. Raises
        ``sqlite3.Error``."""
        own = self.proposals()
        for number in own:
            self._erase_proposal(number)
        found = self._db.execute("SELECT proposal_id, detail FROM proposal_effects").fetchall()
        for number, detail in found:
            new = self._without_calls(json.loads(detail), own=number in own)
            self._db.execute(
                "UPDATE proposal_effects SET detail = ?1 WHERE proposal_id = ?2 AND detail <> ?1",
                [json.dumps(new, ensure_ascii=False), number],
            )

    def _erase_proposal(self, number: int) -> None:
        state, text = self._db.execute(
            "SELECT state, changes FROM rule_proposals WHERE id = ?", [number]
        ).fetchone()
        changes = json.loads(text)
        if self._whole or state != "accepted":
            for change in changes:
                if change.get("part") in ("positive", "negative"):
                    self._erase_kept(change["wording"])
                    change["wording"] = GONE
        gone = f"iif({{0}} = '', '', '{GONE}')"
        sets = ", ".join(
            f"{name} = {gone.format(name)}" for name in ("sentence", "note", "word", "undone_why")
        )
        self._db.execute(
            f"UPDATE rule_proposals SET {sets}, changes = ? WHERE id = ?",
            [json.dumps(changes, ensure_ascii=False), number],
        )

    def _erase_kept(self, wording: str) -> None:
        """Erase an example from the kept texts of the overlay, where it stands as one."""
        pattern = re.compile(rf"(?<=[\s\"'\[,]){re.escape(wording)}(?=[\"'\],\s]|$)")
        rows = self._db.execute(
            "SELECT id, text FROM overlay_versions WHERE instr(text, ?)", [wording]
        )
        for number, text in rows.fetchall():
            self._db.execute(
                "UPDATE overlay_versions SET text = ? WHERE id = ?",
                [pattern.sub(GONE, text), number],
            )

    def _without_calls(self, detail: dict[str, Any], *, own: bool) -> dict[str, Any]:
        for one in detail["shown"]:
            if one["result_id"] in self._results:
                one["reasons"] = [GONE] if one["reasons"] else []
                one["call"] = GONE if self._whole else one["call"]
        if own:
            detail["sentence"] = [GONE for _ in detail["sentence"]]
        return detail


def erase_labels(db: Database, unnamed: Callable[[str], str | None]) -> None:
    """Erase what names a person from the labels of findings; two that become the same are one.
    Raises ``sqlite3.Error``."""
    found = db.execute("SELECT id, kind, label FROM finding_labels ORDER BY id").fetchall()
    for number, kind, label in found:
        new = unnamed(label)
        if new and new != label:
            rename_label(db, number, kind, new)
