"""A rule drifts when people confirm it less, or when its frequency changes, by more than chance
explains."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.store import Store
from pipeline.study.rule_counts import RuleStudy, study_rules
from pipeline.types import CallMeta
from pipeline.types.records import RuleCount, RulePeriod, Scope
from tests.builders import a_decision, a_finding, a_result

AT = "2026-11-20T09:00:00+00:00"


def a_count(
    hits: int = 100, confirmed: int = 0, refused: int = 0, rule: str = "forbidden.shirk"
) -> RuleCount:
    return RuleCount(rule, hits, hits, 0, confirmed, refused)


def studied(recent: RuleCount, before: RuleCount, **limits: Any) -> RuleStudy:
    """Of 1000 recent calls and 3000 before."""
    periods = RulePeriod(1000, (recent,)), RulePeriod(3000, (before,))
    (study,) = study_rules(*periods, **{"least_confirmed": 0.8, "least_decisions": 20, **limits})
    return study


def test_precision_has_its_interval():
    """8 of 10: Wilson's interval is 0.490 to 0.943."""
    study = studied(a_count(confirmed=3, refused=1), a_count(300, 5, 1))

    assert (study.precision, study.low, study.high) == (
        0.8,
        pytest.approx(0.4902, abs=5e-5),
        pytest.approx(0.9433, abs=5e-5),
    )
    assert (study.decided, study.recent_rate, study.before_rate, study.drift) == (10, 0.1, 0.1, ())


def test_a_rule_that_nobody_decided_has_no_precision():
    study = studied(a_count(), a_count(300))

    assert (study.precision, study.low, study.high, study.drift) == (None, None, None, ())


@pytest.mark.parametrize(
    ("confirmed", "refused", "drift"),
    [(16, 4, ()), (15, 5, ("unreliable",)), (15, 4, ()), (0, 19, ()), (0, 20, ("unreliable",))],
)
def test_a_rule_is_unreliable_below_the_wanted_share_of_enough_decisions(
    confirmed: int, refused: int, drift: Any
):
    assert studied(a_count(confirmed=confirmed, refused=refused), a_count(300)).drift == drift


@pytest.mark.parametrize(
    ("recent", "before", "drift"),
    [
        ((48, 12), (98, 2), ("less confirmed",)),
        ((18, 2), (98, 2), ()),
        ((98, 2), (48, 12), ()),
        ((14, 5), (98, 2), ()),
        ((85, 15), (18, 1), ()),
    ],
)
def test_a_share_fell_when_chance_does_not_explain_it(
    recent: tuple[int, int], before: tuple[int, int], drift: Any
):
    """48 of 60 against 98 of 100 lies wholly below 0; 18 of 20 does not; 19 decisions are too
    few."""
    assert studied(a_count(100, *recent), a_count(300, *before)).drift == drift


@pytest.mark.parametrize(
    ("recent", "before", "drift"),
    [
        (201, 300, ("more frequent",)),
        (200, 300, ()),
        (49, 300, ("less frequent",)),
        (50, 300, ()),
        (20, 0, ("more frequent",)),
        (19, 0, ()),
        (0, 20, ("less frequent",)),
    ],
)
def test_a_rule_is_met_twice_or_half_as_often_a_call(recent: int, before: int, drift: Any):
    assert studied(a_count(recent), a_count(before)).drift == drift


def test_rules_of_either_period_are_there_and_those_that_drifted_first():
    recent = RulePeriod(10, (a_count(5, rule="b"), a_count(5, 0, 30, rule="c")))
    before = RulePeriod(0, (a_count(0, 1, 0, rule="a"),))

    studies = study_rules(recent, before, least_confirmed=0.8, least_decisions=20)

    assert [(study.rule, study.before_rate) for study in studies] == [
        ("c", None),
        ("a", None),
        ("b", None),
    ]


def test_the_store_counts_the_calls_of_a_period(tmp_path: Path):
    """Calls of two agents in November and one in October; the last decision about a finding
    counts."""
    sure, unsure = a_finding(), a_finding(start_s=5.0, end_s=6.0, verdict="review")
    with Store.open(tmp_path / "callqa.db") as store:
        for sha, day, agent in (
            ("1", "2026-11-01", "8001"),
            ("2", "2026-11-30", "8002"),
            ("3", "2026-10-31", "8001"),
        ):
            result = a_result(
                findings=(sure, unsure), call=CallMeta(sha, agent, started_at=f"{day}T23:00:00")
            )
            store.results.save(
                replace(result, recording=replace(result.recording, sha256=sha * 64)), scored_at=AT
            )
        for result_id, decision in (
            (1, "confirmed"),
            (1, "refused"),
            (2, "confirmed"),
            (3, "confirmed"),
        ):
            store.actions.add(result_id, [a_decision(sure, decision)], actor="chen", at=AT)

        november = store.rules.counts_in(Scope(date(2026, 11, 1), date(2026, 11, 30)))

        assert november == RulePeriod(2, (RuleCount("forbidden.shirk", 4, 2, 2, 1, 1),))
        assert store.rules.counts_in(Scope(agent="8001")) == RulePeriod(
            2, (RuleCount("forbidden.shirk", 4, 2, 2, 1, 1),)
        )
        assert store.rules.counts_in(Scope()).counts == store.rules.counts()
        assert store.rules.counts_in(Scope(agent="x")) == RulePeriod(0, ())


def test_a_rule_of_which_only_decisions_are_left_is_counted(tmp_path: Path):
    with Store.open(tmp_path / "callqa.db") as store:
        store.results.save(a_result(), scored_at=AT)
        store.actions.add(1, [a_decision(a_finding())], actor="chen", at=AT)

        assert store.rules.counts_in(Scope()) == RulePeriod(
            1, (RuleCount("forbidden.shirk", 0, 0, 0, 0, 1),)
        )
