"""A call of one hour: a part of its transcript at a time, and nothing lost."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from urllib.parse import quote

import pytest

from pipeline.review.transcript import LINES, cut_lines
from pipeline.store import Store
from pipeline.types import CallMeta, CallResult, Role
from tests.builders import a_finding, a_result, a_score, an_utterance
from tests.review.conftest import AT, CSRF, Pages

pytestmark = pytest.mark.long

UTTERANCES, EVERY_S = 1200, 3.0
AGENT = "这个不归我管，您去营业厅问一下。"
CUSTOMER = "宽带这两天一直断，没人来修。"
ODD = "还有一件事，我的发票到现在都没有寄到。"
ODD_AT = 777


def a_long_call() -> CallResult:
    """1,200 utterances, every twentieth with a finding: 60 of them."""
    said = {at: (AGENT, CUSTOMER)[at % 2] for at in range(UTTERANCES)} | {ODD_AT: ODD}
    return a_call_of(list(said.values()), EVERY_S, every=20)


def a_call_of(said: list[str], every_s: float, *, every: int) -> CallResult:
    """The sides speak in turn; one in so many utterances, and an agent's, has a finding."""
    sides: tuple[Role, ...] = ("agent", "customer")
    utterances = tuple(
        replace(
            an_utterance(text, start_s=every_s * at),
            end_s=every_s * (at + 0.9), role=sides[at % 2], channel=at % 2,
        )
        for at, text in enumerate(said)
    )  # fmt: skip
    findings = tuple(
        a_finding(start_s=every_s * at + 0.3, end_s=every_s * at + 1.2, quote="不归我管")
        for at in range(4, len(said), every)
    )
    made = a_result(
        findings=findings, utterances=utterances, score=a_score(20.0),
        call=CallMeta("HOUR", "8001", None, "2026-11-17T09:30:00", "billing"),
    )  # fmt: skip
    recording = replace(
        made.recording,
        sha256="e" * 64,
        path="calls/hour.wav",
        duration_s=every_s * len(said),
        channels=2,
    )
    return replace(made, recording=recording)


@pytest.fixture
def call(pages: Pages) -> str:
    """The address of the call's page."""
    with Store.open(pages.site.db) as store:
        return f"/calls/{store.results.save(a_long_call(), scored_at=AT)}"


def lines(page: str) -> list[int]:
    return [int(at) for at in re.findall(r'class="line \w+" id="u(\d+)"', page)]


def test_the_page_has_one_part_as_lines_and_all_others_for_paper(pages: Pages, call: str) -> None:
    answer = pages.visit("supervisor").get(call)
    page = unescape(answer.text)
    paper = "\n".join(re.findall(r'<pre class="paper">(.*?)</pre>', page, re.DOTALL))

    assert len(answer.content) < 300_000
    assert lines(page) == list(range(LINES))
    assert paper.count("\n") + 1 == UTTERANCES - LINES
    assert f"38:51 客户：{ODD}" in paper
    assert f"05:12 客服：{AGENT}【推诿“不归我管”】" in paper
    assert len(re.findall(r'<a href="[^"]+#transcript" data-end', page)) == UTTERANCES / LINES


def test_finding_and_searched_words_lead_to_their_part(pages: Pages, call: str) -> None:
    browser = pages.visit("supervisor")
    page = browser.get(call).text
    links = re.findall(r'class="small toline" data-line="(\d+)" href="([^"]+)"', page)

    assert len(links) == 60
    for line, address in links[-1:]:
        assert int(line) in lines(browser.get(unescape(address).partition("#")[0]).text)
    found = browser.get(f"{call}?from={quote('view=all&find=发票')}").text
    assert ODD_AT in lines(found)
    assert re.search(rf'data-line="{ODD_AT}" href="[^"]*part=8[^"]*#u{ODD_AT}">38:51', found)


