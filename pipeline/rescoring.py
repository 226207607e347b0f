"""Many stored calls scored again, on all cores: workers read and judge, one writer saves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.lexicon import LEXICON_FOLDER, Lexicon, SheetBook, load_lexicon, load_sheet, load_sheets
from pipeline.rescore import Rescorer, digests_of
from pipeline.settings import Settings
from pipeline.store import Ready, Saved, Store, ready
from pipeline.study.changes import Change, compare_scores
from pipeline.types import Score

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
    """A call scored again: its scores ``before`` and ``after``, what changed, and the new result ``made`` into rows;
    what was heard is the result ``heard_id``'s."""

    heard_id: int
    before: Score
    after: Score
    change: Change | None
    made: Ready


def load_rescorer(store: Store, basis: Basis) -> Rescorer:
    """The rescorer for the results in a store. Raises ``LexiconError``, ``StoreError``."""
    lexicon, sheets = basis.load()
    known = {v: json.loads(content) for v, content in store.versions("lexicon") if v != lexicon.version}
    return Rescorer(lexicon, sheets, basis.settings, known=known)


def keep_versions(store: Store, lexicon: Lexicon, sheets: SheetBook) -> None:
    """Keep what results will name: the lexicon's rules and the sheets as they are written. Raises ``StoreError``."""
    with store.batch():
        store.keep_version("lexicon", lexicon.version, json.dumps(digests_of(lexicon)))
        for sheet in sheets.sheets:
            store.keep_version("sheet", sheet.mark, Path(sheet.at).read_text(encoding="utf-8-sig"))


def rescore_stored(
    db: Path, ids: Sequence[int], basis: Basis, *, scored_at: str, workers: int
) -> Iterator[list[Rescored]]:
    """The results with these ids scored again, ``CHUNK`` at a time, in their order. Nothing is saved.
    ``scored_at``: UTC, ISO 8601."""
    chunks = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
    if workers < 2 or len(chunks) < 2:
        _start(db, basis, scored_at)
        yield from map(_rescore, chunks)
        return
    with ProcessPoolExecutor(workers, initializer=_start, initargs=(db, basis, scored_at)) as pool:
        yield from pool.map(_rescore, chunks)


def save_rescored(store: Store, chunk: Sequence[Rescored], *, run_id: int, actor: str) -> None:
    """Save new scores beside the old ones, all or none. Raises ``StoreError``."""
    with store.batch():
        for one in chunk:
            store.put(one.made, run_id=run_id, heard_id=one.heard_id, actor=actor)


@dataclass(slots=True)
class _Worker:
    store: Store
    rescorer: Rescorer
    scored_at: str


_worker: _Worker | None = None


def _start(db: Path, basis: Basis, scored_at: str) -> None:
    global _worker  # noqa: PLW0603 - what a worker process keeps between its tasks
    store = Store.open(db, create=False)
    _worker = _Worker(store, load_rescorer(store, basis), scored_at)


def _rescore(ids: Sequence[int]) -> list[Rescored]:
    assert _worker is not None
    return [_one(saved, _worker) for saved in _worker.store.saved(ids, words=False)]


def _one(saved: Saved, worker: _Worker) -> Rescored:
    if worker.rescorer.needs_words(saved.result):
        (saved,) = worker.store.saved([saved.id])
    before = saved.result
    known = worker.store.known_of(before.recording.sha256)
    call, outcome = known or (before.call, before.outcome)
    after = worker.rescorer.rescore(before, call, outcome)
    made = ready(after, scored_at=worker.scored_at, heard=False)
    return Rescored(saved.heard_id, before.score, after.score, compare_scores(before, after), made)
