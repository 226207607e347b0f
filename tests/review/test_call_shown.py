"""The page of a call as each role sees it."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from pipeline.jobs.correct import Corrector
from pipeline.people.actions import ReviewAction
from pipeline.settings import PrivacySettings, ShownSettings
from pipeline.store import Store
from pipeline.types import Part, Quote
from tests.builders import a_finding, a_result, an_utterance
from tests.review.conftest import AT, CSRF, FOREIGN, OWN, Pages
from tests.review.own_call import LATER, SHA, counting, send


def test_a_clause_is_named_with_the_title_of_its_document(pages: Pages) -> None:
    page = pages.visit("qa").get(f"/calls/{OWN}").text
    agent = pages.visit("agent").get(f"/calls/{OWN}").text

    assert "依据 《客户服务工作考核管理办法》第一部分第二章(三)2（你找领导去）；" in page
    assert "依据 D" not in page
    assert 'href="/regulations"' in agent


def test_an_agent_sees_own_findings_without_forms_or_what_reviewers_say_among_themselves(
    pages: Pages, lead: TestClient
) -> None:
    send(lead, "comment", text="辅导时重点讲首问负责")
    send(lead, "mark", mark="coaching")
    send(lead, "decide", of=OWN, finding=0, decision="confirmed")
    page = pages.visit("agent").get(f"/calls/{OWN}")

    assert page.status_code == 200
    assert "不归我管" in page.text
    assert "已确认" in page.text
    assert "首问负责" not in page.text.replace("《客服部管理规章制度》八1（首问负责制）", "")
    assert "辅导案例" not in page.text
    actions = set(re.findall(r'<form method="post"[^>]*action="([^"]*)"', page.text))
    assert {action for action in actions if not action.endswith("/appeal")} == {"/logout"}


def test_personal_data_is_shown_after_a_reason_to_this_session_and_for_a_while(
    pages: Pages, lead: TestClient
) -> None:
    number = pages.site.store.results.save(
        a_result(utterances=(an_utterance("我的电话是13800138000。", "customer"),)), scored_at=AT
    )
    sha256 = "ab" * 32
    assert (
        lead.post(f"/calls/{number}/unmask", data={"csrf": CSRF, "reason": " 。"}).status_code
        == 400
    )
    assert "13800138000" not in lead.get(f"/calls/{number}").text
    assert (
        lead.post(f"/calls/{number}/unmask", data={"csrf": CSRF, "reason": "申诉核对"}).status_code
        == 303
    )

    assert "13800138000" in lead.get(f"/calls/{number}").text
    assert "13800138000" not in pages.visit("qa").get(f"/calls/{number}").text
    (entry,) = pages.site.store.ledger.entries(f"call {sha256}")
    assert (entry.action, entry.actor, entry.detail["reason"]) == (
        "unmasked",
        "supervisor1",
        "申诉核对",
    )
    pages.clock.now += 901
    assert "13800138000" not in lead.get(f"/calls/{number}").text


@pytest.mark.long
def test_what_a_call_and_people_say_is_text_and_never_markup(
    pages: Pages, lead: TestClient
) -> None:
    hostile = "<script>alert(1)</script>{{7*7}}"
    send(lead, "comment", text=hostile)
    send(
        lead,
        "add",
        rule="forbidden.shirk|forbidden",
        role="agent",
        start_s=1,
        end_s=2,
        quote=hostile,
    )
    page = lead.get(f"/calls/{OWN}", params={"from": '"><script>alert(2)</script>'}).text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page
    assert 'style="' not in page
    assert not re.search(r"\son\w+=", page)


def test_a_call_is_left_to_reviewers_only(pages: Pages, lead: TestClient) -> None:
    assert send(lead, "assign", to="agent1") == 400
    assert send(lead, "assign", to="qa1") == 303
    kept: ReviewAction = pages.site.store.actions.of(SHA)[0]
    assert kept.value == {"to": "qa1"}


def test_a_recording_that_is_gone_is_said_and_the_page_works(
    pages: Pages, lead: TestClient
) -> None:
    page = lead.get(f"/calls/{OWN}").text

    assert "录音文件已不在原处" in page
    assert not Path("calls/1.wav").exists()
    assert "<audio" not in page
    assert "不归我管" in page


def test_each_quote_stands_beside_its_speaker_and_time(pages: Pages, lead: TestClient) -> None:
    complaint = Quote("customer", 4.0, 5.0, "我要投诉")
    answer = Quote("agent", 6.0, 7.0, "随便您")
    finding = a_finding(
        rule="process.complaint_apology",
        kind="process",
        quote="我要投诉",
        quotes=(complaint, answer),
    )
    result = replace(counting(pages), findings=(finding,))
    recording = replace(result.recording, sha256="7" * 64)
    saved = pages.site.store.results.save(replace(result, recording=recording), scored_at=AT)

    page = lead.get(f"/calls/{saved}").text
    lines = re.findall(r"听到：<q>(.*?)</q>（(.*?)，<button[^>]*data-seek=\"(.*?)\">(.*?)<", page)

    assert lines == [("我要投诉", "客户", "4.0", "00:04"), ("随便您", "客服", "6.0", "00:06")]


@pytest.mark.parametrize("quotes", [(Quote("unknown", 4.0, 6.0, "不归我管"),), ()])
def test_a_phrase_of_an_unknown_speaker_says_that_nobody_knows_who_said_it(
    pages: Pages, lead: TestClient, quotes: tuple[Quote, ...]
) -> None:
    finding = a_finding(role="unknown", quote=(quotes and "不归我管") or "", quotes=quotes)
    result = replace(counting(pages), findings=(finding,))
    recording = replace(result.recording, sha256="6" * 64)
    saved = pages.site.store.results.save(replace(result, recording=recording), scored_at=AT)

    assert lead.get(f"/calls/{saved}").text.count("不知道是谁说的") == 1


def test_what_only_the_second_ear_heard_stands_beside_what_was_written(
    pages: Pages, lead: TestClient
) -> None:
    finding = a_finding(
        quote="你急神梦",
        match="acoustic",
        evidence="听到“你急什么”，转写“你急神梦”（听音 0.00，比转写 +6.8，与录音比对 +2.2）",
        quotes=(Quote("agent", 1.0, 2.0, "你急神梦"),),
    )
    result = replace(counting(pages), findings=(finding,))
    recording = replace(result.recording, sha256="8" * 64)
    saved = pages.site.store.results.save(replace(result, recording=recording), scored_at=AT)

    page = lead.get(f"/calls/{saved}").text

    assert "<b>听到“你急什么”，转写“你急神梦”</b>" in page
    assert "转写：<q>你急神梦</q>" in page
    assert "听到：<q>" not in page


@pytest.mark.long
def test_a_fact_that_the_customer_told_is_no_fault_on_the_page(
    pages: Pages, lead: TestClient
) -> None:
    finding = a_finding(rule="fact.praise", kind="process", role="customer", verdict="review")
    result = replace(counting(pages), findings=(finding,))
    recording = replace(result.recording, sha256="7" * 64)
    saved = pages.site.store.results.save(replace(result, recording=recording), scored_at=AT)

    page = lead.get(f"/calls/{saved}").text
    queue = lead.get("/queue", params={"view": "all", "rule": "fact.praise"}).text

    assert '<li id="f0" class="finding told fact now"' in page
    assert "<b>客户反映</b>" in page
    assert '<span class="tag ">供参考</span>' in page
    assert '<span class="tag">客户反映 1 处</span>' in page
    assert '<span class="tag review">待复核' not in page
    assert '<option value="fact.praise" selected>客户表扬</option>' in queue
    assert f"/calls/{saved}?" in queue


def test_a_part_of_a_conversation_leads_to_the_others_for_those_who_may_read_them(pages: Pages):
    with Store.open(pages.site.db) as store:
        (stored,) = store.results.find("C1")
        part = Part("C", 1, ("C1", "C2"))
        engine = replace(stored.engine, callqa_version="next")
        number = store.results.save(replace(stored, part=part, engine=engine), scored_at=LATER)
    link = f'<a href="/calls/{FOREIGN}">看另一段 C2</a>'
    assert link in pages.visit("supervisor").get(f"/calls/{number}").text
    assert link not in pages.visit("agent").get(f"/calls/{number}").text


def test_a_reviewer_who_takes_calls_does_not_judge_them(pages: Pages, lead: TestClient):
    with closing(sqlite3.connect(pages.site.db)) as db, db:
        db.execute("UPDATE users SET agent_id = '8001' WHERE name = 'supervisor1'")
    other = pages.visit("qa")
    form = {"csrf": CSRF, "mark": "good"}

    assert lead.post(f"/calls/{OWN}/mark", data=form).status_code == 403
    assert lead.post(f"/calls/{FOREIGN}/mark", data=form).status_code == 303
    assert other.post(f"/calls/{OWN}/mark", data=form).status_code == 303
    comment = {"csrf": CSRF, "text": "客户后来又打来。"}
    assert lead.post(f"/calls/{OWN}/comment", data=comment).status_code == 303


def test_a_role_reads_the_kinds_that_the_settings_show_it_and_no_others(pages: Pages) -> None:
    said = an_utterance("我叫李晓明，尾号8820", "customer")
    number = pages.site.store.results.save(a_result(utterances=(said,)), scored_at=AT)
    privacy = PrivacySettings(shown=ShownSettings(qa=("name",)))
    pages.site.settings = replace(pages.site.settings, privacy=privacy)

    assert "我叫李晓明，尾号****" in pages.visit("qa").get(f"/calls/{number}").text
    assert "我叫***，尾号****" in pages.visit("auditor").get(f"/calls/{number}").text


@pytest.mark.parametrize(("shown", "status"), [(("name",), 303), (("address",), 409)])
def test_who_reads_a_sentence_may_correct_it(
    pages: Pages, reviser: Corrector, shown: tuple[str, ...], status: int
) -> None:
    said = an_utterance("我叫李晓明", "customer")
    number = pages.site.store.results.save(a_result(utterances=(said,)), scored_at=AT)
    privacy = PrivacySettings(shown=ShownSettings(qa=shown))
    pages.site.settings = replace(pages.site.settings, privacy=privacy)
    pages.site._corrector = reviser
    form = {"csrf": CSRF, "channel": said.channel, "start_s": said.start_s, "end_s": said.end_s}

    sent = pages.visit("qa").post(f"/calls/{number}/text", data={**form, "text": "我叫李小明"})

    assert sent.status_code == status
