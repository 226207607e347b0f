"""The wall of conversations in progress, and messages that programs hand over."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from pipeline.jobs import Hooks
from pipeline.people.users import UserRole, digest_of_secret
from pipeline.review.app import make_app
from pipeline.review.pages import live as page
from pipeline.settings import ReviewSettings, Settings
from pipeline.types import LiveAlarm, LiveMessage
from tests.review.conftest import AT, CSRF, NOW, Pages

URL = "/api/v1/conversations/C-9/messages"


def feed(pages: Pages, scope: str = "feed", role: UserRole = "auditor") -> TestClient:
    secret = f"callqa_{scope}_{role}"
    pages.site.store.tokens.add(
        f"{role}1", digest=digest_of_secret(secret), label="im", scope=scope, actor="test", at=AT
    )  # type: ignore[arg-type]
    client = TestClient(make_app(pages.site), base_url="http://127.0.0.1")
    client.headers["Authorization"] = f"Bearer {secret}"
    return client


def message(id: str, role: str, text: str, second: int = 0) -> dict[str, object]:
    return {"id": id, "role": role, "text": text, "at": f"2026-11-18T11:06:{10 + second}+08:00"}


def a_talk(pages: Pages) -> None:
    """A conversation with a customer's number, and a threat."""
    live = pages.site.store.live
    said = [
        LiveMessage("1", NOW - 40, "customer", "我的电话是13800138000"),
        LiveMessage("2", NOW - 30, "agent", "你给我等着"),
        LiveMessage("3", NOW - 5, "customer", "<b>请问怎么退款？"),
    ]
    about = {"agent_id": "8001", "queue": "billing"}
    talk = live.receive("api", "C13800138000", said, about=about, now=NOW).talk
    grave = LiveAlarm("forbidden.threat", NOW - 30, "notify", "confirmed", "你给我等着13800138000")
    unsure = LiveAlarm("forbidden.leak", NOW - 30, "wall", "review", "", "整句意思")
    pages.site.store.alarms.note(talk, [grave, unsure], waits=(NOW - 5, 60.0), now=NOW)
    live.receive("api", "calm", said[2:], about={}, now=NOW)


def test_a_token_of_this_scope_hands_messages_over_and_can_nothing_else(pages: Pages) -> None:
    client = feed(pages)
    body = {
        "agent_id": "8001",
        "messages": [message("b", "agent", "您好", 9), message("a", "customer", "在吗")],
    }
    first = client.post(URL, json=body)
    assert (first.status_code, first.json()) == (
        200, {"new": 2, "known": 0, "state": "open", "result_id": None},
    )  # fmt: skip
    assert client.post(URL, json={**body, "end": True}).json()["known"] == 2
    talk = pages.site.store.live.named("api", "C-9")
    assert talk is not None
    assert [one.id for one in pages.site.store.live.lines(talk.id)] == ["a", "b"]
    assert (talk.state, talk.agent_id) == ("ending", "8001")

    assert client.get("/api/v1/calls").status_code == 403
    assert feed(pages, scope="", role="admin").post(URL, json=body).status_code == 403
    pages.site.store.live.finish(talk.id, 7)
    assert client.post(URL, json=body).json() == {
        "new": 0, "known": 2, "state": "ended", "result_id": 7,
    }  # fmt: skip
    late = {"messages": [message("c", "agent", "还在吗")]}
    assert client.post(URL, json=late).status_code == 409


def test_messages_are_bounded_and_have_a_time_zone(pages: Pages) -> None:
    client = feed(pages)

    def status(**changed: object) -> int:
        return client.post(
            URL, json={"messages": [message("a", "agent", "x") | changed]}
        ).status_code

    assert status(text="长" * 4001) == 422
    assert status(at="2026-11-18T11:06:10") == 422
    assert status(role="boss") == 422
    far = {"messages": [message("a", "agent", "x") | {"at": "0001-01-01T00:00:00+14:00"}]}
    refused = client.post(URL, json=far)
    assert (refused.status_code, "离现在太远" in refused.json()["detail"]) == (422, True)
    assert status(extra=1) == 422
    assert (
        client.post(
            URL, json={"messages": [message(str(n), "agent", "x") for n in range(101)]}
        ).status_code
        == 422
    )
    assert client.post(URL, content=b" " * 2_000_001).status_code == 413
    assert client.post("/api/v1/conversations/a%20b/messages", json={}).status_code == 422
    assert status(at=None) == 200
    assert pages.site.store.live.find(1).begun_at == NOW  # type: ignore[union-attr]
    pages.site.settings = Settings(live=Settings().live.__class__(most=1))
    assert client.post(URL.replace("C-9", "C-10"), json={}).status_code == 409


def test_the_wall_shows_the_most_urgent_first_with_masked_sentences(pages: Pages) -> None:
    a_talk(pages)
    wall = pages.visit("qa").get("/live").text

    assert "callqa live 没有在运行" in wall
    assert wall.index("C138****8000") < wall.index("· calm")
    assert "13800138000" not in wall
    assert "客户已等 5 秒" in wall
    assert "威胁" in wall
    assert "泄露信息（待核实）" in wall
    assert "&lt;b&gt;请问" in wall
    assert "<b>请问" not in wall
    assert pages.visit("agent").get("/live").status_code == 403
    late = LiveAlarm("process.slow_reply", NOW - 5, "wall", "confirmed", "", "客户等待超过 60 秒")
    calm = pages.site.store.live.find(2)
    assert calm is not None
    pages.site.store.alarms.note(calm, [late], waits=None, now=NOW + 1)
    pages.site.store.live.beat("listener", NOW + 10)
    pages.clock.now += 1
    assert "回复不及时" in pages.visit("qa").get("/live").text  # without any new message
    assert "没有在运行" not in pages.visit("auditor").get("/live").text


