"""Ports that RTP comes to: a bounded range of them, and a socket for each stream."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from functools import partial
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipeline.telephony.rtp_stream import RtpStream

AT_ONCE = 50
"""Datagrams that are read from one port before others have their turn. Our choice."""

MOST_BYTES = 8192
"""Of a datagram; what is longer is cut. 40 ms of L16 at 48 kHz are 3,852."""


class NoPortError(Exception):
    """All ports of the range are taken."""


class PortPool:
    """The even ports from the first to the last (RFC 3550, section 11). (0, 0): any free port, as
    tests want it. Raises ``SettingsError`` for a range that is none."""

    def __init__(self, host: str, ports: tuple[int, int]) -> None:
        first, last = ports
        if not 0 <= first <= last <= 65535 or (first == 0) != (last == 0):
            raise SettingsError(
                f"ports {first} to {last} for RTP: two numbers from 1 to 65535 are needed, the "
                "smaller one first"
            )
        self._host = host
        self._any = first == 0
        self._free = list(range(first + first % 2, last + 1, 2))

    def open(self, stream: RtpStream, now: Callable[[], float]) -> RtpPort:
        """A port that gives its datagrams to a stream, in the running event loop. Raises
        ``NoPortError``."""
        for _ in range(1 if self._any else len(self._free)):
            port = 0 if self._any else self._free.pop(0)
            try:
                return RtpPort(self._bound(port), stream, now, partial(self._give_back, port))
            except OSError:  # another program has it
                self._give_back(port)
        raise NoPortError

    def _bound(self, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        bound = socket.socket(family, socket.SOCK_DGRAM)
        try:
            bound.setblocking(False)
            bound.bind((self._host, port))
        except OSError:
            bound.close()
            raise
        return bound

    def _give_back(self, port: int) -> None:
        # At the end, so that late packets of an ended call meet no new one.
        if not self._any:
            self._free.append(port)


class RtpPort:
    """An open port. ``number``: of the port."""

    def __init__(
        self,
        bound: socket.socket,
        stream: RtpStream,
        now: Callable[[], float],
        on_close: Callable[[], None],
    ) -> None:
        self._socket, self._stream, self._now, self._on_close = bound, stream, now, on_close
        self.number: int = bound.getsockname()[1]
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(bound, self._read)
        self._open = True

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # no more for now, or an ICMP error
            for _ in range(AT_ONCE):
                data, source = self._socket.recvfrom(MOST_BYTES)
                self._stream.take(data, plain_address(source[0]), self._now())

    def close(self) -> None:
        """Close it; once more does nothing."""
        if self._open:
            self._open = False
            self._loop.remove_reader(self._socket)
            self._socket.close()
            self._on_close()


def local_address(peer: str) -> str:
    """The address of this machine that a peer reaches it by, as far as its routes tell."""
    family = socket.AF_INET6 if ":" in peer else socket.AF_INET
    with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((peer, 9))
        return str(probe.getsockname()[0])
    return "::1" if ":" in peer else "127.0.0.1"


def plain_address(host: str) -> str:
    """An address without its zone, and as IPv4 where it is that.

    >>> plain_address("::ffff:10.0.0.1"), plain_address("fe80::1%eth0")
    ('10.0.0.1', 'fe80::1')
    """
    bare = host.partition("%")[0]
    return bare.lower().removeprefix("::ffff:") if "." in bare else bare
