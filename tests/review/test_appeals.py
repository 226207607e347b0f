"""Appeals on the pages: filed by agents about their own calls, decided by others, by their day."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from pipeline.people.users import digest_of_secret
from pipeline.review.pages.appeals import OUTCOMES
from pipeline.review.sessions import COOKIE
from tests.builders import a_decision, a_finding, a_result
from tests.review.conftest import AT, CSRF, FOREIGN, NOW, OWN, Pages

FINDING = {
    "rule": "forbidden.shirk", "kind": "forbidden", "role": "agent", "start_s": "4.0", "end_s": "6.0",
    "phrase": "不归我管",
}  # fmt: skip
DAY_S = 86400


def post(client: TestClient, path: str, **data: str) -> tuple[int, str]:
    """Status, and where it leads or what is said."""
    answer = client.post(path, data={"csrf": CSRF, **data})
    told = re.search(r'role="alert">([^<]*)', answer.text)
    return answer.status_code, answer.headers.get("location") or (told.group(1) if told else "")


def file(pages: Pages, **changes: str) -> tuple[int, str]:
    return post(
        pages.visit("agent"),
        f"/calls/{OWN}/appeal",
        **{**FINDING, "reason": "客户先说的，我是重复", **changes},
    )


def another(pages: Pages, name: str = "lead2", role: str = "supervisor") -> TestClient:
    pages.site.store.users.add(name, role, actor="test", at=AT)  # type: ignore[arg-type]
    pages.site.store.sessions.begin(
        name, digest=digest_of_secret(f"secret-of-{name}"), csrf=CSRF, now=NOW
    )
    client = pages.visit()
    client.cookies.set(COOKIE, f"secret-of-{name}")
    return client


def test_an_agent_objects_and_the_list_shows_it_with_its_day(pages: Pages) -> None:
    assert file(pages) == (303, "/appeals/1")
    for role in ("agent", "supervisor", "auditor"):
        listed = pages.visit(role).get("/appeals").text  # type: ignore[arg-type]
        assert "第 1 号" in listed
        assert "2026-11-21" in listed
        assert "已逾期" not in listed
    pages.clock.now += 3 * DAY_S + 60
    pages.site.store.sessions.begin(
        "qa1", digest=digest_of_secret("later"), csrf=CSRF, now=pages.clock.now
    )
    later = pages.visit()
    later.cookies.set(COOKIE, "later")
    assert "已逾期" in later.get("/appeals?view=overdue").text


def test_the_most_pressing_appeal_is_first(pages: Pages) -> None:
    file(pages)
    pages.clock.now += 60
    file(pages, rule="")

    listed = pages.visit("qa").get("/appeals").text

    assert listed.index("第 1 号") < listed.index("第 2 号")
    assert "没有办结的申诉" in pages.visit("qa").get("/appeals?view=closed").text


def test_a_foreign_appeal_reads_like_one_that_does_not_exist(pages: Pages) -> None:
    store = pages.site.store
    theirs = store.appeals.file(
        FOREIGN, finding=None, agent_id="8002", filed_by="lina", reason="不对", at=AT, due_at=AT
    )
    client = pages.visit("agent")

    assert client.get(f"/appeals/{theirs.id}").text == client.get("/appeals/999").text
    assert client.get(f"/appeals/{theirs.id}").status_code == 404
    assert "不对" not in client.get("/appeals").text
    assert post(client, f"/appeals/{theirs.id}/withdraw")[0] == 404
    assert post(client, f"/calls/{FOREIGN}/appeal", reason="不对")[0] == 404
    assert pages.visit("qa").get(f"/appeals/{theirs.id}").status_code == 200


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"reason": "  "}, "请写明申诉理由"),
        ({"rule": "forbidden.other"}, "这通电话的评分里没有这一处，无法申诉"),
        ({"kind": "nonsense"}, "填写的内容有误。"),
        ({"start_s": "nan"}, "填写的内容有误（start_s）。"),
    ],
)
def test_what_cannot_be_appealed_is_said(pages: Pages, changes: dict[str, str], told: str) -> None:
    assert file(pages, **changes) == (422 if "填写" in told else 400, told)
    assert pages.site.store.appeals.find() == ()


def test_an_upheld_appeal_takes_the_finding_away(pages: Pages) -> None:
    file(pages)
    lead = pages.visit("supervisor")
    assert "申诉成立" in lead.get("/appeals/1").text

    assert post(lead, "/appeals/1/decide", outcome="upheld", answer="听过录音，确是转述") == (
        303,
        "/appeals/1",
    )

    store = pages.site.store
    assert store.results.get(store.effective.of("1" * 64)).findings == ()
    assert store.appeals.get(1).outcome == "upheld"
    shown = pages.visit("agent").get("/appeals/1").text
    assert OUTCOMES["upheld"] in shown
    assert "听过录音，确是转述" in shown
    assert "第 1 号" in pages.visit("agent").get("/appeals?view=closed").text
    assert post(lead, "/appeals/1/decide", outcome="rejected", answer="再改")[0] == 400


def test_who_judged_the_finding_does_not_decide_the_appeal(pages: Pages) -> None:
    pages.site.store.actions.add(
        OWN,
        [a_decision(a_finding(start_s=4.0, end_s=6.0), "confirmed")],
        actor="supervisor1",
        at=AT,
    )
    file(pages)
    lead = pages.visit("supervisor")
    page = lead.get("/appeals/1").text

    assert "您判定过这一处，申诉应由他人处理" in page
    assert 'action="/appeals/1/decide"' not in page
    assert "supervisor1" in page
    assert post(lead, "/appeals/1/decide", outcome="upheld", answer="好")[0] == 400
    assert post(another(pages), "/appeals/1/decide", outcome="rejected", answer="维持")[0] == 303


@pytest.mark.long
def test_a_second_appeal_is_decided_by_somebody_else_and_is_the_last(pages: Pages) -> None:
    file(pages)
    lead, agent = pages.visit("supervisor"), pages.visit("agent")
    assert post(agent, "/appeals/1/again", reason="再看看")[0] == 400
    post(lead, "/appeals/1/decide", outcome="rejected", answer="维持原判")
    assert "提出复核申诉" in agent.get("/appeals/1").text

    assert post(agent, "/appeals/1/again", reason="再看看") == (303, "/appeals/2")

    assert post(lead, "/appeals/2/decide", outcome="rejected", answer="维持")[1].startswith(
        "您处理过第一次申诉"
    )
    assert post(another(pages), "/appeals/2/decide", outcome="rejected", answer="维持")[0] == 303
    assert "提出复核申诉" not in agent.get("/appeals/2").text
    assert post(agent, "/appeals/2/again", reason="还是不服")[0] == 400


def test_points_are_set_within_the_sheet_only(pages: Pages) -> None:
    file(pages, rule="")
    lead = pages.visit("supervisor")
    item = pages.site.store.results.get(OWN).score.items[0].id

    assert (
        post(lead, "/appeals/1/decide", outcome="changed", answer="改", item="", points="")[0]
        == 400
    )
    assert (
        post(lead, "/appeals/1/decide", outcome="changed", answer="改", item=item, points="许多")[0]
        == 400
    )
    assert (
        post(
            lead, "/appeals/1/decide", outcome="changed", answer="改", item="nonsense", points="1"
        )[0]
        == 400
    )
    assert pages.site.store.appeals.get(1).is_open


def test_an_agent_withdraws_and_may_file_again(pages: Pages) -> None:
    file(pages)
    agent = pages.visit("agent")

    assert post(agent, "/appeals/1/withdraw") == (303, "/appeals/1")
    assert "已撤回" in agent.get("/appeals/1").text
    assert file(pages) == (303, "/appeals/2")


def test_personal_data_in_a_reason_is_hidden(pages: Pages) -> None:
    file(pages, reason="客户电话是13912345678")

    assert (
        "13912345678"
        not in pages.visit("supervisor").get("/appeals/1").text
        + pages.visit("qa").get("/appeals").text
    )


def test_the_page_of_a_call_has_the_form_for_its_agent_only(pages: Pages) -> None:
    form = f'action="/calls/{OWN}/appeal"'
    costly = a_result(
        findings=(a_finding(points=-20.0), a_finding(points=0.0, start_s=9.0, end_s=9.5)),
        call=pages.site.store.results.get(OWN).call,
    )
    other = pages.site.store.results.save(
        replace(costly, recording=replace(costly.recording, sha256="8" * 64)), scored_at=AT
    )
    agent = pages.visit("agent")

    # the call as a whole, and beside it what took points
    assert agent.get(f"/calls/{OWN}").text.count(form) == 1
    assert agent.get(f"/calls/{other}").text.count(f'action="/calls/{other}/appeal"') == 2
    assert form not in pages.visit("supervisor").get(f"/calls/{OWN}").text
