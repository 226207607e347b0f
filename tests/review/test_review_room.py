"""Several people, lists, terms and first passwords, request by request."""

from __future__ import annotations

import csv
import html
import io
import re
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from pipeline.people import NewAction
from pipeline.people.users import digest_of_secret
from pipeline.review.claims import RESTED_S
from pipeline.review.sessions import COOKIE
from tests.builders import a_finding, a_result, a_score
from tests.review.conftest import AT, CSRF, FOREIGN, OWN, PASSWORD, Pages

KEY = {
    "rule": "forbidden.shirk", "kind": "forbidden", "role": "agent", "start_s": 4.0, "end_s": 6.0, "phrase": "不归我管",
}  # fmt: skip


def send(client: TestClient, path: str, **form: object):
    return client.post(path, data={"csrf": CSRF, **form})


def told(answer) -> str:
    return " ".join(re.findall(r'role="alert">\s*([^<]+)', answer.text))


def another_lead(pages: Pages) -> TestClient:
    """A supervisor besides the first."""
    store = pages.site.store
    store.users.add("boss1", "supervisor", actor="test", at=AT)
    store.sessions.begin(
        "boss1", digest=digest_of_secret("secret-of-boss"), csrf=CSRF, now=pages.clock.now
    )
    client = pages.visit()
    client.cookies.set(COOKIE, "secret-of-boss")
    return client


def flag(pages: Pages, count: int) -> list[int]:
    made = a_result(findings=(a_finding(verdict="review"),))
    return [
        pages.site.store.results.save(
            replace(made, recording=replace(made.recording, sha256=f"{n:064x}")), scored_at=AT
        )
        for n in range(100, 100 + count)
    ]


def test_a_claim_ends_after_minutes_of_rest_and_with_a_farewell(pages: Pages) -> None:
    lead, qa = pages.visit("supervisor"), pages.visit("qa")
    view = re.search(r'data-view="([^"]+)"', lead.get(f"/calls/{OWN}").text)
    assert view is not None
    assert "supervisor1 正在处理" in qa.get("/queue?view=all").text

    assert send(lead, f"/calls/{OWN}/release", view="of another page").status_code == 204
    assert "正在处理" in qa.get("/queue?view=all").text
    send(lead, f"/calls/{OWN}/release", view=view[1])
    assert "正在处理" not in qa.get("/queue?view=all").text
    lead.get(f"/calls/{OWN}")
    pages.clock.now += RESTED_S - 10
    assert send(lead, f"/calls/{OWN}/claim").json() == {"by": None}
    pages.clock.now += RESTED_S - 10
    assert "正在处理" in qa.get("/queue?view=all").text
    pages.clock.now += 20
    assert "正在处理" not in qa.get("/queue?view=all").text


def test_a_page_that_is_made_ready_and_readers_claim_nothing(pages: Pages) -> None:
    pages.visit("supervisor").get(f"/calls/{OWN}?ahead=1")
    pages.visit("auditor").get(f"/calls/{OWN}")
    pages.visit("agent").get(f"/calls/{OWN}")

    assert "正在处理" not in pages.visit("qa").get("/queue?view=all").text


def test_who_overtook_says_what_and_when_and_the_second_word_counts(pages: Pages) -> None:
    lead, qa = pages.visit("supervisor"), pages.visit("qa")
    form = {"of": OWN, "finding": 0, "from": "view=all"}
    send(lead, f"/calls/{OWN}/decide?seen=0-0", decision="confirmed", **form)
    refused = send(qa, f"/calls/{OWN}/decide?seen=0-0", decision="refused", **form)

    assert refused.status_code == 409
    assert "supervisor1 于 2026-11-18" in refused.text
    assert "确认 推诿“不归我管”（00:04）" in refused.text
    assert "驳回 推诿“不归我管”（00:04）" in refused.text
    assert [one.actor for one in pages.site.store.actions.of("1" * 64)] == ["supervisor1"]
    again = html.unescape(re.findall(r'action="(/calls/\d+/decide\?seen=[^"]+)"', refused.text)[0])
    assert send(qa, again, decision="refused", **form).status_code == 303
    assert send(lead, f"/calls/{OWN}/decide?seen=1-0", decision="refused", **form).status_code == (
        303  # both want the same
    )


