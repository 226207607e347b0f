"""The page of promises: what needs somebody comes first, and what became of one can be noted."""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.jobs.promises import save_promises
from pipeline.settings import PromiseSettings
from pipeline.types import CallMeta
from tests.builders import a_result, an_utterance
from tests.review.conftest import AT, CSRF, Pages


def add(pages: Pages, number: int, text: str, start: str = "2026-11-17T09:30:00") -> None:
    made = a_result(
        call=CallMeta(f"P{number}", "8001", "13800138001", start, "billing"),
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


def test_an_auditor_reads_and_an_agent_does_not(pages: Pages) -> None:
    add(pages, 22, "今天下午三点前给您回电。")

    assert "登记结果" not in pages.visit("auditor").get("/promises").text
    assert pages.visit("agent").get("/promises").status_code == 403
