"""An alarm that was kept is told, also where the listener was killed before it could tell it."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pipeline.errors import StoreError
from pipeline.jobs import Hooks
from pipeline.jobs.webhooks import Receiver
from pipeline.live import Teller
from pipeline.live.watch import Watch
from pipeline.store import Store
from tests.live.conftest import Listening, basis_of

RUDE = "随你便，爱去哪去哪。"


@contextmanager
def an_address_that_hangs(listening: Listening) -> Iterator[None]:
    """Nothing is told; then the listener is killed."""
    freed = threading.Event()
    listening.teller.send = lambda *_: not freed.wait(30)
    yield
    freed.set()


def kept(store: Store) -> int:
    """What is still to be told."""
    return len(store.untold.all())


def restart(listening: Listening, seconds: float) -> list[str]:
    """Begin to listen so long after a kill, and give the texts that were told."""
    listening.now += seconds
    listening.told = []
    listening.start()
    listening.watch.step()
    listening.settle()
    listening.watch.step()
    return [text for _, text in listening.told]


def test_an_alarm_that_a_killed_listener_had_kept_is_told_once(listening: Listening) -> None:
    with an_address_that_hangs(listening):
        listening.say("agent", RUDE)
        assert ("forbidden.provoke", "confirmed") in listening.alarms()
        (text,) = restart(listening, 5.0)
    assert "随你便" in text
    assert "迟到" not in text
    assert restart(listening, 5.0) == []


def test_an_alarm_that_was_told_is_not_told_again(listening: Listening) -> None:
    listening.say("agent", RUDE)
    assert len(listening.settle()) == 1
    listening.watch.step()
    assert kept(listening.store) == 0
    assert restart(listening, 5.0) == []


@pytest.mark.parametrize(
    ("ends", "seconds", "said"),
    [
        (False, 240.0, "发生"),  # it goes on still
        (False, 600.0, "发生"),
        (True, 240.0, "会话已结束"),
        (True, 600.0, None),  # nobody can step in, and the finished check has it
    ],
)
def test_an_alarm_that_comes_late_says_so_and_a_stale_one_is_named(
    listening: Listening, ends: bool, seconds: float, said: str | None
) -> None:
    with an_address_that_hangs(listening):
        listening.say("agent", RUDE)
        if ends:
            listening.say("agent", "再见。", end=True)
            assert listening.store.live.find(1).state == "ended"  # type: ignore[union-attr]
        told = restart(listening, seconds)
    if said is None:
        assert told == []
        assert any(
            "1 alarms of ended conversations were not told" in one for one in listening.warned
        )
    else:
        assert [("迟到的告警" in text, said in text) for text in told] == [(True, True)]
    assert restart(listening, 5.0) == []


def test_an_alarm_and_its_telling_are_kept_both_or_neither(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(type(listening.store.untold), "add", full)
        with pytest.raises(Exception, match="full"):
            listening.say("agent", RUDE)
    assert listening.alarms() == []
    listening.watch.step()
    assert ("forbidden.provoke", "confirmed") in listening.alarms()
    assert len(listening.settle()) == 1


def test_what_was_told_while_the_database_was_away_is_forgotten_later(tmp_path: Path) -> None:
    (tmp_path / "chats").mkdir()
    with Store.open(tmp_path / "callqa.db", busy_timeout_s=0.05) as store:
        listening = Listening(store, tmp_path / "chats")
        listening.say("agent", RUDE)
        listening.settle()
        with closing(sqlite3.connect(tmp_path / "callqa.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Exception, match="locked"):
                listening.watch.outbox.settle()
            other.execute("ROLLBACK")
        assert kept(store) == 1
        listening.watch.outbox.settle()
        assert kept(store) == 0


def test_an_alarm_of_an_erased_conversation_is_told_to_nobody(listening: Listening) -> None:
    with an_address_that_hangs(listening):
        listening.say("agent", RUDE)
        talks = listening.store.erasure.talks_before(listening.now + 1)
        with listening.store.batch():
            listening.store.db.execute("DELETE FROM live_talks WHERE id = ?", [talks[0].id])
        assert restart(listening, 5.0) == []
    assert kept(listening.store) == 0


@contextmanager
def a_receiver() -> Iterator[tuple[str, list[dict[str, object]]]]:
    """A program that takes webhooks, and what it got."""
    got: list[dict[str, object]] = []

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Takes)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", got
    server.shutdown()
    server.server_close()


def test_a_webhook_has_an_alarm_of_before_the_kill_and_no_other_address_has_it_twice(
    listening: Listening,
) -> None:
    with a_receiver() as (address, got):

        def begin() -> None:
            hooks = Hooks((Receiver(address, b"s" * 16),), lambda: listening.now)
            listening.teller = Teller(listening._send, ("json://127.0.0.1",), hooks)
            listening.watch = Watch(
                listening.store, listening.settings, basis_of(listening.settings),
                listening.teller, lambda: listening.now, listening.moment,
                ticks=lambda: listening.now, warn=listening.warned.append,
            )  # fmt: skip

        begin()
        with an_address_that_hangs(listening):
            listening.say("agent", RUDE)
            listening.teller.hooks.close()
            listening.watch.outbox.settle()  # the webhooks were told, 企业微信 was not
            rules = [one["rule"] for one in got]
            assert "forbidden.provoke" in rules
            raised = int(listening.now)
            listening.now += 30.0
            begin()
            listening.watch.outbox.close()
    assert [one["rule"] for one in got] == rules
    assert {one["raised_at"] for one in got} == {raised}
    assert [title for title, _ in listening.told] == ["callqa 实时告警：forbidden.provoke"]


def test_what_waited_for_the_database_until_the_end_is_told_once(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object, **__: object) -> None:
        raise StoreError("database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(listening.watch.outbox, "_send", locked)
        listening.say("agent", RUDE)
        listening.watch.outbox.close()
    assert listening.told == []
    listening.watch.outbox.close()
    told = len(listening.told)
    assert (told, kept(listening.store)) == (0, 1)
    assert len(restart(listening, 5.0)) == 1
