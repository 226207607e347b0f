"""The pages that show many calls at once: dashboard, agents, rules, ledger, calibration."""

from __future__ import annotations

import re

import pytest

from pipeline.review.cache import CACHED_S, FigureCache
from tests.review.conftest import CSRF, OWN, Clock, Pages


def test_the_dashboard_shows_the_last_day_with_calls_and_each_period(pages: Pages) -> None:
    client = pages.visit("auditor")
    day = client.get("/dashboard")

    assert "2026-11-17 客服质检" in day.text
    assert "2026-11-16 至 2026-11-22" in client.get("/dashboard?period=week").text
    month = client.get("/dashboard?period=month&on=2026-11-30").text
    assert "2026-11 客服质检" in month
    assert f'href="/calls/{OWN}"' in month


@pytest.mark.long
@pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31", "2026-02-30", "x"])
def test_a_day_that_no_call_can_have_is_refused(pages: Pages, on: str) -> None:
    client = pages.visit("auditor")

    assert {
        client.get(f"/dashboard?period={period}&on={on}").status_code
        for period in ("day", "week", "month", "quarter", "year")
    } == {400}


def test_figures_of_many_calls_are_counted_anew_after_a_while(pages: Pages) -> None:
    clock, counts = Clock(), iter(range(9))
    kept = FigureCache(clock)

    assert [kept.get("a", lambda: next(counts))[0] for _ in range(2)] == [0, 0]
    clock.now += CACHED_S + 1
    assert kept.get("a", lambda: next(counts))[0] == 1


def test_an_agent_sees_the_own_month_with_links_to_the_calls(pages: Pages) -> None:
    page = pages.visit("agent").get("/agents/8001")

    assert page.status_code == 200
    assert "客服服务质量测评表" in page.text
    assert f'href="/calls/{OWN}"' in page.text
    assert "李娜" not in page.text


def test_a_rule_is_left_to_people_with_a_reason_and_again_to_the_machine(pages: Pages) -> None:
    client, store = pages.visit("supervisor"), pages.site.store
    url = "/rules/forbidden.shirk/review-only"

    assert client.post(url, data={"csrf": CSRF, "on": "true", "reason": " "}).status_code == 400
    assert (
        client.post(url, data={"csrf": CSRF, "on": "true", "reason": "常把复述当推诿"}).status_code
        == 303
    )
    assert store.rules.review_only()["forbidden.shirk"].reason == "常把复述当推诿"
    assert "仅人工判定" in client.get("/rules").text
    assert (
        client.post(url, data={"csrf": CSRF, "on": "false", "reason": "已改规则"}).status_code
        == 303
    )
    assert dict(store.rules.review_only()) == {}
    assert (
        client.post(
            "/rules/no.such/review-only", data={"csrf": CSRF, "on": "true", "reason": "x"}
        ).status_code
        == 404
    )


def test_what_was_refused_of_a_rule_is_offered_as_a_counterexample(pages: Pages) -> None:
    client = pages.visit("supervisor")
    machine = pages.site.store.effective.machine_of(OWN)
    form = {"csrf": CSRF, "of": str(machine), "finding": "0", "decision": "refused"}
    answer = client.post(f"/calls/{OWN}/decide", data=form)
    page = client.get("/rules/forbidden.shirk").text

    assert answer.status_code == 303
    assert "negative:\n  - 不归我管" in page


def test_the_documents_that_rules_and_sheets_rest_on_are_shown_to_everybody(pages: Pages) -> None:
    page = pages.visit("agent").get("/regulations")
    text = " ".join(re.sub("<[^>]*>", " ", page.text).split())

    assert page.status_code == 200
    assert (
        "《客服部管理规章制度》 企业客服部的内部制度。以它为依据的评分表：银行客服评分表、" in text
    )
    assert "第一部分第二章(三)2 投诉要听取、记录、转办，不堵塞 推诿" in text
    assert "第一部分第二章(三) （整节） " in text
    assert "本系统自定：一票否决 银行客服评分表、有线电视客服评分表" in text
    assert 'href="/rules' not in page.text


def test_a_reviewer_goes_from_a_clause_to_the_rules_that_rest_on_it_and_back(pages: Pages) -> None:
    client = pages.visit("qa")

    assert 'href="/rules/forbidden.shirk">推诿</a>' in client.get("/regulations").text
    assert 'href="/regulations"' in client.get("/rules").text
    rule = client.get("/rules/forbidden.shirk").text
    assert "《客户服务工作考核管理办法》第一部分第二章(三)2（你找领导去）" in rule
    assert "；《线上客服服务质量管理规范》三(二)5（不推诿）" in rule


