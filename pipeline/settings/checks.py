"""The limits of each setting, and what settings ask of each other. All errors are
``SettingsError``s that name the file, the key, the value and what was expected."""

from __future__ import annotations

import math
import re
from dataclasses import fields
from datetime import date
from ipaddress import ip_address
from typing import get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.errors import SettingsError
from pipeline.settings.check_live import check_live
from pipeline.settings.judging import (
    NAME_FIELDS,
    AgentChannel,
    ConversationSettings,
    Device,
    RecogniserKind,
    RecogniserSettings,
    RoleSettings,
    VoiceChoice,
    read_agent_channel,
)
from pipeline.settings.operating import (
    REPORTED_PERIODS,
    TABLE_FORMATS,
    PeriodReportSettings,
    PrivacySettings,
    PromiseSettings,
    ReviewSettings,
    ShownSettings,
)
from pipeline.settings.values import GroupAccess, Settings
from pipeline.types import CUSTOMERS


def check(settings: Settings, where: str) -> None:
    """Raises ``SettingsError`` for the first value that is out of its limits; ``where`` opens the
    message."""
    if not settings.site.model:
        raise SettingsError(f'{where}: [site] model is empty; expected a name such as "base"')
    _check_site(settings, where)
    _check_recogniser(settings.recogniser, where)
    _check_call(settings, where)
    _check_review(settings.review, where)
    _check_promises(settings.promises, where)
    _check_keeping(settings, where)
    _check_privacy(settings.privacy, where)
    check_live(settings.live, where)


def is_address(anchor: str) -> bool:
    """Whether an anchor is an address and no folder.

    >>> is_address("https://witness.example.cn/callqa/"), is_address("/mnt/witness")
    (True, False)
    """
    return "://" in anchor


def _check_anchors(anchors: tuple[str, ...], where: str) -> None:
    for anchor in filter(is_address, anchors):
        _check_server(anchor, f"{where}: [ledger] anchors")
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


def _check_recogniser(recogniser: RecogniserSettings, where: str) -> None:
    for name, known in (("kind", get_args(RecogniserKind)), ("device", get_args(Device))):
        if getattr(recogniser, name) not in known:
            raise SettingsError(
                f"{where}: [recogniser] {name} = {getattr(recogniser, name)!r}; expected {', '.join(known)}"
            )
    for name in ("batch_size", "at_once", "timeout_s"):
        if not 0 < getattr(recogniser, name) < math.inf:
            raise SettingsError(f"{where}: [recogniser] {name} must be above 0")
    if not 0 <= recogniser.wait_s < math.inf:
        raise SettingsError(f"{where}: [recogniser] wait_s must be 0 or more")
    if recogniser.kind == "openai":
        if not recogniser.model:
            raise SettingsError(
                f'{where}: [recogniser] model is empty; expected the server\'s name for it, such as "paraformer"'
            )
        _check_server(recogniser.url, f"{where}: [recogniser] url")
    if recogniser.proxy:
        _check_server(recogniser.proxy, f"{where}: [recogniser] proxy")


def _check_server(address: str, where: str) -> None:
    expected = "expected an address such as http://127.0.0.1:8000/v1"
    try:
        parts = urlsplit(address)
        found = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise SettingsError(f"{where} = {address!r}: {error}; {expected}") from error
    if not found or re.search(r"\s", address):
        raise SettingsError(f"{where} = {address!r}; {expected}")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise SettingsError(
            f"{where} has a name, a password, a query or a fragment in it; {expected}, "
            "and a token in token_file"
        )


def is_loopback(address: str) -> bool:
    """Whether an address with a scheme is of this machine.

    >>> is_loopback("http://127.0.0.1:8000/v1"), is_loopback("http://asr.example.cn/v1")
    (True, False)
    """
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_call(settings: Settings, where: str) -> None:
    _check_roles(settings.roles, where)
    _check_conversation(settings.conversation, where)
    try:
        groups = re.compile(settings.ingest.name_pattern).groupindex
    except re.error as error:
        raise SettingsError(
            f"{where}: [ingest] name_pattern is not a regular expression: {error}"
        ) from error
    for group in groups:
        if group not in NAME_FIELDS:
            raise SettingsError(
                f"{where}: [ingest] name_pattern has the group {group!r}; expected {', '.join(NAME_FIELDS)}"
            )
    _check_workers(settings, where)
    _check_reports(settings.nightly.reports, where)
    for limit in fields(settings.limits):
        value = getattr(settings.limits, limit.name)
        if not isinstance(value, bool) and value <= 0:
            raise SettingsError(f"{where}: [limits] {limit.name} must be above 0")
    if settings.limits.slow_chars_per_min > settings.limits.fast_chars_per_min:
        raise SettingsError(
            f"{where}: [limits] slow_chars_per_min must not be above fast_chars_per_min"
        )


def _check_roles(roles: RoleSettings, where: str) -> None:
    if roles.agent_channel not in get_args(AgentChannel):
        raise SettingsError(
            f"{where}: [roles] agent_channel = {roles.agent_channel!r}; expected auto, left or right"
        )
    if roles.voices not in get_args(VoiceChoice):
        raise SettingsError(
            f"{where}: [roles] voices = {roles.voices!r}; expected embedded or camplus"
        )
    for line in roles.agent_channels:
        read_agent_channel(line, where=where)


def _check_conversation(asked: ConversationSettings, where: str) -> None:
    try:
        re.compile(asked.part_suffix)
    except re.error as error:
        raise SettingsError(
            f"{where}: [conversation] part_suffix is not a regular expression: {error}"
        ) from error
    for name in ("gap_s", "soon_s", "overlap_s"):
        if getattr(asked, name) < 0:
            raise SettingsError(f"{where}: [conversation] {name} must be 0 or more")


def _check_workers(settings: Settings, where: str) -> None:
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


def _check_reports(reports: PeriodReportSettings, where: str) -> None:
    for name, known in (("periods", REPORTED_PERIODS), ("formats", TABLE_FORMATS)):
        for value in getattr(reports, name):
            if value not in known:
                raise SettingsError(
                    f"{where}: [nightly.reports] {name} has {value!r}; expected {', '.join(known)}"
                )
    if not 0 <= reports.wait_days <= 31:
        raise SettingsError(f"{where}: [nightly.reports] wait_days must be from 0 to 31")


def _check_review(review: ReviewSettings, where: str) -> None:
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


def _check_promises(promises: PromiseSettings, where: str) -> None:
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


def _check_privacy(privacy: PrivacySettings, where: str) -> None:
    for role in fields(privacy.shown):
        for kind in getattr(privacy.shown, role.name):
            if kind not in CUSTOMERS:
                raise SettingsError(
                    f"{where}: [privacy.shown] {role.name} has {kind!r}; expected kinds of personal "
                    f"data: {', '.join(sorted(CUSTOMERS))}"
                )
