"""One thing done to the store for a command, a page or the nightly run."""

from pipeline.jobs.accounts import FirstPassword, NewAccounts, add_agent_accounts
from pipeline.jobs.appeal import make_appeal, settle_appeal, withdraw_appeal
from pipeline.jobs.as_of import AsOf
from pipeline.jobs.baselines import load_baselines, save_baselines
from pipeline.jobs.basis import JudgingBasis, load_basis
from pipeline.jobs.coaching import (
    answer_coaching,
    coached_in,
    done_since,
    item_of,
    record_coaching,
    with_effects,
    withdraw_coaching,
)
from pipeline.jobs.correct import Corrector, Recomputer
from pipeline.jobs.doctor import examine
from pipeline.jobs.events import EventSum, count_events, record_event, settle_suggestion
from pipeline.jobs.hear import (
    HeardCall,
    HearingPlan,
    PageSound,
    hear_apart,
    hear_here,
    hearer_of,
    load_checker,
)
from pipeline.jobs.monthly import judge_agents, name_results
from pipeline.jobs.parts import PartLinker, results_as_parts
from pipeline.jobs.promises import (
    count_promises,
    due_on,
    judge_all,
    judge_promises,
    note_promise,
    read_promises,
)
from pipeline.jobs.report import (
    agents_in,
    file_name,
    has_own_events,
    load_names,
    month_of,
    report_month,
    report_same,
    report_site,
)
from pipeline.jobs.rescore import Rescored, rescore_stored, save_rescored
from pipeline.jobs.same_sound import SoundsOfRun, find_same
from pipeline.jobs.sample_rates import SampleRates, rate_sample
from pipeline.jobs.save import KnownCalls, ResultSaver, keep_versions
from pipeline.jobs.tone_labels import collect_samples, read_labels, report_tone
from pipeline.jobs.topics import count_topics
from pipeline.jobs.webhooks import Hooks

__all__ = [
    "AsOf",
    "Corrector",
    "EventSum",
    "FirstPassword",
    "HeardCall",
    "HearingPlan",
    "Hooks",
    "JudgingBasis",
    "KnownCalls",
    "NewAccounts",
    "PageSound",
    "PartLinker",
    "Recomputer",
    "Rescored",
    "ResultSaver",
    "SampleRates",
    "SoundsOfRun",
    "add_agent_accounts",
    "agents_in",
    "answer_coaching",
    "coached_in",
    "collect_samples",
    "count_events",
    "count_promises",
    "count_topics",
    "done_since",
    "due_on",
    "examine",
    "file_name",
    "find_same",
    "has_own_events",
    "hear_apart",
    "hear_here",
    "hearer_of",
    "item_of",
    "judge_agents",
    "judge_all",
    "judge_promises",
    "keep_versions",
    "load_baselines",
    "load_basis",
    "load_checker",
    "load_names",
    "make_appeal",
    "month_of",
    "name_results",
    "note_promise",
    "rate_sample",
    "read_labels",
    "read_promises",
    "record_coaching",
    "record_event",
    "report_month",
    "report_same",
    "report_site",
    "report_tone",
    "rescore_stored",
    "results_as_parts",
    "save_baselines",
    "save_rescored",
    "settle_appeal",
    "settle_suggestion",
    "with_effects",
    "withdraw_appeal",
    "withdraw_coaching",
]
