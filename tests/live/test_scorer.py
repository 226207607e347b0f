"""Ended calls in a worker process that cannot be made ready for a while."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.errors import ModelError
from pipeline.live import scorer
from pipeline.live.scorer import CallScorer
from pipeline.settings import ScoreSettings
from pipeline.types import Failure


@dataclass(frozen=True)
class Plan:
    """Its worker begins only where ``model`` is there."""

    model: Path

    def load(self):  # type: ignore[no-untyped-def]
        if not self.model.exists():
            raise ModelError("the model cannot be read")
        return echo


def echo(source: object) -> object:
    return f"scored {source}"


@pytest.mark.long
@pytest.mark.parametrize("is_mended", [True, False])
def test_calls_of_a_worker_that_cannot_begin_are_given_again_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_mended: bool
) -> None:
    monkeypatch.setattr(scorer, "KEPT_S", 0.2)
    model = tmp_path / "model"
    calls = CallScorer(Plan(model), ScoreSettings())  # type: ignore[arg-type]
    broke: list[str] = []

    def note(fault: str) -> None:
        broke.append(fault)
        if is_mended:
            model.touch()
        give_again(fault)

    give_again = calls._give_again
    monkeypatch.setattr(calls, "_give_again", note)
    path = tmp_path / "a.wav"
    path.write_bytes(b"x" * 100)
    try:
        calls.score(path)
        scored, outcome = calls.done.get(timeout=60.0)
        time.sleep(2.0)
        assert calls.done.empty()
        assert not calls._handed
    finally:
        calls.close()
    assert scored == path
    assert len(broke) == (1 if is_mended else 2)
    assert isinstance(outcome, Failure) is not is_mended
    assert str(getattr(outcome, "reason", outcome)) == (
        f"scored {path}" if is_mended else broke[-1]
    )