def test_two_texts_stand_side_by_side(pages: Pages) -> None:
    lead, qa = pages.visit("supervisor"), pages.visit("qa")
    place = {"channel": 0, "start_s": 4.0, "end_s": 5.25}
    send(lead, f"/calls/{OWN}/text?seen=0-0", text="这个不归我们管。", **place)
    refused = send(qa, f"/calls/{OWN}/text?seen=0-0", text="这个归我管。", **place)

    assert refused.status_code == 409
    shown = re.findall(r'<p class="break">([^<]+)', refused.text)
    assert shown == ["这个不归我们管。", "这个归我管。"]


@pytest.mark.long
def test_an_undoing_that_a_page_has_not_seen_overtakes_it_too(pages: Pages) -> None:
    lead, qa = pages.visit("supervisor"), pages.visit("qa")
    send(lead, f"/calls/{OWN}/decide?seen=0-0", of=OWN, finding=0, decision="confirmed")
    send(lead, f"/calls/{OWN}/undo/1")
    refused = send(qa, f"/calls/{OWN}/decide?seen=1-0", of=OWN, finding=0, decision="refused")

    assert refused.status_code == 409
    assert "撤销了" in refused.text


@pytest.mark.parametrize("seen", ["", "x", "1", "-", "9" * 60 + "-0"])
def test_a_mark_that_no_page_has_overtakes_nothing(pages: Pages, seen: str) -> None:
    lead, qa = pages.visit("supervisor"), pages.visit("qa")
    send(lead, f"/calls/{OWN}/decide", of=OWN, finding=0, decision="confirmed")
    answer = send(qa, f"/calls/{OWN}/decide?seen={seen}", of=OWN, finding=0, decision="refused")

    assert answer.status_code == 303


def test_a_reviewer_takes_a_call_and_gives_it_back_but_moves_nobody_elses(pages: Pages) -> None:
    lead, qa, store = pages.visit("supervisor"), pages.visit("qa"), pages.site.store
    assert send(qa, f"/calls/{OWN}/take").status_code == 303
    assert ">由我处理" not in qa.get(f"/calls/{OWN}").text
    assert send(qa, f"/calls/{OWN}/assign", to="").status_code == 303
    assert send(qa, f"/calls/{OWN}/assign", to="supervisor1").status_code == 403
    send(lead, f"/calls/{OWN}/assign", to="supervisor1")
    refused = send(qa, f"/calls/{OWN}/take")

    assert (refused.status_code, told(refused)) == (409, "这通已分配给supervisor1，请主管改派。")
    assert [one.value["to"] for one in store.actions.of("1" * 64)] == ["qa1", None, "supervisor1"]


def test_many_calls_are_changed_and_those_that_are_left_say_why(pages: Pages) -> None:
    lead, qa = pages.visit("supervisor"), pages.visit("qa")
    send(lead, f"/calls/{FOREIGN}/assign", to="supervisor1")
    mixed = send(qa, "/queue/bulk", does="take", call=[OWN, FOREIGN], **{"from": "view=all"})

    assert "由我处理：1 通。1 通没有处理" in re.sub(r"\s+", " ", mixed.text)
    assert "C2：这通已分配给supervisor1" in mixed.text
    marked = send(qa, "/queue/bulk", does="coaching", call=[OWN, FOREIGN])
    assert marked.headers["location"].endswith("bulk=coaching&did=2")
    assert send(qa, "/queue/bulk", does="assign", to="qa1", call=[OWN]).status_code == 303
    assert send(qa, "/queue/bulk", does="settle").status_code == 400
    assert send(qa, "/queue/bulk", does="assign", to="supervisor1", call=[OWN]).status_code == 403


