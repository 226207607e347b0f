"""The history of the tables. A change is a new module here and ``VERSION`` one higher. A released
migration is never edited."""

from pipeline.store.migrations import (
    m001_first_tables,
    m002_evidence_and_decisions,
    m003_measures_and_tone,
    m004_sheets_calls_ledger_search_samples,
    m005_files_and_nights,
    m006_review,
    m007_review_and_notes,
    m008_quotes,
    m009_service_events,
    m010_promises,
    m011_topics,
    m012_coaching_and_period_reports,
    m013_unheard_and_same,
    m014_knowledge,
    m015_site_clock,
    m016_lines,
    m017_conversations,
    m018_sums_of_results,
    m020_review_room,
    m022_seals_and_heads,
    m023_erased_calls,
    m024_readings,
    m025_rule_proposals,
    m027_log_ins,
    m030_live,
)
from pipeline.store.migrations.registry import migrations

VERSION = 25
"""The number of migrations; kept in the file's ``user_version``."""

__all__ = [
    "VERSION",
    "m001_first_tables",
    "m002_evidence_and_decisions",
    "m003_measures_and_tone",
    "m004_sheets_calls_ledger_search_samples",
    "m005_files_and_nights",
    "m006_review",
    "m007_review_and_notes",
    "m008_quotes",
    "m009_service_events",
    "m010_promises",
    "m011_topics",
    "m012_coaching_and_period_reports",
    "m013_unheard_and_same",
    "m014_knowledge",
    "m015_site_clock",
    "m016_lines",
    "m017_conversations",
    "m018_sums_of_results",
    "m020_review_room",
    "m022_seals_and_heads",
    "m023_erased_calls",
    "m024_readings",
    "m025_rule_proposals",
    "m027_log_ins",
    "m030_live",
    "migrations",
]
