"""Two people at the same list: nobody works twice, nobody is overruled unseen, nothing is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pyotp import TOTP

from pipeline.review.waiting import PENDING_S
from pipeline.store import Store
from tests.browser.conftest import AT, PASSWORD, Served

pytestmark = pytest.mark.long

FAR_S = 3600.0
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def open_first(page: Page) -> str:
    page.goto("/queue")
    page.locator("tbody tr[data-row] a").first.click()
    page.wait_for_url(re.compile(r"/calls/\d+"))
    return page.url


def call_of(page: Page) -> str:
    return page.locator("h1").inner_text().split()[0]


def test_who_opens_a_call_is_seen_by_the_other_until_they_leave(enter: Any) -> None:
    lead, qa = enter("lead"), enter("qa")
    open_first(lead)
    name = call_of(lead)
    qa.goto("/queue")
    row = qa.locator("tbody tr[data-row]", has_text=name)
    expect(row).to_contain_text("lead 正在处理")
    row.locator("a").first.click()
    expect(qa.locator("#holder")).to_contain_text("lead 正在处理")

    lead.goto("/dashboard")
    qa.goto("/queue")
    expect(qa.locator("tbody")).not_to_contain_text("正在处理")


def test_a_call_is_taken_over_with_a_word_and_the_first_learns_of_it(
    enter: Any, served: Served
) -> None:
    lead, qa = enter("lead"), enter("qa")
    here = open_first(lead)
    qa.goto(here)
    qa.get_by_role("button", name="由我接手").click()
    expect(qa.locator("#holder")).not_to_contain_text("正在处理")
    lead.evaluate("() => { const now = Date.now; Date.now = () => now() + 120000; }")
    lead.keyboard.press("n")

    expect(lead.locator("#said")).to_contain_text("qa 已接手这通电话")


def test_the_next_call_is_none_that_the_other_works_on(enter: Any) -> None:
    lead, qa = enter("lead"), enter("qa")
    lead.goto("/queue")
    names = lead.locator("tbody tr[data-row] a").all_inner_texts()
    lead.locator("tbody tr[data-row] a", has_text=names[1]).click()
    lead.wait_for_url(re.compile(r"/calls/\d+"))
    open_first(qa)
    first = qa.url
    qa.keyboard.press("s")
    qa.wait_for_url(lambda url: url != first)

    expect(qa.locator("h1")).to_contain_text(names[2])


def test_a_decision_on_a_stale_page_is_refused_and_both_are_shown(enter: Any, seen: Any) -> None:
    lead, qa = enter("lead"), enter("qa")
    here = open_first(lead)
    qa.goto(here)
    number = lead.locator(".finding[data-whole]").first.get_attribute("id")
    for page in (lead, qa):
        page.locator(f"#{number} .pick").click()
    lead.keyboard.press("c")
    expect(lead.locator(f"#{number}")).to_contain_text("已确认")
    qa.keyboard.press("x")
    box = qa.locator("#answer #overtaken")

    expect(box).to_contain_text("没有保存")
    expect(box).to_contain_text(re.compile(r"lead 于 \d{4}-\d\d-\d\d \d\d:\d\d 确认"))
    expect(box.locator(".two")).to_contain_text("驳回")
    lead.reload()
    expect(lead.locator(f"#{number}")).to_contain_text("已确认")
    box.get_by_role("button", name="仍按我的保存").click()
    qa.wait_for_url(re.compile(r"/calls/\d+"))
    expect(qa.locator(f"#{number}")).to_contain_text("已驳回")
    seen.console.clear()  # the browser itself notes the answer 409


def test_settling_is_taken_back_by_u_on_the_next_page(enter: Any) -> None:
    page = enter("lead")
    here = open_first(page)
    name = call_of(page)
    expect(page.locator("#place")).to_have_text("1/3")
    page.keyboard.press("r")
    page.keyboard.press("r")
    page.wait_for_url(lambda url: url != here)
    expect(page.locator("#toast")).to_contain_text(f"已处理 {name}")
    expect(page.locator("#place")).to_have_text("2/3")
    page.keyboard.press("u")
    page.wait_for_url(lambda url: "settled" not in url)

    expect(page.locator("h1")).to_contain_text(name)
    expect(page.locator("#head")).not_to_contain_text("重新打开")
    expect(page.locator("#place")).to_have_text("1/3")


def test_esc_leads_back_to_the_same_list_and_row(enter: Any) -> None:
    page = enter("lead")
    page.goto("/queue?view=all&sort=attitude&up=1&find=营业厅")
    second = page.locator("tbody tr[data-row]").nth(1)
    name = second.locator("a").first.inner_text()
    second.locator("a").first.click()
    page.wait_for_url(re.compile(r"/calls/\d+"))
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile("/queue"))

    assert "sort=attitude" in page.url
    assert page.locator("[name=find]").input_value() == "营业厅"
    expect(page.locator("tr.now")).to_contain_text(name)


def test_ticked_rows_are_assigned_at_once_and_the_other_sees_a_badge(enter: Any) -> None:
    lead, qa = enter("lead"), enter("qa")
    lead.goto("/queue")
    lead.locator("tbody input[name=call]").nth(0).check()
    lead.keyboard.press("j")
    lead.locator("tbody input[name=call]").nth(1).check()
    expect(lead.locator("#ticked")).to_contain_text("2 通")
    lead.locator("#bulk select[name=to]").select_option("qa")
    lead.get_by_role("button", name="分配", exact=True).click()
    expect(lead.locator("main")).to_contain_text("分配：2 通")

    qa.goto("/dashboard")
    expect(qa.locator("nav .badge").first).to_contain_text("2")
    qa.goto("/queue?view=mine")
    expect(qa.locator("tbody tr[data-row]")).to_have_count(2)
    qa.locator("tbody tr[data-row] a").first.click()
    qa.get_by_role("button", name="退回，不由我处理").click()
    expect(qa.locator("#head")).not_to_contain_text("分配给")


def test_settling_ticked_rows_asks_while_findings_are_open(enter: Any) -> None:
    page = enter("lead")
    page.goto("/queue")
    page.locator("[data-all]").check()
    page.get_by_role("button", name="处理完毕").click()
    expect(page.locator("main")).to_contain_text("还有待复核的发现")
    page.get_by_role("button", name="仍要处理完毕").click()

    expect(page.locator("main")).to_contain_text("处理完毕：3 通")
    expect(page.locator("main")).to_contain_text("都处理完了")


def test_a_session_that_ends_asks_for_the_password_in_place_and_goes_on(
    enter: Any, served: Served, seen: Any
) -> None:
    page = enter("qa")
    here = open_first(page)
    begun = served.site.clock
    served.site.clock = lambda: begun() + FAR_S
    page.keyboard.press("m")
    page.keyboard.type("请看最后一句")
    page.keyboard.press("Enter")
    box = page.locator("#answer")
    expect(box).to_contain_text("登录已过期")
    box.get_by_label("密码").fill("不是这个密码")
    box.get_by_role("button", name="继续").click()
    expect(box.locator("[role=alert]")).to_contain_text("不对")
    box.get_by_label("密码").fill(PASSWORD)
    box.get_by_role("button", name="继续").click()

    expect(page.locator("#history")).to_contain_text("请看最后一句")
    assert page.url == here
    seen.console.clear()  # the browser itself notes the answers 401 and 403


def test_a_session_that_ends_asks_for_the_second_factor_in_place_too(
    enter: Any, served: Served, seen: Any
) -> None:
    page = enter("qa")
    here = open_first(page)
    with Store.open(served.site.db) as store:
        store.factors.put("qa", secret=SECRET, step=0, codes=(), actor="qa", at=AT)
    begun, ahead = served.site.clock, [FAR_S]
    served.site.clock = lambda: begun() + ahead[0]
    box = page.locator("#answer")

    def give(label: str, value: str) -> None:
        box.get_by_label(label).fill(value)
        box.get_by_role("button", name="继续").click()

    page.keyboard.press("m")
    page.keyboard.type("请看最后一句")
    page.keyboard.press("Enter")
    give("密码", PASSWORD)
    give("动态码", "000000")
    expect(box.locator("[role=alert]")).to_contain_text("动态码不对")
    ahead[0] += 2 * PENDING_S
    give("动态码", TOTP(SECRET).at(int(served.site.clock())))
    expect(box.locator("[role=alert]")).to_contain_text("请重新登录")
    give("密码", PASSWORD)
    give("动态码", TOTP(SECRET).at(int(served.site.clock())))

    expect(page.locator("#history")).to_contain_text("请看最后一句")
    assert page.url == here
    with Store.open(served.site.db) as store:
        (comment,) = store.db.execute("SELECT count(*) FROM acts WHERE kind = 'comment'").fetchone()
    assert comment == 1
    seen.console.clear()  # the browser itself notes the answers 401 and 403


def test_settling_with_an_ended_session_goes_on_after_the_password(
    enter: Any, served: Served, seen: Any
) -> None:
    page = enter("lead")
    here = open_first(page)
    begun = served.site.clock
    served.site.clock = lambda: begun() + FAR_S
    page.keyboard.press("r")
    page.keyboard.press("r")
    page.wait_for_url(re.compile("/settle"))
    page.get_by_label("用户名").fill("lead")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/calls/" in url and "settle" in url and url != here)

    expect(page.locator("#toast")).to_contain_text("已处理")
    seen.console.clear()


def test_leaving_with_a_typed_comment_asks(enter: Any) -> None:
    page = enter("lead")
    here = open_first(page)
    asked: list[str] = []

    def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.keyboard.press("m")
    page.keyboard.type("还没有写完")
    page.locator("#skip").click(no_wait_after=True)
    page.wait_for_timeout(500)

    assert (asked, page.url) == (["beforeunload"], here)
    expect(page.locator("form[action*='/comment'] input[name=text]")).to_have_value("还没有写完")


def test_five_charged_and_five_open_findings_take_eleven_keys_at_most(
    enter: Any, served: Served
) -> None:
    page = enter("lead")
    here = open_first(page)
    keys = 0

    def press(key: str) -> None:
        nonlocal keys
        keys += 1
        page.keyboard.press(key)

    open_ones = page.locator("#findings .finding.open").count()
    press("Shift+N")
    for left in range(open_ones, 0, -1):
        expect(page.locator(".finding.now")).to_have_class(re.compile("open"))
        press("c")
        expect(page.locator("#findings .finding.open")).to_have_count(left - 1)
    press("r")
    page.wait_for_url(lambda url: url != here)

    assert open_ones > 1
    assert keys == open_ones + 2  # five open findings: seven keys