@pytest.mark.long
def test_the_next_call_skips_what_others_work_on_or_have(pages: Pages) -> None:
    lead, qa = pages.visit("supervisor"), pages.visit("qa")
    numbers = flag(pages, 4)
    order = [
        int(found)
        for found in re.findall(r'<td><a href="/calls/(\d+)\?from=', qa.get("/queue").text)
    ]
    assert sorted(order) == numbers
    lead.get(f"/calls/{order[1]}")
    send(lead, f"/calls/{order[2]}/assign", to="supervisor1")
    there = qa.get(f"/calls/{order[0]}/next?from=view%3Dwaiting").headers["location"]

    assert there.startswith(f"/calls/{order[3]}?")


def test_the_count_goes_on_while_calls_leave_the_list(pages: Pages) -> None:
    client, numbers, places = pages.visit("qa"), flag(pages, 3), []
    there = f"/calls/{max(numbers)}?from=view%3Dwaiting"
    for _ in numbers:
        page = client.get(there).text
        places += re.findall(r'id="place">([^<]+)', page)
        came = html.unescape(re.findall(r'name="from" value="([^"]*)"', page)[-1])
        number = re.findall(r"/calls/(\d+)", there)[0]
        there = send(client, f"/calls/{number}/settle", next="1", **{"from": came}).headers[
            "location"
        ]

    assert places == ["1/3", "2/3", "3/3"]
    assert there.startswith("/queue?")
    assert "已处理" in client.get(there).text


def test_the_answer_to_an_appeal_reaches_the_agent_once(pages: Pages) -> None:
    agent, lead = pages.visit("agent"), pages.visit("supervisor")
    assert "还有 7 天" in agent.get(f"/calls/{OWN}").text
    send(agent, f"/calls/{OWN}/appeal", reason="没有说", **KEY)
    assert "对这一处申诉" not in agent.get(f"/calls/{OWN}").text
    assert "待处理的申诉 1" in lead.get("/queue").text
    send(another_lead(pages), "/appeals/1/decide", outcome="rejected", answer="说了")

    assert "新答复 1" in agent.get("/agents/8001").text
    assert "新答复" in agent.get("/appeals").text
    page = agent.get("/appeals/1").text
    assert f'href="/calls/{OWN}#f0"' in page
    assert "新答复" not in agent.get("/agents/8001").text
    lead.get("/appeals/1")


def test_no_form_is_there_when_the_term_is_over_or_nothing_was_charged(pages: Pages) -> None:
    agent = pages.visit("agent")
    doubtful = a_result(
        findings=(a_finding(verdict="review", points=0.0),),
        call=replace(pages.site.store.results.get(OWN).call, call_id="C9"),
    )
    number = pages.site.store.results.save(
        replace(doubtful, recording=replace(doubtful.recording, sha256="9" * 64)), scored_at=AT
    )
    assert "对这一处申诉" not in agent.get(f"/calls/{number}").text
    assert "对整通电话申诉" in agent.get(f"/calls/{number}").text
    pages.clock.now += 7 * 86400
    pages.site.store.sessions.begin(
        "agent1", digest=digest_of_secret("later"), csrf=CSRF, now=pages.clock.now
    )
    agent.cookies.set(COOKIE, "later")
    assert "今天截止" in agent.get(f"/calls/{OWN}").text
    pages.clock.now += 86400
    pages.site.store.sessions.begin(
        "agent1", digest=digest_of_secret("last"), csrf=CSRF, now=pages.clock.now
    )
    agent.cookies.set(COOKIE, "last")
    page = agent.get(f"/calls/{OWN}").text

    assert "申诉期限已过" in page
    assert "申诉理由" not in page


