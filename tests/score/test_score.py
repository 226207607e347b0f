from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.lexicon import Scorecard, load_lexicon, load_scorecard, load_scorecards
from pipeline.lexicon.scorecard import ScorecardBook
from pipeline.score import leave_to_people, score_call
from pipeline.types import Finding, Reason, Score, ScoreItem
from tests.builders import a_finding

RULES = load_lexicon().rules
SHEET = load_scorecard(rule_ids=[rule.id for rule in RULES])

SHIRK = a_finding()
INSULT = a_finding(rule="forbidden.insult", phrase="神经病")
VULGAR = a_finding(rule="forbidden.indifferent", phrase="随你便")
NO_GOODBYE = a_finding(rule="missing.closing", kind="missing", phrase="再见", quote="")
CUT_IN = a_finding(rule="interruption", kind="interruption", phrase="抢话")


MEASURED = {
    "agent_chars_per_min": 240.0,
    "agent_chars_per_min_low": 230.0,
    "agent_chars_per_min_high": 250.0,
    "tone_calm": 1.0,
    "interruptions_by_agent": 0,
    "silence_s": 0.0,
}


def scored(
    *findings: Finding, agent_heard: bool = True, sheet: Scorecard = SHEET, **figures: float | None
):
    return score_call(findings, sheet, RULES, figures=MEASURED | figures, agent_heard=agent_heard)


def points(*findings: Finding) -> tuple[float | None, float | None]:
    score = scored(*findings).score
    return score.attitude, score.total


@pytest.mark.parametrize(
    ("findings", "attitude", "total"),
    [
        ((), 100.0, 100.0),
        # 礼貌用语 30 - 8 = 22; attitude (22+30+10+10)/80
        ((NO_GOODBYE,), 90.0, 92.0),
        # 禁语 30 - 10; attitude (30+20+10+10)/80
        ((SHIRK,), 87.5, 90.0),
        # medium 5
        ((VULGAR,), 93.75, 95.0),
        # three times 10 empties the item, a fourth takes nothing more
        ((SHIRK,) * 3, 62.5, 70.0),
        ((SHIRK,) * 4, 62.5, 70.0),
        # an insult takes the whole item
        ((INSULT,), 62.5, 70.0),
        # 倾听 10 - 3 - 3, not part of attitude
        ((CUT_IN, CUT_IN), 100.0, 94.0),
        # the customer breaking in is not the agent's fault
        ((a_finding(rule="interruption", kind="interruption", role="customer"),), 100.0, 100.0),
        # what is for review takes nothing
        ((a_finding(verdict="review"),), 100.0, 100.0),
        # per call: the same slot twice is one deduction
        ((NO_GOODBYE, NO_GOODBYE), 90.0, 92.0),
        # 8 + 10 within their own items
        ((NO_GOODBYE, SHIRK), 77.5, 82.0),
    ],
)
def test_points_worked_by_hand(findings: tuple[Finding, ...], attitude: float, total: float):
    assert points(*findings) == (attitude, total)


def test_points_of_findings_and_items_and_reasons_sum_to_the_total():
    result = scored(NO_GOODBYE, SHIRK, SHIRK, SHIRK, SHIRK, CUT_IN)

    lost = sum(item.full - item.points for item in result.score.items)
    assert (
        -sum(finding.points for finding in result.findings)
        == lost
        == 100.0 - (result.score.total or 0)
    )
    assert -sum(reason.points for item in result.score.items for reason in item.reasons) == lost


def test_each_reason_names_the_finding_that_took_the_points():
    result = scored(NO_GOODBYE, SHIRK)

    (reason,) = [
        reason
        for item in result.score.items
        if item.id == "forbidden_words"
        for reason in item.reasons
    ]
    assert (reason.finding, reason.points, result.findings[1].points) == (1, -10.0, -10.0)
    (source,) = [rule.source for rule in RULES if rule.id == SHIRK.rule]
    assert reason.text == f"推诿“不归我管”（依据：{source}）"


def test_the_order_of_findings_does_not_matter():
    findings = (NO_GOODBYE, SHIRK, INSULT, CUT_IN)

    assert {points(*order) for order in itertools.permutations(findings)} == {points(*findings)}


def test_one_more_fault_never_raises_a_score():
    faults = (SHIRK, INSULT, VULGAR, NO_GOODBYE, CUT_IN) * 2
    totals = [points(*faults[:n])[1] or 0.0 for n in range(len(faults) + 1)]

    assert totals == sorted(totals, reverse=True)


def test_an_insult_is_fatal_and_flagged_first():
    score = scored(INSULT).score

    assert score.fatal
    assert score.flags[0] == "一票否决，请立即复听"


def test_where_no_agent_was_heard_nothing_is_judged():
    result = scored(NO_GOODBYE, agent_heard=False)

    assert (result.score.attitude, result.score.total, result.findings[0].points) == (
        None,
        None,
        0.0,
    )
    assert "没有听到客服说话，无法评分" in result.score.flags


