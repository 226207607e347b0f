"""Proposals to change rules and sheets: each step is in the ledger. ``pipeline.jobs.proposals``
decides who may do so, and writes the overlay file."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from pipeline.errors import ProposalError
from pipeline.people import CallEffect, NewProposal, OverlayVersion, Proposal, ProposalEffect
from pipeline.store.file import StorePart, utc
from pipeline.store.ledger import append
from pipeline.types import change_of, plain_change

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.people import ProposalState

NAMES = tuple(field.name for field in fields(Proposal))
COLUMNS = ", ".join(NAMES)
VERSION_NAMES = tuple(field.name for field in fields(OverlayVersion))


class ProposalStore(StorePart):
    """Stores proposals, their last trial, and what was written to the overlay file."""

    def add(self, new: NewProposal, *, actor: str, at: str) -> Proposal:
        """Store a proposal and return it. ``at``: ISO 8601 with a time zone. Raises
        ``StoreError``."""
        moment = utc(at)
        changes = [plain_change(change) for change in new.changes]
        with self._writing():
            number = self._db.execute(
                """INSERT INTO rule_proposals
                    (subject, changes, note, sentence, result_id, proposed_by, proposed_at, state)
                    VALUES (?, ?, ?, ?, ?, ?, ?, 'open')""",
                [
                    new.subject,
                    json.dumps(changes, ensure_ascii=False),
                    new.note,
                    new.sentence,
                    new.result_id,
                    actor,
                    moment,
                ],
            ).lastrowid
            assert number is not None
            made = self._get(number)
            detail = {"changes": changes, "note": new.note, "result_id": new.result_id}
            self._note_proposal("rule proposed", made, detail, actor=actor, at=moment)
        return made

    def settle(
        self, number: int, state: ProposalState, *, word: str, actor: str, at: str
    ) -> Proposal:
        """Accept, refuse or withdraw an open proposal. Raises ``ProposalError`` where it is open no
        more, ``StoreError``."""
        moment = utc(at)
        with self._writing():
            changed = self._db.execute(
                "UPDATE rule_proposals SET state = ?, decided_by = ?, decided_at = ?, word = ?"
                " WHERE id = ? AND state = 'open'",
                [state, actor, moment, word, number],
            )
            proposal = self._get(number)
            if not changed.rowcount:
                raise ProposalError("刚才已有人处理过这条建议，请刷新页面再看")
            self._note_proposal(
                f"proposal {state}", proposal, {"reason": word}, actor=actor, at=moment
            )
        return proposal

    def undo(self, number: int, *, why: str, actor: str, at: str) -> Proposal:
        """Note that an accepted proposal counts no more. Raises ``ProposalError``,
        ``StoreError``."""
        moment = utc(at)
        with self._writing():
            changed = self._db.execute(
                "UPDATE rule_proposals SET state = 'undone', undone_by = ?, undone_at = ?, undone_why = ?"
                " WHERE id = ? AND state = 'accepted'",
                [actor, moment, why, number],
            )
            proposal = self._get(number)
            if not changed.rowcount:
                raise ProposalError("只有已采纳的建议能撤销")
            self._note_proposal(
                "proposal undone", proposal, {"reason": why}, actor=actor, at=moment
            )
        return proposal

    def get(self, number: int) -> Proposal | None:
        """``None`` where there is none. Raises ``StoreError``."""
        with self._reading():
            row = self._db.execute(
                f"SELECT {COLUMNS} FROM rule_proposals WHERE id = ?", [number]
            ).fetchone()
        return _proposal(row) if row else None

    def page(
        self, *, subject: str | None = None, before: int | None = None, limit: int = 50
    ) -> tuple[Proposal, ...]:
        """Open ones first, then the newest. ``before``: the id of the last of the page before, for
        those that are settled. Raises ``StoreError``."""
        wanted = f"""SELECT {COLUMNS} FROM rule_proposals WHERE (:subject IS NULL OR subject = :subject)
            AND (:before IS NULL OR (state <> 'open' AND id < :before))
            ORDER BY state <> 'open', id DESC LIMIT :limit"""
        values = {"subject": subject, "before": before, "limit": limit}
        with self._reading():
            return tuple(map(_proposal, self._db.execute(wanted, values).fetchall()))

    def open_count(self) -> int:
        """Raises ``StoreError``."""
        with self._reading():
            found = self._db.execute("SELECT count(*) FROM rule_proposals WHERE state = 'open'")
            return int(found.fetchone()[0])

    def note_effect(self, number: int, effect: ProposalEffect) -> None:
        """Keep the state of a trial. Raises ``StoreError``."""
        detail = {
            name: value
            for name, value in asdict(effect).items()
            if name not in ("state", "basis", "begun_at", "seen_at")
        }
        with self._writing():
            self._db.execute(
                "INSERT OR REPLACE INTO proposal_effects VALUES (?, ?, ?, ?, ?, ?)",
                [
                    number,
                    effect.basis,
                    effect.state,
                    effect.begun_at,
                    effect.seen_at,
                    json.dumps(detail, ensure_ascii=False),
                ],
            )

    def effect_of(self, number: int) -> ProposalEffect | None:
        """The last trial of a proposal. Raises ``StoreError``."""
        with self._reading():
            row = self._db.execute(
                "SELECT basis, state, begun_at, seen_at, detail FROM proposal_effects"
                " WHERE proposal_id = ?",
                [number],
            ).fetchone()
        if row is None:
            return None
        basis, state, begun_at, seen_at, detail = row
        given = json.loads(detail)
        shown = tuple(
            CallEffect(**{**one, "reasons": tuple(one["reasons"])}) for one in given.pop("shown")
        )
        means, sentence = tuple(given.pop("means")), tuple(given.pop("sentence"))
        return ProposalEffect(
            state, basis, begun_at, seen_at, shown=shown, means=means, sentence=sentence, **given
        )

    def keep_overlay(self, version: OverlayVersion) -> None:
        """Keep a text that is written to the overlay file; its ``id`` is given anew. Raises
        ``StoreError``."""
        moment = utc(version.at)
        with self._writing():
            self._db.execute(
                f"INSERT INTO overlay_versions ({', '.join(VERSION_NAMES[1:])}) VALUES (?, ?, ?, ?, ?, ?, ?)",
                [moment, *list(asdict(version).values())[2:]],
            )
            append(
                self._db,
                at=moment,
                actor=version.actor,
                action="overlay written",
                subject=f"proposal {version.proposal_id}" if version.proposal_id else "overlay",
                detail={
                    "path": version.file,
                    "before": version.before_sha256,
                    "after": version.sha256,
                },
            )

    def overlay_versions(self, *, limit: int = 50) -> tuple[OverlayVersion, ...]:
        """The last texts that were written, the newest first. Raises ``StoreError``."""
        wanted = f"SELECT {', '.join(VERSION_NAMES)} FROM overlay_versions ORDER BY id DESC LIMIT ?"
        with self._reading():
            found = self._db.execute(wanted, [limit]).fetchall()
        return tuple(OverlayVersion(*row) for row in found)

    def _note_proposal(
        self, action: str, proposal: Proposal, detail: dict[str, Any], *, actor: str, at: str
    ) -> None:
        detail = {"proposal": proposal.id, **detail}
        self._note(action, proposal.subject, detail, actor=actor, at=at)

    def _get(self, number: int) -> Proposal:
        row = self._db.execute(
            f"SELECT {COLUMNS} FROM rule_proposals WHERE id = ?", [number]
        ).fetchone()
        if row is None:
            raise ProposalError(f"没有建议 {number}")
        return _proposal(row)


def _proposal(row: Sequence[Any]) -> Proposal:
    values = dict(zip(NAMES, row, strict=True))
    changes = tuple(change_of(change) for change in json.loads(values["changes"]))
    return Proposal(**{**values, "changes": changes})
