"""Accounts, log-ins and tokens: who is let in, who no longer, and what the ledger says of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import PeopleError
from pipeline.people import NAME, OWN, WINDOW_S
from pipeline.people.users import Token, User, check_name, digest_of_secret
from pipeline.store import Store

AT = "2026-11-02T09:00:00+00:00"
NOW = 1793610000.0
HIM = {"actor": "root", "at": AT}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "callqa.db") as opened:
        opened.users.add("chen", "admin", password_hash="h", **HIM)
        yield opened


def actions(store: Store) -> list[tuple[str, str]]:
    return [
        (entry.action, entry.subject)
        for entry in store.ledger.entries()
        if entry.action not in ("begun", "user added")
    ]


def test_an_account_comes_back_as_it_was_made(store: Store):
    made = store.users.add(
        "王芳",
        "agent",
        agent_id="8012",
        password_hash="x",
        actor="chen",
        at="2026-11-02T17:00:00+08:00",
    )

    assert store.users.find("王芳") == made == User("王芳", "agent", "8012", True, AT, "x")
    assert [user.name for user in store.users.all()] == ["chen", "王芳"]
    assert store.users.find("nobody") is None


@pytest.mark.parametrize("name", ["", "a b", "a\u200b", "x" * 65, "a\n"])
def test_a_name_that_cannot_be_told_from_another_is_refused(store: Store, name: str):
    with pytest.raises(PeopleError, match="用户名"):
        store.users.add(name, "qa", **HIM)


def test_a_name_has_one_spelling():
    assert check_name("e\u0301") == "\u00e9"


def test_a_name_is_taken_once(store: Store):
    with pytest.raises(PeopleError, match="已有用户 chen"):
        store.users.add("chen", "qa", **HIM)


def test_an_agent_without_an_agent_id_is_refused(store: Store):
    with pytest.raises(PeopleError, match="工号"):
        store.users.add("li", "agent", **HIM)
    store.users.add("li", "agent", agent_id="8001", **HIM)
    with pytest.raises(PeopleError, match="工号"):
        store.users.change("li", agent_id="", **HIM)


def test_a_change_leaves_the_rest_and_logs_the_account_out(store: Store):
    store.users.add("li", "qa", password_hash="x", **HIM)
    store.sessions.begin("li", digest="d", csrf="c", now=NOW)

    after = store.users.change("li", role="supervisor", **HIM)

    assert (
        after
        == store.users.find("li")
        == User("li", "supervisor", None, True, AT, "x", entered_at=AT)
    )
    assert store.sessions.find("d") is None


def test_a_change_that_changes_nothing_leaves_no_trace(store: Store):
    store.sessions.begin("chen", digest="d", csrf="c", now=NOW)
    before = actions(store)

    store.users.change("chen", role="admin", **HIM)

    assert actions(store) == before
    assert store.sessions.find("d") is not None


@pytest.mark.parametrize("change", [{"active": False}, {"role": "qa"}])
def test_the_last_administrator_stays(store: Store, change: dict[str, object]):
    with pytest.raises(PeopleError, match="最后一个"):
        store.users.change("chen", **change, **HIM)  # type: ignore[arg-type]

    store.users.add("li", "admin", **HIM)
    store.users.change("chen", **change, **HIM)  # type: ignore[arg-type]


def test_an_administrator_who_is_disabled_does_not_count_as_one(store: Store):
    store.users.add("li", "admin", **HIM)
    store.users.change("li", active=False, **HIM)

    with pytest.raises(PeopleError, match="最后一个"):
        store.users.change("chen", active=False, **HIM)


def test_a_session_is_found_until_it_ends(store: Store):
    begun = store.sessions.begin("chen", digest="d", csrf="c", now=NOW)
    assert store.sessions.find("d") == begun

    store.sessions.touch("d", NOW + 60)
    found = store.sessions.find("d")
    assert found is not None
    assert (found.begun_at, found.seen_at) == (NOW, NOW + 60)

    store.sessions.end("d", now=NOW + 90)
    store.sessions.end("d", now=NOW + 95)
    assert store.sessions.find("d") is None
    assert actions(store) == [("logged in", "user chen"), ("logged out", "user chen")]


def test_nobody_comes_in_by_a_disabled_account(store: Store):
    store.users.add("li", "qa", **HIM)
    store.sessions.begin("li", digest="d", csrf="c", now=NOW)
    store.tokens.add("li", digest="t", label="bi", **HIM)

    store.users.change("li", active=False, **HIM)

    assert store.sessions.find("d") is None
    assert store.tokens.find("t", now=AT) is None
    store.users.change("li", active=True, **HIM)
    assert store.tokens.find("t", now=AT) is None
    store.users.change("li", active=False, **HIM)
    with pytest.raises(PeopleError, match="停用"):
        store.sessions.begin("li", digest="e", csrf="c", now=NOW)
    with pytest.raises(PeopleError, match="停用"):
        store.tokens.add("li", digest="u", label="", **HIM)


def test_all_sessions_of_a_changed_account_end_together(store: Store):
    store.users.add("li", "qa", **HIM)
    for digest, name in (("a", "chen"), ("b", "chen"), ("c", "li")):
        store.sessions.begin(name, digest=digest, csrf="", now=NOW)

    store.users.change("chen", password_hash="another", **HIM)

    assert [store.sessions.find(digest) is None for digest in "abc"] == [True, True, False]


def test_a_renewed_hash_ends_no_session_and_never_replaces_a_newer_password(store: Store):
    store.users.change("chen", password_hash="weak", **HIM)
    store.sessions.begin("chen", digest="a", csrf="", now=NOW)

    assert store.users.renew_hash("chen", before="weak", after="strong", at=AT)
    assert not store.users.renew_hash("chen", before="weak", after="late", at=AT)

    session = store.sessions.find("a")
    assert session is not None
    assert session.user.password == "strong"
    assert actions(store)[-1] == ("hash renewed", "user chen")


def test_sessions_are_dropped_that_are_idle_or_old(store: Store):
    for digest, begun, seen in (
        ("idle", NOW, NOW),
        ("old", NOW - 900, NOW + 100),
        ("fresh", NOW, NOW + 100),
    ):
        store.sessions.begin("chen", digest=digest, csrf="", now=begun)
        store.sessions.touch(digest, seen)

    assert store.sessions.forget(seen_before=NOW + 50, begun_before=NOW - 500) == 2
    assert store.sessions.find("fresh") is not None


def test_five_tries_at_once_get_through_and_the_sixth_waits(store: Store):
    tries = [store.attempts.begin("chen", "1", now=NOW) for _ in range(7)]

    assert [one.wait_s for one in tries] == [0.0] * OWN.free + [OWN.first_s] * 2
    store.attempts.fail(tries[0], now=NOW)
    assert store.attempts.begin("chen", "1", now=NOW + OWN.first_s).wait_s == 0
    assert store.attempts.begin("chen", "1", now=NOW + OWN.first_s).wait_s == 2 * OWN.first_s


def test_the_wait_grows_to_a_quarter_of_an_hour_and_falls_again(store: Store):
    now, waits = NOW, []
    for _ in range(11):
        while wait := store.attempts.begin("chen", "1", now=now).wait_s:
            waits.append(wait)
            now += wait

    assert waits == [60.0, 120.0, 240.0, 480.0, 900.0, 900.0]
    assert store.attempts.begin("chen", "1", now=now + WINDOW_S).wait_s == 0


def test_whoever_guesses_from_many_addresses_finds_a_try_a_minute(store: Store):
    tries = [store.attempts.begin("chen", f"10.0.0.{n}", now=NOW) for n in range(20)]

    assert [one.wait_s for one in tries] == [0.0] * NAME.free + [NAME.first_s] * 15
    for step in range(30):
        store.attempts.begin("chen", "elsewhere", now=NOW + 60 * step)
    assert store.attempts.begin("chen", "new", now=NOW + 29 * 60).wait_s <= NAME.longest_s


def test_a_browser_that_is_known_is_held_up_by_its_own_mistakes_only(store: Store):
    store.sessions.know_device("chen", digest="known", now=NOW)
    for number in range(200):
        store.attempts.begin("chen", f"10.0.{number}.1", now=NOW)
        store.attempts.begin(f"name{number}", "office", now=NOW)

    assert store.attempts.begin("chen", "office", now=NOW).wait_s > 0
    assert store.attempts.begin("li", "office", device="known", now=NOW).wait_s > 0
    tries = [store.attempts.begin("chen", "office", device="known", now=NOW) for _ in range(6)]
    assert [one.wait_s for one in tries] == [0.0] * OWN.free + [OWN.first_s]


def test_a_log_in_forgets_its_own_mistakes_and_not_those_of_others(store: Store):
    mine, other = (store.attempts.begin("chen", where, now=NOW) for where in ("1", "2"))
    again = store.attempts.begin("chen", "1", now=NOW)

    store.attempts.release(again)
    assert store.attempts.count(NOW) == 2
    store.attempts.clear(mine)
    assert (store.attempts.count(NOW, name="chen"), other.address) == (1, "2")
    store.attempts.begin("li", "1", now=NOW + 86401)
    assert store.attempts.count(0) == 1


def test_what_was_typed_for_a_name_is_in_the_ledger_only_where_it_is_one(store: Store):
    for name in ("chen", "my-secret-password"):
        tried = store.attempts.begin(name, "10.0.0.9", now=NOW)
        store.attempts.fail(tried, now=NOW)

    failed = [entry for entry in store.ledger.entries() if entry.action == "log-in failed"]
    assert [(e.action, e.subject, dict(e.detail)) for e in failed] == [
        ("log-in failed", "user chen", {"address": "10.0.0.9"}),
        ("log-in failed", "user unknown", {"address": "10.0.0.9"}),
    ]


def test_a_token_lets_in_until_its_day_or_until_it_is_revoked(store: Store):
    digest = digest_of_secret("secret")
    made = store.tokens.add(
        "chen", digest=digest, label="bi", expires_at="2026-12-01T00:00:00+08:00", **HIM
    )

    assert made == Token(1, "chen", "bi", AT, "2026-11-30T16:00:00+00:00")
    assert store.tokens.find(digest, now="2026-11-30T15:59:59+00:00") == made
    assert store.tokens.find(digest, now="2026-11-30T16:00:00+00:00") is None
    assert store.tokens.find("other", now=AT) is None

    store.tokens.revoke(made.id, **HIM)
    store.tokens.revoke(made.id, **HIM)
    assert store.tokens.find(digest, now=AT) is None
    assert [token.revoked_at for token in store.tokens.all("chen")] == [AT]
    assert actions(store) == [("token added", "user chen"), ("token revoked", "user chen")]


def test_no_secret_is_in_the_ledger(store: Store):
    store.users.change("chen", password_hash="$argon2id$new", **HIM)
    store.sessions.begin("chen", digest="session-digest", csrf="csrf-secret", now=NOW)
    store.tokens.add("chen", digest="token-digest", label="bi", **HIM)

    written = repr(store.ledger.entries())
    assert not any(
        secret in written
        for secret in ("$argon2id$new", "session-digest", "csrf-secret", "token-digest")
    )
    assert "$argon2id$new" not in repr(store.users.find("chen"))


def test_what_is_not_there_is_said(store: Store):
    for ask in (
        lambda: store.users.change("nobody", active=False, **HIM),
        lambda: store.sessions.begin("nobody", digest="d", csrf="c", now=NOW),
        lambda: store.tokens.revoke(7, **HIM),
    ):
        with pytest.raises(PeopleError, match="没有"):
            ask()


def test_the_tokens_of_an_account_end_with_its_password_and_with_nothing_else(store: Store):
    made = [store.tokens.add("chen", digest=d, label=d, **HIM) for d in ("one", "two")]
    store.tokens.revoke(made[0].id, **HIM)
    store.users.change("chen", role="admin", **HIM)
    assert store.tokens.find("two", now=AT) == made[1]

    store.users.change("chen", password_hash="$argon2id$new", **HIM)

    assert store.tokens.find("two", now=AT) is None
    ended = [e.detail["token"] for e in store.ledger.entries() if e.action == "token revoked"]
    assert ended == [made[0].id, made[1].id]
