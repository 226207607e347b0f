"""The face of the store."""

from __future__ import annotations

from pipeline.store.actions import ActStore
from pipeline.store.appeals import AppealStore
from pipeline.store.calibration import CalibrationStore
from pipeline.store.call_history import HistoryStore
from pipeline.store.files import FileStore
from pipeline.store.judgements import JudgementStore
from pipeline.store.queue import QueueStore
from pipeline.store.results import ResultStore
from pipeline.store.runs import RunStore
from pipeline.store.site import SiteStore
from pipeline.store.users import PeopleStore


class Store(
    ResultStore,
    RunStore,
    HistoryStore,
    ActStore,
    AppealStore,
    CalibrationStore,
    JudgementStore,
    SiteStore,
    FileStore,
    PeopleStore,
    QueueStore,
):
    """All that a site keeps, in one file."""
