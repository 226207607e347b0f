"""One thing done to the store for a command, a page or the nightly run."""

from pipeline.jobs.appeal import make_appeal, settle_appeal, withdraw_appeal
from pipeline.jobs.baselines import load_baselines, save_baselines
from pipeline.jobs.basis import JudgingBasis, load_basis
from pipeline.jobs.correct import Corrector, Recomputer
from pipeline.jobs.doctor import examine
from pipeline.jobs.events import record_event, settle_suggestion
from pipeline.jobs.monthly import judge_agents
from pipeline.jobs.report import load_names, month_of, report_month, report_same, report_site
from pipeline.jobs.rescore import Rescored, rescore_stored, save_rescored
from pipeline.jobs.sample_rates import SampleRates, rate_sample
from pipeline.jobs.save import KnownCalls, ResultSaver, keep_versions
from pipeline.jobs.tone_labels import collect_samples, read_labels, report_tone
from pipeline.jobs.webhooks import Hooks

__all__ = [
    "Corrector",
    "Hooks",
    "JudgingBasis",
    "KnownCalls",
    "Recomputer",
    "Rescored",
    "ResultSaver",
    "SampleRates",
    "collect_samples",
    "examine",
    "judge_agents",
    "keep_versions",
    "load_baselines",
    "load_basis",
    "load_names",
    "make_appeal",
    "month_of",
    "rate_sample",
    "read_labels",
    "record_event",
    "report_month",
    "report_same",
    "report_site",
    "report_tone",
    "rescore_stored",
    "save_baselines",
    "save_rescored",
    "settle_appeal",
    "settle_suggestion",
    "withdraw_appeal",
]