@pytest.mark.long
def test_the_ledger_is_read_by_who_what_and_about_what(pages: Pages) -> None:
    client = pages.visit("auditor")
    page = client.get("/ledger", params={"action": "user added"}).text

    assert page.count("新建账号") == 6  # the choice, and five accounts
    assert "agent1" in client.get("/ledger", params={"subject": "user agent1"}).text
    assert "没有符合的记录" in client.get("/ledger", params={"actor": "nobody' OR 1=1 --"}).text


def test_a_calibration_is_blind_until_it_is_closed(pages: Pages) -> None:
    lead, qa = pages.visit("supervisor"), pages.visit("qa")
    form = {
        "csrf": CSRF,
        "title": "十一月",
        "calls": f"C1 {2}",
        "reviewers": ["qa1", "supervisor1"],
    }
    begun = lead.post("/calibrations", data=form)
    where = begun.headers["location"]
    first = f"{where}/calls/{pages.site.store.effective.machine_of(OWN)}"

    blind = qa.get(first).text
    assert "不归我管" in blind  # what was said, and nothing of what the machine makes of it
    assert "禁语" not in blind
    assert qa.post(first, data={"csrf": CSRF, "item:a": "101"}).status_code == 400
    assert (
        qa.post(first, data={"csrf": CSRF, "item:a": "70"}).headers["location"]
        == f"{where}/calls/2"
    )
    assert lead.post(first, data={"csrf": CSRF, "item:a": "90"}).status_code == 303
    assert "Krippendorff" not in lead.get(where).text
    assert pages.visit("auditor").get(first).status_code == 403
    assert lead.post(f"{where}/close", data={"csrf": CSRF, "sure": "1"}).status_code == 303
    result = lead.get(where).text
    assert "Krippendorff" in result
    assert "礼貌用语" in result


def test_a_calibration_of_strangers_or_of_unknown_calls_is_refused(pages: Pages) -> None:
    lead = pages.visit("supervisor")
    form = {"csrf": CSRF, "title": "十一月", "calls": "C1", "reviewers": ["qa1", "supervisor1"]}

    assert lead.post("/calibrations", data=form | {"calls": "nonsense"}).status_code == 400
    assert (
        lead.post("/calibrations", data=form | {"reviewers": ["qa1", "agent1"]}).status_code == 400
    )
    assert lead.post("/calibrations", data=form | {"reviewers": ["qa1"]}).status_code == 400


def test_the_heads_of_the_agents_sort_and_the_export_has_the_same_order(pages: Pages) -> None:
    lead = pages.visit("supervisor")
    heads = re.findall(r'<th[^>]*><a href="(/agents\?[^"]+)">', lead.get("/agents").text)
    assert len(heads) == 10

    by_number = "/agents?sort=agent&up=0"
    page = lead.get(by_number).text
    assert page.index("/agents/8002") < page.index("/agents/8001")
    assert "工号 ▼" in page
    table = lead.get("/agents/export?format=csv&sort=agent&up=0").text
    assert table.index("8002") < table.index("8001")
    assert lead.get("/agents?sort=password").status_code == 400


def test_a_point_of_a_trend_leads_to_the_calls_of_its_day(pages: Pages) -> None:
    page = pages.visit("supervisor").get("/dashboard?period=month&on=2026-11-17").text
    assert "趋势" not in page  # of one day there is none
    own = pages.visit("supervisor").get("/agents/8001?period=2026-11").text

    day = "/queue?view=all&amp;since=2026-11-17&amp;until=2026-11-17&amp;agent=8001"
    assert re.search(rf'<a href="{re.escape(day)}"><title>11-17 服务态度 [\d.]+</title>', own)
    assert "/queue" not in pages.visit("agent").get("/agents/8001?period=2026-11").text


def test_accounts_and_rules_are_exported_with_the_rights_of_their_pages(pages: Pages) -> None:
    admin, qa = pages.visit("admin"), pages.visit("qa")
    users = admin.get("/users/export?format=csv").text
    rules = qa.get("/rules/export?format=csv").text

    assert "qa1,质检员" in users
    assert "argon2" not in users
    assert re.search(r"forbidden\.shirk,推诿,禁语,\d", rules)
    assert "missing.identity,没有表明身份,缺少用语,0" in rules
    assert qa.get("/users/export").status_code == 403
    assert pages.visit("agent").get("/rules/export").status_code == 403
    told = [one.detail["rows"] for one in pages.site.store.ledger.entries() if one.action == "exported"]  # fmt: skip
    assert told[0] == 5
