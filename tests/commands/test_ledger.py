"""verify, ledger, backup and restore from the command line."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from filelock import FileLock

from pipeline.commands.main import main
from pipeline.store import Store, use_key
from pipeline.store.signing import active_key
from tests.store.full_site import fill
from tests.store.test_alterations import alter, rewritten


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site with a key and an anchor."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "anchor").mkdir()
    (tmp_path / "callqa.toml").write_text(
        '[ledger]\nkey_file = "ledger.pem"\nanchors = ["anchor"]\n', encoding="utf-8"
    )
    run("ledger", "key", "ledger.pem")
    fill(tmp_path / "callqa.db")
    assert run("ledger", "sign").exit_code == 0
    return tmp_path


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def test_a_signed_site_is_whole(site: Path):
    done = run("verify")

    assert done.exit_code == 0, done.output
    assert "nothing was altered" in done.stdout
    assert "1 anchors read" in done.stderr


def test_a_key_is_for_its_owner_alone_and_never_written_over(site: Path):
    assert (site / "ledger.pem").stat().st_mode & 0o777 == 0o600
    again = run("ledger", "key", "ledger.pem")

    assert again.exit_code == 2
    assert "no file yet" in again.stderr


@pytest.mark.parametrize(
    ("content", "complaint"), [("", "no Ed25519 key"), (None, "cannot be read")]
)
def test_a_key_that_is_none_is_said_before_anything_is_written(
    site: Path, content: str | None, complaint: str
):
    (site / "ledger.pem").unlink()
    if content is not None:
        (site / "ledger.pem").write_text(content, encoding="utf-8")

    done = run("ledger", "sign")

    assert done.exit_code == 2
    assert complaint in done.stderr


def test_a_key_that_everybody_can_read_is_refused(site: Path):
    (site / "ledger.pem").chmod(0o604)

    assert "chmod o=" in run("verify").stderr


def test_the_public_half_is_enough_to_check(site: Path):
    (site / "callqa.toml").write_text('[ledger]\nkey_file = "ledger.pem.pub"\n', encoding="utf-8")

    assert run("verify").exit_code == 0


def test_an_insider_without_the_key_is_found_out(site: Path):
    """Even where he writes every hash again and takes heads and anchors away."""
    with Store.open(site / "callqa.db") as store:
        size = store.ledger.verify().size
    rewritten(site / "callqa.db", size)
    alter(site / "callqa.db", "DELETE FROM heads", "UPDATE ledger_head SET signed = entries")
    shutil.rmtree(site / "anchor")
    (site / "anchor").mkdir()

    done = run("verify", "--ledger-only")

    assert done.exit_code == 1
    assert "false signature" in done.stderr


def test_a_database_put_back_from_yesterday_is_found_by_the_anchor(site: Path):
    shutil.copy(site / "callqa.db", site / "old.db")
    with Store.open(site / "callqa.db") as store:
        store.ledger.record("unmasked", "x", {}, actor="li", at="2026-11-04T09:00:00+00:00")
    assert run("ledger", "sign").exit_code == 0
    for side in ("-wal", "-shm"):
        (site / f"callqa.db{side}").unlink(missing_ok=True)
    shutil.copy(site / "old.db", site / "callqa.db")

    done = run("verify", "--ledger-only")

    assert done.exit_code == 1
    assert "entries at" in done.stderr


def test_entries_without_a_signature_are_named(site: Path):
    with Store.open(site / "callqa.db") as store:
        use_key(None)
        store.ledger.record("unmasked", "x", {}, actor="li", at="2026-11-04T09:00:00+00:00")

    done = run("verify")
    assert done.exit_code == 1
    assert "are not signed" in done.stderr
    assert run("ledger", "sign").exit_code == 0
    assert run("verify").exit_code == 0


def test_an_agent_gets_a_proof_with_his_appeal_that_needs_no_database(site: Path):
    assert run("ledger", "proof", "p.json", "--appeal", "1").exit_code == 0
    (site / "callqa.db").unlink()

    done = run("verify", "--proof", "p.json", "--public-key", "ledger.pem.pub")

    assert done.exit_code == 0, done.output
    assert "appealed" in done.stdout
    assert "appeal decided" in done.stdout
    assert "scored" in done.stdout


@pytest.mark.parametrize("where", ["detail", "actor", "path", "root", "signature", "before"])
def test_a_proof_that_was_altered_proves_nothing(site: Path, where: str):
    run("ledger", "proof", "p.json", "--appeal", "1")
    content = json.loads((site / "p.json").read_text(encoding="utf-8"))
    first = content["proofs"][0]
    if where in ("detail", "actor"):
        first["entry"][where] = '{"outcome":"upheld"}'
    elif where == "path":
        first["path"] = first["path"][1:]
    elif where == "before":
        first["before"] = "0" * 64
    else:
        content["head"][where] = "ab" * (32 if where == "root" else 64)
    (site / "p.json").write_text(json.dumps(content), encoding="utf-8")

    done = run("verify", "--proof", "p.json")

    assert done.exit_code == 1


def test_a_proof_by_another_key_is_refused(site: Path):
    run("ledger", "proof", "p.json", "--entry", "1")
    run("ledger", "key", "other.pem")

    assert run("verify", "--proof", "p.json", "--public-key", "other.pem.pub").exit_code == 1
    assert run("verify", "--proof", "p.json", "--expect", "ab" * 32).exit_code == 1


def test_one_head_is_proved_to_continue_another(site: Path):
    with Store.open(site / "callqa.db") as store:
        first = store.ledger.heads()[-1].size
        store.ledger.record("unmasked", "x", {}, actor="li", at="2026-11-04T09:00:00+00:00")
    assert run("ledger", "proof", "c.json", "--since", str(first)).exit_code == 0
    assert run("verify", "--proof", "c.json").exit_code == 0

    content = json.loads((site / "c.json").read_text(encoding="utf-8"))
    content["consistency"] = content["consistency"][:-1]
    (site / "c.json").write_text(json.dumps(content), encoding="utf-8")
    assert run("verify", "--proof", "c.json").exit_code == 1


@pytest.mark.parametrize("content", ["", "{}", '{"form": "callqa-ledger-proof-1"}', "[1]"])
def test_a_file_that_is_no_proof_is_refused(site: Path, content: str):
    (site / "p.json").write_text(content, encoding="utf-8")

    assert run("verify", "--proof", "p.json").exit_code == 2


@pytest.mark.parametrize("words", [["--appeal", "99"], ["--entry", "9999"], ["--since", "2"], []])
def test_what_is_not_there_cannot_be_proved(site: Path, words: list[str]):
    assert run("ledger", "proof", "p.json", *words).exit_code == 2


def test_an_anchor_that_is_gone_or_damaged_is_said_and_is_no_forgery(site: Path):
    (file,) = (site / "anchor").iterdir()
    file.write_text("{", encoding="utf-8")
    assert run("verify").exit_code == 3
    shutil.rmtree(site / "anchor")

    done = run("verify")
    assert done.exit_code == 3
    assert "nothing was altered; 1 anchors could not be read" in done.stdout
    assert "no such folder" in done.stderr
    assert run("ledger", "sign").exit_code == 1


def test_a_backup_is_read_back_and_noted(site: Path):
    done = run("backup", "backups/one.db")

    assert done.exit_code == 0, done.output
    assert run("verify", "--db", "backups/one.db").exit_code == 0
    assert (site / "backups/one.db").stat().st_mode & 0o777 == 0o600
    assert "last backup 20" in run("verify").stderr
    assert run("backup", "backups/one.db").exit_code == 2


def test_a_backup_into_a_folder_has_the_time_in_its_name(site: Path):
    (site / "backups").mkdir()

    assert run("backup", "backups").exit_code == 0
    (made,) = (site / "backups").iterdir()
    assert made.name.startswith("callqa-20")


def test_what_was_restored_is_whole_and_says_what_is_lost(site: Path):
    run("backup", "one.db")
    with Store.open(site / "callqa.db") as store:
        store.ledger.record("unmasked", "x", {}, actor="li", at="2026-11-04T09:00:00+00:00")
    run("ledger", "sign")
    assert run("restore", "one.db").exit_code == 2

    done = run("restore", "one.db", "--replace")

    assert done.exit_code == 0, done.output
    assert len(list(site.glob("callqa.db.before-*"))) >= 1
    checked = run("verify")
    assert checked.exit_code == 0, checked.output
    assert "a backup was restored" in checked.stderr


def test_nothing_is_restored_while_others_have_the_database_open(site: Path):
    run("backup", "one.db")
    with FileLock("callqa.db.live.lock"):
        listened = run("restore", "one.db", "--replace")
    assert (listened.exit_code, "stop it and run again" in listened.stderr) == (75, True)
    with Store.open("callqa.db") as store:
        read = run("restore", "one.db", "--replace")
        store.ledger.record("unmasked", "x", {}, actor="li", at="2026-11-04T09:00:00+00:00")
    assert (read.exit_code, "callqa live" in read.stderr) == (2, True)
    assert {one.name for one in site.glob("callqa.db*") if "lock" not in one.name} == {"callqa.db"}

    # a damaged database, which nobody can hold, is what backups are for
    (site / "callqa.db").write_bytes(b"damaged" * 1000)
    assert run("restore", "one.db", "--replace").exit_code == 0
    assert run("verify").exit_code == 0


@pytest.mark.parametrize("damage", ["empty", "cut", "other", "altered"])
def test_what_is_no_whole_backup_is_not_restored(site: Path, damage: str):
    run("backup", "one.db")
    copy = site / "one.db"
    if damage == "empty":
        copy.write_bytes(b"")
    elif damage == "cut":
        copy.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    elif damage == "other":
        copy.unlink()
        raw = sqlite3.connect(copy)
        raw.execute("CREATE TABLE a (b)")
        raw.commit()
        raw.close()
    else:
        alter(copy, "UPDATE ledger SET actor = 'nobody' WHERE id = 4")
    before = (site / "callqa.db").read_bytes()

    assert run("restore", "one.db", "--replace").exit_code == 2
    assert (site / "callqa.db").read_bytes() == before


@pytest.mark.parametrize("size", [0, 4096])
def test_a_plain_copy_without_its_content_is_refused(site: Path, size: int):
    """What ``cp`` leaves of a database whose calls are still in the write-ahead log."""
    copy = site / "copy.db"
    if size:
        raw = sqlite3.connect(copy)
        raw.execute("PRAGMA journal_mode = wal")
        raw.close()
    else:
        copy.write_bytes(b"")

    done = run("verify", "--db", "copy.db")

    assert done.exit_code == 2
    assert "empty" in done.stderr
    assert copy.stat().st_size == size


def test_a_command_of_a_site_without_a_key_signs_with_none(site: Path):
    assert run("verify").exit_code == 0
    assert active_key() is not None
    (site / "callqa.toml").write_text("", encoding="utf-8")

    run("verify")

    assert active_key() is None
