"""A supervisor settles a flagged call in the browser, mostly by keys."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Served


def open_first(page: Page) -> None:
    page.goto("/queue")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/calls/\d+"))


def total(page: Page) -> float:
    return float(page.locator("#head .scores b").nth(1).inner_text())


def test_the_queue_is_worked_by_keys_alone(enter: Any) -> None:
    page = enter("lead")
    expect(page).to_have_url(re.compile("/queue$"))
    expect(page.locator("tbody tr[data-row]")).to_have_count(3)

    page.keyboard.press("/")
    page.keyboard.type("营业厅")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("text="))
    expect(page.locator("tbody tr[data-row]")).to_have_count(3)
    open_first(page)

    expect(page.locator("#findings .finding").first).to_be_visible()


@pytest.mark.long
def test_sound_plays_seeks_and_follows_the_text(enter: Any) -> None:
    page = enter("lead")
    open_first(page)
    page.keyboard.press(" ")
    page.wait_for_function("() => document.getElementById('sound').readyState >= 1")
    length = page.evaluate("document.getElementById('sound').duration")
    assert abs(length - float(page.locator("#wave").get_attribute("data-total") or 0)) < 0.3

    line = page.locator(".line").nth(2)
    start = float(line.get_attribute("data-start") or 0)
    line.locator(".at").click()
    page.wait_for_function(f"() => document.getElementById('sound').currentTime > {start}")
    expect(line).to_have_class(re.compile("now"))
    page.keyboard.press(" ")
    assert page.evaluate("document.getElementById('sound').paused")
    page.select_option("#speed", "1.5")
    assert page.evaluate("document.getElementById('sound').playbackRate") == 1.5


def test_a_finding_plays_from_its_place_though_the_sound_was_not_loaded(enter: Any) -> None:
    page = enter("lead")
    open_first(page)
    page.locator(".folded > details > summary").click()
    finding = page.locator(".finding:not([data-whole])").last
    start = float(finding.get_attribute("data-start") or 0)
    finding.locator("[data-play]").click()
    page.wait_for_function("() => document.getElementById('sound').currentTime > 0.2")

    assert page.evaluate("document.getElementById('sound').currentTime") >= start - 0.8
    expect(finding).to_have_class(re.compile("now"))


@pytest.mark.long
def test_player_and_finding_are_in_sight_on_a_small_screen(enter: Any) -> None:
    page = enter("lead")
    page.set_viewport_size({"width": 1366, "height": 768})
    open_first(page)

    for seen in (
        page.locator("#sound"),
        page.locator("#marks"),
        page.locator(".finding.now [data-key=c]"),
    ):
        expect(seen).to_be_in_viewport(ratio=1)


@pytest.mark.long
def test_what_the_screen_shows_of_a_call_is_printed_too(enter: Any, tmp_path: Path) -> None:
    page = enter("lead")
    open_first(page)
    page.locator("details.measured > summary").click()
    said = page.locator("#transcript .said").all_inner_texts()
    page.emulate_media(media="print")

    for quote in page.locator("#findings q").all():
        expect(quote).to_be_visible()
    for words in page.locator("#findings .pick, #transcript .hit, #transcript .at").all():
        expect(words).to_be_visible()
    assert page.locator("#transcript .said").all_inner_texts() == said
    for column in page.locator(".column").all():
        assert column.evaluate("e => e.scrollHeight <= e.clientHeight + 1")
    expect(page.locator("#top button, .tool, .edit").locator("visible=true")).to_have_count(0)
    paper = page.pdf(path=tmp_path / "call.pdf", format="A4")
    assert paper.startswith(b"%PDF")


@pytest.mark.long
def test_a_call_with_open_findings_is_settled_by_the_second_press(enter: Any) -> None:
    page = enter("lead")
    open_first(page)
    waiting = page.locator("#findings .finding.open").count()
    assert waiting > 1
    here = page.url

    page.keyboard.press("n")
    expect(page.locator(".finding.now")).to_have_attribute("data-number", "0")
    page.keyboard.press("Shift+N")
    expect(page.locator(".finding.now")).to_have_class(re.compile("open"))
    page.keyboard.press("r")
    expect(page.locator("#said")).to_contain_text(f"还有 {waiting} 处待复核")
    assert page.url == here
    page.keyboard.press("r")
    page.wait_for_url(lambda url: url != here)


@pytest.mark.long
def test_a_decision_goes_on_to_the_next_open_finding_and_a_comment_is_sent_once(enter: Any) -> None:
    page = enter("lead")
    open_first(page)
    page.keyboard.press("Shift+N")
    first = page.locator(".finding.now").get_attribute("data-number")
    page.keyboard.press("c")
    expect(page.locator(f".finding[data-number='{first}']")).to_have_class(re.compile("confirmed"))
    expect(page.locator(".finding.now")).to_have_class(re.compile("open"))

    page.keyboard.press("m")
    page.keyboard.type("已听过")
    page.keyboard.press("Enter")
    expect(page.locator("#history")).to_contain_text("已听过")
    expect(page.locator("form[action*='/comment'] input[name=text]")).to_have_value("")
    page.locator("h1").click()
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile(r"/queue"))


@pytest.mark.long
def test_the_wave_shows_both_channels(enter: Any) -> None:
    page = enter("lead")
    open_first(page)
    page.wait_for_load_state("networkidle")
    page.wait_for_function(
        """() => { const c = document.getElementById('peaks'); const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
        let top = 0, bottom = 0; for (let i = 3; i < d.length; i += 4) if (d[i]) { if (i / 4 / c.width < c.height / 2) top++; else bottom++; }
        return top > 2000 && bottom > 2000; }"""
    )
    assert page.locator("#marks rect.speech.agent").count() > 1
    assert page.locator("#marks rect.mark").count() > 0


@pytest.mark.long
def test_a_finding_is_refused_by_a_key_the_score_follows_and_undo_brings_it_back(
    enter: Any, served: Served
) -> None:
    page = enter("lead")
    open_first(page)
    before = total(page)
    missing = page.locator(".finding[data-whole].counted").first
    name = missing.get_attribute("id")
    missing.locator(".pick").click()
    page.keyboard.press("x")

    expect(page.locator(f"#{name}")).to_contain_text("已驳回")
    expect(page.locator("#head")).to_contain_text("机器")
    after = total(page)
    assert after > before
    page.keyboard.press("u")
    expect(page.locator(f"#{name}")).to_contain_text("机器确认")
    assert total(page) == before
    assert served.site.store.ledger.verify().faults == ()


@pytest.mark.long
def test_every_kind_of_work_on_a_call(enter: Any) -> None:
    page = enter("lead")
    open_first(page)
    before = total(page)
    page.get_by_text("添加发现").click()
    adding = page.locator("form[action*='/add']")
    adding.get_by_label("规则").select_option("missing.greeting|missing")
    adding.get_by_role("button", name="添加").click()
    expect(page.locator("#findings")).to_contain_text("人工添加")
    assert total(page) < before

    page.get_by_text("标注这一段的语气").click()
    grading = page.locator("form[action*='/tone']")
    grading.get_by_label("起点（秒）").fill("0.5")
    grading.get_by_label("终点（秒）").fill("2")
    grading.get_by_role("button", name="偏高").click()
    expect(page.locator("#history")).to_contain_text("标注语气")

    page.locator(".line").nth(1).hover()
    page.locator(".line").nth(1).locator(".edit").click()
    page.locator(".editing input[name=text]").fill("我要投诉到底。")
    page.get_by_role("button", name="改文字").click()
    expect(page.locator("#transcript")).to_contain_text("我要投诉到底。")

    page.locator("#score summary", has_text="改分").click()
    form = page.locator("#score details[open] form")
    form.get_by_label("改为").fill("1")
    form.get_by_label("理由").fill("听过录音")
    form.get_by_role("button").click()
    expect(page.locator("#score")).to_contain_text("听过录音")

    page.locator("form[action*='/comment'] input[name=text]").fill("请班长看一下<b>这里</b>")
    page.get_by_role("button", name="备注").click()
    expect(page.locator("#history")).to_contain_text("请班长看一下<b>这里</b>")
    page.get_by_label("标记").select_option("coaching")
    page.get_by_role("button", name="标记", exact=True).click()
    expect(page.locator("#head")).to_contain_text("辅导案例")
    page.get_by_label("分配给").select_option("qa")
    page.get_by_role("button", name="分配", exact=True).click()
    expect(page.locator("#head")).to_contain_text("分配给 qa")

    here = page.url
    page.locator("h1").click()
    page.keyboard.press("r")
    if page.locator("#findings .finding.open").count():
        page.keyboard.press("r")
    page.wait_for_url(lambda url: url != here)
    page.goto(here)
    expect(page.locator("#head")).to_contain_text("处理完毕")


def test_work_goes_on_without_scripts(chromium: Any, served: Served) -> None:
    context = chromium.new_context(base_url=served.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("用户名").fill("lead")
    page.get_by_label("密码").fill("一个够长的密码 2026")
    page.get_by_role("button", name="登录").click()
    page.locator("tbody tr a").first.click()
    before = total(page)
    page.locator(".finding[data-whole].counted").first.get_by_role("button", name="驳回").click()

    expect(page.locator("#findings")).to_contain_text("已驳回")
    assert total(page) > before
    context.close()


@pytest.mark.long
def test_personal_data_needs_a_reason(enter: Any, served: Served) -> None:
    page = enter("lead")
    open_first(page)
    page.get_by_text("查看个人信息").click()
    page.locator("form[action*='/unmask'] input[name=reason]").fill("核对申诉")
    page.get_by_role("button", name="显示号码").click()

    expect(page.locator("#head")).to_contain_text("正在显示个人信息")
    last = served.site.store.ledger.page(
        actor="lead", action="unmasked", subject=None, before=None, limit=9
    )
    assert [entry.detail["reason"] for entry in last] == ["核对申诉"]


@pytest.mark.long
def test_each_listening_is_in_the_ledger_once_and_opening_a_call_is_none(
    enter: Any, served: Served
) -> None:
    def found() -> list[Any]:
        entries = served.site.store.ledger.page(
            actor="qa", action="listened", subject=None, before=None, limit=9
        )
        return [entry.detail for entry in entries]

    page = enter("qa")
    open_first(page)
    page.wait_for_load_state("networkidle")
    assert found() == []
    for _ in range(2):
        page.locator(".finding:not([data-whole]) [data-play]").first.click()
        page.wait_for_function("() => document.getElementById('sound').currentTime > 1")
        page.reload()

    assert found() == [{"masked": True}]
