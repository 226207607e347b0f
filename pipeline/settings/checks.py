"""The limits of each setting, and what settings ask of each other. All errors are
``SettingsError``s that name the file, the key, the value and what was expected."""

from __future__ import annotations

from typing import get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.errors import SettingsError
from pipeline.settings.addresses import check_server, is_address, is_loopback
from pipeline.settings.check_judging import check_call, check_limits, check_recogniser
from pipeline.settings.check_live import check_live
from pipeline.settings.check_operating import (
    check_privacy,
    check_promises,
    check_reports,
    check_review,
    check_workers,
)
from pipeline.settings.values import GroupAccess, Settings


def check(settings: Settings, where: str) -> None:
    """Raises ``SettingsError`` for the first value that is out of its limits; ``where`` opens the
    message."""
    if not settings.site.model:
        raise SettingsError(f'{where}: [site] model is empty; expected a name such as "base"')
    _check_site(settings, where)
    check_recogniser(settings.recogniser, where)
    check_call(settings, where)
    check_workers(settings, where)
    check_reports(settings.nightly.reports, where)
    check_limits(settings.limits, where)
    check_review(settings.review, where)
    check_promises(settings.promises, where)
    _check_keeping(settings, where)
    check_privacy(settings.privacy, where)
    check_live(settings.live, where)


def _check_anchors(anchors: tuple[str, ...], where: str) -> None:
    for anchor in filter(is_address, anchors):
        check_server(anchor, f"{where}: [ledger] anchors")
        if not (anchor.startswith("https://") or is_loopback(anchor)):
            raise SettingsError(
                f"{where}: [ledger] anchors has {anchor!r}; expected an address with https://"
            )


def _check_keeping(settings: Settings, where: str) -> None:
    _check_anchors(settings.ledger.anchors, where)
    if settings.backup.keep < 1:
        raise SettingsError(f"{where}: [backup] keep must be 1 or more")
    for name in ("sound_days", "transcript_days", "result_days", "ledger_days"):
        if getattr(settings.retention, name) < 0:
            raise SettingsError(f"{where}: [retention] {name} must be 0 or more")


def _check_site(settings: Settings, where: str) -> None:
    zone, asked = settings.site.timezone, settings.imports
    if not settings.ingest.settle_s >= 0:
        raise SettingsError(f"{where}: [ingest] settle_s must be 0 or more")
    if not settings.ingest.longest_h > 0:
        raise SettingsError(
            f"{where}: [ingest] longest_h = {settings.ingest.longest_h!r}; expected hours above 0"
        )
    if settings.site.group not in get_args(GroupAccess):
        raise SettingsError(
            f"{where}: [site] group = {settings.site.group!r}; expected none, read or write"
        )
    if settings.site.key_file and settings.site.key_command:
        raise SettingsError(f"{where}: [site] has key_file and key_command; give one of them")
    try:
        if zone:
            ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SettingsError(
            f"{where}: [site] timezone = {zone!r} is no zone that this machine knows; "
            "expected a name such as Asia/Shanghai (tzdata must be installed)"
        ) from error
    if min(asked.rating_best, asked.rating_worst) < 0 or (
        asked.rating_best == asked.rating_worst != 0
    ):
        raise SettingsError(
            f"{where}: [imports] rating_best and rating_worst must be two different keys from 0 on"
        )
