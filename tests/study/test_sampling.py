"""抽查: the drawn calls and their reasons, the randomness of the random share, and its estimate for
all calls."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import SettingsError
from pipeline.study.rates import Rate, estimate_rate
from pipeline.study.sampling import Drawn, SamplingPlan, allocate, draw
from pipeline.types.records import CallRecord


def a_record(number: int, **changes: Any) -> CallRecord:
    values: dict[str, Any] = {
        "agent_id": "8012",
        "total": 95.0,
        "fatal": False,
        "duration_s": 60.0,
        **changes,
    }
    attitude = values["total"]
    return CallRecord(number, f"{number:064x}", f"{number}.wav", attitude=attitude, **values)


def calls(n: int, **changes: Any) -> list[CallRecord]:
    return [a_record(i, **changes) for i in range(n)]


def varied(n: int, agents: int = 3) -> list[CallRecord]:
    queues, totals = ("售后", "售前", None), (50.0, 79.5, 90.0, 98.0, None)
    return [
        a_record(
            i,
            agent_id=f"A{i % agents}",
            queue=queues[i // 3 % 3],
            total=totals[i // 2 % 5],
            doubtful=i * 7 % 4,
            started_at=f"2026-11-{1 + i % 28:02d}T{i * 5 % 24:02d}:00:00",
        )
        for i in range(n)
    ]


PLAN = SamplingPlan(10, random_share=0.4, doubtful_share=0.3)


def test_each_agent_gets_the_planned_number_of_each_kind():
    found = draw(varied(300), PLAN, seed=1)
    counts = Counter((one.record.agent_id, one.why) for one in found.drawn)
    kinds = (("random", 4), ("doubtful", 3), ("stratified", 3))
    assert counts == {(agent, why): n for agent in ("A0", "A1", "A2") for why, n in kinds}
    assert len({one.result_id for one in found.drawn}) == 30
    assert found.eligible == {"A0": 100, "A1": 100, "A2": 100}


@pytest.mark.parametrize(
    ("plan", "kinds"),
    [
        (SamplingPlan(5, 0.5, 0.5), (3, 2, 0)),  # 2.5 up to 3; 2.5 to 3, of which 2 are left
        (SamplingPlan(1, 0.1, 0.5), (1, 0, 0)),
        (SamplingPlan(4, 0.0, 0.0), (0, 0, 4)),
        (SamplingPlan(100, 0.07, 0.29), (7, 29, 64)),  # 100 * 0.07 is 7.000000000000001 in floats
        (SamplingPlan(3, 1.0, 0.0), (3, 0, 0)),
    ],
)
def test_shares_are_rounded_as_documented(plan: SamplingPlan, kinds: tuple[int, int, int]):
    found = Counter(one.why for one in draw(calls(200, doubtful=1), plan, seed=1).drawn)
    assert (found["random"], found["doubtful"], found["stratified"]) == kinds


def test_each_call_is_as_often_among_the_random_ones_as_its_probability_says():
    records = [replace(r, agent_id="8012") for r in varied(20, agents=1)]
    times: Counter[int] = Counter()
    for seed in range(300):
        found = draw(records, SamplingPlan(10, 0.4, 0.3), seed=seed).random
        assert {one.probability for one in found} == {0.2}
        times.update(one.result_id for one in found)
    # binomial(300, 0.2): mean 60, deviation 6.93; 20 calls within 3.7 deviations, 34..86, but for 1
    # run in 200
    assert len(times) == 20
    assert sum(times.values()) == 1200
    assert min(times.values()) >= 34
    assert max(times.values()) <= 86


def test_seeds_and_agents_are_drawn_apart():
    same = [replace(r, agent_id=agent) for agent in ("甲", "乙") for r in calls(100)]
    found = draw(same, SamplingPlan(10, 1.0, 0.0), seed=1)
    by_agent = [
        {one.result_id for one in found.drawn if one.record.agent_id == agent}
        for agent in ("甲", "乙")
    ]
    assert by_agent[0] != by_agent[1]
    assert draw(calls(100), PLAN, seed=1).drawn != draw(calls(100), PLAN, seed=2).drawn


@settings(max_examples=25, deadline=None, database=None)
@given(st.randoms(use_true_random=False), st.integers(-5, 2**40))
def test_the_order_of_the_records_does_not_matter(random: Any, seed: int):
    records = varied(90)
    shuffled = list(records)
    random.shuffle(shuffled)
    assert draw(records, PLAN, seed=seed) == draw(shuffled, PLAN, seed=seed)


def test_the_draw_is_the_one_that_sha256_gives_anywhere():
    # printf '7\0008012\000%064x' 3 | sha256sum: 1810..., of 5: 1bb5..., of 2: 5089...; 0, 1 and 4
    # come after
    found = draw(calls(6), SamplingPlan(3, 1.0, 0.0), seed=7)
    assert [one.result_id for one in found.drawn] == [3, 5, 2]


def test_a_database_scored_again_draws_the_same_recordings():
    records = varied(90)
    anew = [replace(record, result_id=1000 - record.result_id) for record in records]
    first, second = (draw(of, PLAN, seed=3).drawn for of in (records, anew))
    assert [one.record.sha256 for one in first] == [one.record.sha256 for one in second]


def test_short_reviewed_and_sampled_calls_are_left_out():
    records = [
        a_record(1, duration_s=19.9),
        a_record(2, duration_s=20.0),
        a_record(3, reviewed=True),
        a_record(4, sampled=True),
    ]
    assert [one.result_id for one in draw(records, PLAN, seed=1).drawn] == [2]
    again = draw(records, replace(PLAN, exclude_reviewed=False), seed=1)
    assert sorted(one.result_id for one in again.drawn) == [2, 3, 4]


def test_the_doubtful_ones_are_those_with_most_doubt_then_fatal_then_near_a_border():
    records = [
        *calls(20),
        a_record(30, doubtful=1, total=79.5),  # 0.5 points from 80
        a_record(31, doubtful=1, total=70.0),  # 10 points from a border
        a_record(32, doubtful=1, total=None),
        a_record(33, doubtful=1, total=70.0, fatal=True),
        a_record(34, doubtful=2, total=70.0),
    ]
    plan = SamplingPlan(4, 0.0, 1.0)
    found = draw(records, plan, seed=1).drawn
    assert [(one.result_id, one.why, one.probability) for one in found] == [
        (34, "doubtful", None),
        (33, "doubtful", None),
        (30, "doubtful", None),
        (31, "doubtful", None),
    ]
    assert found[0].reason == "机器拿不准：2 处待人工判断（无队列、时间未知、60–80 分）"
    assert (
        found[1].reason
        == "机器拿不准：1 处待人工判断，且有一票否决项（无队列、时间未知、60–80 分）"
    )


def test_places_for_doubt_that_nobody_needs_go_to_the_strata():
    found = Counter(
        one.why
        for one in draw(
            [*calls(20), a_record(30, doubtful=1)], SamplingPlan(6, 0.0, 0.5), seed=1
        ).drawn
    )
    assert found == {"doubtful": 1, "stratified": 5}


def test_strata_that_nothing_was_drawn_from_come_first():
    records = [a_record(i, queue="大") for i in range(50)] + [a_record(99, queue="小")]
    for seed in range(20):
        found = draw(records, SamplingPlan(2, 0.5, 0.0), seed=seed).drawn
        assert {one.record.queue for one in found} == {"大", "小"}


def parts(record: CallRecord) -> tuple[str | None, int, float | None]:
    hour = int((record.started_at or "")[11:13])
    return record.queue, 0 if hour == 23 else hour // 6, record.total


def test_every_stratum_is_covered_where_there_are_places_enough():
    records = varied(600, agents=1)
    strata = {parts(record) for record in records}
    found = draw(records, SamplingPlan(len(strata) + 40, 0.0, 0.0), seed=1).drawn
    assert len(strata) > 20
    assert {parts(one.record) for one in found} == strata


def test_places_are_shared_by_size_with_the_largest_remainder():
    sizes = {("a", "", ""): 60, ("b", "", ""): 30, ("c", "", ""): 10}
    # one each, 7 left over 59 : 29 : 9 of 97: 4.26, 2.09, 0.65 -> 4, 2, 0 and the remainder to c
    assert allocate(sizes, 10) == {("a", "", ""): 5, ("b", "", ""): 3, ("c", "", ""): 2}
    assert allocate(sizes, 2) == {("a", "", ""): 1, ("b", "", ""): 1}
    assert allocate(sizes, 2, frozenset({("a", "", "")})) == {("b", "", ""): 1, ("c", "", ""): 1}
    assert allocate(sizes, 0) == {}
    assert allocate({}, 5) == {}


@given(st.lists(st.integers(1, 40), min_size=1, max_size=12), st.integers(0, 300))
@settings(max_examples=60, deadline=None, database=None)
def test_a_stratum_never_gives_more_than_it_has_and_no_place_is_lost(sizes: list[int], places: int):
    strata = {(str(i), "", ""): size for i, size in enumerate(sizes)}
    shares = allocate(strata, places)
    assert sum(shares.values()) == min(places, sum(sizes))
    assert all(share <= strata[stratum] for stratum, share in shares.items())


def test_the_stratum_is_shown_in_chinese():
    call = a_record(1, queue="售后", total=88.0, started_at="2026-11-02T19:30:00")
    (found,) = draw([call], SamplingPlan(1, 0.0, 0.0), seed=1).drawn
    assert found == Drawn(1, call, "stratified", "分层抽取：售后、晚上、80–95 分")


def test_an_agent_with_fewer_calls_gives_all_and_nobody_gives_none():
    found = draw([*calls(3), a_record(9, agent_id=None)], PLAN, seed=1)
    assert sorted(one.result_id for one in found.drawn) == [0, 1, 2, 9]
    assert found.eligible == {"8012": 3, "未知": 1}
    assert {one.probability for one in found.drawn if one.why == "random"} == {1.0}
    assert draw([], PLAN, seed=1).drawn == ()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"per_agent": 0}, "per_agent is 0; expected a whole number from 1 on"),
        ({"random_share": 1.1}, "random_share is 1.1; expected a share from 0 to 1"),
        ({"random_share": float("nan")}, "random_share is nan; expected a share from 0 to 1"),
        ({"doubtful_share": -0.1}, "doubtful_share is -0.1; expected a share from 0 to 1"),
        (
            {"random_share": 0.7, "doubtful_share": 0.4},
            "random_share and doubtful_share sum to 1.1; expected 1 at most; lower one",
        ),
        ({"least_s": -1.0}, "least_s is -1; expected seconds from 0 on"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(values: dict[str, Any], message: str):
    with pytest.raises(SettingsError) as caught:
        SamplingPlan(**values)
    assert str(caught.value) == message


def drawn(n: int, faults: int, probability: float | None, why: Any = "random") -> list[Drawn]:
    return [Drawn(i, a_record(i, fatal=i < faults), why, "", probability) for i in range(n)]


def is_fatal(record: CallRecord) -> bool:
    return record.fatal


def test_with_equal_agents_the_interval_is_wilsons():
    # Newcombe 1998, table I, method 3 (Wilson): 81 of 263 gives 0.2553 to 0.3662
    rate = estimate_rate(drawn(263, 81, 0.1), is_fatal)
    assert (rate.n, rate.k, rate.estimate) == (263, 81, pytest.approx(81 / 263))
    assert (round(rate.low, 4), round(rate.high, 4)) == (0.2553, 0.3662)
    # and 15 of 148: 0.0624 to 0.1605
    rate = estimate_rate(drawn(148, 15, 0.5), is_fatal)
    assert (round(rate.low, 4), round(rate.high, 4)) == (0.0624, 0.1605)


def test_an_agent_weighs_by_the_number_of_calls():
    # 2 of 20 calls drawn, both faulty; 2 of 180, none faulty: 20 of 200 calls, not 2 of 4
    rate = estimate_rate([*drawn(2, 2, 2 / 20), *drawn(2, 0, 2 / 180)], is_fatal)
    assert (rate.n, rate.k, rate.estimate) == (4, 2, pytest.approx(0.1))


def test_calls_that_were_not_drawn_at_random_say_nothing_of_the_rate():
    assert estimate_rate(drawn(50, 50, None, "doubtful"), is_fatal) == Rate(0, 0, None, 0.0, 1.0)
    assert estimate_rate([], is_fatal) == Rate(0, 0, None, 0.0, 1.0)


def test_the_interval_holds_the_true_rate_19_times_in_20():
    """Agents of 10 to 200 calls whose faults are the more the fewer calls they have."""
    sizes = [10 + 19 * agent for agent in range(11)]
    records = [
        a_record(1000 * agent + i, agent_id=f"A{agent}", fatal=i * 4 < size * (1 - agent / 11))
        for agent, size in enumerate(sizes)
        for i in range(size)
    ]
    truth = sum(r.fatal for r in records) / len(records)
    rates = [
        estimate_rate(draw(records, SamplingPlan(8, 0.5, 0.2), seed=seed).drawn, is_fatal)
        for seed in range(200)
    ]
    # binomial(200, 0.95): 180 and more but for 1 run in 500
    assert sum(rate.low <= truth <= rate.high for rate in rates) >= 180
    mean = sum(rate.estimate or 0 for rate in rates) / 200
    assert mean == pytest.approx(truth, abs=0.02)
