"""Every page at two sizes: nothing on the console, nothing from elsewhere, no serious fault of
accessibility; and text that people or recordings bring cannot run."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from pipeline.live.call_file import CallFile
from pipeline.people import NewCoachingRecord
from pipeline.people.actions import NewAction
from pipeline.review.context import ReviewContext
from pipeline.settings import LiveSettings
from pipeline.types import CallMeta, LiveAlarm, LiveCall, LiveMessage
from tests.browser.conftest import AT, HOSTILE, Served

pytestmark = pytest.mark.long

SIZES = (pytest.param(1366, 768), pytest.param(1920, 1080, marks=pytest.mark.thorough))
SERIOUS = ("serious", "critical")
PAGES = (
    "/queue", "/queue?view=all&text=营业厅", "/calls/1", "/dashboard?period=day",
    "/dashboard?period=week", "/dashboard?period=month", "/agents", "/agents/8001",
    "/agents/8001?period=2026-Q4", "/coaching", "/appeals", "/rules", "/rules/forbidden.shirk",
    "/regulations", "/promises", "/calibrations", "/ledger", "/account", "/no-such-page",
    "/events", "/sheets", "/sheets/default", "/proposals", "/live", "/live/1",
)  # fmt: skip


def faults_of(page: Page) -> list[str]:
    """Serious faults that axe finds, with where they are."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in SERIOUS
    ]


def keep(page: Page, name: str) -> None:
    """A screenshot to look at, where CALLQA_SHOTS names a folder."""
    if folder := os.environ.get("CALLQA_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def two_talks(site: ReviewContext) -> None:
    """Two conversations in progress, one of them with a threat."""
    now = site.clock()
    for name, text in (("C-1", "你给我等着，我记住你了"), ("C-2", HOSTILE)):
        said = [
            LiveMessage("1", now - 30, "customer", "请问怎么退款？"),
            LiveMessage("2", now - 9, "agent", text),
        ]
        talk = site.store.live.receive("api", name, said, about={"agent_id": "8001"}, now=now).talk
        alarm = LiveAlarm("forbidden.threat", now - 9, "notify", "confirmed", text)
        site.store.alarms.note(
            talk, [alarm] if name == "C-1" else [], waits=(now - 30, 20.0), now=now
        )


def test_the_wall_turns_red_by_itself_and_counts_the_wait(enter: Any, served: Served) -> None:
    site, page = served.site, enter("lead", width=390, height=844)
    page.goto("/live")
    expect(page.locator(".talk")).to_have_count(0)
    two_talks(site)
    expect(page.locator(".talk")).to_have_count(2)
    first = page.locator(".talk").first
    expect(first).to_contain_text("你给我等着")
    expect(first).to_have_class("card talk red")
    expect(page.locator("#said")).to_contain_text("告警：8001 · C-1")
    before = page.locator(".wait").first.inner_text()
    expect(page.locator(".wait").first).not_to_have_text(before)
    page.locator("#talk-2").focus()
    more = [LiveMessage("3", site.clock(), "customer", "还在吗？")]
    site.store.live.receive("api", "C-2", more, about={}, now=site.clock())
    expect(page.locator(".talk").nth(1)).to_contain_text("还在吗")
    assert page.evaluate("() => document.activeElement.id") == "talk-2"
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    assert faults_of(page) == []
    keep(page, "390-live")
    page.locator("#talk-1").click()
    expect(page.locator("h1")).to_have_text("会话 C-1")
    assert faults_of(page) == []


def two_calls(site: ReviewContext, folder: Path) -> None:
    """Two telephone calls: in one nobody speaks, with recognition the other does not keep up."""
    now = site.clock()
    site.settings = replace(site.settings, live=LiveSettings(recordings=str(folder)))
    for number, name in enumerate(("T-1", "T-2"), 1):
        said = [LiveMessage("1", now - 20, "customer", "你们这是什么态度？")]
        talk = site.store.live.receive("call", name, said, about={"agent_id": "8002"}, now=now).talk
        file = CallFile(folder / f"{number}.wav", 8000, 2)
        file.write(0, 0, (np.random.default_rng(1).standard_normal(80_000) * 3000).astype(np.int16))
        call = LiveCall(talk.id, "siprec", f"{number}.wav", heard_s=6.0, silent_since=now - 12)
        behind = replace(call, behind=True, silent_since=None, heard_s=0.0)
        site.store.live_calls.put(call if number == 1 else behind)


def test_calls_on_the_wall_say_how_they_run_and_one_listens_in(
    enter: Any, served: Served, seen: Any, tmp_path: Path
) -> None:
    site, page = served.site, enter("lead", width=390, height=844)
    two_calls(site, tmp_path)
    page.goto("/live")
    expect(page.locator(".talk")).to_have_count(2)
    expect(page.locator(".talk", has_text="T-1")).to_contain_text("静默")
    expect(page.locator(".talk", has_text="T-2")).to_contain_text("跟不上，结束后评分")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    page.get_by_role("link", name="T-1").click()
    expect(page.locator("h1")).to_have_text("通话 T-1")
    page.get_by_role("button", name="开始旁听").click()
    expect(page.locator("#listening")).to_have_text("正在播放")
    page.get_by_role("button", name="停止旁听").click()
    expect(page.locator("#listening")).to_have_text("已停止")
    page.goto("/live")
    page.get_by_role("link", name="T-2").click()
    page.get_by_role("button", name="开始旁听").click()
    expect(page.locator("#listening")).to_contain_text("识别跟不上")
    assert [("409" in line) for line in seen.console] == [True]  # the browser notes a refusal
    seen.console.clear()
    assert faults_of(page) == []
    assert [e.subject for e in site.store.ledger.entries() if e.action == "listened"] == ["live 1"]


@pytest.mark.timeout(400)  # axe looks at some 25 pages
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_page_is_whole_and_can_be_used_by_everybody(
    enter: Any, served: Served, seen: Any, width: int, height: int
) -> None:
    two_talks(served.site)
    page = enter("lead", width=width, height=height)
    faults: dict[str, list[str]] = {}
    for number, path in enumerate(PAGES):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        if path == "/no-such-page":
            seen.console.clear()  # the browser itself notes that there is no such page
        assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth"), (
            path
        )
        if found := faults_of(page):
            faults[path] = found
        keep(page, f"{width}-{number:02}")

    assert faults == {}


