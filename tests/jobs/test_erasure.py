"""A person is erased from every file of the site, and what is old goes by itself."""

from __future__ import annotations

import os
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.commands.main import main
from pipeline.jobs import erasure, expire
from pipeline.settings import RetentionSettings, Settings, SiteSettings
from pipeline.store import Store
from pipeline.types import LiveCall, LiveMessage, part_sha256
from tests.store.full_site import AT
from tests.store.personal_site import (
    CALL_ID,
    NAME,
    PHONE,
    SHA,
    a_personal_call,
    fill_with_person,
    left_in,
)

NOW = datetime.fromisoformat("2026-12-25T03:00:00+08:00")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site as nights leave it: recordings with their table, copies for browsers, pages, a workbook,
    a log and a backup."""
    monkeypatch.chdir(tmp_path)
    for folder in ("calls", "callqa.db.audio", "out/day-2026-11-02", "backups"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / f"calls/{CALL_ID}.wav").write_bytes(b"RIFF" + PHONE.encode())
    (tmp_path / "calls/2.wav").write_bytes(b"RIFF")
    table = f"文件名,客户编号\n{CALL_ID}.wav,{PHONE}\n2.wav,C2\n"
    (tmp_path / "calls/metadata.csv").write_bytes(table.encode("gb18030"))
    (tmp_path / f"callqa.db.audio/{SHA}-plain.ogg").write_bytes(b"Ogg")
    (tmp_path / f"out/day-2026-11-02/{CALL_ID}.html").write_text("<p>声音</p>", encoding="utf-8")
    (tmp_path / "out/day-2026-11-02/index.html").write_text(f"<p>{PHONE}</p>", encoding="utf-8")
    (tmp_path / "out/day-2026-11-02/other.html").write_text("<p>2</p>", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "out/calls.xlsx", "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/sharedStrings.xml", f"<t>{PHONE}</t>")
    log = f'{{"event":"failed","path":"calls/{CALL_ID}.wav"}}\n{{"event":"ended"}}\n'
    (tmp_path / "nightly.jsonl").write_text(log, encoding="utf-8")
    settings = (
        '[nightly]\nfolders = ["calls"]\nlog = "nightly.jsonl"\n[backup]\nfolder = "backups"\n'
    )
    (tmp_path / "callqa.toml").write_text(settings, encoding="utf-8")
    fill_with_person(tmp_path / "callqa.db")
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


ERASE = ("erase", "--customer", PHONE, "--reason", "客户要求，工单 77")


def test_nothing_of_the_person_is_left_in_any_file(site: Path):
    assert {name for name, _ in left_in(site)} > {"callqa.db", "nightly.jsonl", "index.html"}

    done = run(*ERASE)

    assert done.exit_code == 0, done.output
    assert left_in(site) == []
    assert [path for path in site.rglob("*") if PHONE in path.name or SHA in path.name] == []
    assert run("verify").exit_code == 0
    assert "客户要求，工单 77" in run("verify").stderr


def test_what_is_of_others_stays(site: Path):
    run(*ERASE)

    assert (site / "calls/2.wav").exists()
    assert (site / "calls/metadata.csv").read_bytes().decode(
        "gb18030"
    ) == "文件名,客户编号\n2.wav,C2\n"
    assert (site / "nightly.jsonl").read_text(encoding="utf-8") == '{"event":"ended"}\n'
    assert (site / "out/day-2026-11-02/other.html").exists()


def test_a_dry_run_lists_and_leaves_all(site: Path):
    before = {
        path: path.read_bytes() for path in site.rglob("*") if path.suffix in (".wav", ".csv")
    }

    done = run("erase", "--customer", PHONE, "--dry-run")

    assert f"{CALL_ID}.wav" in done.stderr
    assert "calls.xlsx" in done.stderr
    assert {path: path.read_bytes() for path in before} == before
    with Store.open("callqa.db") as store:
        assert store.erasure.calls_of(PHONE) == [SHA]


def test_an_old_backup_is_named_and_a_new_one_holds_nothing(site: Path):
    assert run("backup", "backups").exit_code == 0
    done = run(*ERASE)
    assert done.exit_code == 1
    assert "old backups" in done.stderr

    (old,) = (site / "backups").iterdir()
    old.unlink()
    assert run("backup", "backups").exit_code == 0
    assert left_in(site) == []


@pytest.mark.parametrize("more", [["--dry-run"], ["--reason", "客户要求"]])
def test_a_number_that_no_call_has_is_said_and_not_taken_for_erased(site: Path, more: list[str]):
    done = run("erase", "--customer", PHONE[:-1] + "0", *more)

    assert (done.exit_code, "check the number" in done.stderr) == (1, True)
    assert left_in(site, (PHONE,)) != []


def test_a_customer_who_has_only_chats_is_known(site: Path):
    said = [LiveMessage("1", 1.0, "customer", f"我叫{NAME}")]
    with Store.open("callqa.db") as store:
        store.live.receive("api", "C-9", said, about={"customer_id": "13700000000"}, now=1.0)

    tried = run("erase", "--customer", "13700000000", "--dry-run")
    done = run("erase", "--customer", "13700000000", "--reason", "客户要求")

    assert [(one.exit_code, "0 calls, 1 conversations" in one.stdout) for one in (tried, done)] == [
        (0, True)
    ] * 2
    with Store.open("callqa.db") as store:
        assert store.live.open_talks() == []


def test_a_telephone_call_that_was_never_scored_goes_with_its_row_in_the_table(site: Path):
    folder = site / "callqa.db.calls/2026-11-18"
    folder.mkdir(parents=True)
    (folder / "1.wav").write_bytes(b"RIFF")
    rows = "file,call_id,customer_id\n1.wav,C-1,13700000000\n2.wav,C-2,13700000001\n"
    (folder / "metadata.csv").write_text(rows, encoding="utf-8")
    with Store.open("callqa.db") as store:
        talk = store.live.receive(
            "call", "C-1", [], about={"customer_id": "13700000000"}, now=1.0
        ).talk
        store.live_calls.put(LiveCall(talk.id, "audiosocket", "2026-11-18/1.wav"))
        store.live.set_state(talk.id, "failed", "规则有误")

    done = run("erase", "--customer", "13700000000", "--reason", "客户要求")

    assert done.exit_code == 0
    assert [one.name for one in folder.iterdir()] == ["metadata.csv"]
    left = (folder / "metadata.csv").read_text(encoding="utf-8")
    assert left == "file,call_id,customer_id\n2.wav,C-2,13700000001\n"


def test_a_dry_run_counts_the_other_parts_of_a_recording(site: Path):
    part = replace(a_personal_call().recording, sha256=part_sha256(SHA, 2), file_sha256=SHA)
    call = replace(a_personal_call().call, customer_id="13700000000")
    with Store.open("callqa.db") as store:
        store.results.save(replace(a_personal_call(), recording=part, call=call), scored_at=AT)

    tried = run("erase", "--customer", "13700000000", "--dry-run")
    done = run("erase", "--customer", "13700000000", "--reason", "客户要求")

    assert "to be erased: 2 calls" in tried.stdout
    assert "erased: 2 calls" in done.stdout


def test_recordings_are_kept_where_it_is_asked(site: Path):
    run(*ERASE, "--keep-recordings")

    assert (site / f"calls/{CALL_ID}.wav").exists()
    assert left_in(site, (NAME,)) == []


@pytest.mark.parametrize(
    "words", [["--customer", PHONE], ["--reason", "x"], [*ERASE[1:4], f"{PHONE}要求"], []]
)
def test_an_erasure_needs_a_customer_and_a_reason_that_does_not_name_him(
    site: Path, words: list[str]
):
    assert run("erase", *words).exit_code == 2
    assert left_in(site, (PHONE,)) != []


def test_a_file_that_cannot_be_changed_ends_it_before_the_database(
    site: Path, monkeypatch: pytest.MonkeyPatch
):
    if os.geteuid() == 0:

        def refuse(path: Path, **_: object) -> None:
            raise PermissionError(13, "Permission denied", str(path))

        monkeypatch.setattr(Path, "unlink", refuse)
    else:
        (site / "calls").chmod(0o500)
    with Store.open("callqa.db") as store:
        named = store.erasure.named([SHA], PHONE)
    settings = Settings(site=SiteSettings(db="callqa.db"))
    found = erasure.find_files(settings, [SHA], named)

    with pytest.raises(Exception, match="cannot be erased"):
        erasure.erase_files(found, [SHA], named)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("erase", "--finish"), "The erasure that was cut off is done.\n"),
        (ERASE, "An erasure that was cut off is now complete; no call or conversation has this "),
    ],
    ids=["finish", "again"],
)
def test_an_erasure_that_was_cut_off_is_finished(site: Path, command: tuple[str, ...], said: str):
    with Store.open("callqa.db") as store:
        named = store.erasure.named([SHA], PHONE)
        store.erasure.erase([SHA], "all", named, reason="x", actor="li", at="2026-11-03T00:00:00Z")
    assert "--finish" in run("verify").stderr

    done = run(*command)

    assert done.exit_code == 0
    assert said in done.output
    assert run("verify").exit_code == 0


def kept(**days: object) -> Settings:
    return Settings(
        site=SiteSettings(db="callqa.db"),
        retention=RetentionSettings(**days),  # type: ignore[arg-type]
    )


def test_a_dry_run_of_periods_counts_and_erases_nothing(site: Path):
    with Store.open("callqa.db") as store:
        days = kept(sound_days=7, transcript_days=7, result_days=20, ledger_days=7)
        found = expire(store, days, now=NOW)
        assert (found.sounds, found.words, found.calls, found.erased) == (4, 0, 4, False)
        assert "试运行" in found.line
        assert store.ledger.last_of("erased") is None
    assert (site / f"calls/{CALL_ID}.wav").exists()


def test_what_is_too_old_goes_each_kind_by_its_own_period(site: Path):
    with Store.open("callqa.db") as store:
        sums = [one.attitude for one in store.calls.records()]
        days = kept(sound_days=7, transcript_days=7, result_days=40, dry_run=False)
        found = expire(store, days, now=NOW)
        assert (found.sounds, found.words, found.calls) == (4, 4, 0)
        assert "已删除" in found.line
        assert expire(store, days, now=NOW).line == ""
        assert [one.attitude for one in store.calls.records()] == sums
        assert {one.customer_id for one in store.calls.records()} >= {PHONE}

        later = expire(store, kept(result_days=20, ledger_days=7, dry_run=False), now=NOW)
        assert later.calls == 4
        assert later.details > 0
        assert PHONE not in {one.customer_id for one in store.calls.records()}
        assert store.ledger.verify().faults == ()
    assert not (site / f"calls/{CALL_ID}.wav").exists()
    assert left_in(site, (NAME,)) == []


def test_what_was_never_scored_goes_by_the_period_of_words(site: Path):
    old, said = NOW.timestamp() - 8 * 86400, [LiveMessage("1", 1.0, "customer", f"我叫{NAME}")]
    with Store.open("callqa.db") as store:
        live = store.live
        for name, moved in (("failed", old), ("stalled", old), ("new", NOW.timestamp())):
            live.receive("api", name, said, about={}, now=moved)
        live.set_state(1, "failed", "规则有误")
        store.ledger.record("desk noted", "live 1", {"text": NAME}, actor="li", at=AT)
        assert expire(store, kept(result_days=7), now=NOW).talks == 2
        assert len(live.open_talks()) == 3

        found = expire(store, kept(transcript_days=7, dry_run=False), now=NOW)

        assert (found.talks, "会话 2" in found.line) == (2, True)
        assert [one.name for one in live.open_talks()] == ["new"]
        (note,) = [one for one in store.ledger.entries() if one.action == "desk noted"]
        assert NAME not in str(note)
        assert store.ledger.verify().faults == ()


def test_what_is_young_stays(site: Path):
    with Store.open("callqa.db") as store:
        days = kept(
            sound_days=60, transcript_days=60, result_days=60, ledger_days=60, dry_run=False
        )
        assert expire(store, days, now=NOW).line == ""
        assert store.erasure.calls_of(PHONE) == [SHA]


def test_a_night_that_is_told_to_stop_erases_no_more(site: Path):
    with Store.open("callqa.db") as store:
        days = kept(transcript_days=7, dry_run=False)
        assert expire(store, days, now=NOW, stop=lambda: True).words == 0
        assert len(store.erasure.calls_before("2026-12-01", "words")) == 4
