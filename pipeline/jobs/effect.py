"""A proposal tried on stored calls: which of them change, and by how much. Nothing is saved but the
outcome of the trial."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import CallqaError
from pipeline.jobs.basis import JudgingBasis, load_basis
from pipeline.jobs.rescore import CHUNK, rescore_stored
from pipeline.jobs.sentence_trial import judge_by
from pipeline.jobs.site_overlay import read_overlay_text, with_changes
from pipeline.people import CallEffect, ProposalEffect
from pipeline.store import Store, chosen_source, use_database_key, use_key
from pipeline.study import changed_reasons
from pipeline.types import Period, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.jobs.rescore import Rescored
    from pipeline.people import Proposal
    from pipeline.settings import Settings
    from pipeline.store import KeySource
    from pipeline.types import Seconds

FEW_CALLS = 100
"""So many calls are tried while the page waits: a second or two (our choice)."""

LONGEST_S: Seconds = 300.0
"""A trial takes no longer: at 5 ms a call some 30,000 calls (our choice)."""

SILENT_S: Seconds = 120.0
"""A running trial without a sign of life for so long has died."""

SHOWN = 100
"""Changed calls that a trial keeps, the greatest changes first (our choice)."""

REASONS = 6


def basis_mark(basis: JudgingBasis) -> str:
    """Changes with the rules and sheets that calls are judged by."""
    marks = [basis.lexicon.version, *(sheet.mark for sheet in basis.sheets.sheets)]
    return hashlib.sha256(" ".join(marks).encode()).hexdigest()[:12]


def calls_for(store: Store, proposal: Proposal) -> list[int]:
    """The effective results that a proposal is tried on, the newest first: all of them for a rule;
    for a sheet those of the last whole month, or of the month of the last call where that has none.
    Raises ``StoreError``."""
    if not proposal.is_of_sheet:
        return store.results.effective_ids(Scope())[::-1]
    last = store.calls.last_day()
    if last is None:
        return []
    month = Period.around("month", last)
    earlier = store.results.effective_ids(month.previous.scope())
    return (earlier or store.results.effective_ids(month.scope()))[::-1]


def is_running(effect: ProposalEffect | None, now: str) -> bool:
    """Whether a trial is at work. ``now``: UTC, ISO 8601."""
    if effect is None or effect.state != "running":
        return False
    quiet = datetime.fromisoformat(now) - datetime.fromisoformat(effect.seen_at)
    return quiet.total_seconds() < SILENT_S


def start_trial(store: Store, proposal: Proposal, settings: Settings) -> None:
    """Try a proposal: here where there are few calls of known rules, else in a process of its own,
    whose state is in the store. Raises ``StoreError``."""
    ids = calls_for(store, proposal)
    if len(ids) <= FEW_CALLS and _are_known(store, ids):
        run_trial(store, proposal, settings)
        return
    now = _now()
    store.proposals.note_effect(
        proposal.id, ProposalEffect("running", "", now, now, calls=len(ids))
    )
    apart = multiprocessing.get_context("spawn")
    given = (store.path, proposal.id, settings, chosen_source())
    apart.Process(target=_run_apart, args=given, daemon=True).start()


def _are_known(store: Store, ids: Sequence[int]) -> bool:
    """Whether the rules that results were scored by are kept, so that only changed ones are looked
    for again: else all are made ready first, which takes seconds."""
    known = {version for version, _ in store.versions.all("lexicon")}
    loaded = store.results.load(ids, words=False)
    return all(saved.result.engine.lexicon_version in known for saved in loaded)


def _run_apart(db: Path, number: int, settings: Settings, key: KeySource) -> None:
    os.nice(10)  # people at the pages come first
    use_key(Path(settings.ledger.key_file) if settings.ledger.key_file else None)
    use_database_key(key)
    with Store.open(db, create=False) as store:
        proposal = store.proposals.get(number)
        if proposal is not None:
            run_trial(store, proposal, settings)


def run_trial(
    store: Store,
    proposal: Proposal,
    settings: Settings,
    *,
    longest_s: Seconds = LONGEST_S,
    clock: Callable[[], float] = time.monotonic,
) -> ProposalEffect:
    """Try a proposal on the stored calls for ``longest_s`` at most, keep the outcome and return it.
    Raises ``StoreError``."""
    begun = _now()
    effect = ProposalEffect("running", "", begun, begun)
    try:
        for effect in _trials(store, proposal, settings, begun, clock() + longest_s, clock):
            store.proposals.note_effect(proposal.id, effect)
    except CallqaError as error:
        effect = replace(effect, state="failed", fault=str(error), seen_at=_now())
        store.proposals.note_effect(proposal.id, effect)
    return effect


def _trials(
    store: Store,
    proposal: Proposal,
    settings: Settings,
    begun: str,
    until: float,
    clock: Callable[[], float],
) -> Iterator[ProposalEffect]:
    """The state of a trial after each ``CHUNK`` calls, and at its end."""
    present = load_basis(settings, store)
    _, changed = with_changes(read_overlay_text(settings), proposal.changes, settings)
    ids = calls_for(store, proposal)
    rule = "" if proposal.is_of_sheet else proposal.name
    sums = _Sums(len(ids), rule)
    if rule and proposal.sentence:
        sums.sentence = tuple(
            judge_by(proposal.sentence, rule, basis.lexicon.rules) for basis in (present, changed)
        )
    mark = basis_mark(present)
    yield sums.effect("running", mark, begun)
    again = frozenset({rule} - {""})
    old, new = (
        rescore_stored(store.path, ids, basis, scored_at=begun, workers=1, again=again)
        for basis in (_apart(present) if rule else present, changed.now_in(store))
    )
    for number, (before, after) in enumerate(zip(old, new, strict=True)):
        own = ids[number * CHUNK : number * CHUNK + len(before)]
        sums.add(own, before, after)
        if clock() > until and sums.tried < len(ids):
            yield sums.effect("cut", mark, begun)
            return
        yield sums.effect("running", mark, begun)
    yield sums.effect("done", mark, begun)


def _apart(present: JudgingBasis) -> JudgingBasis:
    """The present rules under another version, so that a rule is looked for again by them as it is by
    the changed ones: what differs then is the change alone, and not an older search."""
    version = f"{present.lexicon.version}+"
    return replace(present, lexicon=replace(present.lexicon, version=version))


@dataclass(slots=True)
class _Sums:
    """What a trial has found so far."""

    calls: int
    rule: str
    tried: int = 0
    lower: int = 0
    higher: int = 0
    changed: int = 0
    more: int = 0
    fewer: int = 0
    sentence: tuple[str, ...] = ()
    found: list[CallEffect] = field(default_factory=list)
    scores: list[tuple[float | None, ...]] = field(default_factory=list)

    def add(
        self, ids: Sequence[int], before: Sequence[Rescored], after: Sequence[Rescored]
    ) -> None:
        self.tried += len(ids)
        for result_id, old, new in zip(ids, before, after, strict=True):
            a, b = old.after, new.after
            self.scores.append((a.attitude, a.total, b.attitude, b.total))
            one = _compare(result_id, old, new, self.rule)
            if one is None:
                continue
            self.changed += 1
            by = (b.total or 0.0) - (a.total or 0.0)
            self.lower += by < 0
            self.higher += by > 0
            self.more += one.more
            self.fewer += one.fewer
            self.found.append(one)
        self.found = sorted(self.found, key=_greatness)[:SHOWN]

    def effect(self, state: str, mark: str, begun: str) -> ProposalEffect:
        return ProposalEffect(
            state,
            mark,
            begun,
            _now(),
            self.calls,
            self.tried,
            self.changed,
            self.lower,
            self.higher,
            self.more,
            self.fewer,
            tuple(_mean([score[at] for score in self.scores]) for at in range(4)),
            tuple(self.found),
            sentence=self.sentence,
        )


def _compare(result_id: int, old: Rescored, new: Rescored, rule: str) -> CallEffect | None:
    a, b = old.after, new.after
    reasons = changed_reasons(a, b)
    before, after = _findings(old, rule), _findings(new, rule)
    gone, come = (before - after).total(), (after - before).total()
    same = (a.attitude, a.total, a.fatal) == (b.attitude, b.total, b.fatal)
    if same and not reasons and not gone and not come:
        return None
    call = new.made.call
    return CallEffect(
        result_id,
        str(call["call_id"] or result_id),
        call["agent_id"],
        a.attitude,
        b.attitude,
        a.total,
        b.total,
        come,
        gone,
        tuple(reasons[:REASONS]),
    )


def _findings(one: Rescored, rule: str) -> Counter[tuple[object, ...]]:
    """The findings of a rule in what counts of a call, by place and verdict."""
    made = one.corrected.made if one.corrected else one.made
    names, lines = made.lines.get("findings", ((), ()))
    rows = [dict(zip(names, line, strict=True)) for line in lines]
    return Counter(
        (row["kind"], row["role"], row["start_s"], row["verdict"])
        for row in rows
        if row["rule"] == rule
    )


def _greatness(one: CallEffect) -> tuple[float, int, int]:
    by = (one.new_total or 0.0) - (one.old_total or 0.0)
    return -abs(by), -(one.more + one.fewer), -one.result_id


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
