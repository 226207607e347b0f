"""Many calls into figures: months, groups, rules, samples, 四个一样.

What holds for a person or a team, and what is only noise.
"""

from pipeline.study.agreement import study_agreement
from pipeline.study.before_after import WINDOW_DAYS, BeforeAfter, Coached, compare_around
from pipeline.study.changes import (
    BANDS,
    Change,
    Distribution,
    changed_reasons,
    compare_scores,
    count_reasons,
    distribution,
)
from pipeline.study.groups import first_calls, hourly_load
from pipeline.study.knowledge import by_topic
from pipeline.study.month import AgentMonth, Coaching, agent_month, coach
from pipeline.study.month_result import (
    ChargedEvent,
    FormResult,
    MonthLine,
    MonthResult,
    MonthSum,
    choose_sheet,
    count_outcomes,
    events_of,
)
from pipeline.study.monthly import judge_month
from pipeline.study.period import SiteReport, site_report
from pipeline.study.rates import Rate, estimate_rate
from pipeline.study.rule_counts import RuleStudy, periods, study_rules
from pipeline.study.same import AgentSame, Comparison, SameStudy, compare_agents, compare_groups
from pipeline.study.sampling import Drawn, SamplingPlan, draw
from pipeline.study.shares import wilson_interval
from pipeline.study.summaries import Summary, grouped, summarise
from pipeline.study.topics import TopicPeriod, WordCluster, cluster_words

__all__ = [
    "BANDS",
    "WINDOW_DAYS",
    "AgentMonth",
    "AgentSame",
    "BeforeAfter",
    "Change",
    "ChargedEvent",
    "Coached",
    "Coaching",
    "Comparison",
    "Distribution",
    "Drawn",
    "FormResult",
    "MonthLine",
    "MonthResult",
    "MonthSum",
    "Rate",
    "RuleStudy",
    "SameStudy",
    "SamplingPlan",
    "SiteReport",
    "Summary",
    "TopicPeriod",
    "WordCluster",
    "agent_month",
    "by_topic",
    "changed_reasons",
    "choose_sheet",
    "cluster_words",
    "coach",
    "compare_agents",
    "compare_around",
    "compare_groups",
    "compare_scores",
    "count_outcomes",
    "count_reasons",
    "distribution",
    "draw",
    "estimate_rate",
    "events_of",
    "first_calls",
    "grouped",
    "hourly_load",
    "judge_month",
    "periods",
    "site_report",
    "study_agreement",
    "study_rules",
    "summarise",
    "wilson_interval",
]
