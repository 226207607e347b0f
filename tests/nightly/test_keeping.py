"""A night backs up, anchors and erases as the settings ask; what fails is a problem and ends
nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import StoreError
from pipeline.jobs import read_anchors
from pipeline.nightly import keeping
from pipeline.nightly.keeping import keep_safe
from pipeline.nightly.tally import Tally
from pipeline.settings import (
    BackupSettings,
    LedgerSettings,
    RetentionSettings,
    Settings,
    SiteSettings,
)
from pipeline.store import Store, check_copy
from tests.store.full_site import fill

NOW = "2026-12-01T01:00:00+00:00"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "anchor").mkdir()
    fill(tmp_path / "callqa.db")
    return tmp_path


def night(
    site: Path, at: str = NOW, *, stopped: bool = False, **sections: object
) -> tuple[str, Tally]:
    settings = Settings(site=SiteSettings(db=str(site / "callqa.db")), **sections)  # type: ignore[arg-type]
    tally = Tally()
    with Store.open(site / "callqa.db") as store:
        said = keep_safe(settings, store, tally, now=lambda: at, stop=lambda: stopped)
        assert store.ledger.verify().faults == ()
    return said, tally


def test_the_head_is_in_the_message_and_in_the_anchor(site: Path):
    folder = str(site / "anchor")
    said, tally = night(site, ledger=LedgerSettings(anchors=(folder,)))

    ((head,), problems) = read_anchors(LedgerSettings(anchors=(folder,)))
    assert said == f"日志签名头 {head.size} 条 {head.root}"
    assert (problems, tally.problems) == ([], [])
    night(site, ledger=LedgerSettings(anchors=(folder,)))
    assert read_anchors(LedgerSettings(anchors=(folder,))) == ((head,), [])


def test_the_newest_backups_stay(site: Path):
    kept = BackupSettings(str(site / "backups"), keep=2)
    for day in (1, 2, 3):
        said, tally = night(site, f"2026-12-0{day}T01:00:00+00:00", backup=kept)
        assert "已读回核对" in said
        assert tally.problems == []

    names = sorted(path.name for path in (site / "backups").iterdir())
    assert [name[:15] for name in names] == ["callqa-20261202", "callqa-20261203"]
    assert check_copy(site / "backups" / names[1]).faults == ()


def test_what_cannot_be_written_is_a_problem_and_the_head_is_signed(site: Path):
    (site / "file").write_text("", encoding="utf-8")
    said, tally = night(
        site,
        backup=BackupSettings(str(site / "file")),
        ledger=LedgerSettings(anchors=(str(site / "gone"),)),
    )

    assert said.startswith("日志签名头")
    assert len(tally.problems) == 2


def test_an_erasure_that_fails_costs_no_backup(site: Path, monkeypatch: pytest.MonkeyPatch):
    def fails(*_args: object, **_more: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(keeping, "expire", fails)
    said, tally = night(
        site,
        retention=RetentionSettings(transcript_days=7, dry_run=False),
        backup=BackupSettings(str(site / "backups")),
    )

    assert "已读回核对" in said
    assert tally.problems == ["[retention]: the disk is full"]


def test_a_night_says_what_would_go_and_then_what_went(site: Path):
    said, _ = night(site, retention=RetentionSettings(transcript_days=7))
    assert "试运行，没有删除：文字 3" in said

    said, _ = night(site, retention=RetentionSettings(transcript_days=7, dry_run=False))
    assert "已删除：文字 3" in said
    said, _ = night(site, retention=RetentionSettings(transcript_days=7, dry_run=False))
    assert said.startswith("日志签名头")


def test_a_night_that_is_told_to_stop_makes_no_backup(site: Path):
    said, _ = night(site, stopped=True, backup=BackupSettings(str(site / "backups")))

    assert said.startswith("日志签名头")
    assert not (site / "backups").exists()
