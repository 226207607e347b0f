"""A call with faults to judge, and a database for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.jobs.correct import Corrector
from pipeline.jobs.save import keep_versions
from pipeline.store import Store
from pipeline.types import CallMeta, CallResult, Pace, Provenance, Recording
from tests.builders import a_result
from tests.jobs.corrected_call import BASIS, LEXICON, SAID, SHA, SHEETS, SPEAKS, scored


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> CallResult:
    raw = a_result(
        recording=Recording("calls/a.wav", SHA, 30.0, 8000, 2, "pcm_alaw", 0),
        utterances=SAID,
        findings=(),
        engine=Provenance("base", "cd" * 32, "unknown", "none", "0.1.0"),
        pace=Pace(SPEAKS, SPEAKS),
        call=CallMeta(call_id="a", agent_id="1001", started_at="2026-11-19T10:00:00"),
    )
    with Store.open(tmp_path_factory.mktemp("m") / "m.db") as store:
        return scored(store, raw)


@pytest.fixture(scope="module")
def reviser(tmp_path_factory: pytest.TempPathFactory) -> Corrector:
    with Store.open(tmp_path_factory.mktemp("r") / "r.db") as store:
        return Corrector.load(store, BASIS)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "q.db") as opened:
        keep_versions(opened, LEXICON, SHEETS)
        yield opened
        assert opened.ledger.verify().faults == ()
