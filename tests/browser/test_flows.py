"""What goes through several hands: an appeal to its second answer, and a calibration."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.conftest import Served


def decide(page: Page, appeal: str, outcome: str, answer: str) -> None:
    page.goto(appeal)
    page.get_by_label(outcome).check()
    page.get_by_label("处理意见").fill(answer)
    page.get_by_role("button", name="提交处理结果").click()
    expect(page.locator("main")).to_contain_text(answer)


def test_an_appeal_goes_to_two_others_and_the_score_follows(enter: Any, served: Served) -> None:
    agent, lead, boss = enter("zhangmin"), enter("lead"), enter("boss")
    lead.goto("/calls/1")
    finding = lead.locator(".finding", has_text=re.compile("没有道别", re.S)).first
    number = finding.get_attribute("id")
    finding.locator("a", has_text="全程").click()
    finding.locator('[data-key="c"]').click()
    expect(finding).to_contain_text("lead")
    before = served.site.store.calls.record_of(1)

    agent.goto("/calls/1")
    mine = agent.locator(f"#{number}")
    mine.locator("a", has_text="全程").click()
    mine.locator("details.appeal summary").click()
    mine.get_by_label("申诉理由").fill("录音里我说了这句话")
    mine.get_by_role("button", name="提出申诉").click()
    agent.wait_for_url(re.compile(r"/appeals/\d+"))
    appeal = "/" + agent.url.split("/", 3)[3]

    lead.goto(appeal)
    expect(lead.locator("main")).to_contain_text("申诉应由他人处理")
    decide(boss, appeal, "维持原判", "听过录音，没有说")
    agent.goto(appeal)
    expect(agent.locator("main")).to_contain_text("听过录音，没有说")
    agent.get_by_label("复核申诉理由").fill("请再听一遍最后五秒")
    agent.get_by_role("button", name="提出复核申诉").click()
    agent.wait_for_url(lambda url: not url.endswith(appeal))
    again = "/" + agent.url.split("/", 3)[3]
    boss.goto(again)
    expect(boss.locator("main")).to_contain_text("申诉应由他人处理")
    served.site.store.users.add(
        "chief", "supervisor", password_hash=password_of(served), actor="test", at=served.site.now
    )
    decide(enter("chief"), again, "申诉成立", "最后五秒里说了")

    after = served.site.store.calls.record_of(1)
    assert before is not None
    assert after is not None
    assert (after.total or 0) > (before.total or 0)
    assert served.site.store.ledger.verify().faults == ()


def password_of(served: Served) -> str:
    """The hash of the password that all users of the tests have."""
    user = served.site.store.users.find("lead")
    assert user is not None
    return user.password


def test_two_judge_blind_and_then_see_how_far_they_agree(enter: Any) -> None:
    lead, qa = enter("lead"), enter("qa")
    lead.goto("/calibrations")
    lead.get_by_label("名称").fill("十一月第四周")
    lead.get_by_label(re.compile("通话")).fill("1\n3")
    lead.get_by_label("lead").check()
    lead.get_by_label("qa").check()
    lead.get_by_role("button", name="开始校准").click()
    lead.wait_for_url(re.compile(r"/calibrations/\d+"))
    where = lead.url

    for page, points in ((lead, ("8", "6")), (qa, ("8", "5"))):
        page.goto(where)
        page.get_by_role("link", name="第 1 通").click()
        for number, given in zip(("1", "3"), points, strict=True):
            page.wait_for_url(re.compile(rf"/calls/{number}$"))
            expect(page.locator("main")).not_to_contain_text("推诿")
            for field in page.locator("input[type=number]").all():
                field.fill(given)
            page.get_by_role("button", name="保存，下一通").click()
    expect(qa.locator("main")).to_contain_text("谁都看不到别人的评分")
    lead.goto(where)
    lead.get_by_role("button", name="结束并查看结果").click()

    expect(lead.locator("main")).to_contain_text("Krippendorff")
    expect(lead.locator("tbody tr").first).to_contain_text("%")
