"""The page of the queue: what waits, filters in the address, and pages of it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pipeline.people import QueueReason
from pipeline.review.pages import queue
from pipeline.review.why import WhyLine, _masked, put_reasons
from tests.builders import a_finding, a_result
from tests.review.conftest import AT, FOREIGN, OWN, Pages


def shown(pages: Pages, address: str) -> list[int]:
    page = pages.visit("qa").get(address)
    assert page.status_code == 200
    return [int(number) for number in re.findall(r'<td><a href="/calls/(\d+)\?from=', page.text)]


def flag(pages: Pages, count: int) -> list[int]:
    made = a_result(findings=(a_finding(verdict="review"),))
    return [
        pages.site.store.results.save(
            replace(made, recording=replace(made.recording, sha256=f"{n:064x}")), scored_at=AT
        )
        for n in range(100, 100 + count)
    ]


@pytest.mark.long
@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/queue?view=all", {OWN, FOREIGN}),
        ("/queue?view=all&agent=8001", {OWN}),
        ("/queue?view=all&team=二班", {FOREIGN}),
        ("/queue?view=all&text=不归我管", {OWN, FOREIGN}),
        ("/queue?view=all&text=无此一说", set()),
        ("/queue?view=all&since=2026-11-17&until=2026-11-17", {OWN, FOREIGN}),
        ("/queue?view=all&until=2026-11-16", set()),
        ("/queue?view=all&rule=forbidden.shirk&least=80&most=80", {OWN, FOREIGN}),
        ("/queue?view=all&most=79.9", set()),
        ("/queue?view=mine", set()),
        ("/queue?view=all&since=soon&least=&most=x&verdict=?&reviewed=9", {OWN, FOREIGN}),
        ("/queue?view=nonsense", set()),
    ],
)
def test_the_address_says_which_calls(pages: Pages, address: str, expected: set[int]) -> None:
    assert set(shown(pages, address)) == expected


def test_what_waits_says_why(pages: Pages) -> None:
    (number,) = flag(pages, 1)
    page = pages.visit("supervisor").get("/queue").text

    assert shown(pages, "/queue") == [number]
    assert "待复核 1 处" in page


def test_pages_follow_each_other_and_miss_nothing(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "PAGE", 2)
    numbers = flag(pages, 5)
    address, seen = "/queue", []
    while address:
        page = pages.visit("qa").get(address).text
        seen += shown(pages, address)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""

    assert sorted(seen) == numbers


def test_a_place_that_no_page_gave_shows_the_first_page(pages: Pages) -> None:
    assert set(shown(pages, "/queue?view=all&after=[1]")) == {OWN, FOREIGN}


def test_numbers_in_names_of_calls_are_masked(pages: Pages) -> None:
    made = a_result(findings=(a_finding(verdict="review"),))
    pages.site.store.results.save(
        replace(made, call=replace(made.call, call_id="13800138000")), scored_at=AT
    )

    assert "13800138000" not in pages.visit("supervisor").get("/queue").text


@pytest.mark.long
def test_what_a_customer_told_has_a_tab_with_its_number_and_a_column_in_the_table(
    pages: Pages,
) -> None:
    fact = a_finding(rule="fact.escalation", kind="process", role="customer", verdict="review")
    made = a_result(findings=(fact,))
    recording = replace(made.recording, sha256="7" * 64)
    number = pages.site.store.results.save(replace(made, recording=recording), scored_at=AT)
    lead = pages.visit("supervisor")
    listed = lead.get("/queue?view=told").text
    table = lead.get("/queue/export?view=told&format=csv").text.splitlines()

    assert (shown(pages, "/queue"), shown(pages, "/queue?view=told")) == ([], [number])
    assert 'aria-current="page">客户反映 <span class="badge calm">1</span></a>' in listed
    assert '<span class="tag">客户要升级投诉 00:01</span>' in listed
    assert "待复核 1 处" not in listed
    assert [line.split(",")[9:11] for line in table if "客户" in line] == [
        ["质检提示", "客户反映"],
        ["", "客户要升级投诉 00:01"],
    ]


def test_only_what_a_list_shows_of_a_call_is_masked() -> None:
    reasons = [
        QueueReason("forbidden.x", "forbidden", "agent", f"打{13800138000 + at}", 60.0 * at, at > 2)
        for at in range(94)
    ]
    before = _masked.cache_info().misses
    lines = put_reasons(reasons, {"forbidden.x": "推诿"})

    assert lines == [
        WhyLine("推诿“打138****8000” 00:00", False),
        WhyLine("推诿“打138****8001” 01:00", False),
        WhyLine("还有 92 处", True),
    ]
    assert _masked.cache_info().misses - before == 2