def test_a_reason_without_a_finding_or_a_figure_cannot_be_made():
    with pytest.raises(ValueError, match="needs a finding or a figure"):
        Reason("因为", -5.0)


CALMED = a_finding(rule="tone.kept_calm", kind="tone", phrase="客户激动，客服保持平稳")
RAISED = a_finding(rule="tone.raised", kind="tone", phrase="语气高于平时")
LONG = a_finding(rule="silence.long", kind="silence", role="unknown", phrase="静默 12.0 秒")
BOOK = {sheet.id: sheet for sheet in load_scorecards(rule_ids=[rule.id for rule in RULES]).sheets}


@pytest.mark.parametrize(
    ("sheet", "findings", "figures", "attitude", "total"),
    [
        # default. 语气 not judged: (30+30+10)/70 of attitude; all of 90
        ("default", (), {"tone_calm": None}, 100.0, 100.0),
        # 不适用 leaves the denominator: 礼貌用语 22, (22+30+10)/70 = 88.57; (90-8)/90 = 91.11
        ("default", (NO_GOODBYE,), {"tone_calm": None}, 88.57, 91.11),
        # 语速 from 425 上: 10 - 5; (30+30+5+10)/80 = 93.75
        ("default", (), {"agent_chars_per_min_low": 425.0}, 93.75, 95.0),
        # the interval reaches below the limit: nobody is charged
        (
            "default",
            (),
            {"agent_chars_per_min": 425.0, "agent_chars_per_min_low": 415.0},
            100.0,
            100.0,
        ),
        # D 第二部分 营业厅加分项考核 1: praised twice, 3 each: 90 + 6; the attitude is as it is
        ("default", (SHIRK,), {"praises": 2}, 87.5, 96.0),
        # never above 100
        ("default", (), {"praises": 3}, 100.0, 100.0),
        # 加分 at most 9, whatever the praise: 70 + 9
        ("default", (SHIRK,) * 3, {"praises": 20}, 62.5, 79.0),
        # D 第二部分 营业厅扣分项考核 3: 因服务态度受到客户投诉 -3
        ("default", (), {"complaints": 1}, 100.0, 97.0),
        # a praised and a complained one: 90 + 3 - 6
        ("default", (SHIRK,), {"praises": 1, "complaints": 2}, 87.5, 87.0),
        # A 五(四)1: an upset customer, a calm agent: 90 + 3
        ("default", (SHIRK, CALMED), {}, 87.5, 93.0),
        # 语气 once a call, however often it was raised: 10 - 5; (30+30+10+5)/80
        ("default", (RAISED, RAISED), {}, 93.75, 95.0),
        # cable (D): 服务规范 × 50 %: no 再见 takes 20 × 0.5; attitude: 15+20+5 of 服务规范, 25+10+5
        # of 服务质量, of 90
        ("cable", (NO_GOODBYE,), {}, 88.89, 90.0),
        # 禁语 high 25 × 0.5, twice: 25 - 25, a third takes nothing (扣完为止)
        ("cable", (SHIRK,) * 3, {}, 72.22, 75.0),
        # 一票否决: the insult takes 12.5 and is fatal; this sheet leaves the points
        ("cable", (INSULT,), {}, 86.11, 87.5),
        # postal: 一票否决 makes the total 0; 18 - 9 of attitude's 60
        ("postal", (INSULT,), {}, 85.0, 0.0),
        # postal: 适时回应 8 - 4 - 4, and no third; 业务知识 10 is not measured: (90 - 8) / 90
        ("postal", (LONG,) * 3, {}, 100.0, 91.11),
        # the same with two questions answered right
        ("postal", (LONG,) * 3, {"knowledge_answers": 2}, 100.0, 92.0),
        # hotline: 首问负责 20 - 10, 倾听 15 - 5; attitude 15+10+10+20+5+5 = 65 of which 10 are lost
        ("hotline", (SHIRK, CUT_IN), {}, 84.62, 85.0),
        # hotline: 一票否决 lowers to 59 at most; 20 - 5 of 65 for the attitude
        ("hotline", (INSULT,), {}, 92.31, 59.0),
        # courier: 推诿 20 - 10 - 10, the third 推诿 finds an empty element and goes nowhere else
        ("courier", (SHIRK,) * 3, {}, 73.33, 80.0),
        # bank: the listening cannot be told on a mix: 90 are left, 再见 takes 5: 85/90
        ("bank", (NO_GOODBYE,), {"interruptions_by_agent": None}, 92.31, 94.44),
    ],
)
def test_sheets_worked_by_hand(
    sheet: str,
    findings: tuple[Finding, ...],
    figures: dict[str, float | None],
    attitude: float,
    total: float,
):
    score = scored(*findings, sheet=BOOK[sheet], **figures).score

    assert (score.attitude, score.total) == (attitude, total)


def test_satisfaction_and_resolution_stand_beside_the_total():
    score = scored(rating=4, resolved=0.0, knowledge_answers=1).score

    assert {item.id: (item.points, item.applies) for item in score.beside} == {
        "knowledge": (100.0, True),
        "resolution": (0.0, True),
        "satisfaction": (75.0, True),  # 100 - 25 for one below 5
    }
    assert score.total == 100.0