def test_lists_are_exported_masked_and_the_log_has_it(pages: Pages) -> None:
    lead = pages.visit("supervisor")
    for number, path in enumerate(
        (
            "/queue/export?view=all&find=13800138001",
            "/agents/export",
            "/appeals/export",
            "/promises/export?month=2026-11",
            "/events/export?month=2026-11",
            "/coaching/export",
            "/ledger/export?action=exported",
        ),
        1,
    ):
        answer = lead.get(f"{path}{'&' if '?' in path else '?'}format=csv")
        assert answer.status_code == 200
        assert "13800138001" not in answer.text
        found = pages.site.store.ledger.page(
            actor="supervisor1", action="exported", subject=None, before=None, limit=9
        )
        assert len(found) == number
        assert "13800138001" not in str(found[0].detail)
    rows = list(csv.reader(io.StringIO(lead.get("/queue/export?view=all&format=csv").text)))
    assert len(rows) == 3
    assert "推诿“不归我管” 00:04" in rows[1]
    book = lead.get("/queue/export?view=all")
    assert book.content[:2] == b"PK"
    assert "filename*=UTF-8''" in book.headers["content-disposition"]
    assert pages.site.store.ledger.verify().faults == ()


@pytest.mark.long
def test_the_log_reads_as_sentences_and_by_day(pages: Pages) -> None:
    lead = pages.visit("supervisor")
    send(lead, f"/calls/{OWN}/decide", of=OWN, finding=0, decision="refused")
    send(lead, f"/calls/{OWN}/undo/1")
    pages.site.store.actions.add(
        OWN, [NewAction("comment", {"text": "回电13800138000"})], actor="qa1", at=AT
    )
    lead.get(f"/calls/{OWN}")
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", lead.get("/ledger").text))

    assert "supervisor1 驳回 推诿“不归我管”（00:04） 通话 C1" in page
    assert "撤销“驳回 推诿“不归我管”（00:04）”" in page
    assert "13800138000" not in page
    assert "新建账号 agent1，角色：客服，工号：8001" in page
    assert "{" not in page.partition("序号")[2]
    assert "C1" in lead.get("/ledger?since=2026-11-18&until=2026-11-18").text
    assert "没有符合的记录" in lead.get("/ledger?until=2026-11-01").text
    assert "C1" in lead.get("/ledger?since=soon").text


def test_a_round_that_is_not_judged_asks_before_it_closes(pages: Pages) -> None:
    lead = pages.visit("supervisor")
    form = {"title": "十一月", "calls": "C1", "reviewers": ["qa1", "supervisor1"]}
    there = send(lead, "/calibrations", **form).headers["location"]
    asked = send(lead, f"{there}/close")

    assert asked.status_code == 200
    assert "还没有人评分：qa1 还有 1 通，supervisor1 还有 1 通。" in asked.text
    assert "结束并查看结果" in lead.get(there).text
    assert send(lead, f"{there}/close", sure="1").status_code == 303
    assert "没有人评分" in lead.get(there).text


@pytest.mark.long
def test_agents_get_accounts_with_a_password_that_they_change_first(pages: Pages) -> None:
    admin = pages.visit("admin")
    table = ("agents.csv", "工号,姓名\n8002,李娜\n8001,张敏\n".encode())
    made = admin.post("/users/import", data={"csrf": CSRF}, files={"table": table})
    (password,) = re.findall(r"<code>([^<]+)", made.text)
    assert "已有账号的 1 位没有改动" in made.text
    assert "从未" in admin.get("/users").text
    agent = pages.visit()
    agent.post("/login", data={"name": "8002", "password": password})

    assert agent.get("/agents/8002").headers["location"] == "/account?first=1"
    page = agent.get("/account?first=1").text
    csrf = re.findall(r'name="csrf" value="([^"]+)', page)[0]
    assert "这是初始密码" in page
    assert agent.post("/appeals/1/withdraw", data={"csrf": csrf}).headers["location"] == (
        "/account?first=1"
    )
    form = {"csrf": csrf, "old": password, "new": PASSWORD, "again": PASSWORD}
    assert agent.post("/account/password", data=form).status_code == 303
    assert agent.get("/agents/8002").status_code == 200
    assert "从未" not in admin.get("/users").text
    bad = admin.post(
        "/users/import", data={"csrf": CSRF}, files={"table": ("a.csv", b"x,y\n1,2\n")}
    )
    assert bad.status_code == 400


