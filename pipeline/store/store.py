"""The face of the store."""

from __future__ import annotations

from pipeline.store.files import FileStore
from pipeline.store.judgements import JudgementStore
from pipeline.store.results import ResultStore
from pipeline.store.site import SiteStore


class Store(ResultStore, JudgementStore, SiteStore, FileStore):
    """All that a site keeps, in one file."""