@pytest.mark.long
def test_a_conversation_that_was_opened_is_on_record(pages: Pages) -> None:
    a_talk(pages)
    client, store = pages.visit("supervisor"), pages.site.store
    opened = client.get("/live/1").text
    assert "你给我等着" in opened
    assert "13800138000" not in opened
    assert client.get("/live/99").status_code == 404
    client.get("/live/2")
    store.live.finish(1, 1)
    store.readings.fold(at=pages.site.now)

    (entry,) = [one for one in store.ledger.entries() if one.action == "watched"]
    assert (entry.actor, entry.detail["results"], entry.detail["talks"]) == (
        "supervisor1",
        [1],
        [2],
    )
    assert 'href="/calls/1"' in client.get("/live/1").text
    assert "查看进行中的会话" in client.get("/ledger").text


def test_a_note_goes_to_the_agents_desk_and_into_the_ledger(pages: Pages, monkeypatch) -> None:
    a_talk(pages)
    client = pages.visit("supervisor")
    note = {"csrf": CSRF, "text": "请先道歉，客户电话13800138000"}
    assert client.post("/live/1/note", data=note).status_code == 400  # no webhook is set
    pages.site.settings = Settings(review=ReviewSettings(webhooks=("http://127.0.0.1:9/",)))
    told: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr(Hooks, "tell", lambda self, event, detail: told.append((event, detail)))
    pages.site.__dict__["hooks"] = Hooks()

    assert client.post("/live/1/note", data={**note, "text": " "}).status_code == 422
    assert client.post("/live/1/note", data=note).status_code == 303
    assert pages.visit("qa").post("/live/1/note", data=note).status_code == 403
    assert told == [
        ("live.note", {
            "talk_id": 1, "agent_id": "8001", "text": "请先道歉，客户电话138****8000", "by": "supervisor1",
            "link": "/live/1",
        })
    ]  # fmt: skip
    assert [e.subject for e in pages.site.store.ledger.entries() if e.action == "desk noted"] == [
        "live 1"
    ]
    pages.site.store.live.finish(1, None)
    assert client.post("/live/1/note", data=note).status_code == 409


def test_a_change_of_the_wall_is_an_event_and_streams_are_bounded(
    pages: Pages, monkeypatch
) -> None:
    monkeypatch.setattr(page, "LOOK_S", 0.01)
    pages.site.stream_s = 0.04
    client = pages.visit("qa")
    answer = client.get("/live/changes")
    assert answer.headers["content-type"].startswith("text/event-stream")
    first = [one for one in answer.text.split("\n\n") if one.startswith("data: ")]
    assert len(first) == 1  # nothing changed meanwhile
    pages.clock.now += 1
    a_talk(pages)
    second = [
        one for one in client.get("/live/changes").text.split("\n\n") if one.startswith("data")
    ]
    assert first != second
    assert pages.site.watchers == 0
    pages.site.watchers = page.MOST_WATCHERS
    assert client.get("/live/changes").status_code == 503
    assert pages.visit("agent").get("/live/changes").status_code == 403


def test_how_the_alarms_of_a_rule_fared_is_on_its_page(pages: Pages) -> None:
    from pipeline.types import LiveOutcome  # noqa: PLC0415

    pages.site.store.alarms.note_outcomes(
        "a" * 64, [LiveOutcome("forbidden.threat", 5, 1, 2)], at=AT
    )
    text = pages.visit("qa").get("/rules/forbidden.threat").text

    assert "一致 5 处，实时漏掉 1 处，实时多报 2 处" in text
    assert "在线页面上提示，并通知值班主管" in text


def test_what_was_said_long_ago_is_covered_in_the_last_lines(pages: Pages) -> None:
    live = pages.site.store.live
    said = [LiveMessage("0", NOW - 900, "customer", "我叫欧阳凯，电话是13926584417")]
    said += [LiveMessage(str(n), NOW - 900 + n, "agent", f"请稍等第{n}句") for n in range(1, 231)]
    said.append(LiveMessage("231", NOW - 5, "agent", "查到了，欧阳凯这边有两单"))
    for at in range(0, len(said), 50):
        live.receive("api", "long", said[at : at + 50], about={}, now=NOW)
    talk = live.named("api", "long")
    assert talk is not None
    client = pages.visit("qa")

    pages.site.store.alarms.note(
        talk, [LiveAlarm("forbidden.leak", NOW - 5, "wall", "confirmed", "查到了，欧阳凯这边有两单")],
        waits=None, now=NOW,
    )  # fmt: skip
    assert "欧阳凯" not in client.get("/live").text
    assert "这边有两单" in client.get("/live").text
    for query in ("", "?all=1"):
        shown = client.get(f"/live/{talk.id}{query}").text
        assert "这边有两单" in shown
        assert "欧阳凯" not in shown
