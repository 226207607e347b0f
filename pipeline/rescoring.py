"""Many stored calls scored again, on all cores: workers read and judge, one writer saves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.lexicon import LEXICON_FOLDER, Lexicon, SheetBook, load_lexicon, load_sheet, load_sheets
from pipeline.phrases import load_meaning
from pipeline.rescore import Rescorer, digests_of
from pipeline.settings import Settings
from pipeline.store import Saved, Store
from pipeline.study.changes import Change, compare_scores
from pipeline.types import CallResult, RoleTone, Score, Tone

CHUNK = 100
"""Calls that a worker takes at once and that are saved in one transaction."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Where the rules and sheets are that calls are scored by. ``sheet``: one file for all calls, instead of those
    of the folder."""

    lexicons: Path = LEXICON_FOLDER
    settings: Settings = field(default_factory=Settings)
    sheet: Path | None = None

    def load(self) -> tuple[Lexicon, SheetBook]:
        """Raises ``LexiconError``."""
        lexicon = load_lexicon(self.lexicons)
        ids = [rule.id for rule in lexicon.rules]
        if self.sheet is not None:
            return lexicon, SheetBook((replace(load_sheet(self.sheet, rule_ids=ids), queues=("*",)),))
        usual = self.settings.scoring.sheet
        return lexicon, load_sheets(self.lexicons / "scoring", rule_ids=ids, usual=usual)


@dataclass(frozen=True, slots=True)
class Rescored:
    """A call scored again: its score ``before``, the result ``after`` without what was heard, which the result
    ``heard_id`` has, and what ``changed``."""

    id: int
    heard_id: int
    before: Score
    after: CallResult
    change: Change | None


def load_rescorer(store: Store, basis: Basis) -> Rescorer:
    """The rescorer for the results in a store. Raises ``LexiconError``, ``StoreError``."""
    lexicon, sheets = basis.load()
    known = {v: json.loads(content) for v, content in store.versions("lexicon") if v != lexicon.version}
    return Rescorer(lexicon, sheets, basis.settings, known=known, classifier=load_meaning())


def keep_versions(store: Store, lexicon: Lexicon, sheets: SheetBook) -> None:
    """Keep what results will name: the lexicon's rules and the sheets as they are written. Raises ``StoreError``."""
    with store.batch():
        store.keep_version("lexicon", lexicon.version, json.dumps(digests_of(lexicon)))
        for sheet in sheets.sheets:
            store.keep_version("sheet", sheet.mark, Path(sheet.at).read_text(encoding="utf-8-sig"))


def rescore_stored(db: Path, ids: Sequence[int], basis: Basis, *, workers: int) -> Iterator[list[Rescored]]:
    """The results with these ids scored again, ``CHUNK`` at a time, in their order. Nothing is saved."""
    chunks = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
    if workers < 2 or len(chunks) < 2:
        _start(db, basis)
        yield from map(_rescore, chunks)
        return
    with ProcessPoolExecutor(workers, initializer=_start, initargs=(db, basis)) as pool:
        yield from pool.map(_rescore, chunks)


def save_rescored(store: Store, chunk: Sequence[Rescored], *, scored_at: str, run_id: int, actor: str) -> None:
    """Save new scores beside the old ones, all or none. Raises ``StoreError``."""
    with store.batch():
        for one in chunk:
            store.save(one.after, scored_at=scored_at, run_id=run_id, heard_id=one.heard_id, actor=actor)


@dataclass(slots=True)
class _Worker:
    store: Store
    rescorer: Rescorer


_worker: _Worker | None = None


def _start(db: Path, basis: Basis) -> None:
    global _worker  # noqa: PLW0603 - what a worker process keeps between its tasks
    store = Store.open(db, create=False)
    _worker = _Worker(store, load_rescorer(store, basis))


def _rescore(ids: Sequence[int]) -> list[Rescored]:
    assert _worker is not None
    lexicon_version = _worker.rescorer.lexicon.version
    return [_one(saved, _worker) for saved in _worker.store.saved(ids, unspoken=lexicon_version)]


def _one(saved: Saved, worker: _Worker) -> Rescored:
    before = saved.result
    known = worker.store.known_of(before.recording.sha256)
    call, outcome = known or (before.call, before.outcome)
    after = worker.rescorer.rescore(before, call, outcome)
    change = compare_scores(before, after)
    return Rescored(saved.id, saved.heard_id, before.score, _unheard(after), change)


def _unheard(result: CallResult) -> CallResult:
    """Without what the result that was heard has, so that little goes from process to process."""
    customer = RoleTone(arousal=result.tone.customer.arousal)
    tone = Tone(customer=customer, customer_upset=result.tone.customer_upset)
    return replace(result, utterances=(), tone=tone, sounds=(), overlaps=())
