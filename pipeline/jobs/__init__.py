"""One thing done to the store for a command, a page or the nightly run."""

from pipeline.jobs.accounts import FirstPassword, NewAccounts, add_agent_accounts
from pipeline.jobs.agent_report import has_own_events, month_of, report_month, report_same
from pipeline.jobs.anchors import read_anchors, write_anchors
from pipeline.jobs.appeal import make_appeal, settle_appeal, withdraw_appeal
from pipeline.jobs.as_of import AsOf
from pipeline.jobs.backup import back_up, back_up_nightly, restore
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
from pipeline.jobs.effect import (
    basis_mark,
    is_running,
    run_trial,
    start_trial,
)
from pipeline.jobs.encryption import PlainCopies, change_key, find_plain
from pipeline.jobs.erasure import PersonalFiles, erase_person, find_person
from pipeline.jobs.events import EventSum, count_events, record_event, settle_suggestion
from pipeline.jobs.given_rights import SHOWN_DAYS, find_given_rights, tell_given_rights
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
from pipeline.jobs.proposals import (
    PARTS,
    SeenRules,
    accept_proposal,
    count_admins,
    propose,
    refuse_known,
    refuse_proposal,
    undo_proposal,
    withdraw_proposal,
    wording_change,
)
from pipeline.jobs.report import agents_in, file_name, report_site
from pipeline.jobs.report_names import load_names
from pipeline.jobs.rescore import Rescored, rescore_stored, save_rescored
from pipeline.jobs.retention import Expired, expire
from pipeline.jobs.same_sound import SoundsOfRun, find_same
from pipeline.jobs.sample_keeping import keep_sample
from pipeline.jobs.sample_rates import SampleRates, rate_sample
from pipeline.jobs.save import KnownCalls, ResultSaver, keep_versions
from pipeline.jobs.sentence_trial import (
    LAYERS,
    LONGEST_SENTENCE,
    Tried,
    try_sentence,
)
from pipeline.jobs.site_overlay import (
    OverlayText,
    read_overlay_text,
)
from pipeline.jobs.tone_labels import collect_samples, read_labels, report_tone
from pipeline.jobs.topics import count_topics
from pipeline.jobs.webhooks import Hooks

__all__ = [
    "LAYERS",
    "LONGEST_SENTENCE",
    "PARTS",
    "SHOWN_DAYS",
    "AsOf",
    "Corrector",
    "EventSum",
    "Expired",
    "FirstPassword",
    "HeardCall",
    "HearingPlan",
    "Hooks",
    "JudgingBasis",
    "KnownCalls",
    "NewAccounts",
    "OverlayText",
    "PageSound",
    "PartLinker",
    "PersonalFiles",
    "PlainCopies",
    "Recomputer",
    "Rescored",
    "ResultSaver",
    "SampleRates",
    "SeenRules",
    "SoundsOfRun",
    "Tried",
    "accept_proposal",
    "add_agent_accounts",
    "agents_in",
    "answer_coaching",
    "back_up",
    "back_up_nightly",
    "basis_mark",
    "change_key",
    "coached_in",
    "collect_samples",
    "count_admins",
    "count_events",
    "count_promises",
    "count_topics",
    "done_since",
    "due_on",
    "erase_person",
    "examine",
    "expire",
    "file_name",
    "find_given_rights",
    "find_person",
    "find_plain",
    "find_same",
    "has_own_events",
    "hear_apart",
    "hear_here",
    "hearer_of",
    "is_running",
    "item_of",
    "judge_agents",
    "judge_all",
    "judge_promises",
    "keep_sample",
    "keep_versions",
    "load_baselines",
    "load_basis",
    "load_checker",
    "load_names",
    "make_appeal",
    "month_of",
    "name_results",
    "note_promise",
    "propose",
    "rate_sample",
    "read_anchors",
    "read_labels",
    "read_overlay_text",
    "read_promises",
    "record_coaching",
    "record_event",
    "refuse_known",
    "refuse_proposal",
    "report_month",
    "report_same",
    "report_site",
    "report_tone",
    "rescore_stored",
    "restore",
    "results_as_parts",
    "run_trial",
    "save_baselines",
    "save_rescored",
    "settle_appeal",
    "settle_suggestion",
    "start_trial",
    "tell_given_rights",
    "try_sentence",
    "undo_proposal",
    "with_effects",
    "withdraw_appeal",
    "withdraw_coaching",
    "withdraw_proposal",
    "wording_change",
    "write_anchors",
]
