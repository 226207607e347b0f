"""The limits of the settings that judge calls: recogniser, roles, conversations, limits."""

from __future__ import annotations

import math
import re
from dataclasses import fields
from typing import TYPE_CHECKING, get_args

from pipeline.errors import SettingsError
from pipeline.settings.addresses import check_server
from pipeline.settings.judging import (
    NAME_FIELDS,
    AgentChannel,
    ConversationSettings,
    Device,
    LimitSettings,
    RecogniserKind,
    RecogniserSettings,
    RoleSettings,
    VoiceChoice,
    read_agent_channel,
)

if TYPE_CHECKING:
    from pipeline.settings.values import Settings


def check_recogniser(recogniser: RecogniserSettings, where: str) -> None:
    """The limits of ``[recogniser]``. Raises ``SettingsError``."""
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
        check_server(recogniser.url, f"{where}: [recogniser] url")
    if recogniser.proxy:
        check_server(recogniser.proxy, f"{where}: [recogniser] proxy")


def check_call(settings: Settings, where: str) -> None:
    """The limits of ``[roles]``, ``[conversation]`` and of the pattern of names. Raises
    ``SettingsError``."""
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


def check_limits(limits: LimitSettings, where: str) -> None:
    """The limits of ``[limits]``. Raises ``SettingsError``."""
    for limit in fields(limits):
        value = getattr(limits, limit.name)
        if not isinstance(value, bool) and value <= 0:
            raise SettingsError(f"{where}: [limits] {limit.name} must be above 0")
    if limits.slow_chars_per_min > limits.fast_chars_per_min:
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
