"""Monthly results for programs: the same as on the pages, an agent the own only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipeline.jobs.promises import save_promises
from pipeline.settings import PromiseSettings
from pipeline.types import CallMeta, ServiceEvent
from tests.builders import a_result, a_score, an_utterance
from tests.review.conftest import AT, Pages
from tests.review.test_api import asks

OWN = "/api/v1/agents/8001/results"


def a_month(pages: Pages, month: str, calls: int = 10) -> None:
    """Calls of agent 8001 with 90 points, the first with a promise, and a complaint."""
    store = pages.site.store
    for number in range(calls):
        meta = CallMeta(f"{month} {number}", "8001", f"k{number}", f"{month}-06T09:30:00", "x")
        said = "今天下午三点前给您回电。" if number == 0 else "您好。"
        made = a_result(call=meta, score=a_score(90.0), utterances=(an_utterance(said),))
        digest = f"{month.replace('-', '')}{number:058x}"
        made = replace(made, recording=replace(made.recording, sha256=digest))
        store.results.save(made, scored_at=AT)
        save_promises(store, made, PromiseSettings())
    day = date.fromisoformat(f"{month}-07")
    event = ServiceEvent("complaint", day, "8001", level="省公司", note="请回13800138000")
    store.events.record(event, actor="t", at=AT)


def test_the_result_of_a_month_has_its_forms_and_the_calls_and_events_behind_them(
    pages: Pages,
) -> None:
    a_month(pages, "2026-10")

    found = asks(pages, "agent").get(f"{OWN}?month=2026-10").json()

    (result,) = found["results"]
    (form,) = result["forms"]
    assert (result["total"], result["final"], result["publish_by"]) == (75.0, True, "2026-11-10")
    assert (result["grade"], result["penalty"], result["name"]) == ("合格", 15.0, "张敏")
    line = next(one for one in form["lines"] if one["id"] == "calls")
    assert (line["measured"], line["lowest"][0]["value"]) == (10, 90.0)
    (charged,) = (event for one in form["sums"] for event in one["events"])
    assert (charged["kind"], charged["level"], charged["points"]) == ("客户投诉", "省公司", 15.0)
    assert "13800138000" not in str(found)
    assert (found["promises"]["made"], found["promises"]["overdue"]) == (1, 1)


def test_a_month_that_has_not_ended_has_no_grade_and_no_day(pages: Pages) -> None:
    a_month(pages, "2026-11")
    client = asks(pages, "qa")

    (result,) = client.get(f"{OWN}?period=2026-11").json()["results"]
    said = "本月未结束，得分为暂计，截至 2026-11-18"
    assert (result["final"], result["grade"], result["publish_by"]) == (False, None, None)
    assert result["interim"] == said
    assert client.get("/api/v1/agents?month=2026-11").json()["interim"] == said
    own = client.get("/api/v1/agents/8001?month=2026-11").json()
    assert (own["interim"], own["promises"]["made"]) == (said, 1)
    assert client.get("/api/v1/agents?month=2026-10").json()["interim"] == ""


def test_the_results_of_a_quarter_are_one_for_each_month_and_agent_on_pages(pages: Pages) -> None:
    a_month(pages, "2026-10")
    a_month(pages, "2026-11")
    client = asks(pages, "auditor")

    first = client.get("/api/v1/results?period=2026-Q4&limit=2").json()
    rest = client.get("/api/v1/results", params={"period": "2026-Q4", "after": first["next"]})

    listed = [(one["month"], one["agent_id"]) for one in first["results"] + rest.json()["results"]]
    assert listed == [("2026-10", "8001"), ("2026-11", "8001"), ("2026-11", "8002")]
    assert rest.json()["next"] is None
    assert client.get("/api/v1/results?period=2026-W45").json()["results"] == []


@pytest.mark.long
def test_an_agent_gets_the_own_results_only(pages: Pages) -> None:
    client = asks(pages, "agent")

    assert client.get("/api/v1/results").status_code == 403
    assert client.get("/api/v1/agents/8002/results").status_code == 404
    assert client.get(f"{OWN}?month=2026-09").json()["results"] == []
    assert asks(pages, "qa").get("/api/v1/agents/nobody/results").status_code == 404
