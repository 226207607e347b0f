"""事项: supervisors record events and settle what customers said; agents see what counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.types import CallMeta, Scope
from tests.builders import a_finding, a_result, a_score
from tests.review.conftest import AT, CSRF, Pages

NOVEMBER = Scope.of_month("2026-11")
FORM = {"csrf": CSRF, "kind": "complaint", "day": "2026-11-17", "agent": "8001", "level": "省公司"}


def praised(pages: Pages) -> int:
    said = a_finding(rule="fact.praise", kind="process", role="customer", verdict="review", quote="我要表扬八一零七")  # fmt: skip
    call = CallMeta("C9", "8001", "13800138009", "2026-11-16T09:30:00", "billing")
    result = a_result(findings=(said,), call=call, score=a_score(100.0))
    recording = replace(result.recording, sha256="9" * 64, path="calls/9.wav")
    pages.site.store.results.save(replace(result, recording=recording), scored_at=AT)
    found = pages.site.store.results.id_of("C9")
    assert found is not None
    return found


@pytest.mark.long
def test_a_supervisor_records_an_event_once_and_takes_it_back_with_a_reason(pages: Pages) -> None:
    client, store = pages.visit("supervisor"), pages.site.store

    assert client.post("/events", data=FORM).status_code == 303
    again = client.post("/events", data=FORM)
    assert (again.status_code, "已有同样的记录" in again.text) == (400, True)
    assert "省公司" in client.get("/events?month=2026-11").text
    (event,) = store.events.find(NOVEMBER)
    assert (event.kind, event.level, event.actor) == ("complaint", "省公司", "supervisor1")
    taken = client.post(f"/events/{event.id}/withdraw", data={"csrf": CSRF, "reason": "核查无效"})
    assert (taken.status_code, store.events.find(NOVEMBER)) == (303, [])
    assert "已撤销" in client.get("/events?month=2026-11").text
    said = [one.action for one in store.ledger.entries(f"event {event.id}")]
    assert said == ["event recorded", "event withdrawn"]
    assert client.post("/events", data=FORM).status_code == 303
    assert [one.id for one in store.events.find(NOVEMBER)] == [event.id]
    assert "重新登记事项" in client.get("/ledger").text


def test_what_does_not_fit_its_kind_is_refused_in_chinese(pages: Pages) -> None:
    client = pages.visit("supervisor")
    cases = {
        "没有“部长”这个级别": {"level": "部长"},
        "没有工号为“9999”": {"agent": "9999"},
        "没有分值": {"value": "3"},
        "不是数": {"value": "很多"},
        "分值应为 1 至 3": {"kind": "repair_thanks", "level": "", "value": "nan"},
        "0.95 像是比例，请填 95": {"kind": "survey", "level": "", "value": "0.95"},
        "要选级别": {"kind": "procedure", "level": ""},
        "不分是否二次": {"kind": "loss", "level": "", "repeat": "yes"},
        "没有“nothing”这种事项": {"kind": "nothing"},
        "没有通话“C77”": {"call": "C77"},
        "没有工号，也没有班组": {"agent": ""},
        "要计入客服个人": {"agent": "", "team": "一班"},
        "还没有到": {"day": "2062-11-05"},
        "早于一年以前": {"day": "2016-11-05"},
    }

    said = {text: client.post("/events", data={**FORM, **one}) for text, one in cases.items()}

    assert {
        text: (page.status_code, text in page.text) for text, page in said.items()
    } == dict.fromkeys(cases, (400, True))
    assert pages.site.store.events.find(NOVEMBER) == []


def test_a_praise_that_a_customer_spoke_counts_when_a_person_accepts_it(pages: Pages) -> None:
    result_id = praised(pages)
    client, store = pages.visit("supervisor"), pages.site.store
    assert "我要表扬" in client.get("/events?month=2026-11").text
    form = {"csrf": CSRF, "result_id": str(result_id), "rule": "fact.praise", "decision": "accept"}

    assert client.post("/events/suggested", data=form).status_code == 303
    twice = client.post("/events/suggested", data={**form, "decision": "refuse"})

    assert (twice.status_code, "已经有人处理" in twice.text) == (400, True)
    (event,) = store.events.find(NOVEMBER)
    assert (event.kind, event.agent_id, event.origin, event.call_id) == (
        "praise", "8001", "finding", "C9",
    )  # fmt: skip
    assert "没有待处理的" in client.get("/events?month=2026-11").text


def test_what_is_refused_is_no_event_and_waits_no_more(pages: Pages) -> None:
    result_id = praised(pages)
    client, store = pages.visit("supervisor"), pages.site.store
    form = {"csrf": CSRF, "result_id": str(result_id), "rule": "fact.praise", "decision": "refuse"}

    assert client.post("/events/suggested", data=form).status_code == 303
    assert store.events.find(NOVEMBER) == []
    assert "没有待处理的" in client.get("/events?month=2026-11").text
    assert client.post("/events/suggested", data={**form, "result_id": "77"}).status_code == 404


def test_an_agent_sees_on_the_own_month_what_counts(pages: Pages) -> None:
    pages.visit("supervisor").post("/events", data={**FORM, "call": "C1", "note": "打 13800138000"})

    page = pages.visit("agent").get("/agents/8001?month=2026-11").text

    assert "升级投诉（核查有效）" in page
    assert "2026-11-17 客户投诉（省公司）" in page
    assert "13800138000" not in page
    assert "不足 10 通，暂不评" in page
