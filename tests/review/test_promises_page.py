"""The page of promises: what needs somebody comes first, and what became of one can be noted."""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.jobs.promises import save_promises
from pipeline.settings import PromiseSettings
from pipeline.types import CallMeta
from tests.builders import a_result, an_utterance
from tests.review.conftest import AT, CSRF, Pages


def add(
    pages: Pages, number: int, text: str, start: str = "2026-11-17T09:30:00", agent: str = "8001"
) -> None:
    made = a_result(
        call=CallMeta(f"P{number}", agent, "13800138001", start, "billing"),
        utterances=(an_utterance(text),),
    )
    made = replace(made, recording=replace(made.recording, sha256=f"{number:064x}"))
    pages.site.store.results.save(made, scored_at=AT)
    save_promises(pages.site.store, made, PromiseSettings())


def shown(pages: Pages, address: str = "/promises") -> list[str]:
    page = pages.visit("qa").get(address)
    assert page.status_code == 200
    return re.findall(r">(P\d+)</a>", page.text)


def test_overdue_promises_come_before_open_ones(pages: Pages) -> None:
    add(pages, 21, "本月底之前给您回电。")
    add(pages, 22, "今天下午三点前给您回电，我的电话13800138000。")

    assert shown(pages) == ["P22", "P21"]
    assert shown(pages, "/promises?status=open") == ["P21"]
    assert shown(pages, "/promises?month=2026-10") == []
    assert shown(pages, "/promises?agent=8002") == []
    assert "13800138000" not in pages.visit("qa").get("/promises").text


def test_a_note_changes_what_became_of_it(pages: Pages) -> None:
    add(pages, 22, "今天下午三点前给您回电。")
    form = {"csrf": CSRF, "outcome": "kept", "kept_at": "2026-11-17T14:00", "reason": "回访记录"}

    answer = pages.visit("qa").post("/promises/1", data={**form, "back": "month=2026-11&x=1"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/promises?month=2026-11")
    assert shown(pages, "/promises?status=kept") == ["P22"]
    assert "qa1 登记：回访记录" in pages.visit("qa").get("/promises").text


def test_a_note_without_time_or_reason_is_refused(pages: Pages) -> None:
    add(pages, 22, "今天下午三点前给您回电。")
    client = pages.visit("qa")
    form = {"csrf": CSRF, "outcome": "kept", "kept_at": "", "reason": "回访记录"}

    assert client.post("/promises/1", data=form).status_code == 422
    assert (
        client.post("/promises/1", data={**form, "outcome": "void", "reason": " "}).status_code
        == 422
    )
    assert client.post("/promises/9", data={**form, "outcome": "void"}).status_code == 404


def test_an_auditor_reads_and_notes_nothing(pages: Pages) -> None:
    add(pages, 22, "今天下午三点前给您回电。")

    assert "登记结果" not in pages.visit("auditor").get("/promises").text


def test_an_agent_sees_the_promises_of_the_own_calls_whatever_is_asked_for(pages: Pages) -> None:
    add(pages, 22, "今天下午三点前给您回电。")
    add(pages, 23, "明天上午给您回电。", agent="8002")
    client = pages.visit("agent")

    for address in ("/promises", "/promises?agent=8002", "/promises?team=二班", "/promises?agent="):
        page = client.get(address)
        assert (page.status_code, "P22" in page.text, "P23" in page.text) == (200, True, False)
        assert "登记结果" not in page.text
        assert "8002" not in page.text
    assert "P22" in client.get("/agents/8001?period=2026-11").text
    assert client.get("/agents/8002?period=2026-11").status_code == 404
    form = {"csrf": CSRF, "outcome": "void", "reason": "x"}
    assert client.post("/promises/1", data=form).status_code == 403


def test_a_call_back_that_another_agent_made_shows_the_agent_no_foreign_call(pages: Pages) -> None:
    add(pages, 22, "今天下午三点前给您回电，宽带的问题。")
    add(
        pages, 23, "您好，您今天反映的宽带问题，给您回个电话。", "2026-11-17T14:30:00", agent="8002"
    )
    foreign = pages.site.store.results.id_of("P23")

    for address in ("/promises", "/agents/8001?period=2026-11"):
        assert f'href="/calls/{foreign}"' not in pages.visit("agent").get(address).text
        assert "期限内联系了客户" in pages.visit("agent").get(address).text
        assert f'href="/calls/{foreign}"' in pages.visit("qa").get(address).text


def test_figures_lead_to_as_many_promises_as_they_say(pages: Pages) -> None:
    add(pages, 22, "今天下午三点前给您回电。")
    add(pages, 23, "我争取今天下午给您回电。")
    add(pages, 24, "月底之前给您回电。", "2026-10-20T09:30:00")
    page = pages.visit("qa").get("/agents/8001?period=2026-11").text
    links = re.findall(r'href="(/promises[?][^"]+)">(\d+)</a>', page)

    assert len(links) == 3
    for address, number in links:
        assert len(shown(pages, address.replace("&amp;", "&"))) == int(number)


def test_a_month_that_has_not_ended_says_so_on_every_page_of_figures(pages: Pages) -> None:
    client = pages.visit("qa")
    said = "本月未结束，得分为暂计，截至 2026-11-18"

    for address in ("/dashboard?period=month&on=2026-11-01", "/agents?period=2026-11", "/agents/8001?period=2026-11"):  # fmt: skip
        assert said in client.get(address).text
        assert "2026-12-10" not in client.get(address).text
    assert "本周未结束" in client.get("/agents/8001?period=2026-W47").text
    assert "未结束" not in client.get("/dashboard?period=day&on=2026-11-17").text
    add(pages, 24, "您好。", "2026-10-20T09:30:00")
    assert "2026-11-10 前" in client.get("/agents/8001?period=2026-10").text
    assert "未结束" not in client.get("/agents/8001?period=2026-10").text
