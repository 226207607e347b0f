"""What runs unattended: new recordings, the run, summary, metrics, event log."""

from pipeline.nightly.backlog import find_backlog
from pipeline.nightly.job import UnattendedRun
from pipeline.nightly.night_end import due_appeals
from pipeline.nightly.period_reports import find_due, report_lines
from pipeline.nightly.run import stop_at
from pipeline.nightly.screen import Screen
from pipeline.nightly.summary import check_addresses, send_summary
from pipeline.nightly.tally import Tally

__all__ = [
    "Screen",
    "Tally",
    "UnattendedRun",
    "check_addresses",
    "due_appeals",
    "find_backlog",
    "find_due",
    "report_lines",
    "send_summary",
    "stop_at",
]
