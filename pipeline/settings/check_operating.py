"""The limits of the settings that run a site: workers, reports, review, promises, what is shown."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.settings.operating import (
    REPORTED_PERIODS,
    TABLE_FORMATS,
    PeriodReportSettings,
    PrivacySettings,
    PromiseSettings,
    ReviewSettings,
    ShownSettings,
)
from pipeline.types import CUSTOMERS

if TYPE_CHECKING:
    from pipeline.settings.values import Settings


def check_workers(settings: Settings, where: str) -> None:
    """The limits of ``[nightly]`` and ``[score]``. Raises ``SettingsError``."""
    nightly, score = settings.nightly, settings.score
    if nightly.sample_per_agent < 0:
        raise SettingsError(f"{where}: [nightly] sample_per_agent must be 0 or more")
    for section, name, value in (
        ("nightly", "workers", nightly.workers),
        ("nightly", "memory_mb", nightly.memory_mb),
        ("score", "workers", score.workers),
        ("score", "memory_mb", score.memory_mb),
    ):
        if value < 0:
            raise SettingsError(f"{where}: [{section}] {name} must be 0 or more")
    for section, limit_s in (("nightly", nightly.limit_s), ("score", score.limit_s)):
        if limit_s <= 0:
            raise SettingsError(f"{where}: [{section}] limit_s must be above 0")


def check_reports(reports: PeriodReportSettings, where: str) -> None:
    """The limits of ``[nightly.reports]``. Raises ``SettingsError``."""
    for name, known in (("periods", REPORTED_PERIODS), ("formats", TABLE_FORMATS)):
        for value in getattr(reports, name):
            if value not in known:
                raise SettingsError(
                    f"{where}: [nightly.reports] {name} has {value!r}; expected {', '.join(known)}"
                )
    if not 0 <= reports.wait_days <= 31:
        raise SettingsError(f"{where}: [nightly.reports] wait_days must be from 0 to 31")


def check_review(review: ReviewSettings, where: str) -> None:
    """The limits of ``[review]``. Raises ``SettingsError``."""
    for name in (
        "appeal_days",
        "appeal_again_days",
        "decide_days",
        "least_decisions",
        "session_idle_min",
        "session_hours",
    ):
        if getattr(review, name) < 1:
            raise SettingsError(f"{where}: [review] {name} must be 1 or more")
    _check_share_and_address(review, where)
    roles = [one.name for one in fields(ShownSettings) if one.name != "commands"]
    for role in review.second_factor_roles:
        if role not in roles:
            raise SettingsError(
                f"{where}: [review] second_factor_roles has {role!r}; expected {', '.join(roles)}"
            )


def _check_share_and_address(review: ReviewSettings, where: str) -> None:
    if review.remind_days < 0:
        raise SettingsError(f"{where}: [review] remind_days must be 0 or more")
    if not 0 <= review.least_confirmed <= 1:
        raise SettingsError(f"{where}: [review] least_confirmed must be a share from 0 to 1")
    if not 1 <= review.port <= 65535:
        raise SettingsError(f"{where}: [review] port must be from 1 to 65535")
    if not review.host:
        raise SettingsError(
            f"{where}: [review] host is empty; expected an address such as 127.0.0.1"
        )
    _check_addresses(review, where)
    if review.oidc_issuer and not (review.oidc_client_id and review.oidc_secret_file):
        raise SettingsError(
            f"{where}: [review] oidc_issuer needs oidc_client_id and oidc_secret_file"
        )
    if review.oidc_max_age_min < 0:
        raise SettingsError(f"{where}: [review] oidc_max_age_min must be 0 or more")
    if any(not value or " " in value for value in review.oidc_acr):
        raise SettingsError(f"{where}: [review] oidc_acr: each value is a text without spaces")
    if review.oidc_issuer and not review.oidc_issuer.startswith("https://"):
        raise SettingsError(
            f"{where}: [review] oidc_issuer = {review.oidc_issuer!r}; expected an address with https://"
        )


def _check_addresses(review: ReviewSettings, where: str) -> None:
    for address in review.webhooks:
        if not address.startswith(("https://", "http://")):
            raise SettingsError(
                f"{where}: [review] webhooks has {address!r}; expected an address with https://"
            )
    if review.webhooks and not review.webhook_secret_file:
        raise SettingsError(
            f"{where}: [review] webhooks needs webhook_secret_file, so that receivers can check them"
        )
    if review.base_url and not review.base_url.startswith(("https://", "http://")):
        raise SettingsError(
            f"{where}: [review] base_url = {review.base_url!r}; expected an address with https:// or http://"
        )


def check_promises(promises: PromiseSettings, where: str) -> None:
    """The limits of ``[promises]``. Raises ``SettingsError``."""
    for name in ("complaint_h", "link_days"):
        if getattr(promises, name) <= 0:
            raise SettingsError(f"{where}: [promises] {name} must be above 0")
    if promises.grace_min < 0:
        raise SettingsError(f"{where}: [promises] grace_min must be 0 or more")
    for line in promises.queue_hours:
        if not re.fullmatch(r"[^=]*\S[^=]*=\s*(?!0+(?:\.0*)?$)\d{1,5}(?:\.\d+)?\s*", line):
            raise SettingsError(
                f"{where}: [promises] queue_hours has {line!r}; expected queue=hours such as 报修=48"
            )
    if not re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d", promises.day_ends):
        raise SettingsError(
            f"{where}: [promises] day_ends = {promises.day_ends!r}; expected a time such as 18:00"
        )
    for name in ("holidays", "workdays"):
        for day in getattr(promises, name):
            try:
                date.fromisoformat(day)
            except ValueError as error:
                raise SettingsError(
                    f"{where}: [promises] {name} has {day!r}; expected a day such as 2027-01-01"
                ) from error


def check_privacy(privacy: PrivacySettings, where: str) -> None:
    """The limits of ``[privacy.shown]``. Raises ``SettingsError``."""
    for role in fields(privacy.shown):
        for kind in getattr(privacy.shown, role.name):
            if kind not in CUSTOMERS:
                raise SettingsError(
                    f"{where}: [privacy.shown] {role.name} has {kind!r}; expected kinds of personal "
                    f"data: {', '.join(sorted(CUSTOMERS))}"
                )
