"""The page of a call: what each role sees and does there, and that points follow at once."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from pipeline.jobs.correct import Corrector
from pipeline.people import QueueFilter
from pipeline.people.actions import FindingKey, NewAction
from pipeline.store import ToneLabel
from pipeline.types import CallResult
from tests.builders import a_finding, a_result, an_utterance
from tests.review.conftest import AT, CSRF, FOREIGN, OWN, Pages
from tests.review.own_call import LATER, SHA, acts, counting, send


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
