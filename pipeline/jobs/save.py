"""The one way in which the machine's results enter a store."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipeline.call import CheckedCall, digests_of, provenance_of
from pipeline.ingest import decode_call, digest_of_call, files_of_call, read_call_metadata
from pipeline.jobs.correct import Recomputer
from pipeline.jobs.parts import PartLinker
from pipeline.jobs.promises import save_ready
from pipeline.jobs.same_sound import find_same
from pipeline.store import Ready, Store, ready
from pipeline.types import Score, Settlement

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pipeline.call import Model
    from pipeline.jobs.basis import JudgingBasis
    from pipeline.lexicon import Lexicon, ScorecardBook
    from pipeline.settings import IngestSettings
    from pipeline.types import CallResult, Provenance


NO_PART = "重新听过，录音不再这样分段：这一段的话已归入其他段"
"""Note of a part that an earlier hearing had told apart."""


@dataclass(frozen=True, slots=True)
class ResultSaver:
    """Saves what one run of a command scores. ``now``: UTC, ISO 8601."""

    store: Store
    run_id: int
    actor: str
    now: Callable[[], str]
    recomputer: Recomputer

    @classmethod
    def begin(
        cls,
        store: Store,
        basis: JudgingBasis,
        command: str,
        *,
        actor: str,
        now: Callable[[], str],
    ) -> ResultSaver:
        """Keep the versions that results will name, and begin a run. Raises ``StoreError``."""
        keep_versions(store, basis.lexicon, basis.sheets)
        run_id = store.runs.begin(command, started_at=now())
        return cls(store, run_id, actor, now, Recomputer(basis))

    def save(self, result: CallResult) -> int:
        """As ``put``, of a result that is not in rows yet."""
        return self.put(ready(result, scored_at=self.now()))

    def save_once(self, checked: CheckedCall) -> str | None:
        """As ``save``, of all parts, unless the call's sound is kept already under its number or time:
        then the path of the kept call is returned, and nothing is saved."""
        made = replace(ready(checked.result, scored_at=self.now()), sound_print=checked.sound_print)
        with self.store.batch():
            same = find_same(self.store, made, checked.result.call)
            if same is None:
                self.put_parts(made, [ready(one, scored_at=self.now()) for one in checked.others])
        return same.path if same else None

    def put_parts(self, made: Ready, others: Sequence[Ready]) -> int:
        """As ``put``, of a recording and its later parts. Parts of an earlier hearing that are none any
        longer charge nobody from now on. Returns the id of the result that counts of the first one."""
        with self.store.batch():
            known = self.store.conversations.later_parts(str(made.row["sha256"]))
            for sha256 in known[len(others) :]:
                self.put(self._emptied(sha256))
            for one in others:
                self.put(one)
            return self.put(made)

    def _emptied(self, sha256: str) -> Ready:
        """A part whose words are another part's now."""
        effective = self.store.effective
        before = self.store.results.get(effective.machine_of(effective.of(sha256)))
        empty = replace(
            before,
            engine=replace(before.engine, model_sha256=""),
            utterances=(),
            findings=(),
            knowledge=(),
            topics=(),
            settlement=Settlement(),
            score=Score(None, None, fatal=False, items=(), flags=(NO_PART,)),
            notes=(NO_PART,),
            no_talk="empty",
        )
        return ready(empty, scored_at=self.now())

    def put(self, made: Ready) -> int:
        """Save a result, judge its conversation's parts again, and recompute people's corrections of
        its call, all or none. Returns the id of the result that counts. Raises ``StoreError``, ``LexiconError``."""
        with self.store.batch():
            self.store.results.put(made, run_id=self.run_id, actor=self.actor)
            save_ready(self.store, made, self.recomputer.basis.site_settings.promises)
            sha256, at = str(made.row["sha256"]), self.now()
            basis, run_id = self.recomputer.basis, self.run_id
            linker = PartLinker(self.store, basis, self.actor, at, run_id)
            for other in linker.link([sha256]):
                if other != sha256:
                    self.recomputer.recount(
                        self.store, other, actor=self.actor, at=at, run_id=run_id
                    )
            return self.recomputer.recount(
                self.store, sha256, actor=self.actor, at=at, run_id=run_id
            )

    def find_scored(self, sha256: str, engine: Provenance) -> tuple[CallResult, ...]:
        """The machine's results that count for a recording, one for each of its parts, if the same
        engine made them; empty: the recording is to be heard. Raises ``StoreError``."""
        if not self.store.results.has(engine, sha256):
            return ()
        effective = self.store.effective
        first, *others = (
            self.store.results.get(effective.machine_of(effective.of(name)))
            for name in (sha256, *self.store.conversations.later_parts(sha256))
        )
        return (first, *(one for one in others if one.no_talk is None))


@dataclass
class KnownCalls:
    """The calls that the same engine scored before, which need not be heard again. ``saver``:
    ``None`` where all are to be heard; ``model``: that they would be heard with; ``with_sound``:
    read the recording, for its page; ``found``: the paths of the known ones."""

    saver: ResultSaver | None
    model: Model
    basis: JudgingBasis
    with_sound: bool
    found: set[Path] = field(default_factory=set)

    @property
    def ingest(self) -> IngestSettings:
        return self.basis.settings.ingest

    def digest(self, path: Path) -> str:
        """SHA-256 of a recording. Raises ``UnreachableError``."""
        return digest_of_call(path, self.ingest)

    def knows(self, path: Path, sha256: str) -> bool:
        """Whether ``find`` will find a recording. Raises ``SettingsError``, ``StoreError``."""
        return self.saver is not None and self.saver.store.results.has(
            self._engine_for(path), sha256
        )

    def find(self, path: Path) -> CheckedCall | None:
        """The known call of a recording, ``None`` for one that is to be heard. Raises
        ``RecordingError``, ``SettingsError``, ``StoreError``."""
        if self.saver is None:
            return None
        engine = self._engine_for(path)
        results = self.saver.find_scored(self.digest(path), engine)
        if not results:
            return None
        channels = decode_call(path, self.ingest).decoded.channels if self.with_sound else ()
        self.found.add(path)
        files = files_of_call(path, self.ingest.sides).files
        here, sides = str(files[0]), tuple(str(file) for file in files[1:])
        first, *others = (
            replace(one, recording=replace(one.recording, path=here, sides=sides))
            for one in results
        )
        return CheckedCall(first, channels, others=tuple(others))

    def _engine_for(self, path: Path) -> Provenance:
        """What the result of a recording will depend on, told by the metadata beside it."""
        basis = self.basis
        meta = read_call_metadata(path, self.ingest)
        sheet = basis.sheets.choose(meta.queue, meta.day)
        return provenance_of(self.model, basis.lexicon, basis.settings, sheet)


def keep_versions(store: Store, lexicon: Lexicon, sheets: ScorecardBook) -> None:
    """Keep what results will name: the lexicon's rules and the sheets as they are written. Raises
    ``StoreError``."""
    with store.batch():
        store.versions.keep("lexicon", lexicon.version, json.dumps(digests_of(lexicon)))
        for sheet in sheets.sheets:
            store.versions.keep("sheet", sheet.mark, sheet.text)
