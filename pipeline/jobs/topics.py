"""The topics of a period: counted by the store, and clusters of a sample of the other calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from pipeline.phrases import cut_words
from pipeline.privacy import mask_text
from pipeline.study import TopicPeriod, cluster_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.store import Store
    from pipeline.types import OpeningWords, Scope

SAMPLE = 1000
"""Calls without a topic that are clustered, of the period and of the one before. Our choice: it
takes one second."""

SILENT = frozenset(
    [
        "你好",
        "您好",
        "我们",
        "你们",
        "他们",
        "这个",
        "那个",
        "一下",
        "一个",
        "什么",
        "怎么",
        "没有",
        "可以",
        "就是",
        "不是",
        "因为",
        "所以",
        "现在",
        "还有",
        "还是",
        "知道",
        "时候",
        "今天",
        "昨天",
        "明天",
        "谢谢",
        "请问",
        "是不是",
        "能不能",
        "有没有",
        "已经",
        "自己",
        "觉得",
        "这样",
        "那样",
        "这边",
        "那边",
        "问题",
        "事情",
        "东西",
        "一直",
        "可能",
        "不能",
        "不要",
        "应该",
        "然后",
        "但是",
        "如果",
        "为什么",
        "多少",
        "不会",
        "不行",
        "好的",
        "对的",
        "图片",
        "的话",
        "喂你好",
        "帮我",
        "给我",
        "我想",
        "想问",
        "咨询",
        "客服",
        "先生",
        "女士",
        "老师",
    ]
)
"""Words that say nothing about a matter."""

NUMERALS = frozenset("零〇一二三四五六七八九十百千万两几点半个")


def count_topics(store: Store, scope: Scope, *, with_clusters: bool) -> TopicPeriod:
    """The topics of the calls in a scope. ``with_clusters``: also clusters of the calls without a
    topic, held against as many days before; without a first and a last day none is new. Raises
    ``StoreError``."""
    sums, totals = store.calls.topics(scope), store.calls.topic_totals(scope)
    if not with_clusters or not totals.without:
        return TopicPeriod(sums, totals)
    now = _cut(store.calls.without_topic(scope, limit=SAMPLE))
    earlier = _before(scope)
    before = _cut(store.calls.without_topic(earlier, limit=SAMPLE)) if earlier else []
    return TopicPeriod(sums, totals, cluster_words(now, before, without=totals.without))


def _before(scope: Scope) -> Scope | None:
    if scope.since is None or scope.until is None:
        return None
    last = scope.since - timedelta(days=1)
    return replace(scope, since=last - (scope.until - scope.since), until=last)


def _cut(calls: Sequence[OpeningWords]) -> list[tuple[OpeningWords, tuple[str, ...]]]:
    """Calls with their words; what is personal in them is masked first."""
    return [(call, _words(mask_text(call.text))) for call in calls]


def _words(text: str) -> tuple[str, ...]:
    return tuple(
        word
        for word in cut_words(text)
        if len(word) > 1
        and word not in SILENT
        and not NUMERALS.issuperset(word)
        and not any(c.isdigit() or c.isascii() for c in word)
    )
