"""Many stored calls scored again, on all cores: workers read and judge, one writer saves."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.call import Rescorer, in_part
from pipeline.corrections import RevisionBasis, revise, scoring_actions
from pipeline.store import Correction, Ready, Saved, Store, chosen_source, ready, use_database_key
from pipeline.study import Change, compare_scores
from pipeline.types import TEXT_CODEC

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from pipeline.jobs.basis import JudgingBasis
    from pipeline.lexicon import Scorecard
    from pipeline.store import KeySource
    from pipeline.types import Score

CHUNK = 100
"""Calls that a worker takes at once and that are saved in one transaction."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """A corrected result as rows; ``heard``: it has a text of its own."""

    made: Ready
    revision: str
    heard: bool


@dataclass(frozen=True, slots=True)
class Rescored:
    """A call scored again: its scores ``before`` and ``after``, what changed, and the machine's new
    result ``made`` into rows; what was heard is the result ``heard_id``'s. ``corrected``: what the
    ``acts`` in force make of it. ``alone``: of a part of a conversation, the machine's result as of
    a call of its own."""

    heard_id: int
    before: Score
    after: Score
    change: Change | None
    made: Ready
    acts: tuple[int, ...] = ()
    corrected: Corrected | None = None
    alone: Ready | None = None


def load_rescorer(
    store: Store, basis: JudgingBasis, again: Collection[str] = frozenset()
) -> Rescorer:
    """The rescorer for the results in a store. ``again``: rules that are looked for again though
    they are as they were, in results of another version of the lexicon. Raises ``StoreError``."""
    known = {
        v: {rule: digest for rule, digest in json.loads(content).items() if rule not in again}
        for v, content in store.versions.all("lexicon")
        if v != basis.lexicon.version
    }
    return Rescorer(basis.lexicon, basis.sheets, basis.settings, known=known)


def revision_basis(rescorer: Rescorer, sheet: Scorecard) -> RevisionBasis:
    """What people's acts are applied by to a result of ``sheet``."""
    review_only = frozenset(rescorer.settings.scoring.review_only)
    return RevisionBasis(rescorer.lexicon, sheet, rescorer.book, review_only)


def rescore_stored(
    db: Path,
    ids: Sequence[int],
    basis: JudgingBasis,
    *,
    scored_at: str,
    workers: int,
    again: Collection[str] = frozenset(),
) -> Iterator[list[Rescored]]:
    """The results with these ids scored again, ``CHUNK`` at a time, in their order. Nothing is
    saved. ``scored_at``: UTC, ISO 8601; ``again``: as of ``load_rescorer``."""
    chunks = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
    if workers < 2 or len(chunks) < 2:
        with Store.open(db, create=False) as store:
            worker = _Worker(store, load_rescorer(store, basis, again), scored_at)
            for chunk in chunks:
                yield _rescored(chunk, worker)
        return
    with ProcessPoolExecutor(
        workers, initializer=_start, initargs=(db, basis, scored_at, again, chosen_source())
    ) as pool:
        yield from pool.map(_rescore, chunks)


def save_rescored(
    store: Store,
    chunk: Sequence[Rescored],
    *,
    run_id: int,
    actor: str,
    recount: Callable[[str], object],
    link: Callable[[Sequence[str]], Iterable[str]] = lambda _: (),
) -> None:
    """Save new scores beside the old ones, all or none. ``recount``: called with the SHA-256 of a
    recording on which people acted meanwhile. ``link``: links these recordings to conversations
    again, and returns those whose result is another one now. Raises ``StoreError``."""
    with store.batch():
        for one in chunk:
            if one.alone is not None:
                store.results.put(one.alone, run_id=run_id, heard_id=one.heard_id, actor=actor)
            machine = store.results.put(one.made, run_id=run_id, heard_id=one.heard_id, actor=actor)
            sha256 = one.made.row["sha256"]
            if one.acts != tuple(act.id for act in scoring_actions(store.actions.of(sha256))):
                recount(sha256)
            elif one.corrected is not None:
                heard_id = None if one.corrected.heard else one.heard_id
                correction = Correction(machine, one.corrected.revision)
                store.results.put(
                    one.corrected.made,
                    run_id=run_id,
                    heard_id=heard_id,
                    actor=actor,
                    correction=correction,
                )
        for sha256 in link([str(one.made.row["sha256"]) for one in chunk]):
            recount(sha256)


@dataclass(slots=True)
class _Worker:
    store: Store
    rescorer: Rescorer
    scored_at: str


_worker: _Worker | None = None


def _start(
    db: Path, basis: JudgingBasis, scored_at: str, again: Collection[str], key: KeySource
) -> None:
    global _worker  # noqa: PLW0603 - what a worker process keeps between its tasks
    use_database_key(key)
    store = Store.open(db, create=False)
    _worker = _Worker(store, load_rescorer(store, basis, again), scored_at)


def _rescore(ids: Sequence[int]) -> list[Rescored]:
    assert _worker is not None
    return _rescored(ids, _worker)


def _rescored(ids: Sequence[int], worker: _Worker) -> list[Rescored]:
    counting = worker.store.results.load(ids, words=False)
    machine_of = worker.store.effective.machine_of
    return [_one(saved, machine_of(saved.id), worker) for saved in counting]


def _one(counting: Saved, machine_id: int, worker: _Worker) -> Rescored:
    store, rescorer = worker.store, worker.rescorer
    sha256 = counting.result.recording.sha256
    acts = scoring_actions(store.actions.of(sha256))
    edits = any(act.kind in ("role", "text") for act in acts)
    machine = counting
    call, outcome = store.results.known_of(sha256) or (
        counting.result.call,
        counting.result.outcome,
    )
    part = counting.result.part
    alone_id = store.conversations.alone_of(machine_id) if part is not None else None
    if part is not None and counting.result.recording.codec == TEXT_CODEC and alone_id is None:
        part = None  # a text that was cut when it was read
    if part is not None and part.cut:
        part = None  # a recording, when it was heard
    machine_id = alone_id or machine_id
    if machine_id != counting.id or edits or rescorer.needs_words(counting.result, call):
        (machine,) = store.results.load([machine_id])
    alone = rescorer.rescore(machine.result, call, outcome)
    sheet = next(
        sheet for sheet in rescorer.sheets.sheets if sheet.mark == alone.engine.scoring_version
    )
    after = alone if part is None else in_part(alone, part, sheet, rescorer.lexicon.rules)
    made = ready(after, scored_at=worker.scored_at, heard=False)
    kept = None if part is None else ready(alone, scored_at=worker.scored_at, heard=False)
    if not acts:
        change = compare_scores(counting.result, after)
        before = counting.result.score
        return Rescored(machine.heard_id, before, after.score, change, made, alone=kept)
    revised = revise(after, acts, revision_basis(rescorer, sheet))
    return Rescored(
        machine.heard_id,
        counting.result.score,
        revised.result.score,
        compare_scores(counting.result, revised.result),
        made,
        tuple(act.id for act in acts),
        Corrected(
            ready(revised.result, scored_at=worker.scored_at, heard=revised.edited),
            revised.revision,
            revised.edited,
        ),
        kept,
    )
