"""The matter of a call: its topics by their words, and whether it was settled.

A call has several topics or none. What its words do not tell stays unknown.
"""

from pipeline.topics.book import TopicBook
from pipeline.topics.find import find_topics, find_trade
from pipeline.topics.matter import UNSURE, Matter, read_matter
from pipeline.topics.settle import judge_settlement

__all__ = [
    "UNSURE",
    "Matter",
    "TopicBook",
    "find_topics",
    "find_trade",
    "judge_settlement",
    "read_matter",
]
