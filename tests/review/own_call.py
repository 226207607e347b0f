"""The agent's own call of the test site: what is sent about it, and what counts."""

from __future__ import annotations

from starlette.testclient import TestClient

from pipeline.types import CallResult
from tests.review.conftest import CSRF, OWN, Pages

SHA = "1" * 64
LATER = "2026-11-18T04:00:00+00:00"


def send(client: TestClient, what: str, **data: object) -> int:
    return client.post(f"/calls/{OWN}/{what}", data={"csrf": CSRF, **data}).status_code


def acts(pages: Pages) -> list[tuple[str, bool]]:
    return [(act.kind, act.in_force) for act in pages.site.store.actions.of(SHA)]


def counting(pages: Pages) -> CallResult:
    store = pages.site.store
    return store.results.get(store.effective.of(SHA))
