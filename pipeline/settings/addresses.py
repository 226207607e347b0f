"""Addresses that settings name."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from pipeline.errors import SettingsError


def is_address(anchor: str) -> bool:
    """Whether an anchor is an address and no folder.

    >>> is_address("https://witness.example.cn/callqa/"), is_address("/mnt/witness")
    (True, False)
    """
    return "://" in anchor


def check_server(address: str, where: str) -> None:
    """Raises ``SettingsError`` for what is no address of a server; ``where``: file and key."""
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
