"""The figures of a nightly run, as Prometheus's node exporter reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import ReportError
from pipeline.types import load_extra

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.nightly.tally import Tally


def write_metrics(
    path: Path, tally: Tally, *, quarantined: int | None, ended: float, took_s: float
) -> Path:
    """Write the figures of a run as Prometheus's node exporter reads them. ``ended``: seconds since
    1970; ``quarantined``: ``None`` where the database could not be asked. Raises
    ``ReportError``."""
    prometheus = load_extra("prometheus_client", extra="nightly", use="[nightly] metrics")
    registry = prometheus.CollectorRegistry()
    figures = {
        "callqa_recordings_found": ("Recordings that were new", tally.found),
        "callqa_recordings_scored": ("Recordings scored", tally.scored),
        "callqa_recordings_failed": ("Recordings put in quarantine", len(tally.failures)),
        "callqa_recordings_left": ("Recordings left for the next run", tally.left),
        "callqa_recordings_unanswered": ("Recordings without a conversation", tally.unanswered),
        "callqa_recordings_same": ("Recordings of calls that were known", tally.same),
        "callqa_quarantine": ("Recordings in quarantine", quarantined),
        "callqa_problems": ("Folders and files that could not be read", len(tally.problems)),
        "callqa_fatal_calls": ("Calls with a veto", len(tally.fatal)),
        "callqa_audio_seconds": ("Seconds of audio scored", tally.audio_s),
        "callqa_run_seconds": ("Seconds that the run took", took_s),
        "callqa_last_run_timestamp_seconds": ("When the run ended", ended),
    }
    for name, (text, value) in figures.items():
        if value is None:
            continue
        prometheus.Gauge(name, text, registry=registry).set(value)
    left_out = prometheus.Gauge(
        "callqa_files_left_out",
        "Files of the folders that were not read",
        ["ending", "reason"],
        registry=registry,
    )
    for one in tally.left_out:
        left_out.labels(one.ending, one.reason).set(one.count)
    if tally.attitudes:
        mean = sum(tally.attitudes) / len(tally.attitudes)
        prometheus.Gauge(
            "callqa_attitude_mean", "Mean attitude of the calls scored", registry=registry
        ).set(mean)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        prometheus.write_to_textfile(str(path), registry)
    except OSError as error:
        raise ReportError(
            f"{path}: cannot be written ({error.strerror}); check [nightly] metrics"
        ) from error
    return path
