"""Debian's chromium against the real app on the loopback address, on a call that was really
scored."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import soundfile
import uvicorn

from pipeline.call.batch import check_calls
from pipeline.call.checker import Checker
from pipeline.call.recording import CheckedCall
from pipeline.jobs.save import keep_versions
from pipeline.lexicon import LEXICON_FOLDER, load_lexicon, load_scorecards
from pipeline.people.passwords import hash_password
from pipeline.people.users import UserRole
from pipeline.review.app import make_app
from pipeline.review.context import ReviewContext
from pipeline.settings import IngestSettings, Settings
from pipeline.store import Store
from tests.e2e.conftest import SAYS
from tests.fakes import FakeRecogniser
from tests.sounds import TWO_SIDES

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = shutil.which("chromium")
PASSWORD = "一个够长的密码 2026"
AT = "2026-11-18T03:00:00+00:00"
NOON = datetime(2026, 11, 19, 4, tzinfo=UTC).timestamp()
"""The day after the calls were scored, so that terms have begun and have not ended."""

HOSTILE = "</script><img src=x onerror=alert(1)>{{7*7}}'\";DROP TABLE calls;--"
"""What a recording's name, a comment or a transcript may hold."""

START_S = 20.0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.slow)


@dataclass
class Served:
    """The app at ``url`` over the database ``db``."""

    url: str
    site: ReviewContext


@dataclass
class Seen:
    """What a page complained of, and what it asked of other machines."""

    console: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with three calls of two agents, scored from sound with a recogniser that hears
    ``SAYS``."""
    folder = tmp_path_factory.mktemp("scored")
    lexicon = load_lexicon(LEXICON_FOLDER)
    sheets = load_scorecards(
        LEXICON_FOLDER / "scoring", rule_ids=[rule.id for rule in lexicon.rules]
    )
    names = IngestSettings(
        name_pattern=r"(?P<started_at>\d{14})_(?P<agent_id>\d{4})_(?P<queue>[a-z]+)", settle_s=0.0
    )
    checker = Checker.of(FakeRecogniser(SAYS), lexicon, sheets, Settings(ingest=names))
    calls = [
        folder / f"2026111709300{n}_800{agent}_billing.wav" for n, agent in ((1, 1), (2, 1), (3, 2))
    ]
    samples, rate = soundfile.read(TWO_SIDES, dtype="int16")
    for number, call in enumerate(calls):
        soundfile.write(
            call, samples[: len(samples) - number], rate
        )  # no two have the same content
    db = folder / "callqa.db"
    with Store.open(db) as store:
        keep_versions(store, lexicon, sheets)
        for _, outcome in check_calls(calls, checker):
            assert isinstance(outcome, CheckedCall)
            store.results.save(outcome.result, scored_at=AT)
        store.agents.record(
            [("8001", "张敏", "一班"), ("8002", "李娜", "二班")], actor="test", at=AT
        )
        hashed = hash_password(PASSWORD, name="nobody")
        roles: tuple[tuple[str, UserRole], ...] = (
            ("zhangmin", "agent"), ("qa", "qa"), ("lead", "supervisor"), ("boss", "supervisor"), ("admin", "admin"),
            ("audit", "auditor"),
        )  # fmt: skip
        for name, role in roles:
            own = "8001" if role == "agent" else None
            store.users.add(name, role, password_hash=hashed, agent_id=own, actor="test", at=AT)
    return db


@pytest.fixture
def served(scored: Path, tmp_path: Path) -> Iterator[Served]:
    """A copy of the database, served by the real server."""
    db = tmp_path / "callqa.db"
    with Store.open(scored) as store:
        store.db.execute("VACUUM INTO ?", [str(db)])
    listener = socket.create_server(("127.0.0.1", 0))
    begun = time.monotonic()
    site = ReviewContext(db, Settings(), clock=lambda: NOON + time.monotonic() - begun)
    server = uvicorn.Server(uvicorn.Config(make_app(site), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    assert server.started
    try:
        yield Served(f"http://127.0.0.1:{listener.getsockname()[1]}", site)
    finally:
        server.should_exit = True
        thread.join(10)
        site.close()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of this folder. It ends before a test of another folder begins in
    the same process: while it runs, Playwright's event loop counts as running in the main thread,
    and ``asyncio.run`` refuses there."""
    if CHROMIUM is None:
        if os.environ.get("CI") == "true" or os.environ.get("CALLQA_CI"):
            pytest.fail(
                "no chromium on this machine, and CI must have one: apt-get install chromium"
            )
        pytest.skip(
            "no chromium on this machine; apt-get install chromium to run the browser tests"
        )
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def enter(chromium: Browser, served: Served, seen: Seen) -> Iterator[Any]:
    """``enter("lead")`` logs in through the form and gives the page; nothing may go to another
    machine, and the console must stay empty."""
    contexts: list[BrowserContext] = []

    def log_in(name: str, *, width: int = 1366, height: int = 768) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, base_url=served.url, locale="zh-CN"
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda m: seen.console.append(m.text) if m.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda e: seen.console.append(str(e)))
        page.on(
            "request",
            lambda r: (
                None if r.url.startswith((served.url, "blob:")) else seen.foreign.append(r.url)
            ),
        )
        page.goto("/login")
        page.get_by_label("用户名").fill(name)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(lambda url: "/login" not in url)
        return page

    yield log_in
    for context in contexts:
        context.close()
    assert (seen.console, seen.foreign) == ([], [])
