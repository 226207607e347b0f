"""The moment at which the figures of a period are counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.settings import PromiseSettings
from pipeline.types import tell_interim

if TYPE_CHECKING:
    from datetime import date, datetime

    from pipeline.types import Scope


@dataclass(frozen=True, slots=True)
class AsOf:
    """``now``: local time of the site, without a zone: by then promises are kept or not, and a
    period has ended or not. ``promises``: the terms of the site."""

    now: datetime
    promises: PromiseSettings = field(default_factory=PromiseSettings)

    @property
    def today(self) -> date:
        return self.now.date()

    def interim(self, scope: Scope) -> str:
        """In Chinese, that the days of a scope have not ended; empty where they have."""
        return tell_interim(scope.since, scope.until, today=self.today)
