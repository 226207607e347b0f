"""callqa db: a site is encrypted, gets another key, and is plain again; a night says that its key is
missing."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.commands.main import main
from pipeline.errors import StoreError
from pipeline.nightly import Screen, UnattendedRun
from pipeline.settings import NightlySettings, Settings, SiteSettings, parse_settings
from pipeline.store import KeySource, use_database_key
from tests.store.personal_site import fill_with_person, left_in

WORDS = ("不归我管", "我要退款", "欧阳建国")


@pytest.fixture(autouse=True)
def _no_key_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLQA_KEY_FILE", "")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A plain site with a copy of sound, and two keys that are not used."""
    folder = tmp_path / "site"
    (folder / "callqa.db.audio").mkdir(parents=True)
    monkeypatch.chdir(folder)
    fill_with_person(folder / "callqa.db")
    (folder / "callqa.db.audio" / f"{'7' * 64}-plain.ogg").write_text("不归我管", encoding="utf-8")
    for name in ("a", "b"):
        assert run("db", "key", f"../{name}.key").exit_code == 0
    return folder


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def use(site: Path, key: str) -> None:
    (site / "callqa.toml").write_text(f"[site]\n{key}\n", encoding="utf-8")


def test_a_site_is_encrypted_and_every_command_reads_it(site: Path) -> None:
    plain = run("db", "status").stdout.splitlines()[0]
    assert plain.endswith(
        "callqa.db: plain. callqa db key makes a key, callqa db encrypt encrypts with it."
    )
    use(site, 'key_file = "../a.key"')
    assert run("db", "encrypt").exit_code == 0
    assert "nothing was changed" in run("db", "encrypt").stdout

    assert left_in(site, WORDS) == []
    assert run("verify").exit_code == 0
    assert "退款" in run("search", "退款").stdout
    assert run("backup", "copy.db").exit_code == 0
    assert run("restore", "copy.db", "--replace").exit_code == 0
    assert left_in(site, WORDS) == []
    said = run("db", "status")
    assert re.search(
        r"callqa.db: encrypted \(SQLCipher .+\), and the key fits\.$", said.stdout, re.M
    )
    assert "plain" not in said.output


def test_a_plain_backup_is_encrypted_when_it_is_restored(site: Path) -> None:
    assert run("backup", "../old.db").exit_code == 0
    use(site, 'key_command = "cat ../a.key"')
    run("db", "encrypt")

    assert run("restore", "../old.db", "--replace").exit_code == 0
    assert left_in(site, WORDS) == []
    assert run("verify").exit_code == 0


def test_a_new_key_takes_the_place_of_the_old_one(site: Path) -> None:
    use(site, 'key_file = "../a.key"')
    run("db", "encrypt")
    run("backup", "../old.db")
    assert run("db", "rekey").exit_code == 2
    assert "is the old one" in run("db", "rekey", "--to", "../a.key").stderr
    assert "the old one" in run("db", "rekey", "--to", "../b.key").stdout

    assert "another key" in run("verify").stderr
    use(site, 'key_file = "../b.key"')
    assert run("verify").exit_code == 0
    assert run("restore", "../old.db", "--replace").exit_code == 2
    assert run("restore", "../old.db", "--replace", "--key-file", "../a.key").exit_code == 0
    assert run("verify").exit_code == 0
    assert "plain from now on" in run("db", "decrypt").stdout
    use(site, "")
    assert run("verify").exit_code == 0


def test_the_environment_names_the_key_of_a_service(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "there is no key" in run("db", "encrypt").stderr
    use(site, 'key_command = "false"')
    monkeypatch.setenv("CALLQA_KEY_FILE", "../a.key")
    assert run("db", "encrypt").exit_code == 0
    assert run("verify").exit_code == 0
    monkeypatch.setenv("CALLQA_KEY_FILE", "")

    failed = run("verify")
    assert (failed.exit_code, failed.stderr.count("\n")) == (2, 1)
    assert "exit code 1" in failed.stderr


def test_a_night_without_its_key_says_so(site: Path) -> None:
    use(site, 'key_file = "../a.key"')
    run("db", "encrypt")
    use_database_key(KeySource())
    said: list[str] = []
    settings = Settings(
        site=SiteSettings(db=str(site / "callqa.db")), nightly=NightlySettings(folders=(str(site),))
    )
    night = UnattendedRun(settings, threading.Event(), Screen(said.append, said.append, None))  # type: ignore[arg-type]

    with pytest.raises(StoreError, match="its key is not named"):
        night.run()
    assert "运行中断" in said[0]
    assert "key_file" in said[0]


def test_one_key_is_named(site: Path) -> None:
    use(site, 'key_file = "a"\nkey_command = "b"')
    assert "give one of them" in run("verify").stderr
    assert parse_settings({"site": {"key_command": "b"}}, where="x").site.is_encrypted


def test_what_is_asked_for_by_name_is_plain_and_said_so(site: Path) -> None:
    plain = run("report", "export", "calls.csv")
    use(site, 'key_file = "../a.key"')
    run("db", "encrypt")

    assert "plain" not in plain.output
    assert "are plain: calls.csv" in run("report", "export", "calls.csv").stderr


def test_sigterm_takes_a_private_folder_along(tmp_path: Path) -> None:
    program = f"""import tempfile, time
from pipeline.commands.sigterm import ended_by_sigterm
with ended_by_sigterm(), tempfile.TemporaryDirectory(dir={str(tmp_path)!r}):
    print(flush=True); time.sleep(60)"""
    env = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, env=env) as one:
        assert one.stdout
        one.stdout.readline()
        assert list(tmp_path.iterdir())
        one.terminate()
        assert one.wait() == -signal.SIGTERM
    assert not list(tmp_path.iterdir())
