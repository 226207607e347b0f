"""A nightly run in a process of its own, with a scorer that hears nothing: what tests kill.

python -m tests.night_process DB FOLDER [SECONDS_A_CALL]
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pipeline.nightly.backlog import find_backlog
from pipeline.nightly.run import run_night
from pipeline.nightly.scored import ScoredJob, Scorer
from pipeline.store import Ready, Store, ready
from pipeline.types import CallMeta
from pipeline.workers import score_all
from tests.builders import a_result


@dataclass(frozen=True)
class FakePlan:
    """Scores a file by its bytes, in ``takes_s`` seconds."""

    takes_s: float = 0.0

    def load(self) -> Scorer:
        return self.score

    def score(self, path: Path) -> ScoredJob:
        time.sleep(self.takes_s)
        data = path.read_bytes()
        if data.startswith(b"slow"):
            time.sleep(1.0)
        made = a_result(call=CallMeta(path.stem, started_at="2026-11-02T09:00:00"))
        recording = replace(made.recording, path=str(path), sha256=hashlib.sha256(data).hexdigest())
        row = ready(replace(made, recording=recording), scored_at=utc_now())
        return ScoredJob(row, path.stem, None, 100.0, False, 20.5)


def utc_now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def saving(store: Store) -> Callable[[Ready], int]:
    """What saves the results of a new run of a store."""
    return partial(store.results.put, run_id=store.runs.begin("t", started_at=utc_now()))


def one_night(db: Path, folder: Path, plan: FakePlan, *, workers: int = 2) -> int:
    """Run once; how many recordings were left."""
    with Store.open(db) as store:
        backlog = find_backlog([str(folder)], store, settle_s=0.0, now=time.time())
        run_id = store.runs.begin("test", started_at=utc_now())
        tally = run_night(
            store,
            partial(score_all, plan=plan, workers=workers),
            backlog,
            save=partial(store.results.put, run_id=run_id),
            now=utc_now,
            log=lambda event, detail: None,
        )
    return tally.left


if __name__ == "__main__":
    takes_s = float(sys.argv[3]) if len(sys.argv) > 3 else 0.005
    sys.exit(one_night(Path(sys.argv[1]), Path(sys.argv[2]), FakePlan(takes_s)))
