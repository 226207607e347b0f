"""Results for people and programs: HTML pages, charts, tables, JSON lines, clips."""

from pipeline.report.call_list import LINE_WORDS, call_grid, line_grid
from pipeline.report.clips import Playback, make_playback
from pipeline.report.grids import Column, Grid, write_grids
from pipeline.report.html import (
    PROMISES_LISTED,
    ROLES,
    environment,
    page_name,
    write_batch_report,
    write_call_report,
)
from pipeline.report.jsonl import load_schema, result_from_dict, result_to_dict
from pipeline.report.knowledge import knowledge_grid
from pipeline.report.marks import parts_of
from pipeline.report.month_tables import month_grids
from pipeline.report.names import ANSWER_S, Names, event_names
from pipeline.report.pages import show_month, show_site, write_month, write_same, write_site
from pipeline.report.pdf import write_pdf
from pipeline.report.period_grids import coaching_grid, site_grids
from pipeline.report.promise_tables import promise_grids
from pipeline.report.promise_words import (
    PROMISE_KINDS,
    PROMISE_STATUSES,
    promise_address,
    tell_promises,
)
from pipeline.report.result_grids import ORIGINS, event_grid, result_grid
from pipeline.report.topic_tables import topic_grids

__all__ = [
    "ANSWER_S",
    "LINE_WORDS",
    "ORIGINS",
    "PROMISES_LISTED",
    "PROMISE_KINDS",
    "PROMISE_STATUSES",
    "ROLES",
    "Column",
    "Grid",
    "Names",
    "Playback",
    "call_grid",
    "coaching_grid",
    "environment",
    "event_grid",
    "event_names",
    "knowledge_grid",
    "line_grid",
    "load_schema",
    "make_playback",
    "month_grids",
    "page_name",
    "parts_of",
    "promise_address",
    "promise_grids",
    "result_from_dict",
    "result_grid",
    "result_to_dict",
    "show_month",
    "show_site",
    "site_grids",
    "tell_promises",
    "topic_grids",
    "write_batch_report",
    "write_call_report",
    "write_grids",
    "write_month",
    "write_pdf",
    "write_same",
    "write_site",
]
