"""The face of the store."""

from __future__ import annotations

from pipeline.store.judgements import JudgementStore
from pipeline.store.results import ResultStore
from pipeline.store.site import SiteStore


class Store(ResultStore, JudgementStore, SiteStore):
    """All that a site keeps, in one file."""
