"""What is asked of the socket of a telephone system's TCP connection."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

UNREAD = 128 * 1024
"""Bytes of a connection that may wait unread in this machine; more waits with the sender. Eight
seconds of A-law and more. Our choice."""

_GONE_S = 120
_OPTIONS = (
    ("TCP_KEEPIDLE", 60),
    ("TCP_KEEPINTVL", 15),
    ("TCP_KEEPCNT", 4),
    ("TCP_USER_TIMEOUT", 1000 * _GONE_S),
)


def bound(transport: asyncio.BaseTransport) -> None:
    """Bounds what waits unread. A machine that is gone without a word is found after two minutes,
    where the system can."""
    found = transport.get_extra_info("socket")
    with contextlib.suppress(OSError):  # the connection is gone already
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, UNREAD)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _OPTIONS:
            if option := getattr(socket, name, None):
                found.setsockopt(socket.IPPROTO_TCP, option, value)