def test_what_is_not_known_does_not_apply_and_says_so():
    score = scored().score

    assert [(item.id, item.note) for item in score.beside if not item.applies] == [
        ("knowledge", "不适用：没有可以核对的业务问题"),
        ("resolution", "不适用：不知道客户的问题是否解决"),
        ("satisfaction", "不适用：没有客户的满意度评分"),
    ]


@pytest.mark.parametrize(
    ("total", "grade"), [(100.0, "优秀"), (95.0, "优秀"), (94.99, "良好"), (69.0, "不合格")]
)
def test_grades_begin_at_their_least_total(total: float, grade: str):
    assert SHEET.grade(total) == grade


def test_a_veto_names_the_finding_that_made_the_call_fatal():
    score = scored(SHIRK, INSULT, sheet=BOOK["postal"]).score

    assert [(veto.finding, veto.points) for veto in score.vetoes] == [(1, 0.0)]
    assert score.fatal


def test_points_that_no_reason_explains_cannot_be_made():
    with pytest.raises(ValueError, match="but the reasons explain 10"):
        ScoreItem("a", "a", 10.0, 8.0, ())
    with pytest.raises(ValueError, match=r"total 90, but the items explain 100\.0"):
        Score(90.0, 90.0, False, (ScoreItem("a", "a", 100.0, 100.0, ()),), ())


FAULTS = st.lists(
    st.sampled_from(
        [SHIRK, INSULT, VULGAR, NO_GOODBYE, CUT_IN, RAISED, LONG, a_finding(verdict="review")]
    ),
    max_size=12,
)


@given(FAULTS, st.sampled_from(sorted(BOOK)), st.randoms(use_true_random=False))
def test_on_every_sheet_order_does_not_matter_and_points_sum(
    findings: list[Finding], sheet: str, random: Random
):
    first = scored(*findings, sheet=BOOK[sheet]).score
    random.shuffle(findings)
    again = scored(*findings, sheet=BOOK[sheet])

    assert (again.score.attitude, again.score.total, again.score.fatal) == (
        first.attitude,
        first.total,
        first.fatal,
    )
    lost = sum(item.full - item.points for item in again.score.items if item.applies)
    assert -sum(finding.points for finding in again.findings) == pytest.approx(lost)


@given(
    FAULTS,
    st.sampled_from([SHIRK, INSULT, VULGAR, NO_GOODBYE, CUT_IN, RAISED, LONG]),
    st.sampled_from(sorted(BOOK)),
)
def test_on_every_sheet_one_more_fault_never_raises_a_score(
    findings: list[Finding], more: Finding, sheet: str
):
    before, after = (
        scored(*faults, sheet=BOOK[sheet]).score for faults in (findings, [*findings, more])
    )

    assert after.total is not None
    assert after.attitude is not None
    assert after.total <= (before.total or 0.0)
    assert after.attitude <= (before.attitude or 0.0)


@pytest.mark.parametrize(
    ("queue", "day", "chosen"),
    [
        (None, None, "default"),
        ("投诉", date(2026, 11, 1), "default"),
        ("银行信用卡", None, "bank"),
        ("12345市民热线", None, "hotline"),
    ],
)
def test_the_sheet_is_chosen_by_queue(queue: str | None, day: date | None, chosen: str):
    assert ScorecardBook(tuple(BOOK.values())).choose(queue, day).id == chosen


def test_the_sheet_is_chosen_by_the_day_of_the_call():
    old = replace(SHEET, id="old", ends=date(2026, 6, 30))
    new = replace(SHEET, id="new", starts=date(2026, 7, 1))
    book = ScorecardBook((new, old))

    assert [book.choose(None, day).id for day in (date(2026, 6, 30), date(2026, 7, 1), None)] == [
        "old",
        "new",
        "new",
    ]


def test_the_settings_name_the_sheet_of_queues_that_none_names():
    book = ScorecardBook(tuple(BOOK.values()), usual="postal")

    assert [book.choose(queue, None).id for queue in (None, "投诉", "银行")] == [
        "postal",
        "postal",
        "bank",
    ]


def test_what_was_left_to_review_is_known_by_its_field_and_not_by_its_words():
    sure = a_finding(evidence="录音比对相符")

    (left,) = leave_to_people([sure], {sure.rule})
    assert (left.verdict, left.left_to_review) == ("review", True)

    reworded = replace(left, evidence="换了一种说法")
    assert leave_to_people([reworded], ()) == (replace(sure, evidence="换了一种说法"),)
    assert leave_to_people([left], ()) == (sure,)


def test_a_doubtful_finding_whose_words_say_it_was_left_stays_doubtful():
    (left,) = leave_to_people([a_finding()], {a_finding().rule})
    doubtful = a_finding(verdict="review", evidence=left.evidence)

    assert leave_to_people([doubtful], ()) == (doubtful,)
