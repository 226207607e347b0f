"""The limits of ``[live]`` and its servers for telephone calls."""

from __future__ import annotations

import math
import re
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from pipeline.settings.live import AudioSocketSettings, LiveSettings, SiprecSettings

KEEP_LEAST_S, KEEP_MOST_S = 0.02, 60.0
"""20 ms of silence are answered each time, so not more often. Our choice."""


def check_live(live: LiveSettings, where: str) -> None:
    """Raises ``SettingsError`` for the first value that is out of its limits."""
    if not 0 < live.rest_min < math.inf:
        raise SettingsError(f"{where}: [live] rest_min must be above 0")
    if live.most < 1:
        raise SettingsError(f"{where}: [live] most must be 1 or more")
    if live.calls < 1:
        raise SettingsError(f"{where}: [live] calls must be 1 or more")
    if live.takes_calls and not live.recordings:
        raise SettingsError(
            f'{where}: [live] recordings is empty; name the folder where the sound of calls goes, such as "/srv/calls"'
        )
    _check_servers(live, where)
    _check_audiosocket(live.audiosocket, where)
    _check_siprec(live.siprec, where)


def _check_servers(live: LiveSettings, where: str) -> None:
    for name in ("audiosocket", "websocket", "siprec"):
        server = getattr(live, name)
        if server.listen and read_listen(server.listen) is None:
            raise SettingsError(
                f'{where}: [live.{name}] listen = {server.listen!r}; expected an address with a port, such as "127.0.0.1:9092"'
            )
        for network in server.allow:
            try:
                ip_network(network, strict=False)
            except ValueError as error:
                raise SettingsError(
                    f'{where}: [live.{name}] allow: {network!r} is no network; expected one such as "10.0.0.0/8"'
                ) from error


def _check_audiosocket(audiosocket: AudioSocketSettings, where: str) -> None:
    if audiosocket.listen and not audiosocket.allow:
        raise SettingsError(
            f"{where}: [live.audiosocket] allow is empty; name the networks of the telephone system"
        )
    if audiosocket.keep_s and not KEEP_LEAST_S <= audiosocket.keep_s <= KEEP_MOST_S:
        raise SettingsError(
            f"{where}: [live.audiosocket] keep_s = {audiosocket.keep_s}; expected 0 for never, or {KEEP_LEAST_S} to {KEEP_MOST_S:g} seconds"
        )


def _check_siprec(siprec: SiprecSettings, where: str) -> None:
    if siprec.listen and not siprec.allow:
        raise SettingsError(
            f"{where}: [live.siprec] allow is empty; name the networks of the session border controllers"
        )
    if read_ports(siprec.ports) is None:
        raise SettingsError(
            f'{where}: [live.siprec] ports = {siprec.ports!r}; expected the first and the last, such as "40000-40399"'
        )
    if siprec.address and not _is_reached_by(siprec.address):
        raise SettingsError(
            f'{where}: [live.siprec] address = {siprec.address!r}; expected an IP address that clients reach, such as "203.0.113.7"'
        )
    if siprec.agent_is not in ("first", "second", "unknown"):
        raise SettingsError(
            f"{where}: [live.siprec] agent_is = {siprec.agent_is!r}; expected first, second or unknown"
        )
    if siprec.name_by not in ("session", "sip"):
        raise SettingsError(
            f"{where}: [live.siprec] name_by = {siprec.name_by!r}; expected session or sip"
        )
    try:
        re.compile(siprec.agents)
    except re.error as error:
        raise SettingsError(
            f"{where}: [live.siprec] agents = {siprec.agents!r} is no regular expression ({error})"
        ) from error


def read_listen(text: str) -> tuple[str, int] | None:
    """Address and port, ``None`` where the text has none.

    >>> read_listen("127.0.0.1:9092"), read_listen("[::1]:9092"), read_listen("9092")
    (('127.0.0.1', 9092), ('::1', 9092), None)
    """
    host, colon, port = text.rpartition(":")
    if not colon or not host or not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > 65535:
        return None
    return host.removeprefix("[").removesuffix("]"), int(port)


def read_ports(text: str) -> tuple[int, int] | None:
    """The first and the last of a range of ports, ``None`` where the text has none.

    >>> read_ports("40000-40399"), read_ports("5060")
    ((40000, 40399), None)
    """
    found = re.fullmatch(r"(\d{1,5})-(\d{1,5})", text.replace(" ", ""))
    if found is None or not 1024 <= int(found[1]) < int(found[2]) <= 65535:
        return None
    return int(found[1]), int(found[2])


def _is_reached_by(address: str) -> bool:
    try:
        return not ip_address(address).is_unspecified
    except ValueError:
        return False
