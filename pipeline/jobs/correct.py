"""People's acts applied to stored calls: the machine's result stays, and what people make of it
stands beside it."""

from __future__ import annotations

import tempfile
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.corrections import Revised, RevisionBasis, check_action, revise
from pipeline.errors import LexiconError
from pipeline.jobs.promises import save_promises
from pipeline.jobs.rescore import load_rescorer, revision_basis
from pipeline.lexicon import Scorecard, load_scorecard
from pipeline.people import SCORING_KINDS, NewAction, ReviewAction
from pipeline.store import Correction, Saved, Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.call import Rescorer
    from pipeline.jobs.basis import JudgingBasis
    from pipeline.types import CallResult

WORDING = ("role", "text")
"""Kinds of actions that change what was said, or by whom."""


@dataclass(slots=True)
class Corrector:
    """What calls are corrected by; made once in a process. Any thread may use it, with a store of
    its own.

    A call is corrected by the sheet that the machine scored it by, though another may be in force
    by now: an appeal about last month is decided by last month's sheet. What a rule takes is as the
    present lexicon says."""

    basis: JudgingBasis
    rescorer: Rescorer
    _kept: dict[str, Scorecard | None] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def load(cls, store: Store, basis: JudgingBasis) -> Corrector:
        """With the lexicon's phrases made ready, which takes a second. Raises ``StoreError``."""
        reviser = cls(basis, load_rescorer(store, basis))
        reviser.rescorer.book()
        return reviser

    def act(
        self, store: Store, result_id: int, acts: Sequence[NewAction], *, actor: str, at: str
    ) -> int:
        """Keep what a person did with a call, recount it, and return the id of the result that
        counts: all of it or nothing. ``at``: ISO 8601 with a time zone. Raises ``RevisionError``
        for what cannot be applied, and ``StoreError``."""
        with store.batch():
            (machine,) = store.results.load([store.effective.machine_of(result_id)], words=False)
            sha256 = machine.result.recording.sha256
            basis = self._basis(store, machine.result)
            for act in acts:
                check_action(act, machine.result, basis)
            store.actions.add(result_id, acts, actor=actor, at=at)
            if not any(act.kind in SCORING_KINDS for act in acts):
                return store.effective.of(sha256)
            return self._recount(store, sha256, machine, actor=actor, at=at)

    def undo(self, store: Store, act_id: int, *, actor: str, at: str) -> int:
        """Take an act back, recount the call, and return the id of the result that counts. Raises
        ``StoreError``."""
        with store.batch():
            act = store.actions.undo(act_id, actor=actor, at=at)
            return self.recount(store, act.sha256, actor=actor, at=at)

    def recount(
        self, store: Store, sha256: str, *, actor: str, at: str, run_id: int | None = None
    ) -> int:
        """Bring the corrected result of a call up to date with its acts, or let the machine's count
        again where none is in force, and return the id of the result that counts. Raises
        ``StoreError``."""
        with store.batch():
            return self._recount(store, sha256, None, actor=actor, at=at, run_id=run_id)

    def _recount(
        self,
        store: Store,
        sha256: str,
        known: Saved | None,
        *,
        actor: str,
        at: str,
        run_id: int | None = None,
    ) -> int:
        """As ``recount``. ``known``: the machine's result without its words, where it was read."""
        acts = store.actions.of(sha256)
        machine, revised = self._revised(store, sha256, acts, known)
        if any(act.kind in WORDING for act in acts):  # else all words are as they were saved
            save_promises(store, revised.result, self.basis.site_settings.promises)
        if not revised.revision:
            store.effective.restore(machine.id, actor=actor, at=at)
            return machine.id
        return store.results.save(
            revised.result,
            scored_at=at,
            run_id=run_id,
            heard_id=None if revised.edited else machine.heard_id,
            actor=actor,
            correction=Correction(machine.id, revised.revision),
        )

    def revised(self, store: Store, sha256: str) -> Revised:
        """What the acts in force make of a call now, with those that fit nothing in it any more.
        Nothing is saved. Raises ``StoreError``."""
        return self._revised(store, sha256, store.actions.of(sha256), None)[1]

    def _revised(
        self, store: Store, sha256: str, acts: Sequence[ReviewAction], known: Saved | None
    ) -> tuple[Saved, Revised]:
        words = any(act.kind in WORDING and act.in_force for act in acts)
        machine = None if words else known
        if machine is None:
            machine_id = store.effective.machine_of(store.effective.of(sha256))
            (machine,) = store.results.load([machine_id], words=words)
        basis = self._basis(store, machine.result)
        with self._lock:  # only while nothing waits for the database
            return machine, revise(machine.result, acts, basis)

    def _basis(self, store: Store, result: CallResult) -> RevisionBasis:
        made = revision_basis(self.rescorer, self._sheet(store, result))
        return replace(made, review_only=self.basis.now_in(store).review_only)

    def _sheet(self, store: Store, result: CallResult) -> Scorecard:
        """The sheet that a result was scored by; where it is lost, the one that would be chosen
        now."""
        mark = result.engine.scoring_version
        sheets = self.rescorer.sheets
        present = next((sheet for sheet in sheets.sheets if sheet.mark == mark), None)
        if present is None and mark not in self._kept:
            text = store.versions.find("sheet", mark)
            self._kept[mark] = _read(text, mark, self.rescorer) if text else None
        return present or self._kept.get(mark) or sheets.choose(result.call.queue, result.call.day)


@dataclass(slots=True)
class Recomputer:
    """Recounts calls after the machine scored them anew; loads what it needs with the first that
    people had corrected."""

    basis: JudgingBasis
    _reviser: Corrector | None = None

    def recount(
        self, store: Store, sha256: str, *, actor: str, at: str, run_id: int | None = None
    ) -> int:
        """The id of the result that counts, corrected where scoring acts are in force. Raises
        ``StoreError``, ``LexiconError``."""
        if not store.effective.has_scoring_actions(sha256):
            return store.effective.of(sha256)
        if self._reviser is None:
            self._reviser = Corrector(self.basis, load_rescorer(store, self.basis))
        return self._reviser.recount(store, sha256, actor=actor, at=at, run_id=run_id)


def _read(text: str, mark: str, rescorer: Rescorer) -> Scorecard | None:
    """A sheet as it was kept, ``None`` where it names rules that are no more."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            sheet = load_scorecard(path, rule_ids=[rule.id for rule in rescorer.lexicon.rules])
        except LexiconError:
            return None
    return replace(sheet, version=mark.removeprefix(f"{sheet.id}-"))
