"""Telephone calls on the wall, listening in, and what is announced of calls to come."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from pipeline.live.call_file import CallFile
from pipeline.settings import LiveSettings, Settings, SiteSettings
from pipeline.types import Covered, LiveAlarm, LiveCall, LiveMessage
from tests.review.conftest import NOW, Pages
from tests.review.test_live import feed

RATE = 8000
CALL = LiveCall(
    1, "audiosocket", "2026-11-18/a.wav", heard_s=6.0, silent_since=NOW - 14, talk_overs=2,
    chars_per_min=312.0, loud="客户", covered=(Covered(2.0, 4.0, "phone"), Covered(5.0, 5.4, "keys")),
)  # fmt: skip


@pytest.fixture
def calls(pages: Pages, tmp_path: Path) -> Path:
    """A call of eight seconds of a tone, six of which may be heard."""
    folder = tmp_path / "calls"
    pages.site.settings = Settings(live=LiveSettings(recordings=str(folder)))
    said = [LiveMessage("1", NOW - 20, "customer", "我的电话是13800138000")]
    pages.site.store.live.receive("call", "C-7", said, about={"agent_id": "8001"}, now=NOW)
    pages.site.store.live_calls.put(CALL)
    file = CallFile(folder / CALL.file, RATE, 2)
    tone = (np.sin(np.arange(8 * RATE) * 2 * np.pi * 300 / RATE) * 20000).astype(np.int16)
    for side in (0, 1):
        file.write(side, 0, tone)
    return folder


def test_the_wall_says_how_a_call_runs(pages: Pages, calls: Path) -> None:
    client = pages.visit("qa")
    wall = client.get("/live").text
    for word in ("通话 1 个", "8001 · C-7", "静默 14 秒", "抢话 2 次", "312 字/分", "客户声音大"):
        assert word in wall
    assert "13800138000" not in wall
    opened = client.get("/live/1").text
    assert "开始旁听" in opened
    mark = pages.site.wall.mark(pages.site.store, frozenset())
    pages.clock.now += 1
    pages.site.store.live_calls.put(LiveCall(1, "audiosocket", CALL.file, behind=True))
    assert pages.site.wall.mark(pages.site.store, frozenset()) != mark
    assert "跟不上，结束后评分" in client.get("/live").text


def test_listening_in_has_only_what_was_searched_for_numbers(pages: Pages, calls: Path) -> None:
    client = pages.visit("qa")
    answer = client.get("/live/1/sound")
    assert (answer.status_code, answer.headers["x-until"]) == (200, "6.000")
    heard, rate = soundfile.read(io.BytesIO(answer.content))
    assert len(heard) / rate == pytest.approx(6.0, abs=0.01)  # and not the eight that are there
    level = [float(np.abs(heard[int(at * rate) : int((at + 0.2) * rate)]).max()) for at in (1.0, 2.5, 3.5, 4.5, 5.1)]  # fmt: skip
    assert [one > 0.3 for one in level] == [True, False, False, True, False]

    later = client.get("/live/1/sound?since=3").content
    part, rate = soundfile.read(io.BytesIO(later))
    assert np.abs(part[: int(0.9 * rate)]).max() < 0.3  # the number goes on from before
    assert client.get("/live/1/sound?since=5.8").status_code == 204
    listened = [one for one in pages.site.store.ledger.entries() if one.action == "listened"]
    assert [(one.subject, one.actor) for one in listened] == [
        ("live 1", "qa1")
    ]  # once, not each piece
    assert "旁听进行中的通话" in pages.visit("auditor").get("/ledger").text
    assert pages.visit("agent").get("/live/1/sound").status_code == 403

    pages.site.store.live_calls.put(LiveCall(1, "audiosocket", CALL.file, behind=True))
    refused = client.get("/live/1/sound")
    assert (refused.status_code, "识别跟不上" in refused.json()["detail"]) == (409, True)
    pages.site.store.live_calls.put(CALL)
    (calls / f"{CALL.file}.growing").unlink()
    assert client.get("/live/1/sound").status_code == 409
    pages.site.store.live.finish(1, None)
    assert client.get("/live/1/sound").status_code == 409
    assert client.get("/live/2/sound").status_code == 404


def test_a_number_over_two_lines_is_covered_in_the_quotes_of_alarms_too(
    pages: Pages, calls: Path
) -> None:
    store = pages.site.store
    said = [
        LiveMessage("2", NOW - 18, "agent", "请您报一下银行卡号"),
        LiveMessage("3", NOW - 16, "customer", "六二二二零二一二三四"),
        LiveMessage("4", NOW - 12, "customer", "五六七八九零一二三你们这帮骗子"),
    ]
    talk = store.live.receive("call", "C-7", said, about={}, now=NOW).talk
    quote = "九零一二三你们这帮骗子"
    alarm = LiveAlarm(
        "fact.escalation", NOW - 12, "wall", "confirmed", quote, f"对方正在说：“{said[2].text}”"
    )
    store.alarms.note(talk, [alarm], waits=None, now=NOW)
    opened = pages.visit("qa").get("/live/1").text
    assert "你们这帮骗子" in opened
    for part in ("九零一二三", "五六七八"):
        assert part not in opened


@pytest.mark.long
def test_a_call_of_hours_has_a_page_of_its_last_sentences(pages: Pages, calls: Path) -> None:
    said = [LiveMessage(f"n{n}", NOW + n, "agent", f"第{n}句话") for n in range(3000)]
    pages.site.store.live.receive("call", "C-7", said, about={}, now=NOW)
    client = pages.visit("qa")
    opened = client.get("/live/1").text
    assert "第2999句话" in opened
    assert "第2799句话" not in opened
    assert "看前面的 2801 句" in opened
    assert len(opened) < 100_000
    assert "第0句话" in client.get("/live/1?all=1").text


@pytest.mark.parametrize(
    ("role", "status"),
    [("agent", 403), ("qa", 200), ("supervisor", 200), ("admin", 200), ("auditor", 200)],
)
def test_who_may_watch_and_listen_in(pages: Pages, calls: Path, role: str, status: int) -> None:
    client = pages.visit(role)
    found = {client.get(page).status_code for page in ("/live", "/live/1", "/live/1/sound")}
    assert found == {status}
    if status == 200:
        wall = client.get("/live").text + client.get("/live/1").text
        assert "13800138000" not in wall
        listened = [one for one in pages.site.store.ledger.entries() if one.action == "listened"]
        assert [one.detail["masked"] for one in listened] == [True]


def test_listening_in_works_beside_a_replay_that_has_no_folder(
    pages: Pages, tmp_path: Path, calls: Path
) -> None:
    db = tmp_path / "try.db"
    pages.site.settings = Settings(site=SiteSettings(db=str(db)))
    calls.rename(tmp_path / "try.db.calls")
    assert pages.visit("qa").get("/live/1/sound").status_code == 200


def test_a_stream_is_announced_with_its_call_and_side(pages: Pages) -> None:
    client, url = feed(pages), "/api/v1/calls/40325EC2-5efd-4bd3-805f-53576e581d13"
    body = {"call": "C-1", "side": "agent", "agent_id": "8001", "queue": "退款"}
    assert client.post(url, json=body).json() == {"call": "C-1", "sides": ["agent"]}
    other = client.post(f"{url[:-1]}4", json={"call": "C-1", "side": "customer"})
    assert other.json() == {"call": "C-1", "sides": ["agent", "customer"]}
    found = pages.site.store.live_calls.announced("40325ec2-5efd-4bd3-805f-53576e581d13")
    assert found is not None
    assert (found[0].agent_id, found[0].side, found[1]) == ("8001", "agent", ("agent", "customer"))

    assert client.post(url, json={"call": "C-1", "side": "boss"}).status_code == 422
    assert client.post("/api/v1/calls/x y", json=body).status_code in (404, 422)
    assert feed(pages, scope="", role="admin").post(url, json=body).status_code == 403
    pages.clock.now += 2 * 86400
    client.post(f"{url[:-1]}5", json={"call": "C-2"})
    assert pages.site.store.live_calls.announced("40325ec2-5efd-4bd3-805f-53576e581d13") is None
