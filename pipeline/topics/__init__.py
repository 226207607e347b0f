"""The matter of a call: its topics by their words, and whether it was settled.

A call has several topics or none. What its words do not tell stays unknown.
"""

from pipeline.topics.book import TopicBook
from pipeline.topics.find import find_topics
from pipeline.topics.settle import judge_settlement

__all__ = ["TopicBook", "find_topics", "judge_settlement"]
