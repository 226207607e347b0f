"""Rules on the page: a sentence is tried, a change proposed, tried on the stored calls, accepted into
the overlay file, and undone."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from pipeline.jobs import load_basis
from pipeline.jobs.save import keep_versions
from pipeline.lexicon import read_overlay
from pipeline.people.users import digest_of_secret
from pipeline.review.sessions import COOKIE
from pipeline.settings import Settings, SiteSettings
from pipeline.types import CallMeta
from tests.builders import a_finding, a_result, a_score, an_utterance
from tests.review.conftest import AT, CSRF, NOW, OWN, Pages

SAID = "电视不归我管帮您转过去。"
WIDER = "电视不归我管帮您转"


RULE = """
  - id: forbidden.{id}
    name: {name}
    kind: forbidden
    source: "our choice: 例子"
    severity: high
    points: 10
    role: agent
    negated_by: true
    phrases: [{phrases}]
    exceptions: [{exceptions}]
    positive: [{positive}]
    negative: ["您别着急。", "我来处理。"]
"""
MANY = [f"不归我管的{chr(0x4E00 + number)}" for number in range(700)]
RULES = "version: 1\nrules:" + "".join(
    (
        RULE.format(
            id="shirk", name="推诿", phrases="不归我管, 你找领导去", exceptions=", ".join(MANY),
            positive="这个不归我管。, 你找领导去。",
        ),
        RULE.format(
            id="blame", name="责备", phrases="你早干嘛去了", exceptions="你早干嘛去了吗",
            positive="你早干嘛去了。, 您早干嘛去了。",
        ),
    )
)  # fmt: skip
SHEET = """version: 2
id: default
name: 通用客服评分表
queues: ["*"]
attitude: [taboo]
projects:
  - name: 服务态度
    indicators:
      - name: 用语
        elements:
          - id: forbidden_words
            name: 禁语
            dimension: taboo
            full: 100
            source: "our choice: 例子"
            deductions:
              - {kind: forbidden, rule: forbidden.shirk, points: rule, per: hit, source: "our choice: 例子"}
              - {kind: forbidden, rule: forbidden.blame, points: 8, per: hit, source: "our choice: 例子"}
bonus:
  - {id: praised, name: 表扬, most: 5, source: "our choice: 例子", counts: [{figure: praises, above: 0, points: 5, source: "our choice: 例子"}]}
