"""Facts that customers ask for: answered, right, complete, as the site's knowledge files have them."""

from pipeline.knowledge.examples import check_examples
from pipeline.knowledge.judge import Knowledge, count_answers, find_knowledge, settle

__all__ = ["Knowledge", "check_examples", "count_answers", "find_knowledge", "settle"]
