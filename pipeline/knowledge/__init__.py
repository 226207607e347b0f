"""Facts that customers ask for: answered, right, and nothing required left out.

The facts are those of the site's knowledge files (docs/knowledge.md)."""

from pipeline.knowledge.examples import check_examples
from pipeline.knowledge.judge import Knowledge, count_answers, find_knowledge, settle

__all__ = ["Knowledge", "check_examples", "count_answers", "find_knowledge", "settle"]
