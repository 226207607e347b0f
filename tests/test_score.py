from __future__ import annotations

import itertools

import pytest

from pipeline.lexicon import load_lexicon, load_sheet
from pipeline.score import score_call
from pipeline.types import Finding, Reason
from tests.builders import a_finding

RULES = load_lexicon().rules
SHEET = load_sheet(rule_ids=[rule.id for rule in RULES])

SHIRK = a_finding()
INSULT = a_finding(rule="forbidden.insult", phrase="神经病")
VULGAR = a_finding(rule="forbidden.indifferent", phrase="随你便")
NO_GOODBYE = a_finding(rule="required.zai_jian", kind="missing", phrase="再见", quote="")
CUT_IN = a_finding(rule="interruption", kind="interruption", phrase="抢话")


def scored(*findings: Finding, agent_heard: bool = True):
    return score_call(findings, SHEET, RULES, agent_heard=agent_heard)


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
    assert -sum(finding.points for finding in result.findings) == lost == 100.0 - (result.score.total or 0)
    assert -sum(reason.points for item in result.score.items for reason in item.reasons) == lost


def test_each_reason_names_the_finding_that_took_the_points():
    result = scored(NO_GOODBYE, SHIRK)

    (reason,) = [reason for item in result.score.items if item.id == "forbidden_words" for reason in item.reasons]
    assert (reason.finding, reason.points, result.findings[1].points) == (1, -10.0, -10.0)
    (source,) = [rule.source for rule in RULES if rule.id == SHIRK.rule]
    assert reason.text == f"说了禁语“不归我管”（依据：{source}）"


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

    assert (result.score.attitude, result.score.total, result.findings[0].points) == (None, None, 0.0)
    assert "没有听到客服说话，无法评分" in result.score.flags


def test_a_reason_without_a_finding_or_a_figure_cannot_be_made():
    with pytest.raises(ValueError, match="needs a finding or a figure"):
        Reason("因为", -5.0)