def test_what_was_typed_is_sent_after_the_password_without_scripts(pages: Pages) -> None:
    client = pages.visit("qa")
    pages.clock.now += 3600
    ended = send(client, f"/calls/{OWN}/comment?seen=0-0", text="请看“最后”一句<b>")
    assert ended.status_code == 401
    kept = html.unescape(re.findall(r'name="kept" value="([^"]+)"', ended.text)[0])
    wrong = client.post("/login", data={"name": "qa1", "password": "wrong", "kept": kept})
    assert wrong.status_code == 403
    again = client.post("/login", data={"name": "qa1", "password": PASSWORD, "kept": kept})
    fields = {
        name: html.unescape(value)
        for name, value in re.findall(
            r'<input type="hidden" name="([^"]+)" value="([^"]*)"', again.text
        )
    }
    sent = client.post(re.findall(r'action="(/calls[^"]+)"', again.text)[0], data=fields)

    assert sent.status_code == 303
    assert pages.site.store.actions.of("1" * 64)[0].value == {"text": "请看“最后”一句<b>"}


@pytest.mark.parametrize("kept", ["{}", "[", '{"to": "//evil", "fields": []}', '{"to": 1}'])
def test_a_kept_form_of_somebody_else_is_left_alone(pages: Pages, kept: str) -> None:
    answer = pages.visit().post("/login", data={"name": "qa1", "password": PASSWORD, "kept": kept})

    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_agents_are_searched_and_paged(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.review.pages import agents  # noqa: PLC0415

    client = pages.visit("qa")
    assert "8001" in client.get("/agents?find=张").text
    assert "8002" not in client.get("/agents?find=张").text
    assert "没有工号或姓名里有“某某”的客服" in client.get("/agents?find=某某").text
    monkeypatch.setattr(agents, "PAGE", 1)
    first, second = client.get("/agents").text, client.get("/agents?page=2").text
    assert ("第 1 页，共 2 页" in first, "第 2 页，共 2 页" in second) == (True, True)
    assert ("/agents/8001" in first) != ("/agents/8001" in second)


def test_charts_and_figures_lead_to_their_calls(pages: Pages) -> None:
    client = pages.visit("qa")
    page = client.get("/dashboard?period=month&on=2026-11-03").text
    there = {html.unescape(one) for one in re.findall(r'href="(/queue\?view=all[^"]+)"', page)}
    assert {"&verdict=forbidden", "&rule=forbidden.shirk", "&least=80&most=84.999"} <= {
        one.partition("2026-11-30")[2] for one in there
    }
    for one in there:
        assert len(re.findall(r'<td><a href="/calls/\d+\?from=', client.get(one).text)) >= 1, one
    assert 'type="date" value="2026-11-01"' in page


def test_decisions_move_a_call_in_the_list_and_the_next_is_still_the_row_below(
    pages: Pages,
) -> None:
    client = pages.visit("qa")
    for number, total in enumerate((50.0, 60.0, 70.0)):
        made = a_result(
            findings=(a_finding(verdict="review"), a_finding(verdict="review", start_s=8.0)),
            score=a_score(total),
        )
        recording = replace(made.recording, sha256=f"{number + 100:064x}")
        pages.site.store.results.save(replace(made, recording=recording), scored_at=AT)
    order = re.findall(r'<td><a href="(/calls/\d+\?from=[^"]+)', client.get("/queue").text)
    first = re.findall(r"\d+", order[0])[0]
    page = client.get(html.unescape(order[0])).text
    came = html.unescape(re.findall(r'name="from" value="([^"]*)"', page)[-1])
    place = {"from": came, "of": first, "decision": "refused"}
    there = send(client, f"/calls/{first}/decide", finding=0, **place).headers["location"]
    decided = client.get(there).text
    moved = re.findall(r'<td><a href="(/calls/\d+\?from=[^"]+)', client.get("/queue").text)

    record = pages.site.store.calls.record_of(int(first))
    assert record is not None
    assert re.findall(r"\d+", moved[-1])[0] == str(record.result_id)
    assert re.findall(r'id="place">([^<]+)', decided) == ["1/3"]
    following = re.findall(r'data-following="(\d+)"', decided)
    assert following == re.findall(r"/calls/(\d+)", order[1])
