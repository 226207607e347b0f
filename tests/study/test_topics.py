"""Clusters of calls that no topic of the files fits."""

from __future__ import annotations

from pipeline.study import WordCluster, cluster_words
from pipeline.types import OpeningWords


def calls(number: int, *words: str, start: int = 0) -> list[tuple[OpeningWords, tuple[str, ...]]]:
    return [
        (OpeningWords(start + at, f"c{start + at}", " ".join(words)), words) for at in range(number)
    ]


POINTS = calls(30, "积分", "清零", "会员")
SCOOTER = calls(20, "滑板车", "电池", "召回", start=100)


def test_calls_with_words_in_common_are_one_cluster_and_the_new_one_comes_first():
    found = cluster_words([*POINTS, *SCOOTER], calls(40, "积分", "清零", "会员"), without=500)

    assert found == (
        WordCluster(
            ("召回", "滑板车", "电池"), 20, 200, 0, True, tuple(call for call, _ in SCOOTER[:3])
        ),
        WordCluster(
            ("会员", "清零", "积分"), 30, 300, 40, False, tuple(call for call, _ in POINTS[:3])
        ),
    )


def test_nothing_is_new_where_nothing_came_before():
    found = cluster_words([*POINTS, *SCOOTER], [], without=50)
    assert [one.is_new for one in found] == [False, False]


def test_a_few_calls_and_calls_without_common_words_are_no_cluster():
    apart = [(OpeningWords(at, None, ""), (f"词{at}", f"话{at}", f"事{at}")) for at in range(40)]
    assert cluster_words(calls(4, "积分", "清零"), [], without=4) == ()
    assert cluster_words(apart, [], without=40) == ()
    assert cluster_words([], [], without=0) == ()


def test_the_order_of_the_calls_changes_no_cluster():
    mixed = [one for pair in zip(POINTS, SCOOTER, strict=False) for one in pair]
    straight = [*POINTS[:20], *SCOOTER]
    sizes = [
        {(one.words, one.sampled) for one in cluster_words(own, [], without=40)}
        for own in (mixed, straight)
    ]
    assert sizes[0] == sizes[1]
