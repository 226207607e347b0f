"""How a worker process hears and scores calls: its own model with one thread, so that there is one
process a core."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from pipeline.call import Checker, check_call
from pipeline.ingest import at_hand
from pipeline.jobs import load_checker
from pipeline.nightly.scored import ScoredJob, Scorer
from pipeline.store import ready
from pipeline.types import Baselines, CallResult, Recording, Source

if TYPE_CHECKING:
    from pipeline.jobs import JudgingBasis


@dataclass(frozen=True, slots=True)
class ScoringPlan:
    """What a worker loads: a model; and what it is given whole: ``basis``, by which all workers of
    a run judge, and ``history``, what is usual at this site. ``slower``: how many times as long as
    with ``base`` a call may take."""

    model: str
    basis: JudgingBasis
    history: Baselines = field(default_factory=Baselines)
    slower: float = 1.0

    def load(self) -> Scorer:
        """Raises ``ModelError``, ``SettingsError`` and ``ExtraError``."""
        settings = self.basis.site_settings
        with_model = replace(settings, site=replace(settings.site, model=self.model))
        basis = replace(self.basis, site_settings=with_model)
        return scorer_of(load_checker(basis, self.history, threads=1))


def scorer_of(checker: Checker) -> Scorer:
    """What a worker does with a recording."""

    def score(source: Source) -> ScoredJob:
        with at_hand(source, checker.settings.ingest) as path:
            checked = check_call(path, checker)
            here, there = str(path.parent), str(source.parent)
        first, *others = (_scored(one, source) for one in checked.results)
        return replace(
            first,
            made=replace(first.made, sound_print=checked.sound_print),
            audio_s=checked.result.recording.duration_s,
            faults=tuple(fault.replace(here, there) for fault in checked.faults),
            unread=checked.unread.replace(here, there),
            others=tuple(others),
        )

    return score


def _scored(heard: CallResult, source: Source) -> ScoredJob:
    """One agent's result."""
    result = replace(heard, recording=_at_source(heard.recording, source))
    return ScoredJob(
        made=ready(result, scored_at=datetime.now(UTC).isoformat(timespec="seconds")),
        call=result.call.call_id or source.stem,
        agent=result.call.agent_id,
        attitude=result.score.attitude,
        fatal=result.score.fatal,
        audio_s=0.0,
        flags=result.score.flags,
        no_talk=result.no_talk is not None,
    )


def _at_source(recording: Recording, source: Source) -> Recording:
    """The recording where it came from, with its other side beside it; its first file may be either
    of them."""
    if isinstance(source, Path):
        return recording
    names = [PurePath(path).name for path in (recording.path, *recording.sides)]
    first, *others = (str(source.parent) + "/" + name for name in names)
    return replace(recording, path=first, sides=tuple(others))
