"""Agents read plain sentences about figures: no codes, no brackets, units where they belong."""

from __future__ import annotations

import pytest

from pipeline.lexicon import FIGURES, Limit
from pipeline.score.figure_words import explain_figure, explain_need, explain_unmeasured


@pytest.mark.parametrize(
    ("limit", "value", "said"),
    [
        (Limit("resolved", below=1), 0, "本通未解决客户问题"),
        (Limit("praises", above=0), 1, "被客户表扬 1 次"),
        (Limit("complaints", above=1), 3, "被客户投诉 3 次，超过 1 次"),
        (Limit("rating", below=5), 3, "客户满意度评分 3 分，不到 5 分"),
        (Limit("tone_calm", below=0.9), 0.7, "客服语气平稳的时间占 70%，不到 90%"),
        (Limit("nin_rate", below=0.8), 0.5, "称呼客户时用“您”的占 50%，不到 80%"),
        (
            Limit("agent_chars_per_min_low", above=420),
            431.2,
            "客服语速至少 431.2 字/分，超过 420 字/分",
        ),
        (Limit("pace_ratio", above=1.5), 1.52, "客服与客户语速之比 1.52，超过 1.5"),
        (Limit("longest_silence_s", above=10), 10.04, "最长静默 10.04 秒，超过 10 秒"),
    ],
)
def test_what_cost_points_reads_as_people_say_it(limit: Limit, value: float, said: str):
    assert explain_figure(limit, value, "S") == f"{said}（依据：S）"


@pytest.mark.parametrize("figure", FIGURES)
def test_no_sentence_has_the_code_of_a_figure_or_its_bracket(figure: str):
    said = [
        explain_figure(Limit(figure, above=0.5), 0.75, "S").removesuffix("（依据：S）"),
        explain_figure(Limit(figure, below=0.5), 0.25, "S").removesuffix("（依据：S）"),
        explain_need(Limit(figure), None),
        explain_unmeasured([figure, figure]),
    ]

    assert all(text and "（" not in text and "_" not in text for text in said)
    assert said[2] == said[3]
