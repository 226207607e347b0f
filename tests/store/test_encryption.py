"""A database with a key: all works as in a plain one, no file shows a word, and what does not fit is
said."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import ExtraError, SettingsError, StoreError
from pipeline.store import (
    DatabaseKey,
    KeySource,
    Store,
    check_copy,
    copy_for,
    database_key,
    decrypt_pieces,
    encrypt_bytes,
    fresh_file,
    is_plain,
    make_database_key,
    read_database_key,
    rewrite,
    use_database_key,
)
from pipeline.store import key as key_module
from pipeline.store.connection import CACHED_STATEMENTS, connect
from pipeline.store.finding_labels import LABELLED, labels_of
from pipeline.types import extras
from tests.store.full_site import AT, HER
from tests.store.personal_site import PHONE, a_personal_call, fill_with_person, left_in
from tests.store.test_alterations import faults

KEY, OTHER = DatabaseKey("1f" * 32), DatabaseKey("2e" * 32)
WORDS = ("不归我管", "我要退款", "call-1", PHONE)
"""None is of two characters: their four bytes of UTF-16 stand in a megabyte of random bytes once in
4000 times."""


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "site" / "callqa.db"
    path.parent.mkdir()
    fill_with_person(path)
    return path


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "db.key"
    path.write_text(f"{KEY.digits}\n", encoding="ascii")
    path.chmod(0o600)
    return path


def encrypt(db: Path, key: DatabaseKey = KEY) -> None:
    rewrite(db, "encrypted", old=None, new=key, **HER)


def every_row(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """All tables, those that the indexes of texts lie in too."""
    names = store.db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    ).fetchall()
    return {
        name: [tuple(row) for row in store.db.execute(f"SELECT * FROM {name} ORDER BY 1, 2")]
        for (name,) in names
    }


def by_label(store: Store) -> dict[tuple[str, str], list[int]]:
    """What the index without texts finds for each rule and phrase; none of it is empty."""
    wanted = f"SELECT id FROM results WHERE id IN {LABELLED} ORDER BY id"
    found: dict[tuple[str, str], list[int]] = {}
    for kind, label in store.db.execute("SELECT kind, label FROM finding_labels").fetchall():
        rows = store.db.execute(wanted, [labels_of(store.db, kind, [label])]).fetchall()
        found[kind, label] = [row[0] for row in rows]
    assert found
    assert all(found.values())
    return found


def test_the_statements_that_save_a_call_stay_prepared(db: Path, key_file: Path) -> None:
    """With the triggers that come before them; sqlcipher3 has 100 places by itself."""
    encrypt(db)
    said: set[str] = set()
    with Store.open(db, key=KEY) as store, store.db.tracer(lambda sql, _: said.add(sql)):
        call = a_personal_call()
        again = replace(call, recording=replace(call.recording, sha256="9" * 64))
        store.results.save(again, scored_at=AT)

    assert 100 < len(said) < CACHED_STATEMENTS / 2


def test_what_is_encrypted_has_every_row_and_shows_no_word(db: Path, key_file: Path) -> None:
    with Store.open(db) as store:
        before, labels = every_row(store), by_label(store)
        schema = store.db.execute("SELECT name, sql FROM sqlite_master ORDER BY 1").fetchall()
        store.fold_log()
    assert {word for _, word in left_in(db.parent, WORDS)} == set(WORDS)
    encrypt(db)

    assert [file.name for file in db.parent.iterdir()] == ["callqa.db"]
    use_database_key(KeySource(str(key_file)))
    with Store.open(db, create=False) as store:
        after = every_row(store)
        for grown in ("ledger", "seals"):  # the entry of the encryption came to them
            after[grown] = after[grown][: len(before[grown])]
        del before["ledger_head"], after["ledger_head"]
        assert after == before
        assert by_label(store) == labels
        found = store.db.execute("SELECT name, sql FROM sqlite_master ORDER BY 1").fetchall()
        assert [tuple(row) for row in found] == [tuple(row) for row in schema]
        assert store.calls.search("退款")
        assert store.ledger.last_of("encrypted")
        store.ledger.record("exported", "list 不归我管", {}, **HER)
        assert left_in(db.parent, WORDS) == []  # nor in the write-ahead log
        assert store.find_damage() == []
        copy = store.back_up(db.parent / "copy.db").path
    assert left_in(db.parent, WORDS) == []
    assert check_copy(copy, KEY).faults == ()
    assert faults(db) == set()


def test_a_person_is_erased_from_an_encrypted_database(db: Path, key_file: Path) -> None:
    encrypt(db)
    use_database_key(KeySource(str(key_file)))
    with Store.open(db) as store:
        calls = store.erasure.calls_of(PHONE)
        named = store.erasure.named(calls, PHONE)
        store.erasure.erase(calls, "all", named, reason="客户要求", **HER)
        store.erasure.clean(**HER)
    assert faults(db) == set()

    rewrite(db, "decrypted", old=KEY, new=None, **HER)
    use_database_key(KeySource())
    assert left_in(db.parent) == []
    assert faults(db) == set()


def test_each_wrong_key_is_named_and_nothing_changes(db: Path) -> None:
    with pytest.raises(StoreError, match=r"callqa\.db: is not encrypted, and there is a key"):
        Store.open(db, key=KEY)
    encrypt(db)
    before = db.read_bytes()

    with pytest.raises(StoreError, match="encrypted and its key is not named"):
        Store.open(db, key=None)
    with pytest.raises(StoreError, match="belongs to another key, or is damaged"):
        Store.open(db, key=OTHER)
    with pytest.raises(StoreError, match="belongs to another key"):
        rewrite(db, "rekeyed", old=OTHER, new=KEY, **HER)
    with pytest.raises(StoreError, match="belongs to another key"):
        check_copy(db, OTHER)
    assert db.read_bytes() == before


def test_a_backup_of_any_key_becomes_one_of_this_key(db: Path, tmp_path: Path) -> None:
    plain, other = tmp_path / "plain.db", tmp_path / "other.db"
    with Store.open(db) as store:
        size = store.back_up(plain).entries
    assert copy_for(plain, other, old=None, new=OTHER).size == size

    assert copy_for(other, tmp_path / "own.db", old=OTHER, new=KEY).size == size
    assert copy_for(other, tmp_path / "back.db", old=OTHER, new=None).size == size
    with pytest.raises(StoreError, match=r"other\.db"):
        copy_for(other, tmp_path / "none.db", old=KEY, new=None)


def test_rekeying_waits_for_nobody_who_has_it_open(db: Path) -> None:
    program = f"""from pipeline.store import DatabaseKey, Store