def test_a_decision_leads_back_to_the_part_that_it_was_made_in(pages: Pages, call: str) -> None:
    browser = pages.visit("supervisor")
    page = browser.get(f"{call}?part=3").text
    form = re.search(r'action="(/calls/\d+/decide[^"]+)"', page)
    of = re.search(r'name="of" value="(\d+)"', page)
    assert form
    assert of
    assert "&amp;amp;" not in page

    answer = browser.post(
        unescape(form[1]),
        data={"csrf": CSRF, "of": of[1], "finding": "59", "decision": "refused"},
        headers={"Origin": "http://127.0.0.1"},
    )
    after = browser.get(answer.headers["location"]).text
    assert lines(after) == list(range(2 * LINES, 3 * LINES))
    assert after.count('class="finding refused') == 1


def test_the_rarer_forms_are_those_of_the_finding_that_was_asked_for(
    pages: Pages, call: str
) -> None:
    browser = pages.visit("supervisor")
    assert "/propose" not in browser.get(call).text

    page = browser.get(f"{call}?tools=5").text
    assert re.findall(r'/propose".*?name="finding" value="(\d+)"', page, re.DOTALL) == ["5"]
    assert "依据" in page[page.index('id="f5"') : page.index('id="f6"')]


@pytest.mark.parametrize(
    ("length", "every_s", "count", "every"),
    [
        pytest.param(5, 1.5, 7200, 40, id="3 hours of short sentences, 180 findings"),
        pytest.param(300, 20.0, 540, 4, id="3 hours of long sentences, 134 findings"),
        pytest.param(300, 20.0, 180, 20, id="an hour of long sentences"),
    ],
)
def test_no_call_opens_with_more_whatever_its_sentences(
    pages: Pages, length: int, every_s: float, count: int, every: int
) -> None:
    said = [(AGENT * length)[:length]] * count
    with Store.open(pages.site.db) as store:
        call = f"/calls/{store.results.save(a_call_of(said, every_s, every=every), scored_at=AT)}"
    browser = pages.visit("supervisor")
    answer = browser.get(call)
    page = unescape(answer.text)
    parts = re.findall(r'<a href="(/calls/[^"]+)#transcript" data-end', page)
    middle = browser.get(parts[len(parts) // 2]).text
    whole = re.search(r'<a class="whole" href="([^"]+)#transcript"', page)

    assert len(answer.content) < 300_000
    assert len(middle) < 300_000
    assert set(map(len, map(lines, (page, middle)))) <= set(range(1, LINES + 1))
    decided = {int(at) for at in re.findall(r'name="finding" value="(\d+)"', middle)}
    here = range(min(lines(middle)), max(lines(middle)) + 1)
    assert {n for n in range(len(range(4, count, every))) if 4 + every * n in here} <= decided
    assert whole
    paper = "".join(
        re.findall(r'<pre class="paper">(.*?)</pre>', browser.get(whole[1]).text, re.DOTALL)
    )
    assert len(re.findall("客[服户]：这个", paper)) == count - len(lines(page))


def test_parts_hold_each_utterance_once_and_not_too_many_bytes() -> None:
    sizes = [1, 50_000, 3, 44_000, 44_000, *[15] * 950, 2, 90_000]
    cuts = cut_lines(sizes)

    assert [at for lines in cuts for at in lines] == list(range(len(sizes)))
    assert all(len(one) == 1 or sum(sizes[at] for at in one) < 45_000 for one in cuts)
    assert max(map(len, cuts)) == LINES
    assert len(cut_lines([30] * 300)) == 1


def test_a_page_with_a_hundred_decisions_is_no_heavier_than_it_may_be(pages: Pages) -> None:
    with Store.open(pages.site.db) as store:
        made = a_call_of([AGENT[:5]] * 7200, 1.5, every=40)
        result_id = store.results.save(made, scored_at=AT)
    browser = pages.visit("supervisor")
    for number in range(100):
        browser.post(
            f"/calls/{result_id}/decide",
            data={"csrf": CSRF, "of": result_id, "finding": number, "decision": "refused"},
            headers={"Origin": "http://127.0.0.1"},
        )
    answer = browser.get(f"/calls/{result_id}")
    history = answer.text[answer.text.index('id="history"') :]

    assert (answer.status_code, len(answer.content) < 300_000) == (200, True)
    assert (history.count("told-what"), history.count('data-key="u"')) == (100, 20)
