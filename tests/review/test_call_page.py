"""The page of a call: what each role sees and does there, and that points follow at once."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from pipeline.jobs.basis import load_basis
from pipeline.jobs.correct import Corrector
from pipeline.people import QueueFilter
from pipeline.people.actions import FindingKey, NewAction, ReviewAction
from pipeline.settings import PrivacySettings, Settings, ShownSettings
from pipeline.store import Store, ToneLabel
from pipeline.types import CallResult, Part, Quote
from tests.builders import a_finding, a_result, an_utterance
from tests.review.conftest import AT, CSRF, FOREIGN, OWN, Pages

SHA = "1" * 64
LATER = "2026-11-18T04:00:00+00:00"


@pytest.fixture(scope="module")
def reviser(tmp_path_factory: pytest.TempPathFactory) -> Corrector:
    """Takes a second or two to make."""
    with Store.open(tmp_path_factory.mktemp("reviser") / "callqa.db") as store:
        return Corrector.load(store, load_basis(Settings()))


@pytest.fixture
def lead(pages: Pages, reviser: Corrector) -> TestClient:
    pages.site._corrector = reviser
    return pages.visit("supervisor")


def send(client: TestClient, what: str, **data: object) -> int:
    return client.post(f"/calls/{OWN}/{what}", data={"csrf": CSRF, **data}).status_code


def acts(pages: Pages) -> list[tuple[str, bool]]:
    return [(act.kind, act.in_force) for act in pages.site.store.actions.of(SHA)]


def counting(pages: Pages) -> CallResult:
    store = pages.site.store
    return store.results.get(store.effective.of(SHA))


def test_a_refused_finding_takes_no_points_and_undoing_brings_the_machines_score_back(
    pages: Pages, lead: TestClient
) -> None:
    assert send(lead, "decide", of=OWN, finding=0, decision="refused") == 303
    refused = counting(pages)
    (act,) = pages.site.store.actions.of(SHA)
    page = lead.get(f"/calls/{OWN}").text
    assert send(lead, f"undo/{act.id}") == 303

    assert refused.findings == ()
    assert "已驳回" in page
    assert "机器 80" in page
    assert pages.site.store.effective.of(SHA) == OWN


def test_the_same_decision_again_is_not_kept_twice(pages: Pages, lead: TestClient) -> None:
    for _ in range(2):
        assert send(lead, "decide", of=OWN, finding=0, decision="confirmed") == 303

    assert acts(pages) == [("decide", True)]


def test_a_finding_of_another_call_cannot_be_decided_here(pages: Pages, lead: TestClient) -> None:
    assert send(lead, "decide", of=FOREIGN, finding=0, decision="refused") == 404
    assert send(lead, "decide", of=OWN, finding=7, decision="refused") == 404
    assert acts(pages) == []


def test_a_finding_that_is_added_counts_and_says_who_added_it(
    pages: Pages, lead: TestClient
) -> None:
    data = {
        "rule": "forbidden.shirk|forbidden",
        "role": "agent",
        "start_s": 10,
        "end_s": 12,
        "quote": "你找领导去",
    }
    assert send(lead, "add", **data) == 303

    added = counting(pages).findings[-1]
    assert (added.quote, added.verdict, added.evidence) == (
        "你找领导去",
        "confirmed",
        "人工添加（supervisor1）",
    )
    assert "人工添加" in lead.get(f"/calls/{OWN}").text


@pytest.mark.parametrize(
    ("rule", "status"),
    [
        ("nothing", 422),
        ("nothing|forbidden", 400),
        ("forbidden.shirk|pii", 400),
        ("forbidden.shirk|missing", 400),
    ],
)
def test_a_rule_that_is_none_cannot_be_added(
    pages: Pages, lead: TestClient, rule: str, status: int
) -> None:
    assert send(lead, "add", rule=rule, role="agent", start_s=1, end_s=2) == status
    assert acts(pages) == []


@pytest.mark.long
def test_role_and_text_of_an_utterance_are_corrected_and_the_machines_are_shown_beside(
    pages: Pages, lead: TestClient
) -> None:
    said = counting(pages).utterances[1]
    where = {"channel": said.channel, "start_s": said.start_s, "end_s": said.end_s}
    assert "改文字" in lead.get(f"/calls/{OWN}?edit=1").text
    assert send(lead, "text", **where, text="不是我管。") == 303
    assert send(lead, "role", **where, role="customer") == 303

    now = counting(pages).utterances[1]
    assert (now.text, now.role) == ("不是我管。", "customer")
    assert "机器：客服 “不归我管。”" in lead.get(f"/calls/{OWN}").text


def test_masked_personal_data_cannot_be_overwritten_unread(pages: Pages, lead: TestClient) -> None:
    result = a_result(utterances=(an_utterance("我的电话是13800138000。", "customer"),))
    number = pages.site.store.results.save(result, scored_at=AT)
    said = result.utterances[0]
    data = {
        "csrf": CSRF,
        "channel": 1,
        "start_s": said.start_s,
        "end_s": said.end_s,
        "text": "我的电话是138****8000。",
    }

    assert lead.post(f"/calls/{number}/text", data=data).status_code == 409
    assert "改文字" not in lead.get(f"/calls/{number}?edit=0").text


def test_points_that_are_set_need_a_reason_and_stand_beside_the_machines(
    pages: Pages, lead: TestClient
) -> None:
    store, score = pages.site.store, counting(pages).score
    assert (
        send(lead, "decide", of=OWN, finding=0, decision="confirmed") == 303
    )  # by the present sheet
    item = counting(pages).score.items[0]
    assert send(lead, "override", item=item.id, points=item.full - 1, reason=" ") == 400
    assert send(lead, "override", item=item.id, points=item.full - 1, reason="态度好转") == 303

    assert counting(pages).score.items[0].points == item.full - 1
    assert store.results.get(OWN).score == score
    assert "人工改分：态度好转（supervisor1）" in lead.get(f"/calls/{OWN}").text


def test_knowledge_that_no_file_measures_may_be_marked_with_a_reason_and_taken_back(
    pages: Pages, lead: TestClient
) -> None:
    def beside() -> tuple[bool, float]:
        line = next(line for line in counting(pages).score.beside if line.id == "knowledge")
        return line.applies, line.points

    assert send(lead, "decide", of=OWN, finding=0, decision="confirmed") == 303
    assert beside() == (False, 0.0)
    assert "业务知识（不适用 / 100）" in lead.get(f"/calls/{OWN}").text
    assert send(lead, "override", item="knowledge", points=101, reason="口头抽问") == 400
    assert send(lead, "override", item="knowledge", points=80, reason="口头抽问") == 303
    assert beside() == (True, 80.0)
    assert "人工评分：口头抽问（supervisor1）" in lead.get(f"/calls/{OWN}").text
    entries = pages.visit("auditor").get("/ledger").text
    assert "口头抽问" in entries
    assert send(lead, f"undo/{pages.site.store.actions.of(SHA)[-1].id}") == 303
    assert beside() == (False, 0.0)


def test_a_graded_tone_is_learnt_from_until_it_is_taken_back(
    pages: Pages, lead: TestClient
) -> None:
    stretch = {"role": "agent", "start_s": 1.0, "end_s": 3.5}
    assert send(lead, "tone", **stretch, grade="calm") == 303
    pages.clock.now += 60
    assert send(lead, "tone", **stretch, grade="raised") == 303
    raised = pages.site.store.tone.labels()
    assert send(lead, f"undo/{pages.site.store.actions.of(SHA)[-1].id}") == 303

    assert raised == (ToneLabel(OWN, "agent", 1.0, 3.5, "raised", "supervisor1"),)
    assert pages.site.store.tone.labels() == (
        ToneLabel(OWN, "agent", 1.0, 3.5, "calm", "supervisor1"),
    )
    assert send(lead, "tone", role="agent", start_s=3, end_s=1, grade="calm") == 400


def test_a_settled_call_leads_to_the_next_one_that_is_left_to_nobody_else(
    pages: Pages, lead: TestClient
) -> None:
    numbers = [OWN, FOREIGN]
    for letter in "cd":
        flagged = a_result(findings=(a_finding(verdict="review"),))
        sha256 = letter * 64
        recording = type(flagged.recording)(f"{letter}.wav", sha256, 20.5, 8000, 2, "pcm_alaw", 0)
        numbers.append(pages.site.store.results.save(_with(flagged, recording), scored_at=AT))
    taken, free = numbers[2:]
    pages.site.store.actions.add(
        taken, [NewAction("assign", {"to": "qa1"})], actor="supervisor1", at=AT
    )
    answer = lead.post(
        f"/calls/{OWN}/settle", data={"csrf": CSRF, "next": "1", "from": "view=waiting"}
    )
    last = lead.post(
        f"/calls/{free}/settle", data={"csrf": CSRF, "next": "1", "from": "view=waiting"}
    )

    assert answer.headers["location"] == (
        f"/calls/{free}?from=view%3Dwaiting%26done%3D1&settled={OWN}"
    )
    assert last.headers["location"] == f"/queue?view=waiting&done=1&settled={free}"
    assert "处理完毕" in lead.get(f"/calls/{OWN}").text


@pytest.mark.long
def test_the_next_call_is_the_row_below_and_what_was_skipped_is_not_the_next_again(
    pages: Pages, lead: TestClient
) -> None:
    for letter in "cdef":
        flagged = a_result(findings=(a_finding(verdict="review"),))
        recording = type(flagged.recording)(
            f"{letter}.wav", letter * 64, 20.5, 8000, 2, "pcm_alaw", 0
        )
        pages.site.store.results.save(_with(flagged, recording), scored_at=AT)
    rows = pages.site.store.queue.page(QueueFilter(view="waiting")).rows
    first, second, third, *_, last = [row.result_id for row in rows]

    def after(number: int) -> str:
        return lead.get(f"/calls/{number}/next?from=view%3Dwaiting").headers["location"]

    settled = lead.post(
        f"/calls/{second}/settle", data={"csrf": CSRF, "next": "1", "from": "view=waiting"}
    )

    assert settled.headers["location"] == (
        f"/calls/{third}?from=view%3Dwaiting%26done%3D1&settled={second}"
    )
    assert after(first) == f"/calls/{third}?from=view%3Dwaiting"
    assert after(last) == f"/calls/{first}?from=view%3Dwaiting"
    assert lead.get("/calls/999/next").status_code == 404


def _with(result: CallResult, recording: object) -> CallResult:
    from dataclasses import replace  # noqa: PLC0415

    return replace(result, recording=recording)


def test_a_reviewer_takes_back_own_acts_only_and_a_supervisor_anybodys(
    pages: Pages, lead: TestClient, reviser: Corrector
) -> None:
    qa = pages.visit("qa")
    for client in (lead, qa):
        assert send(client, "comment", text="请再听一遍") == 303
    by_lead, by_qa = pages.site.store.actions.of(SHA)

    assert send(qa, f"undo/{by_lead.id}") == 403
    assert send(qa, f"undo/{by_qa.id}") == 303
    assert send(lead, f"undo/{by_lead.id}") == 303
    assert acts(pages) == [("comment", False), ("comment", False)]
    assert send(lead, "undo/99") == 404


def test_what_an_appeal_settled_is_not_undone_here(pages: Pages, lead: TestClient) -> None:
    store = pages.site.store
    key = FindingKey.of(store.results.get(OWN).findings[0])
    appeal = store.appeals.file(
        OWN,
        finding=key,
        agent_id="8001",
        filed_by="agent1",
        reason="不是",
        at=AT,
        due_at=LATER,
        first=None,
    )
    value = {"decision": "refused", "finding": key.plain()}
    (act,) = store.actions.add(
        OWN, [NewAction("decide", value, key.rule, appeal.id)], actor="supervisor1", at=LATER
    )

    assert send(lead, f"undo/{act}") == 400
    assert "申诉中" in lead.get(f"/calls/{OWN}").text


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

    assert '<li id="f0" class="finding open fact now"' in page
    assert "<b>客户所说</b>" in page
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


def test_what_has_no_other_place_is_undone_in_the_history_however_old_it_is(
    pages: Pages, lead: TestClient
) -> None:
    assert send(lead, "override", item="knowledge", points=80, reason="口头抽问") == 303
    (override,) = pages.site.store.actions.of(SHA)
    seen = pages.site.store.effective.of(SHA)
    for number in range(21):
        decided = NewAction(
            "decide",
            {"finding": FindingKey.of(counting(pages).findings[0]).plain(), "decision": "refused"},
        )
        pages.site.store.actions.add(
            seen, [decided], actor="qa1", at=f"2026-11-30T05:00:{number:02d}+00:00"
        )

    assert str(override.id) in re.findall(r"undo/(\d+)", lead.get(f"/calls/{OWN}").text)
