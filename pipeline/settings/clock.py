"""The clock of the site."""

from __future__ import annotations

import os
import time
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from pipeline.settings.values import SiteSettings


def use_clock(site: SiteSettings) -> None:
    """Set this process, and those that it starts, to the clock of the site. Raises
    ``SettingsError`` where the system has no such zone."""
    if not site.timezone:
        return
    os.environ["TZ"] = site.timezone
    time.tzset()
    now = datetime.now().astimezone()
    if now.utcoffset() != now.astimezone(ZoneInfo(site.timezone)).utcoffset():
        raise SettingsError(
            f"[site] timezone = {site.timezone!r}: the system does not know it; install tzdata"
        )
