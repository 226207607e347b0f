"""A call of hours in the browser: its transcript comes part by part, and nothing is lost by that."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, Locator, Page, Route, expect

from pipeline.store import Store
from tests.browser.conftest import AT, Served
from tests.review.test_long_call import AGENT, CUSTOMER, a_call_of

pytestmark = pytest.mark.long

RATE = 8000
HOURS = {"an hour": 3600.0, "three hours": 10800.0}
SENTENCES = {"short": (5, 1.5), "long": (300, 20.0)}
"""Characters of a sentence, and seconds from one to the next."""
PART = re.compile(r"/calls/\d+\?.*part=")
ODD = "还有一件事，我的发票到现在都没有寄到。"


@pytest.fixture(autouse=True)
def patient() -> Iterator[None]:
    """A machine that does much else at the same time takes seconds to load a part."""
    expect.set_options(timeout=60_000)
    yield
    expect.set_options(timeout=5_000)


def save_long(
    served: Served, folder: Path, length_s: float, sentence: str, *, sound: bool = False
) -> str:
    """The address of a call with 90 findings that wait for a person."""
    length, every_s = SENTENCES[sentence]
    said = [((AGENT, CUSTOMER)[at % 2] * length)[:length] for at in range(int(length_s / every_s))]
    said[-3] = ODD
    made = a_call_of(said, every_s, every=max(len(said) // 90, 2))
    path = folder / "long.wav"
    if sound:
        samples = np.zeros((int(length_s) * RATE, 2), dtype=np.int16)
        soundfile.write(path, samples, RATE)
    digest = hashlib.sha256(path.read_bytes()).hexdigest() if sound else "e" * 64
    recording = replace(
        made.recording, sha256=digest, path=str(path), duration_s=length_s, sample_rate_hz=RATE,
    )  # fmt: skip
    findings = tuple(replace(one, verdict="review") for one in made.findings)
    with Store.open(served.site.db) as store:
        result = store.results.save(
            replace(made, recording=recording, findings=findings), scored_at=AT
        )
    return f"/calls/{result}"


def lines_shown(page: Page) -> list[int]:
    """The sentences of the part that is shown."""
    return [int(one[1:]) for one in page.locator(".line").evaluate_all("l => l.map(e => e.id)")]


def expect_part(page: Page, number: int) -> None:
    """Waits for it: a press is answered before its part has come."""
    here = page.locator("#parts a[aria-current]")
    expect(here).to_have_attribute("href", re.compile(rf"part={number}\b"))


def finding(page: Page, number: int) -> Locator:
    return page.locator(f'.finding[data-number="{number}"]')


def line_of(page: Page, number: int) -> Locator:
    """The sentence in which a finding begins."""
    start = float(finding(page, number).get_attribute("data-start") or 0)
    return page.locator(f'.line[data-start="{start - 0.3:.1f}"]')


@contextmanager
def slow_parts(page: Page) -> Iterator[None]:
    """Parts that are asked for meanwhile come at the end."""
    held: list[Route] = []
    page.route(PART, lambda route: held.append(route))  # noqa: PLW0108 - it sets an attribute of what it is given
    yield
    for one in held:
        one.continue_()
    page.unroute(PART)


@pytest.fixture(params=[(a, b) for a in HOURS for b in SENTENCES], ids=" of ".join)
def call(request: Any, served: Served, tmp_path: Path) -> str:
    hours, sentence = request.param
    return save_long(served, tmp_path, HOURS[hours], sentence)


@pytest.fixture
def hour(served: Served, tmp_path: Path) -> str:
    return save_long(served, tmp_path, 3600.0, "long")


def test_a_finding_of_another_part_comes_with_its_sentence_and_its_keys(
    enter: Any, call: str
) -> None:
    page: Page = enter("lead")
    page.goto(call)
    number = page.locator(".finding").count() - 1

    finding(page, number).locator(".pick").click()
    page.keyboard.press("x")  # before its part has come
    expect(line_of(page, number)).to_be_in_viewport()
    expect(finding(page, number)).to_have_class(re.compile("refused"))
    for hit in line_of(page, number).locator(".hit").all():
        expect(hit).to_have_class(re.compile("refused"))
    expect_part(page, page.locator("#parts a").count())


def test_keys_go_on_over_the_border_of_two_parts(enter: Any, call: str) -> None:
    page: Page = enter("lead")
    page.goto(call)
    ends = float(page.locator("#parts a").first.get_attribute("data-end") or 0)
    starts = page.locator(".finding").evaluate_all("f => f.map(e => Number(e.dataset.start))")
    border = sum(start < ends for start in starts)
    finding(page, border - 1).locator(".pick").click()
    page.keyboard.press("n")  # the first press is for the one that is chosen
    page.keyboard.press("n")
    expect(finding(page, border)).to_have_class(re.compile("now"))
    expect_part(page, 2)
    page.keyboard.press("c")
    expect(finding(page, border)).to_have_class(re.compile("confirmed"))
    page.keyboard.press("Shift+N")
    expect(finding(page, border + 1)).to_have_class(re.compile("now"))
    page.keyboard.press("x")
    expect(finding(page, border + 1)).to_have_class(re.compile("refused"))
    expect(line_of(page, border + 1)).to_be_in_viewport()


def test_a_link_to_a_sentence_opens_its_part(enter: Any, call: str) -> None:
    page: Page = enter("lead")
    page.goto(call)
    last = int(page.locator("#parts a").count())
    page.locator("#parts a").last.click()
    expect_part(page, last)
    line = lines_shown(page)[-1]

    page.goto("/queue")
    page.goto(f"{call}#u{line}")
    expect(page.locator(f"#u{line}")).to_be_in_viewport()
    expect(page.locator(f"#u{line}")).to_have_class(re.compile("now"))


def test_back_and_reload_show_the_part_that_one_was_in(enter: Any, hour: str) -> None:
    page: Page = enter("lead")
    page.goto(hour)
    page.locator("#parts a").nth(2).click()
    expect_part(page, 3)
    page.goto("/queue")
    page.go_back()
    expect_part(page, 3)
    page.go_forward()
    page.wait_for_url(re.compile("/queue"))
    page.go_back()
    page.reload()
    expect_part(page, 3)


def test_words_are_found_in_a_part_that_is_not_shown(enter: Any, call: str) -> None:
    page: Page = enter("lead")
    page.goto(call)
    page.get_by_label("在对话里查找").fill("发票")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("find="))

    expect(page.locator(".line", has_text="发票")).to_be_visible()
    page.locator("a.toline", has_text=":").last.click()
    expect(page.locator(".line.now", has_text="发票")).to_be_in_viewport()
    page.get_by_label("在对话里查找").fill("没有人说过")
    page.keyboard.press("Enter")
    expect(page.locator("#transcript")).to_contain_text("对话里没有“没有人说过”")


def test_a_sentence_of_a_late_part_is_corrected_in_place(enter: Any, hour: str) -> None:
    page: Page = enter("lead")
    page.goto(hour)
    page.locator("#parts a").last.click()
    line = page.locator(".line", has_text="发票")
    line.hover()
    line.locator("a.edit").click()
    page.get_by_label("实际说的话").fill("我的发票已经寄到了。")
    page.get_by_role("button", name="改文字").click()

    expect(page.locator(".line", has_text="已经寄到")).to_be_visible()
    expect(page.locator(".line", has_text="已经寄到")).to_contain_text(f"机器：客户 “{ODD}”")
    expect_part(page, page.locator("#parts a").count())


def test_the_mark_follows_the_sound_into_the_next_part(
    enter: Any, served: Served, tmp_path: Path
) -> None:
    page: Page = enter("lead")
    page.goto(save_long(served, tmp_path, 600.0, "short", sound=True))
    border = float(page.locator("#parts a").first.get_attribute("data-end") or 0)
    last = lines_shown(page)[-1]
    page.keyboard.press(" ")
    page.wait_for_function("() => document.getElementById('sound').currentTime > 0")
    page.evaluate(f"document.getElementById('sound').currentTime = {border - 1}")
    expect(page.locator(f"#u{last}")).to_have_class(re.compile("now"))
    expect(page.locator(f"#u{last + 1}")).to_have_class(re.compile("now"), timeout=15_000)
    expect(page.locator(f"#u{last + 1}")).to_be_in_viewport()
    expect_part(page, 2)


def test_all_of_the_call_is_printed(enter: Any, served: Served, call: str) -> None:
    page: Page = enter("lead")
    page.goto(call)
    whole = page.locator("a.whole")
    if whole.count():
        whole.click()
        expect(whole).to_have_count(0)
    page.emulate_media(media="print")

    expect(page.locator("#transcript")).to_contain_text(ODD)
    for paper in page.locator("pre.paper").all():
        expect(paper).to_be_visible()
    said = sum(len(one.splitlines()) for one in page.locator("pre.paper").all_inner_texts())
    shown = len(lines_shown(page))
    result = served.site.store.results.load([int(call.rsplit("/", 1)[-1])], words=False)[0].result
    assert page.locator("#parts a").count() > 1
    assert said + shown == len(result.utterances)


def test_without_script_each_part_is_a_page(chromium: Browser, enter: Any, call: str) -> None:
    page: Page = enter("lead")
    context = chromium.new_context(
        java_script_enabled=False, base_url=page.url.split("/queue")[0],
        storage_state=page.context.storage_state(), locale="zh-CN",
    )  # fmt: skip
    plain = context.new_page()
    plain.goto(call)
    number = plain.locator(".finding").count() - 1
    plain.locator(f"#f{number} a.toline").click()
    expect(line_of(plain, number)).to_be_visible()
    last = plain.locator("#parts a").count()
    expect_part(plain, last)
    plain.locator(f"#f{number} [data-key=x]").click()
    expect(plain.locator(f"#f{number}")).to_have_class(re.compile("refused"))
    expect_part(plain, last)
    plain.locator("#parts a").first.click()
    expect(plain.locator(".line").first).to_have_id("u0")
    context.close()


def test_a_key_decides_on_the_finding_that_was_chosen_when_it_was_pressed(
    enter: Any, hour: str
) -> None:
    page: Page = enter("lead")
    page.goto(hour)
    chosen = page.locator(".finding").count() - 1
    with slow_parts(page):
        with page.expect_request(PART):
            finding(page, chosen).locator(".pick").click()
        page.keyboard.press("x")
        finding(page, chosen - 1).locator(".pick").click()
        expect(finding(page, chosen - 1)).to_have_class(re.compile("now"))
    expect(finding(page, chosen)).to_have_class(re.compile("refused"))
    expect(finding(page, chosen - 1)).to_have_class(re.compile("open"))


def test_what_is_typed_into_the_search_is_no_key_when_the_part_changes(
    enter: Any, hour: str
) -> None:
    page: Page = enter("lead")
    page.goto(hour)
    chosen = page.locator(".finding").count() - 1
    search = page.get_by_label("在对话里查找")
    with slow_parts(page):
        with page.expect_request(PART):
            finding(page, chosen).locator(".pick").click()
        search.click()
        page.keyboard.type("cx")
        expect(search).to_have_value("cx")
    expect(line_of(page, chosen)).to_be_in_viewport()
    page.keyboard.type("xc")
    expect(search).to_have_value("cxxc")
    expect(page.locator(".finding.refused, .finding.confirmed")).to_have_count(0)
    expect(finding(page, chosen)).to_have_class(re.compile("open"))


def test_a_link_to_a_sentence_of_a_part_that_is_shown_leads_to_no_other_one(
    enter: Any, hour: str
) -> None:
    page: Page = enter("lead")
    page.goto(f"{hour}?part=2")
    line = lines_shown(page)[3]
    page.goto("/queue")
    page.goto(f"{hour}?part=2#u{line}")
    page.wait_for_load_state("networkidle")
    expect_part(page, 2)
    expect(page.locator(f"#u{line}")).to_have_class(re.compile("now"))
    expect(page.locator(f"#u{line}")).to_be_in_viewport()


def test_a_link_to_a_sentence_of_the_part_that_is_on_its_way_leads_to_it(
    enter: Any, hour: str
) -> None:
    page: Page = enter("lead")
    page.goto(hour)
    last = page.locator("#parts a").last
    line = int(last.get_attribute("data-first") or 0) + 2
    with slow_parts(page):
        with page.expect_request(PART):
            last.click()
        page.evaluate(f"location.hash = '#u{line}'")
    expect(page.locator(f"#u{line}")).to_have_class(re.compile("now"))
    expect(page.locator(f"#u{line}")).to_be_in_viewport()