"""


@pytest.fixture(autouse=True)
def site_settings(pages: Pages) -> None:
    """A site with a small folder of rules of its own, whose calls were scored by them."""
    site = pages.site
    folder = site.db.parent / "rules"
    (folder / "scoring").mkdir(parents=True)
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "scoring" / "default.yaml").write_text(SHEET, encoding="utf-8")
    site.settings = Settings(site=SiteSettings(lexicons=str(folder), db=str(site.db)))
    lexicon = site.basis.lexicon
    keep_versions(site.store, lexicon, site.basis.sheets)
    site.store.db.execute("UPDATE results SET lexicon_version = ?", [lexicon.version])


def overlay(pages: Pages) -> Path:
    return pages.site.db.parent / "rules" / "site.yaml"


def a_friendly_call(pages: Pages) -> int:
    """A call whose agent was charged for a phrase inside a friendly sentence, by the rules of
    now."""
    site = pages.site
    result = a_result(
        findings=(a_finding(start_s=4.5, end_s=5.5),),
        score=a_score(80.0),
        call=CallMeta("C3", "8002", "13900000000", "2026-11-17T10:30:00", "billing"),
        utterances=(an_utterance("您好，请讲。"), an_utterance(SAID, start_s=4.0)),
    )
    recording = replace(result.recording, sha256="3" * 64, path="calls/3.wav")
    engine = replace(result.engine, lexicon_version=site.basis.lexicon.version)
    return site.store.results.save(
        replace(result, recording=recording, engine=engine), scored_at=AT
    )


def propose(client: TestClient, result_id: int, **form: str) -> str:
    """The page of a proposal about the first finding."""
    given = {"csrf": CSRF, "of": str(result_id), "finding": "0", "part": "exceptions"}
    given |= {"wording": WIDER, "note": "这样说是帮忙，不是推诿", **form}
    answer = client.post(f"/calls/{result_id}/propose", data=given)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def expected(page: str) -> str:
    found = re.search(r'name="expected" value="([0-9a-f]*)"', page)
    assert found
    return found[1]


def text_of(page: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", page).split())


def test_an_exception_goes_from_a_finding_to_the_overlay_and_out_again(pages: Pages) -> None:
    lead, admin = pages.visit("supervisor"), pages.visit("admin")
    call = a_friendly_call(pages)
    before = pages.site.basis.lexicon.version
    assert f'value="{WIDER}过去"' in lead.get(f"/calls/{call}").text
    where = propose(lead, call)

    page = admin.get(where).text
    assert f"规则“推诿”：加例外“{WIDER}”" in page
    assert "采纳后 不算：规则的例外覆盖了此处" in text_of(page)
    assert "试算 3 通 有变化 1" in text_of(page)
    assert f'href="/calls/{call}">C3' in page
    form = {"csrf": CSRF, "word": "同意", "expected": expected(page)}
    assert admin.post(f"{where}/accept", data=form).status_code == 303

    written = overlay(pages).read_text(encoding="utf-8")
    assert f"      - {WIDER}  # 2026-11-18 supervisor1 提出，admin1 采纳（建议 1）" in written
    rule = lead.get("/rules/forbidden.shirk").text
    assert f"<b>{WIDER}</b>" in rule
    assert "不算" in text_of(try_it(lead, SAID))
    assert load_basis(pages.site.settings).lexicon.version != before

    undo = {"csrf": CSRF, "why": "太宽了", "expected": expected(admin.get(where).text)}
    assert admin.post(f"{where}/undo", data=undo).status_code == 303
    assert WIDER not in overlay(pages).read_text(encoding="utf-8")
    assert load_basis(pages.site.settings).lexicon.version == before
    assert [entry.action for entry in pages.site.store.ledger.entries("rule forbidden.shirk")] == [
        "rule proposed", "proposal accepted", "proposal undone",
    ]  # fmt: skip
    assert pages.site.store.ledger.verify(with_results=False).faults == ()


def try_it(client: TestClient, sentence: str, **form: str) -> str:
    answer = client.post("/rules/try", data={"csrf": CSRF, "sentence": sentence, **form})
    assert answer.status_code == 200
    return answer.text.partition('id="try"')[2].partition("</section>")[0]


def test_a_sentence_is_tried_with_layer_reason_and_verdict(pages: Pages) -> None:
    client = pages.visit("auditor")

    assert "机器确认 推诿 不归我管 不归我管 字面" in text_of(try_it(client, "这个不归我管。"))
    assert "不算" in text_of(try_it(client, "我们绝不会让您找领导去。"))
    assert "没有碰到任何规则" in try_it(client, "今天星期三。")
    assert "这条规则不看这一方说的话" in try_it(client, "不归我管。", role="customer")
    answer = client.post("/rules/try", data={"csrf": CSRF, "sentence": " "})
    assert answer.status_code == 400


def test_a_rule_that_is_left_to_people_says_so_of_a_tried_sentence(pages: Pages) -> None:
    lead = pages.visit("supervisor")
    url = "/rules/forbidden.shirk/review-only"
    lead.post(url, data={"csrf": CSRF, "on": "true", "reason": "常误判"})
    pages.site.__dict__.pop("basis", None)

    assert "待人工复核 推诿" in text_of(try_it(lead, "这个不归我管。", rule="forbidden.shirk"))


def test_all_wordings_of_a_rule_are_there_page_by_page(pages: Pages) -> None:
    client, rule = pages.visit("qa"), pages.site.rules["forbidden.shirk"]
    seen: set[str] = set()
    for page in range(1, 20):
        text = client.get(f"/rules/forbidden.shirk?page={page}").text
        seen |= set(re.findall(r"<span>([^<]+)</span>", text.partition('id="words"')[2]))
    assert {phrase.say for phrase in rule.phrases} | set(rule.exceptions) <= seen
    found = client.get("/rules/forbidden.shirk", params={"say": "找领导"}).text
    assert "你找领导去" in found
    assert "<span>不归我管</span>" not in found
    for example in (*rule.positive, *rule.negative):
        assert example in text


@pytest.mark.long
def test_nobody_accepts_the_own_proposal_while_another_admin_can(pages: Pages) -> None:
    admin, store = pages.visit("admin"), pages.site.store
    store.users.add("admin2", "admin", password_hash="", actor="test", at=AT)
    given = {"csrf": CSRF, "part": "exceptions", "wording": WIDER, "note": "试一试"}
    where = admin.post("/rules/forbidden.shirk/propose", data=given).headers["location"]
    page = admin.get(where).text
    form = {"csrf": CSRF, "word": "好", "expected": expected(page)}

    assert "自己提出的建议，请另一位管理员处理" in page
    refused = admin.post(f"{where}/accept", data=form)
    assert (refused.status_code, overlay(pages).exists()) == (400, False)
    store.users.change("admin2", actor="test", at=AT, active=False)
    assert admin.post(f"{where}/accept", data=form).status_code == 303


def test_who_may_propose_may_not_accept(pages: Pages) -> None:
    lead = pages.visit("supervisor")
    where = propose(lead, a_friendly_call(pages))
    page = lead.get(where).text

    assert "采纳，写入补充文件" not in page
    form = {"csrf": CSRF, "word": "好", "expected": expected(page)}
    assert lead.post(f"{where}/accept", data=form).status_code == 403
    assert pages.visit("qa").post(f"{where}/withdraw", data={"csrf": CSRF}).status_code == 403
    assert lead.post(f"{where}/withdraw", data={"csrf": CSRF}).status_code == 303
    assert "已撤回" in lead.get(where).text


def test_a_file_that_was_changed_by_hand_meanwhile_is_not_written_over(pages: Pages) -> None:
    lead, admin = pages.visit("supervisor"), pages.visit("admin")
    where = propose(lead, a_friendly_call(pages))
    form = {"csrf": CSRF, "word": "好", "expected": expected(admin.get(where).text)}
    hand = "version: 1\nrules:\n  # 手写的\n  - {rule: forbidden.blame, points: 3}\n"
    overlay(pages).write_text(hand, encoding="utf-8")

    answer = admin.post(f"{where}/accept", data=form)
    assert answer.status_code == 400
    assert overlay(pages).read_text(encoding="utf-8") == hand
    assert pages.site.store.proposals.open_count() == 1

    page = admin.get(where).text
    assert "试算以后规则又变过，请重新试算" in page
    admin.post(f"{where}/try", data={"csrf": CSRF})
    page = admin.get(where).text
    again = {"csrf": CSRF, "word": "好", "expected": expected(page)}
    assert admin.post(f"{where}/accept", data=again).status_code == 303
    written = overlay(pages).read_text(encoding="utf-8")
    assert hand.rstrip("\n") in written
    assert WIDER in written


def test_a_file_that_is_broken_by_hand_is_named_and_the_rules_before_count_on(pages: Pages) -> None:
    client = pages.visit("supervisor")
    pages.site.warm_up()
    overlay(pages).write_text("version: 1\nrules:\n  - {rule: no.such}\n", encoding="utf-8")

    page = client.get("/rules").text
    assert f"{overlay(pages)} 第 3 行：没有编号为“no.such”的规则" in page
    assert "机器确认 推诿" in text_of(try_it(client, "这个不归我管。"))
    overlay(pages).unlink()
    assert "第 3 行" not in client.get("/rules").text


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"wording": "不归我管"}, "与规则“推诿”的例句矛盾"),
        ({"wording": "今天天气好"}, "作为例外不起作用"),
        ({"wording": "不归我管打13800138000"}, "个人信息"),
        ({"part": "phrases", "wording": "你找领导去"}, "已有触发短语"),
        ({"part": "phrases", "wording": "滚"}, "两个字以上的短语"),
        ({"part": "phrases", "wording": "你早干嘛去了"}, "已经在规则"),
        ({"wording": "，。"}, "请填写例外的文字"),
        ({"note": " "}, "请写明理由"),
    ],
)
def test_a_proposal_that_cannot_be_is_refused_with_the_reason(
    pages: Pages, form: dict[str, str], why: str
) -> None:
    call = a_friendly_call(pages)
    given = {"csrf": CSRF, "of": str(call), "finding": "0", "part": "exceptions"}
    given |= {"wording": WIDER, "note": "理由", **form}
    answer = pages.visit("supervisor").post(f"/calls/{call}/propose", data=given)

    assert answer.status_code == 400
    assert why in answer.text
    assert pages.site.store.proposals.open_count() == 0


def test_points_of_a_sheet_are_changed_beside_a_trial_of_the_month(pages: Pages) -> None:
    lead, admin = pages.visit("supervisor"), pages.visit("admin")
    a_friendly_call(pages)
    sheet = lead.get("/sheets/default").text
    field = re.search(r'name="(points:\d+)"[^>]*value="8"[^>]*aria-label="禁语：责备', sheet)
    assert field
    given = {"csrf": CSRF, field[1]: "6", "note": "太重"}
    where = lead.post("/sheets/default/propose", data=given).headers["location"]
    page = admin.get(where).text
    mark = next(one.mark for one in pages.site.sheets if one.id == "default")

    assert "通用客服评分表“禁语”：责备 改为 6 分" in page
    assert "试算 3 通" in text_of(page)
    form = {"csrf": CSRF, "word": "好", "expected": expected(page)}
    assert admin.post(f"{where}/accept", data=form).status_code == 303
    assert [one.points for one in read_overlay(overlay(pages)).sheets] == [6.0]
    changed = load_basis(pages.site.settings).sheets
    assert next(one.mark for one in changed.sheets if one.id == "default") != mark
    assert "本单位" in lead.get("/sheets/default").text
    nothing = {"csrf": CSRF, "note": "太重"}
    assert lead.post("/sheets/default/propose", data=nothing).status_code == 400


def test_a_refused_proposal_says_who_and_why(pages: Pages) -> None:
    lead, admin = pages.visit("supervisor"), pages.visit("admin")
    where = propose(lead, a_friendly_call(pages))

    assert admin.post(f"{where}/refuse", data={"csrf": CSRF, "word": " "}).status_code == 400
    answer = admin.post(f"{where}/refuse", data={"csrf": CSRF, "word": "例外太宽"})
    assert answer.status_code == 303
    assert "admin1" in text_of(lead.get(where).text)
    assert "例外太宽" in lead.get(where).text
    assert "未采纳" in lead.get("/proposals").text
    assert not overlay(pages).exists()


def test_a_folder_that_cannot_be_written_keeps_the_proposal_open(pages: Pages) -> None:
    lead, admin = pages.visit("supervisor"), pages.visit("admin")
    where = propose(lead, a_friendly_call(pages))
    form = {"csrf": CSRF, "word": "好", "expected": expected(admin.get(where).text)}
    (overlay(pages).parent / f".site.yaml.{os.getpid()}.new").mkdir()

    answer = admin.post(f"{where}/accept", data=form)
    assert answer.status_code == 400
    assert "写不进去" in answer.text
    assert (overlay(pages).exists(), pages.site.store.proposals.open_count()) == (False, 1)


def another_admin(pages: Pages, name: str) -> TestClient:
    pages.site.store.users.add(name, "admin", password_hash="", actor="test", at=AT)
    pages.site.store.sessions.begin(
        name, digest=digest_of_secret(f"secret-of-{name}"), csrf=CSRF, now=NOW
    )
    client = pages.visit()
    client.cookies.set(COOKIE, f"secret-of-{name}")
    return client


def test_of_two_who_accept_one_after_the_other_the_second_is_told(pages: Pages) -> None:
    lead, admin = pages.visit("supervisor"), pages.visit("admin")
    other = another_admin(pages, "admin2")
    where = propose(lead, a_friendly_call(pages))
    form = {"csrf": CSRF, "word": "好", "expected": expected(admin.get(where).text)}

    assert admin.post(f"{where}/accept", data=form).status_code == 303
    late = other.post(f"{where}/accept", data=form)
    assert late.status_code == 400
    assert "已采纳" in late.text


def test_a_call_that_a_visitor_may_not_see_gives_no_proposal(pages: Pages) -> None:
    lead = pages.visit("supervisor")
    given = {"csrf": CSRF, "of": "2", "finding": "0", "part": "exceptions"}
    given |= {"wording": WIDER, "note": "理由"}

    assert lead.post(f"/calls/{OWN}/propose", data=given).status_code == 404
    assert (
        lead.post(f"/calls/{OWN}/propose", data=given | {"of": "1", "finding": "9"}).status_code
        == 404
    )
    assert lead.get("/proposals/77").status_code == 404
