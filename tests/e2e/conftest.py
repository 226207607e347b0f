"""The commands in an empty folder, with a recogniser that hears what it is told."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.commands import main as cli
from pipeline.commands import score
from pipeline.jobs import basis, hear
from pipeline.lexicon import LEXICON_FOLDER, ScorecardBook, load_lexicon, load_scorecards
from tests.fakes import FakeRecogniser
from tests.sounds import TWO_SIDES

SAYS = {
    0: (
        "您好，客服中心，请讲。",
        "这个不归我管，你去营业厅问。",
        "那我也没办法，你找领导去吧。",
        "随你便。",
    ),
    1: ("我要退款。", "营业厅让我打你们电话。", "我要投诉你。"),
}

Run = Callable[..., Result]


load_once = cache(load_lexicon)
"""The lexicons that come with callqa do not change between tests; reading them takes half a
second."""


@cache
def sheets_once(
    folder: Path, rule_ids: tuple[str, ...], duties: tuple[str, ...], usual: str
) -> ScorecardBook:
    return load_scorecards(folder, rule_ids=rule_ids, duties=duties, usual=usual)


@pytest.fixture
def callqa(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command in an empty folder with a recogniser that hears ``SAYS``."""
    monkeypatch.setattr(score, "identify", lambda settings, **_: FakeRecogniser())
    monkeypatch.setattr(hear, "load_recogniser", lambda settings, **_: FakeRecogniser(SAYS))
    # worker processes would load the real model; tests/e2e/test_score_processes.py has some
    monkeypatch.setattr(score, "count_workers", lambda wanted, most: 1)
    monkeypatch.setattr(
        basis,
        "load_lexicon",
        lambda folder, added: (
            load_lexicon(folder, added)
            if added.rules or folder != LEXICON_FOLDER
            else load_once(folder)
        ),
    )
    monkeypatch.setattr(
        basis,
        "load_scorecards",
        lambda folder, rule_ids, duties, usual, overlay: (
            load_scorecards(folder, rule_ids=rule_ids, duties=duties, usual=usual, overlay=overlay)
            if overlay.sheets
            else sheets_once(folder, tuple(rule_ids), tuple(duties), usual)
        ),
    )
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    return lambda *words: runner.invoke(cli.main, [str(word) for word in words])


@pytest.fixture
def call(tmp_path: Path) -> Path:
    return Path(shutil.copy2(TWO_SIDES, tmp_path / "call.wav"))