def test_nothing_is_wider_than_a_phone_and_the_menu_folds(enter: Any) -> None:
    page = enter("lead", width=390, height=844)
    expect(page.locator("header nav")).to_be_hidden()
    page.locator(".menu summary").click()
    expect(page.locator("header nav")).to_be_visible()
    for number, path in enumerate(
        ("/queue", "/calls/1", "/dashboard?period=month", "/agents", "/agents/8001", "/ledger", "/appeals")
    ):  # fmt: skip
        page.goto(path)
        width = page.evaluate("() => document.documentElement.scrollWidth")
        assert width <= 390, path
        keep(page, f"390-{number}")
    page.goto("/calls/1")
    player = page.locator("#player").bounding_box()
    assert player is not None
    assert player["height"] < 844 / 4


def test_administrators_and_agents_have_whole_pages_too(enter: Any) -> None:
    admin, agent = enter("admin"), enter("zhangmin")
    admin.goto("/users")
    keep(admin, "users")
    assert faults_of(admin) == []
    for number, path in enumerate(("/agents/8001", "/calls/1", "/appeals", "/coaching")):
        agent.goto(path)
        keep(agent, f"agent-{number}")
        assert faults_of(agent) == [], path


def test_what_people_and_recordings_bring_cannot_run(enter: Any, served: Served) -> None:
    store = served.site.store
    result = store.results.get(1)
    said = tuple(replace(one, text=HOSTILE) for one in result.utterances)
    hostile = replace(
        result,
        recording=replace(result.recording, sha256="f" * 64, path=f"/recordings/{HOSTILE}.wav"),
        call=CallMeta(HOSTILE, "8001", HOSTILE, "2026-11-18T09:30:00", HOSTILE),
        utterances=said,
        findings=tuple(
            replace(one, quote=HOSTILE, phrase=HOSTILE, evidence=HOSTILE) for one in result.findings
        ),
    )
    made = store.results.save(hostile, scored_at=AT)
    store.actions.add(made, [NewAction("comment", {"text": HOSTILE})], actor="lead", at=AT)
    new = NewCoachingRecord("8001", "training", date(2026, 11, 17), HOSTILE, item=HOSTILE)
    record = store.coaching.add(new, actor="lead", at=AT)
    store.coaching.answer(record.id, answer=HOSTILE, actor="zhangmin", at=AT)
    store.agents.record([("8001", HOSTILE, HOSTILE)], actor="test", at=AT)
    page = enter("lead")
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
    for path in (
        "/queue", "/queue?view=all&text=" + "%3Cscript%3Ealert(1)%3C/script%3E", f"/calls/{made}", "/dashboard",
        "/agents", "/agents/8001", "/ledger", f"/ledger?subject=call {'f' * 64}", "/rules", "/appeals",
        "/coaching", "/dashboard?period=month",
    ):  # fmt: skip
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert page.locator("img").count() == 0, path
        assert "49" not in page.title()
    page.goto(f"/calls/{made}")

    expect(page.locator("h1")).to_contain_text("onerror")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../site.py", "/static/%2e%2e/site.py", "/static/..%2f..%2fpyproject.toml", "/calls/1/../../etc/passwd",
        "/calls/999999", "/calls/1%20OR%201=1", "/calls/-1", "/calls/99999999999999999999", "/agents/nobody' OR '1'='1",
        "/appeals/999", "/calibrations/999", "/rules/no.such",
    ],
)  # fmt: skip
def test_ways_around_lead_nowhere(served: Served, enter: Any, path: str) -> None:
    page = enter("audit")
    answer = page.request.get(served.url + path)

    assert answer.status in (404, 422), path
    assert "Traceback" not in answer.text()
