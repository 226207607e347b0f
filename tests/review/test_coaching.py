"""Coaching records on the pages: who sees and answers them, and where they are made."""

from __future__ import annotations

import pytest

from pipeline.people import FindingKey
from tests.review.conftest import CSRF, FOREIGN, OWN, Pages

FORM = {"csrf": CSRF, "kind": "training", "on": "2026-11-17", "note": "一起听三通录音"}


def make(pages: Pages, **values: object):
    return pages.visit("supervisor").post("/coaching", data={**FORM, **values})


def test_a_record_about_a_finding_leads_back_to_the_call_and_names_its_item(pages: Pages) -> None:
    answer = make(pages, call=OWN, of=OWN, finding=0)

    assert answer.headers["location"] == f"/calls/{OWN}#coached"
    (record,) = pages.site.store.coaching.find()
    finding = pages.site.store.results.get(OWN).findings[0]
    assert (record.agent_id, record.finding) == ("8001", FindingKey.of(finding))
    page = pages.visit("supervisor").get(f"/calls/{OWN}").text
    assert "2026-11-17 培训" in page
    assert "就这一处记录处理措施" in page


@pytest.mark.long
def test_an_agent_sees_own_records_and_no_others(pages: Pages) -> None:
    make(pages, agent="8001")
    make(pages, agent="8002", note="关于李娜")
    agent = pages.visit("agent")

    own, month = agent.get("/coaching").text, agent.get("/agents/8001").text
    asked = agent.get("/coaching?agent=8002").text

    assert "一起听三通录音" in own
    assert "一起听三通录音" in month
    for text in (own, month, asked):
        assert "关于李娜" not in text
        assert "记录处理措施" not in text
    assert "记录处理措施" in pages.visit("supervisor").get("/agents/8001").text
    assert "记录处理措施" not in pages.visit("qa").get(f"/calls/{FOREIGN}").text


def test_an_agent_answers_once(pages: Pages) -> None:
    make(pages, agent="8001")
    agent = pages.visit("agent")

    assert "提交答复" in agent.get("/coaching").text
    sent = agent.post("/coaching/1/answer", data={"csrf": CSRF, "answer": "明白，已改"})
    assert sent.headers["location"] == "/coaching#c1"
    assert "提交答复" not in agent.get("/coaching").text
    again = agent.post("/coaching/1/answer", data={"csrf": CSRF, "answer": "再说"})
    assert (again.status_code, "只能答复一次" in again.text) == (400, True)
    assert "明白，已改" in pages.visit("supervisor").get("/coaching").text


def test_a_new_record_is_on_the_agents_page_at_once(pages: Pages) -> None:
    lead = pages.visit("supervisor")
    assert "一起听三通录音" not in lead.get("/agents/8001").text

    make(pages, agent="8001")

    assert "一起听三通录音" in lead.get("/agents/8001").text
    assert "样本不足" in lead.get("/agents/8001").text


def test_a_withdrawn_record_stays_in_the_list_and_leaves_the_month(pages: Pages) -> None:
    make(pages, agent="8001")
    lead = pages.visit("supervisor")
    lead.post("/coaching/1/withdraw", data={"csrf": CSRF, "reason": "记错了人"})

    listed = lead.get("/coaching").text
    assert "已撤回" in listed
    assert "记错了人" in listed
    assert "一起听三通录音" not in lead.get("/agents/8001").text


def test_personal_data_in_a_note_is_masked(pages: Pages) -> None:
    make(pages, agent="8001", note="客户 13800138000 来电致谢")

    page = pages.visit("supervisor").get("/coaching").text
    assert "13800138000" not in page
    assert "138****8000" in page


def test_an_agents_page_takes_each_period_and_refuses_what_is_none(pages: Pages) -> None:
    client = pages.visit("qa")

    assert "2026 年第四季度" in client.get("/agents/8001?period=2026-Q4").text
    assert "2026 年第四季度" in client.get("/agents?period=2026-Q4").text
    assert "2026-11-16 至 2026-11-22" in client.get("/agents/8001?period=2026-W47").text
    assert "2026 年 客服质检" in client.get("/dashboard?period=year").text
    for path in ("/agents", "/agents/8001"):
        assert client.get(f"{path}?period=2026-Q9").status_code == 400
