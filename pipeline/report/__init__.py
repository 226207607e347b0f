"""Results for people and programs: JSON lines and HTML pages."""

from pipeline.report.clips import Playback, make_playback
from pipeline.report.html import write_batch_report, write_call_report
from pipeline.report.jsonl import load_schema, result_from_dict, result_to_dict

__all__ = [
    "Playback",
    "load_schema",
    "make_playback",
    "result_from_dict",
    "result_to_dict",
    "write_batch_report",
    "write_call_report",
]
