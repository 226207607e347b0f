"""Other systems learn of fatal calls and settled appeals: signed, in the background, without
personal data."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pipeline.errors import SettingsError
from pipeline.jobs.webhooks import TRIES, Hooks, Receiver
from pipeline.nightly.backlog import find_backlog
from pipeline.nightly.job import notify_fatal
from pipeline.nightly.run import run_night
from pipeline.nightly.scored import ScoredJob
from pipeline.people.appeals import Appeal
from pipeline.settings import ReviewSettings
from pipeline.store import Store, ready
from pipeline.types import CallMeta, Reason
from pipeline.workers import Job
from tests.builders import a_finding, a_result, a_score

SECRET = b"0123456789abcdef0123456789abcdef"
AT = "2026-11-18T03:00:00+00:00"
APPEAL = Appeal(
    5,
    "1" * 64,
    7,
    1,
    None,
    None,
    "8001",
    "zhangmin",
    "客户 13912345678 先说的",
    AT,
    AT,
    "rejected",
    "lead",
    AT,
    "维持",
)


@dataclass
class Listener:
    """A receiver that answers with these statuses, the last one for good."""

    statuses: list[int] = field(default_factory=lambda: [204])
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""
    released: threading.Event = field(default_factory=threading.Event)
    waits: bool = False


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if made.waits:
                made.released.wait(20)
            status = made.statuses[min(len(made.heard), len(made.statuses)) - 1]
            self.send_response(status)
            if status == 302:
                self.send_header("Location", made.url + "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}/hook?key=not-for-the-log"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.released.set()
    server.shutdown()
    server.server_close()
    thread.join(5)


def hooks_to(*urls: str) -> Hooks:
    return Hooks(
        tuple(Receiver(url, SECRET, timeout_s=5.0, pauses_s=(0.0, 0.0)) for url in urls),
        now=lambda: 1_795e6,
    )


def test_a_settled_appeal_is_told_and_signed(listener: Listener) -> None:
    hooks = hooks_to(listener.url)
    hooks.tell_settled(APPEAL, 9)

    assert hooks.close()
    ((headers, body),) = listener.heard
    assert json.loads(body) == {
        "event": "appeal.settled", "at": 1795000000, "appeal_id": 5, "level": 1, "outcome": "rejected", "rule": None,
        "result_id": 9, "link": "/appeals/5",
    }  # fmt: skip
    expected = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    assert headers["x-callqa-signature"] == f"sha256={expected}"
    assert headers["x-callqa-event"] == "appeal.settled"
    assert headers["content-type"] == "application/json"


def test_a_fatal_call_is_told_with_its_rules_and_nothing_personal(listener: Listener) -> None:
    veto = Reason("辱骂客户 13912345678", 0.0, finding=0)
    result = a_result(
        findings=(a_finding(rule="forbidden.insult", quote="13912345678"),),
        score=a_score(60.0, fatal=True, vetoes=(veto,)),
        call=CallMeta("13912345678", "8001", "13912345678"),
    )
    hooks = hooks_to(listener.url)
    hooks.tell_fatal(7, result)

    assert hooks.close()
    assert json.loads(listener.heard[0][1]) == {
        "event": "call.fatal", "at": 1795000000, "result_id": 7, "attitude": 60.0, "total": 60.0,
        "rules": ["forbidden.insult"], "link": "/calls/7",
    }  # fmt: skip


def test_what_fails_is_tried_three_times_then_logged_without_the_address(
    listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    listener.statuses = [500, 302, 503]
    hooks = hooks_to(listener.url)
    with caplog.at_level(logging.WARNING):
        hooks.tell_settled(APPEAL, 9)
        assert hooks.close()

    assert len(listener.heard) == TRIES
    assert "given up after 3 tries" in caplog.text
    assert "not-for-the-log" not in caplog.text


def test_a_receiver_that_is_back_at_the_second_try_hears_it_once_more(listener: Listener) -> None:
    listener.statuses = [503, 204]
    hooks = hooks_to(listener.url)
    hooks.tell_settled(APPEAL, 9)

    assert hooks.close()
    assert [headers["x-callqa-delivery"] for headers, _ in listener.heard] == [
        listener.heard[0][0]["x-callqa-delivery"]
    ] * 2


def test_nobody_waits_for_a_receiver_and_none_for_another(listener: Listener) -> None:
    listener.waits = True
    slow, gone = listener.url, "http://127.0.0.1:9/"
    hooks = hooks_to(slow, gone)
    hooks.tell_settled(APPEAL, 9)  # returns although nobody has answered

    assert not hooks.receivers[0].close(until=0.0)
    assert hooks.receivers[1].close(until=time.monotonic() + 30)
    listener.released.set()


def test_without_addresses_nothing_is_sent_and_no_secret_is_needed() -> None:
    hooks = Hooks.of(ReviewSettings())
    hooks.tell_settled(APPEAL, 9)

    assert hooks.close()
    assert hooks.receivers == ()


@pytest.mark.parametrize(
    ("content", "told"), [(None, "cannot be read"), ("short", "expected 16 at least")]
)
def test_a_secret_that_cannot_be_used_is_said(
    tmp_path: Path, content: str | None, told: str
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_text(content, encoding="ascii")

    with pytest.raises(SettingsError, match=told):
        Hooks.of(ReviewSettings(webhooks=("http://127.0.0.1:9/",), webhook_secret_file=str(file)))


def test_a_run_tells_of_the_fatal_calls_that_it_saves(listener: Listener, tmp_path: Path) -> None:
    folder = tmp_path / "calls"
    folder.mkdir()
    for name in ("good", "fatal"):
        (folder / f"{name}.wav").write_bytes(b"RIFF" + name.encode())

    def engine(jobs):  # type: ignore[no-untyped-def]
        for job in jobs:
            first = scored(job)
            later = scored(replace(job, sha256="f" * 64))
            yield job, replace(first, others=(later,)) if first.fatal else first

    hooks = hooks_to(listener.url)
    with Store.open(tmp_path / "callqa.db") as store:
        backlog = find_backlog([str(folder)], store, settle_s=0.0, now=2e9)
        run_id = store.runs.begin("t", started_at=AT)
        run_night(
            store, engine, backlog, save=partial(store.results.put, run_id=run_id), now=lambda: AT, log=lambda event, detail: None,
            tell=notify_fatal(store, hooks, lambda tally: None),
        )  # fmt: skip
        fatal = {r.result_id for r in store.calls.records() if r.fatal}

    assert hooks.close()
    assert len(fatal) == 2
    assert {json.loads(body)["result_id"] for _, body in listener.heard} == fatal


def scored(job: Job) -> ScoredJob:
    fatal = job.path.stem == "fatal"
    finding = a_finding(rule="forbidden.insult")
    vetoes = (Reason("辱骂客户", 0.0, finding=0),) if fatal else ()
    made = a_result(
        findings=(finding,),
        score=a_score(80.0, fatal=fatal, vetoes=vetoes),
        call=CallMeta(job.path.stem),
    )
    made = replace(made, recording=replace(made.recording, path=str(job.path), sha256=job.sha256))
    return ScoredJob(ready(made, scored_at=AT), job.path.stem, None, 80.0, fatal, 20.5)
