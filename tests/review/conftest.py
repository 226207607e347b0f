"""A site with one user of each role and calls of two agents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from pipeline.jobs.basis import load_basis
from pipeline.jobs.correct import Corrector
from pipeline.people.passwords import hash_password
from pipeline.people.users import UserRole, digest_of_secret
from pipeline.review.app import make_app
from pipeline.review.context import ReviewContext
from pipeline.review.sessions import COOKIE
from pipeline.settings import Settings
from pipeline.store import Store
from pipeline.types import CallMeta
from tests.builders import a_finding, a_result, a_score, an_utterance

NOW = 1_795_000_000.0
"""2026-11-18 at 03:06:40 UTC, when a test's site begins."""

AT = "2026-11-18T03:00:00+00:00"
PASSWORD = "一个够长的密码 2026"
OWN, FOREIGN = 1, 2
"""Results of calls of agent 8001, who has an account, and of agent 8002."""

CSRF = "c" * 43
ROLES: tuple[UserRole, ...] = ("agent", "qa", "supervisor", "admin", "auditor")


@dataclass
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class Pages:
    """The site and browsers to visit it with."""

    site: ReviewContext
    clock: Clock

    def visit(self, role: UserRole | None = None) -> TestClient:
        """A browser that is logged in with a role; without one a stranger's."""
        client = TestClient(app_of(self.site), base_url="http://127.0.0.1", follow_redirects=False)
        if role:
            client.cookies.set(COOKIE, f"secret-of-{role}")
        return client


def app_of(site: ReviewContext, face: int = 0) -> FastAPI:
    """The app of a site. Its routes are made at the first request, which takes a second: one app a
    process serves one test's site after the other. A test with two sites at once names two faces."""
    if face not in _APPS:
        _APPS[face] = make_app(site)
    _APPS[face].state.site = site
    return _APPS[face]


_APPS: dict[int, FastAPI] = {}


def a_call(number: int, agent: str) -> object:
    """A call whose agent has said something forbidden."""
    result = a_result(
        findings=(a_finding(start_s=4.0, end_s=6.0),),
        score=a_score(80.0),
        call=CallMeta(f"C{number}", agent, f"1380013800{number}", "2026-11-17T09:30:00", "billing"),
        utterances=(an_utterance("您好，请讲。"), an_utterance("不归我管。", start_s=4.0)),
    )
    recording = replace(result.recording, sha256=f"{number:x}" * 64, path=f"calls/{number}.wav")
    return replace(result, recording=recording)


@pytest.fixture(scope="session")
def hashed() -> str:
    """Hashing is slow on purpose: once is enough."""
    return hash_password(PASSWORD, name="nobody")


def fill_store(db: Path, hashed: str) -> None:
    """The calls, accounts and log-ins of a test's site."""
    with Store.open(db) as store:
        for number, agent in ((OWN, "8001"), (FOREIGN, "8002")):
            store.results.save(a_call(number, agent), scored_at=AT)  # type: ignore[arg-type]
        store.agents.record(
            [("8001", "张敏", "一班"), ("8002", "李娜", "二班")], actor="test", at=AT
        )
        for role in ROLES:
            name = f"{role}1"
            own = "8001" if role == "agent" else None
            store.users.add(name, role, password_hash=hashed, agent_id=own, actor="test", at=AT)
            store.sessions.begin(
                name, digest=digest_of_secret(f"secret-of-{role}"), csrf=CSRF, now=NOW
            )


@pytest.fixture
def pages(tmp_path: Path, hashed: str) -> Iterator[Pages]:
    db = tmp_path / "callqa.db"
    fill_store(db, hashed)
    clock = Clock()
    with closing(ReviewContext(db, Settings(), clock=clock, stream_s=0.01)) as site:
        yield Pages(site, clock)


@pytest.fixture
def visit(pages: Pages) -> Callable[..., TestClient]:
    return pages.visit


@pytest.fixture(scope="module")
def reviser(tmp_path_factory: pytest.TempPathFactory) -> Corrector:
    """Takes a second or two to make."""
    with Store.open(tmp_path_factory.mktemp("reviser") / "callqa.db") as store:
        return Corrector.load(store, load_basis(Settings()))


@pytest.fixture
def lead(pages: Pages, reviser: Corrector) -> TestClient:
    pages.site._corrector = reviser
    return pages.visit("supervisor")
