"""Sound and messages come into their place: by number, by the sender's time, by arrival."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.telephony.placing import ArrivalPlace, CountedPlace
from pipeline.telephony.reorder import DEPTH, Reorder

FRAME = 0.02


def in_order(numbers: list[int]) -> list[tuple[int, int]]:
    order: Reorder[int] = Reorder()
    fed = [one for number in numbers for one in order.feed(number, number)]
    return [*fed, *order.flush()]


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_what_is_shuffled_within_reach_comes_in_order_once(data: st.DataObject):
    """A message that is at most half the depth from its place, and any message twice."""
    numbers = range(100, 140)
    early = st.integers(0, DEPTH // 2 - 1)
    at = {number: number - 100 + (data.draw(early) if number > 100 else -9) for number in numbers}
    sent = sorted(numbers, key=lambda number: at[number])
    twice = [number for number in sent for _ in range(data.draw(st.integers(1, 2)))]

    assert in_order(twice) == [(number, 0) for number in numbers]


def test_what_never_comes_is_waited_for_no_longer_than_the_depth():
    order: Reorder[int] = Reorder()
    assert order.feed(1, 1) == [(1, 0)]
    late = [order.feed(number, number) for number in range(4, 4 + DEPTH)]
    assert late == [[]] * DEPTH
    last = 4 + DEPTH
    assert order.feed(last, last) == [(4, 2), *((number, 0) for number in range(5, last + 1))]
    assert order.feed(3, 3) == []


def test_a_sender_that_counts_anew_is_heard_again():
    numbers = [*range(500, 510), *range(1, 101)]
    assert in_order(numbers)[-51:] == [(number, 0) for number in range(50, 101)]


def test_messages_without_a_number_pass_after_what_is_held():
    order: Reorder[str] = Reorder()
    order.feed(1, "a")
    order.feed(3, "c")
    assert order.feed(None, "x") == [("c", 1), ("x", 0)]


@pytest.mark.parametrize(
    ("stamps", "starts"),
    [
        ([0, 0.02, 0.04], [0, 0.02, 0.04]),
        ([0, 0.019, 0.041, 0.08, 0.06], [0, 0.02, 0.04, 0.06, 0.08]),  # a clock that trembles
        ([0, 5.0, 5.02], [0, 5.0, 5.02]),  # a pause
        ([3.0, 2.0, 3.04], [3.0, 3.02, 3.04]),  # never back
        ([-1.0], [0]),
    ],
)
def test_stamps_place_a_pause_and_not_a_tremble(stamps: list[float], starts: list[float]):
    place = CountedPlace()
    assert [place.place(stamp, FRAME)[0] for stamp in stamps] == pytest.approx(starts)


def placed(arrivals: list[float]) -> list[float]:
    place: ArrivalPlace[int] = ArrivalPlace()
    fed = [one for now in arrivals for one in place.feed(now, 0, FRAME)]
    return [start for start, _ in [*fed, *place.flush()]]


def test_frames_that_keep_coming_are_counted_and_not_timed():
    """The sender's clock runs 0.1 % slow: after a minute it is 60 ms behind, and nobody hears it."""
    arrivals = [FRAME * 1.001 * (number + 1) for number in range(3000)]
    assert placed(arrivals)[-1] == pytest.approx(2999 * FRAME, abs=0.001)


def test_a_pause_is_as_long_as_it_was():
    arrivals = [FRAME * (number + 1) for number in range(50)]
    later = [20.0 + FRAME * (number + 1) for number in range(50)]
    assert placed([*arrivals, *later])[50:] == pytest.approx([20.0 + FRAME * n for n in range(50)])


def test_a_delay_that_is_made_up_is_no_pause():
    """Two seconds stand still on the way, and come all at once."""
    arrivals = [FRAME * (number + 1) for number in range(50)]
    burst = [3.0] * 100
    later = [3.0 + FRAME * (number + 1) for number in range(50)]
    starts = placed([*arrivals, *burst, *later])
    assert starts == pytest.approx([FRAME * number for number in range(200)], abs=0.001)


def test_a_delay_that_looked_like_a_pause_shortens_the_next_one():
    """What comes faster than real time was late: the count is ahead then, and so is the pause."""
    arrivals = [FRAME * (number + 1) for number in range(50)]
    slow = [3.0 + FRAME / 2 * number for number in range(200)]
    later = [15.0 + FRAME * (number + 1) for number in range(10)]
    assert placed([*arrivals, *slow, *later])[-10] == pytest.approx(15.0, abs=0.001)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0, 3), max_size=60))
def test_sound_of_a_side_never_overlaps_and_is_never_lost(waits: list[float]):
    now, arrivals = 0.0, []
    for wait in waits:
        now += wait
        arrivals.append(now)
    starts = placed(arrivals)
    assert len(starts) == len(waits)
    assert all(later - before >= FRAME - 1e-9 for before, later in pairwise(starts))
