"""callqa user: the first account, its password and tokens."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipeline.commands.main import main
from pipeline.people.passwords import is_password
from pipeline.people.users import digest_of_secret
from pipeline.store import Store

LATER = "2026-11-02T09:00:00+00:00"


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "callqa.db"


def run(db: Path, *words: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, ["user", *words, "--db", str(db)], input=typed)


def test_the_first_account_is_made_with_a_password_asked_for_twice(db: Path):
    done = run(db, "add", "chen", "--role", "admin", typed="long enough\nlong enough\n")

    assert (done.exit_code, done.stdout) == (0, "User chen was added (admin).\n")
    assert "long enough" not in done.output
    with Store.open(db) as store:
        made = store.users.find("chen")
        assert made is not None
        assert is_password("long enough", made.password)
        assert store.ledger.entries("user chen")[0].action == "user added"


def test_a_password_comes_from_a_program(db: Path):
    run(db, "add", "chen", "--role", "admin", "--password-stdin", typed="from a program\n")

    with Store.open(db) as store:
        made = store.users.find("chen")
        assert made is not None
        assert is_password("from a program", made.password)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("short\nshort\n", "callqa: a password has 10 to 1024 characters\n"),
        ("chenchenchen\nchenchenchen\n", "callqa: a password is not just a user's, company's or person's name or a common word with figures; take another\n"),
    ],
)  # fmt: skip
def test_an_easy_password_makes_no_account(db: Path, typed: str, said: str):
    done = run(db, "add", "chen", "--role", "qa", typed=typed)

    assert (done.exit_code, done.stderr[done.stderr.index("callqa") :]) == (2, said)
    with Store.open(db) as store:
        assert store.users.all() == ()


def test_it_is_said_that_there_is_no_administrator(db: Path):
    assert (
        "There is no administrator yet"
        in run(db, "add", "li", "--role", "qa", "--no-password").stderr
    )
    assert (
        "There is no administrator yet"
        not in run(db, "add", "chen", "--role", "admin", "--no-password").stderr
    )


def test_accounts_are_listed_without_their_hashes(db: Path):
    run(db, "add", "chen", "--role", "admin", "--password-stdin", typed="long enough\n")
    run(db, "add", "li", "--role", "agent", "--agent", "8012", "--no-password")
    run(db, "disable", "li")

    assert (
        run(db, "list").stdout
        == "chen\tadmin\t  never logged in\nli\tagent\t8012  never logged in  disabled\n"
    )
    plain = run(db, "list", "--json").stdout
    assert "argon2" not in plain
    assert [(u["name"], u["has_password"], u["active"]) for u in json.loads(plain)] == [
        ("chen", True, True), ("li", False, False),
    ]  # fmt: skip


def test_an_account_is_changed_disabled_and_let_in_again(db: Path):
    run(db, "add", "chen", "--role", "admin", "--no-password")
    run(db, "add", "li", "--role", "qa", "--no-password")
    run(db, "change", "li", "--role", "supervisor", "--password-stdin", typed="long enough\n")
    run(db, "disable", "li")
    run(db, "change", "li", "--enable")

    with Store.open(db) as store:
        made = store.users.find("li")
        assert made is not None
        assert (made.role, made.active, is_password("long enough", made.password)) == (
            "supervisor",
            True,
            True,
        )


def test_the_last_administrator_cannot_be_disabled(db: Path):
    run(db, "add", "chen", "--role", "admin", "--no-password")

    done = run(db, "disable", "chen")

    assert (done.exit_code, "the last administrator" in done.stderr) == (2, True)


def test_a_token_is_shown_once_and_can_be_taken_back(db: Path):
    run(db, "add", "bi", "--role", "auditor", "--no-password")
    secret = run(db, "token", "bi", "--label", "报表", "--days", "1").stdout.strip()

    with Store.open(db) as store:
        found = store.tokens.find(digest_of_secret(secret), now=LATER)
        assert found is not None
        assert (found.user, found.label, len(secret)) == ("bi", "报表", 50)
        assert secret.startswith("callqa_")
    assert secret.encode() not in db.read_bytes()
    assert "报表" in run(db, "list").stdout

    feed = run(db, "token", "bi", "--scope", "feed").stdout.strip()
    with Store.open(db) as store:
        scoped = store.tokens.find(digest_of_secret(feed), now=LATER)
        assert (found.scope, scoped and scoped.scope) == ("", "feed")

    run(db, "token", "bi", "--revoke", "1")
    with Store.open(db) as store:
        assert store.tokens.find(digest_of_secret(secret), now=LATER) is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("disable", "x"), "callqa: there is no user x\n"),
        (("change", "x", "--enable"), "callqa: there is no user x\n"),
        (("token", "x"), "callqa: there is no user x\n"),
        (("token", "x", "--revoke", "1"), "callqa: user x has no token 1\n"),
    ],
)
def test_an_account_that_is_not_there_is_said(db: Path, words: tuple[str, ...], said: str):
    run(db, "add", "chen", "--role", "admin", "--no-password")

    done = run(db, *words)

    assert (done.exit_code, done.stderr) == (2, said)


def test_a_lost_second_factor_is_reset_with_a_reason(db: Path):
    run(db, "add", "chen", "--role", "admin", "--password-stdin", typed="long enough\n")
    assert run(db, "reset-factor", "chen", "--reason", "手机丢失").exit_code != 0
    with Store.open(db) as store:
        store.factors.put("chen", secret="S", step=1, codes=(), actor="chen", at=store.users.all()[0].made_at)  # fmt: skip

    assert run(db, "reset-factor", "chen", "--reason", " ").exit_code != 0
    assert run(db, "reset-factor", "chen", "--reason", "手机丢失").exit_code == 0
    with Store.open(db) as store:
        assert store.factors.find("chen") is None
        assert store.ledger.last_of("second factor reset") is not None