store = Store.open({str(db)!r}, key=None)
print(flush=True); input()"""
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    ) as other:  # fmt: skip
        assert other.stdin
        assert other.stdout
        other.stdout.readline()
        with pytest.raises(StoreError, match="others have the database open"):
            encrypt(db)
        other.stdin.write(b"\n")
    assert is_plain(db)
    assert not list(db.parent.glob("*.recrypting*"))
    encrypt(db)
    assert is_plain(db) is False


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ("DELETE FROM utterances WHERE rowid = 1", "has other rows"),
        ("UPDATE utterances SET text = '您好' WHERE rowid = 1", "its ledger is not whole"),
    ],
)
def test_a_new_file_that_is_not_whole_takes_no_place(
    db: Path, monkeypatch: pytest.MonkeyPatch, fault: str, complaint: str
) -> None:
    def lossy(source, target, key):  # type: ignore[no-untyped-def]
        whole(source, target, key)
        with closing(connect(target, key, mode="rw", busy_timeout_s=0)) as raw:
            raw.execute(fault)

    whole = fresh_file.write_anew
    monkeypatch.setattr(fresh_file, "write_anew", lossy)
    before = db.read_bytes()

    with pytest.raises(StoreError, match=complaint):
        encrypt(db)
    assert db.read_bytes()[100:] == before[100:]
    assert [file.name for file in db.parent.iterdir()] == ["callqa.db"]


def test_faults_from_before_are_taken_along_and_named(db: Path) -> None:
    with Store.open(db) as store:
        store.db.execute("UPDATE utterances SET text = '您好' WHERE rowid = 1")
    before = faults(db)

    done = rewrite(db, "encrypted", old=None, new=KEY, **HER)

    assert before
    assert {fault.subject for fault in done.faults} == before


def test_a_key_comes_from_a_file_or_a_command(key_file: Path, tmp_path: Path) -> None:
    assert read_database_key(KeySource(str(key_file))) == KEY
    assert read_database_key(KeySource(command=f"cat '{key_file}'")) == KEY
    made = tmp_path / "new.key"
    make_database_key(made)
    assert made.stat().st_mode & 0o777 == 0o600
    assert read_database_key(KeySource(str(made))) != KEY
    with pytest.raises(SettingsError, match="no file yet"):
        make_database_key(made)


@pytest.mark.parametrize(
    ("content", "mode", "complaint"),
    [
        ("", 0o600, "gives an empty key"),
        ("  \n", 0o600, "gives an empty key"),
        ("geheim", 0o600, "expected 64 hex digits"),
        (f"{KEY.digits}00", 0o600, "expected 64 hex digits"),
        (KEY.digits, 0o644, "chmod 600"),
        (KEY.digits, 0o620, "chmod 600"),
    ],
)
def test_a_file_that_is_no_key_is_refused_and_not_shown(
    tmp_path: Path, content: str, mode: int, complaint: str
) -> None:
    path = tmp_path / "db.key"
    path.write_text(content, encoding="ascii")
    path.chmod(mode)

    with pytest.raises(SettingsError, match=complaint) as refused:
        read_database_key(KeySource(str(path)))
    assert not content.strip() or content.strip() not in str(refused.value)


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("false", "failed with exit code 1"),
        ("true", "gives an empty key"),
        ("no-such-program --key", "cannot be run"),
        ("'", "cannot be run"),
        ("sh -c 'sleep 600 & sleep 600'", r"gave no key within 0\.2 s"),
    ],
)
def test_a_command_that_gives_no_key_is_named(
    line: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_module, "COMMAND_S", 0.2 if "sleep" in line else 30.0)
    with pytest.raises(SettingsError, match=complaint):
        read_database_key(KeySource(command=line))


def test_no_text_of_the_program_shows_the_key(key_file: Path, db: Path) -> None:
    use_database_key(KeySource(str(key_file)))
    assert repr(database_key()) == "DatabaseKey()"
    with pytest.raises(StoreError) as wrong:
        Store.open(db)
    assert KEY.digits not in f"{wrong.value!r}{wrong.value.__cause__!r}"


def test_without_the_package_a_key_says_what_to_install(
    db: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(extras.MODULES, "encryption", ("no_such_module",))  # type: ignore[call-overload]
    use_database_key(KeySource(str(key_file)))

    with pytest.raises(ExtraError, match=r"pip install 'callqa\[encryption\]'"):
        Store.open(db.parent / "new.db")
    assert not (db.parent / "new.db").exists()
    use_database_key(KeySource())
    Store.open(db).close()


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 200_000])
def test_a_file_beside_the_database_opens_with_its_key_and_name_alone(size: int) -> None:
    data = os.urandom(size)
    made = encrypt_bytes(data, KEY, name="a.ogg")

    assert b"".join(decrypt_pieces(made, KEY, name="a.ogg")) == data
    damaged = made[:-1] + bytes([made[-1] ^ 1])
    for content, key, name in (
        (made, OTHER, "a.ogg"), (made, KEY, "b.ogg"), (damaged, KEY, "a.ogg"),
        (made[:-17], KEY, "a.ogg"), (made[: 40 + 65_552] if size > 65_536 else made[:40], KEY, "a.ogg"),
    ):  # fmt: skip
        with pytest.raises(StoreError, match="was altered, or belongs to another key"):
            b"".join(decrypt_pieces(content, key, name=name))
