"""Recordings or texts of one conversation linked, and each judged as its part."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.call import Leg, Linking, Member, find_parts, judge_part
from pipeline.store import ready

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipeline.jobs.basis import JudgingBasis
    from pipeline.lexicon import Scorecard
    from pipeline.store import Saved, Store, StoredLeg
    from pipeline.types import CallResult


@dataclass(slots=True)
class PartLinker:
    """Links recordings in one transaction: what was read of one is read once. ``run_id``: ``None``
    without a run; ``at``: UTC, ISO 8601."""

    store: Store
    basis: JudgingBasis
    actor: str
    at: str
    run_id: int | None = None
    _alone: dict[str, Saved] = field(default_factory=dict)

    def link(self, recordings: Iterable[str]) -> tuple[str, ...]:
        """Judge the conversations of these recordings (SHA-256) by what is known now, and return
        the SHA-256 of those of which another result of the machine counts now. A recording that is
        no part any longer counts as a call of its own again. Old results stay; a second time
        nothing changes. Raises ``StoreError``."""
        changed: dict[str, None] = {}
        done: set[str] = set()
        waiting = list(dict.fromkeys(recordings))
        while waiting:
            sha256 = waiting.pop(0)
            if sha256 in done:
                continue
            near = self.store.conversations.legs_near(sha256)
            if not near:  # a text without a conversation, a call without talk
                continue
            found = self._members(near)
            member = found.get(sha256)
            group = (sha256, *(member.others if member else ()))
            done |= set(group)
            were = {leg.sha256 for leg in near} - done
            waiting += filter(self.store.conversations.is_part, sorted(were))
            for one in group:
                waiting += self.store.conversations.partners_of(one)
                if self._judge(one, found):
                    changed[one] = None
        return tuple(changed)

    def _members(self, near: Sequence[StoredLeg]) -> dict[str, Member]:
        if len(near) < 2:
            return {}
        legs = [
            Leg(one.sha256, one.stem, one.call, one.duration_s, one.within)
            for one in near
            if not (one.is_text and self._own(one.sha256).result.part)  # cut when it was read
        ]
        linking = Linking(
            lambda one: self._own(one).result,
            self.basis.lexicon.talk,
            self.basis.site_settings.conversation,
        )
        return dict(find_parts(legs, linking))

    def _own(self, sha256: str) -> Saved:
        """The machine's result of a recording as a call of its own."""
        if sha256 not in self._alone:
            machine = self._machine_id(sha256)
            alone = self.store.conversations.alone_of(machine)
            (self._alone[sha256],) = self.store.results.load([alone or machine])
        return self._alone[sha256]

    def _machine_id(self, sha256: str) -> int:
        return self.store.effective.machine_of(self.store.effective.of(sha256))

    def _judge(self, sha256: str, found: dict[str, Member]) -> bool:
        member = found.get(sha256)
        if member is None:
            return self._release(sha256)
        known = self.store.results.known_of(sha256)
        assert known is not None
        own = self._own(sha256)
        results = {one: self._own(one).result for one in member.others}
        sheet = sheet_of(own.result, self.basis)
        judged = judge_part(
            own.result, known[0], member, results, sheet=sheet, lexicon=self.basis.lexicon
        )
        before = self.store.results.get(self._machine_id(sha256))
        if _essence(judged) == _essence(before):
            return False
        self.store.results.put(
            ready(judged, scored_at=self.at, heard=False),
            run_id=self.run_id,
            heard_id=own.heard_id,
            actor=self.actor,
            anew=True,
        )
        return True

    def _release(self, sha256: str) -> bool:
        """Let a recording that was a part count as a call of its own."""
        if not self.store.conversations.is_part(sha256):
            return False
        machine_id = self._machine_id(sha256)
        machine = self.store.results.get(machine_id)
        alone = self.store.conversations.alone_of(machine_id)
        if machine.part is None or alone in (None, machine_id):
            return False
        assert alone is not None
        self.store.effective.restore(alone, actor=self.actor, at=self.at)
        return True


def results_as_parts(
    results: Sequence[CallResult], basis: JudgingBasis, store: Store | None
) -> dict[str, CallResult]:
    """The machine's results of those recordings that are parts of a conversation, by SHA-256: as a
    store keeps them, or without one linked among themselves. Raises ``StoreError``."""
    if store is not None:
        parts = [
            r.recording.sha256 for r in results if store.conversations.is_part(r.recording.sha256)
        ]
        return {
            one: store.results.get(store.effective.machine_of(store.effective.of(one)))
            for one in parts
        }
    own = {one.recording.sha256: one for one in results if one.no_talk is None}
    legs = [
        Leg(
            sha256,
            Path(one.recording.path).stem,
            one.call,
            one.recording.judged.duration_s,
            one.recording.content_sha256 if one.recording.stretch else "",
        )
        for sha256, one in own.items()
    ]
    limits = basis.site_settings.conversation
    found = find_parts(legs, Linking(own.__getitem__, basis.lexicon.talk, limits))
    return {
        sha256: judge_part(
            own[sha256],
            own[sha256].call,
            member,
            own,
            sheet=sheet_of(own[sha256], basis),
            lexicon=basis.lexicon,
        )
        for sha256, member in found.items()
    }


def sheet_of(result: CallResult, basis: JudgingBasis) -> Scorecard:
    """The sheet that a result was scored by; where it is lost, the one for its queue."""
    mark = result.engine.scoring_version
    kept = next((sheet for sheet in basis.sheets.sheets if sheet.mark == mark), None)
    return kept or basis.sheets.choose(result.call.queue, result.call.day)


def _essence(result: CallResult) -> tuple[object, ...]:
    return result.part, result.findings, result.notes, result.engine.scoring_version
